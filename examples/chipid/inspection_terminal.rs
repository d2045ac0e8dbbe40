//! The inspection terminal that may read fingers and irises: a folder with its certificates and its private key.
//!
//! A key in a file is for tests and demonstrations; an inspection system keeps it in a security module and implements
//! `TerminalSigner` for it.

use crate::failure::Failure;
use crate::files::read_up_to;
use chipid::OsRandom;
use chipid::chip::{FileKey, Terminal};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// What the names of the files end with: certificates, and the one key (PKCS #8).
const CERTIFICATES: [&str; 2] = ["cvcert", "cvc"];
const KEY: &str = "pkcs8";
/// The largest file that is read, in bytes.
const MOST: usize = 64 << 10;

/// The terminal of this folder.
pub fn load(folder: &Path) -> Result<Terminal, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| refused(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let ends = |path: &&PathBuf, with: &str| path.extension().is_some_and(|extension| extension == with);
    let keys: Vec<&PathBuf> = paths.iter().filter(|path| ends(path, KEY)).collect();
    let [key] = keys.as_slice() else {
        return Err(refused(folder, &format!("{} files *.{KEY}, one is due", keys.len())));
    };
    let signer = FileKey::from_pkcs8(&read(key)?, Box::new(OsRandom)).map_err(|error| refused(key, &error))?;
    let mut terminal = Terminal::new(Box::new(signer));
    for path in paths.iter().filter(|path| CERTIFICATES.iter().any(|with| ends(path, with))) {
        let name = path.display().to_string();
        terminal.add_file(&name, &read(path)?).map_err(|error| refused(folder, &error))?;
    }
    if terminal.certificates().is_empty() {
        return Err(refused(folder, &"no certificate *.cvcert or *.cvc"));
    }
    Ok(terminal)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_up_to(path, MOST).map_err(|error| refused(path, &error))?;
    if bytes.len() > MOST { Err(refused(path, &"longer than 64 KiB")) } else { Ok(bytes) }
}

fn refused(path: &Path, why: &dyn Display) -> Failure {
    Failure::usage("usage.terminal", &[("path", &path.display()), ("why", why)])
}
