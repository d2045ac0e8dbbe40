//! Where the shared test data lies. A test program takes this file alone: `#[path = "support/shared.rs"] mod support;`.

use std::path::PathBuf;

/// A folder or file of the shared test data (`../shared/data`, or where `CHIPID_SHARED_DATA` points); prints a line and
/// gives `None` where it is missing, so that its test skips.
pub fn shared_data(sub: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CHIPID_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(sub);
    if path.exists() {
        Some(path)
    } else {
        println!("skipped: {} is not there", path.display());
        None
    }
}
