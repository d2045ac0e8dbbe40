//! Files: read up to a limit, written for their owner alone.

use crate::failure::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// The bytes of a file, cut off one byte after the most that is allowed: the caller sees that it is longer.
pub fn read_up_to(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Creates a file that must be new, for its owner alone.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes to a file that was created, through to the disk.
pub fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a new file for its owner alone. An existing file stays as it is, unless it holds the same bytes or may be replaced.
pub fn write_file(path: &Path, bytes: &[u8], may_replace: bool) -> Result<(), Failure> {
    let remove = |path: &Path| drop(fs::remove_file(path));
    let write = |path: &Path| fill(create_private(path)?, bytes).inspect_err(|_| remove(path));
    if may_replace {
        let new = path.with_file_name(format!(".chipid-new-{}", std::process::id()));
        let moved = write(&new).and_then(|()| fs::rename(&new, path)).inspect_err(|_| remove(&new));
        return moved.map_err(|error| unwritable(path, &error));
    }
    write(path).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => match read_up_to(path, bytes.len()) {
            Ok(there) if there == bytes => Ok(()),
            _ => Err(Failure::usage("usage.exists", &[("path", &path.display())])),
        },
        _ => Err(unwritable(path, &error)),
    })
}

/// A file that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::other("unreadable", &[("path", &path.display()), ("why", error)])
}

/// A file that cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::other("unwritable", &[("path", &path.display()), ("why", error)])
}
