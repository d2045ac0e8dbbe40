//! The data groups as read against the hashes of EF.SOD (9303-11 §5.1 step 4), over the raw bytes.
//!
//! EF.SOD decides what the document consists of: what it lists and the chip does not give, and what the chip gives and it
//! does not list, both fail. Only DG3 and DG4 without terminal authentication are *not supported* and fail nothing.

use super::inputs::InputFile;
use crate::checks::{Check, CheckId, Reason, State};
use crate::crypto::DigestAlgorithm;
use crate::lds::{DataGroup, LdsSecurityObject, SecurityObject};
use std::collections::BTreeMap;

/// The bytes of a data group that have the hash of an EF.SOD **whose signer has not been judged**: good for filling a form
/// early, never a verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashMatches<'a> {
    group: DataGroup,
    bytes: &'a [u8],
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for HashMatches<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "HashMatches({}, {} bytes)", self.group, self.bytes.len())
    }
}

impl<'a> HashMatches<'a> {
    /// The data group.
    pub fn group(&self) -> DataGroup {
        self.group
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// Whether these bytes have the hash that this EF.SOD lists for the data group, before anything is known of its signer.
pub fn provisional<'a>(sod: &SecurityObject<'_>, group: DataGroup, bytes: &'a [u8]) -> Option<HashMatches<'a>> {
    (sod.content().hash_matches(group, bytes)?).then_some(HashMatches { group, bytes })
}

/// Compares all files; gives one check for all, one for each file, and those that match.
pub(super) fn compare<'a>(
    content: &LdsSecurityObject,
    files: &BTreeMap<DataGroup, InputFile<'a>>,
) -> (Vec<Check>, Vec<HashMatches<'a>>) {
    let mut checks = Vec::new();
    let mut matching = Vec::new();
    for group in DataGroup::all() {
        let state = files.get(&group).copied().unwrap_or(InputFile::NotRead);
        let Some(id) = CheckId::data_group(group.number()) else { continue };
        let listed = content.hash(group).is_some();
        let digest = content.digest().map(|digest| digest.name()).unwrap_or("an unknown hash");
        let check = match (listed, state) {
            (true, InputFile::Read(bytes)) => match content.hash_matches(group, bytes) {
                Some(true) => {
                    matching.push(HashMatches { group, bytes });
                    Check::successful(id)
                }
                Some(false) => Check::failed(id, Reason::Mismatch),
                None => Check::undetermined(id, Reason::UnsupportedAlgorithm),
            },
            (true, InputFile::Removed(known)) => {
                removed(id, content, group, known, Reason::Removed, Reason::NothingToCompare)
            }
            (true, InputFile::NotHeld(known)) => removed(id, content, group, known, Reason::NotHeld, Reason::NotHeld),
            (true, InputFile::NotKept(known)) => removed(id, content, group, known, Reason::NotKept, Reason::NotKept),
            // An unsigned file is no better for having been removed.
            (false, InputFile::Removed(_)) => Check::failed(id, Reason::NotCovered),
            (false, InputFile::NotHeld(known) | InputFile::NotKept(known)) if !known.is_empty() => {
                Check::failed(id, Reason::NotCovered)
            }
            (true, InputFile::NeedsTerminalAuthentication) => {
                Check::new(id, State::NotSupported, Some(Reason::NeedsTerminalAuthentication))
            }
            // Only the biometrics behind terminal authentication may be listed and denied; they are never asked for, so they
            // are not among stored files either.
            (true, InputFile::Refused | InputFile::NotRead) if [DataGroup::DG3, DataGroup::DG4].contains(&group) => {
                Check::new(id, State::NotSupported, Some(Reason::NeedsTerminalAuthentication))
            }
            (true, InputFile::Absent | InputFile::Refused) => Check::failed(id, Reason::Missing),
            (_, InputFile::CutOff) => Check::new(id, State::Aborted, Some(Reason::CutOff)),
            (true, InputFile::NotRead) => Check::undetermined(id, Reason::NotRead),
            (false, InputFile::Read(_)) => Check::failed(id, Reason::NotCovered),
            // DG1 says who and which country: an EF.SOD without it covers no document (conformance H_44).
            (false, _) if group == DataGroup::DG1 => Check::failed(id, Reason::NotCovered),
            (false, _) => continue,
        };
        checks.push(if listed { check.comparing(format!("{digest} of EF.{group}")) } else { check });
    }
    let mut all = vec![overall(&checks)];
    all.append(&mut checks);
    (all, matching)
}

/// A file that is not there any more: the hash that its reader took of it still shows whether it was the signed one.
/// `reason` applies where it was, `unknown` where there is no hash to compare.
fn removed(
    id: CheckId,
    content: &LdsSecurityObject,
    group: DataGroup,
    known: &[(DigestAlgorithm, Vec<u8>)],
    reason: Reason,
    unknown: Reason,
) -> Check {
    let digest = known.iter().find(|(algorithm, _)| content.digest() == Some(*algorithm));
    match digest {
        Some((_, value)) if content.hash(group) == Some(value.as_slice()) => Check::undetermined(id, reason),
        Some(_) => Check::failed(id, Reason::Mismatch),
        None => Check::undetermined(id, unknown),
    }
}

/// One check for all files: the first failure, else the first that could not be concluded but should have been, else
/// success if any file was compared. A file that was left out by a plan, that a trusted reader saw, or that the archive
/// does not keep does not stand in the way; one that is missing from the stored document does.
fn overall(checks: &[Check]) -> Check {
    let id = CheckId::PaDataGroups;
    let is_left_out = |check: &Check| matches!(check.reason, Some(Reason::NotRead | Reason::Removed | Reason::NotKept));
    let first = |state| checks.iter().find(|check| check.state == state && !is_left_out(check));
    let compared = checks.iter().filter(|check| check.is_successful()).count();
    let check = match first(State::Failed).or(first(State::Aborted)).or(first(State::Undetermined)) {
        Some(worst) => Check::new(id, worst.state, worst.reason),
        None if compared > 0 => Check::successful(id),
        None => {
            let left_out = checks.iter().find(|check| is_left_out(check)).and_then(|check| check.reason);
            Check::undetermined(id, left_out.unwrap_or(Reason::NotRead))
        }
    };
    check.comparing(format!("{compared} of {} files match", checks.len()))
}
