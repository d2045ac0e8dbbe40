//! A document as a folder: `EF_COM.bin EF_SOD.bin EF_DG1.bin …`, the chip's proofs in `proofs.json`, and the portrait.
//!
//! Files are readable by their owner alone. A folder with anything else in it is never touched; an earlier saved document
//! is replaced only when the new one is wholly written.

use crate::failure::Failure;
use crate::files::{create_private, fill, read_up_to, unreadable, unwritable};
use chipid::lds::FileId;
use chipid::report::Portrait;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

/// The file that holds the chip's proofs.
pub const PROOFS: &str = "proofs.json";
/// What a portrait's file name begins with; the usual ending of its type follows.
const PORTRAIT: &str = "portrait.";
/// The largest file that is read back, in bytes.
const MOST: usize = 16 << 20;

/// The name that a portrait is saved under.
pub fn portrait_name(portrait: &Portrait) -> String {
    format!("{PORTRAIT}{}", portrait.extension)
}

/// The files of a saved document.
pub struct Saved {
    pub files: BTreeMap<FileId, Vec<u8>>,
    pub proofs: Option<String>,
}

/// Whether a folder looks like a saved document.
pub fn is_document(folder: &Path) -> bool {
    FileId::all().any(|id| folder.join(id.file_name()).is_file())
}

/// Reads a saved document.
pub fn load(folder: &Path) -> Result<Saved, Failure> {
    let meta = fs::metadata(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("usage.document", &[("path", &folder.display())]),
        _ => unreadable(folder, &error),
    })?;
    if !meta.is_dir() {
        return Err(no_document(folder, &"not a folder"));
    }
    let mut files = BTreeMap::new();
    for id in FileId::all() {
        if let Some(bytes) = read(&folder.join(id.file_name()))? {
            files.insert(id, bytes);
        }
    }
    if files.is_empty() {
        return Err(no_document(folder, &"no EF_*.bin"));
    }
    let proofs = read(&folder.join(PROOFS))?
        .map(|bytes| String::from_utf8(bytes).map_err(|_| no_document(folder, &"proofs.json: not UTF-8")))
        .transpose()?;
    Ok(Saved { files, proofs })
}

/// The portrait file of a saved document, if it holds just this image.
pub fn portrait(folder: &Path, portrait: &Portrait) -> Option<PathBuf> {
    let path = folder.join(portrait_name(portrait));
    let saved = read(&path).ok()??;
    (saved == portrait.image).then_some(path)
}

/// A file that must be there.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path)?.ok_or_else(|| Failure::usage("usage.path", &[("path", &path.display()), ("option", &"image")]))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match read_up_to(path, MOST) {
        Ok(bytes) if bytes.len() > MOST => Err(unreadable(path, &io::Error::other("longer than 16 MiB"))),
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// A folder that a document will be saved in; nothing of it shows until [`DocumentTarget::save`] is through.
pub struct DocumentTarget {
    folder: PathBuf,
    new: PathBuf,
    made: bool,
    earlier: Vec<String>,
}

impl DocumentTarget {
    /// Makes sure that a document can be saved in this folder, before the card is read.
    pub fn prepare(folder: &Path) -> Result<Self, Failure> {
        let earlier = match fs::read_dir(folder) {
            Ok(entries) => Some(earlier(folder, entries)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(foreign(folder)),
            Err(error) => return Err(unwritable(folder, &error)),
        };
        let made = earlier.is_none();
        if made {
            private_folder().recursive(true).create(folder).map_err(|error| unwritable(folder, &error))?;
        }
        // From here on a failure takes away what was made.
        let new = folder.join(format!(".chipid-new-{}", std::process::id()));
        let target = Self { folder: folder.to_owned(), new, made, earlier: earlier.unwrap_or_default() };
        private_folder().create(&target.new).map_err(|error| unwritable(folder, &error))?;
        Ok(target)
    }

    /// Writes these files; an earlier document gives way when all of them are written.
    pub fn save(mut self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        for (name, bytes) in files {
            let path = self.new.join(name);
            let written = create_private(&path).and_then(|file| fill(file, bytes));
            written.map_err(|error| unwritable(&path, &error))?;
        }
        make_private(&self.folder).map_err(|error| unwritable(&self.folder, &error))?;
        let old = self.folder.join(format!(".chipid-old-{}", std::process::id()));
        private_folder().create(&old).map_err(|error| unwritable(&self.folder, &error))?;
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let earlier: Vec<&str> = self.earlier.iter().map(String::as_str).collect();
        let moved = move_all(&self.folder, &old, &earlier).and_then(|()| {
            move_all(&self.new, &self.folder, &names).inspect_err(|_| {
                let _ = move_all(&old, &self.folder, &earlier);
            })
        });
        if moved.is_ok() {
            for name in &earlier {
                let _ = fs::remove_file(old.join(name));
            }
            self.made = false;
        }
        let _ = fs::remove_dir(&old);
        moved.map_err(|error| unwritable(&self.folder, &error))
    }
}

impl Drop for DocumentTarget {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.new);
        if self.made {
            // Only an empty folder can be taken away so.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Moves all of these files, or none.
fn move_all(from: &Path, to: &Path, names: &[&str]) -> io::Result<()> {
    for (done, name) in names.iter().enumerate() {
        if let Err(error) = fs::rename(from.join(name), to.join(name)) {
            for name in names.iter().take(done) {
                let _ = fs::rename(to.join(name), from.join(name));
            }
            return Err(error);
        }
    }
    Ok(())
}

/// The files of an earlier document in this folder; an error if anything else is there.
fn earlier(folder: &Path, entries: fs::ReadDir) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().into_string().map_err(|_| foreign(folder))?;
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) || !is_ours(&name) {
            return Err(foreign(folder));
        }
        names.push(name);
    }
    // The names alone do not make it a saved document: every one has its proofs, in our form.
    let has_proofs = names.is_empty()
        || read(&folder.join(PROOFS))?
            .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
            .and_then(|proofs| Some(proofs.get("schema")?.as_str()?.starts_with("chipid.proofs/")))
            .unwrap_or(false);
    if has_proofs { Ok(names) } else { Err(foreign(folder)) }
}

fn is_ours(name: &str) -> bool {
    name == PROOFS
        || name.strip_prefix(PORTRAIT).is_some_and(|ending| !ending.is_empty() && !ending.contains('.'))
        || FileId::all().any(|id| id.file_name() == name)
}

fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn make_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let _ = folder;
    Ok(())
}

fn foreign(folder: &Path) -> Failure {
    Failure::usage("usage.foreign_directory", &[("path", &folder.display())])
}

/// A path that is not a saved document.
pub fn no_document(path: &Path, why: &dyn Display) -> Failure {
    Failure::other("no_document", &[("path", &path.display()), ("why", why)])
}
