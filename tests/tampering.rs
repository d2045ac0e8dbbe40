//! Does every altered byte of a genuine document make it fail?
//!
//! The control first: the untouched document is genuine. By default every byte of the small files and every sixteenth of
//! DG2 is altered; `CHIPID_FULL=1` alters every byte of all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use chipid::internals::tlv::{Reader, Tag, Tlv};
use chipid::lds::{DataGroup, FileId};
use chipid::sim::{Profile, profile};
use chipid::trust::TrustStore;
use chipid::{Document, Proofs, Verdict};
use reading::{now, read, trust};
use std::ops::Range;

struct Stored {
    files: Vec<(FileId, Vec<u8>)>,
    proofs: Proofs,
    trust: TrustStore,
}

impl Stored {
    fn of(profile: &Profile) -> Self {
        let document = read(profile);
        let files = document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
        Self { files, proofs: document.proofs(), trust: trust(profile) }
    }

    fn verdict(&self) -> Verdict {
        Document::from_files(self.files.clone(), Some(self.proofs.clone())).verify(&self.trust, now()).verdict()
    }

    /// The offsets of a file whose alteration does not fail, with what it gives.
    fn survivors(&mut self, file: FileId, mask: u8, step: usize) -> Vec<(usize, Verdict)> {
        let place = self.files.iter().position(|(own, _)| *own == file).unwrap();
        let mut found = Vec::new();
        for offset in (0..self.files[place].1.len()).step_by(step) {
            self.files[place].1[offset] ^= mask;
            let verdict = self.verdict();
            if verdict != Verdict::Failed {
                found.push((offset, verdict));
            }
            self.files[place].1[offset] ^= mask;
        }
        found
    }
}

fn is_full() -> bool {
    std::env::var_os("CHIPID_FULL").is_some()
}

#[test]
fn every_altered_byte_of_a_data_group_fails() {
    for profile in [profile::vn(), profile::passport()] {
        let mut stored = Stored::of(&profile);
        let control = stored.verdict();
        assert!(control >= Verdict::DataAuthentic, "{}", profile.name);
        let groups: Vec<FileId> =
            stored.files.iter().map(|(file, _)| *file).filter(|file| matches!(file, FileId::DataGroup(_))).collect();
        for file in groups {
            let step = if file == FileId::DataGroup(DataGroup::DG2) && !is_full() { 16 } else { 1 };
            let survivors = stored.survivors(file, 0x01, step);
            assert!(survivors.is_empty(), "{} of {}: {survivors:?}", file, profile.name);
        }
    }
}

/// The bytes of EF.SOD whose alteration does not fail, each with its reason; all but the signer's identifier are at best
/// undetermined.
struct Uncovered {
    /// The framing of the certificates: without it none came along, and the store may hold the signer's.
    certificates: Vec<usize>,
    /// The key identifier of the authority: it then names another authority of the same name, which the store may lack.
    authority: Range<usize>,
    /// The issuer in the signer's identifier, which no signature covers: order and string types are compared leniently.
    signer: Range<usize>,
    /// The signature algorithm, which no signature covers: an unknown one is not supported.
    algorithm: Range<usize>,
}

impl Uncovered {
    fn of(sod: &[u8]) -> Self {
        let signed = child(child(child(Reader::new(sod).next().unwrap(), 0), 1), 0);
        let certificates = child(signed, 3);
        let signer = child(child(signed, 4), 0);
        let range = |tlv: Tlv<'_>| tlv.at..tlv.at + tlv.raw.len();
        let certificate = child(certificates, 0);
        let extensions = child(child(child(certificate, 0), 7), 0);
        let authority = [0x06, 0x03, 0x55, 0x1D, 0x23];
        let authority = (0..).map(|index| child(extensions, index)).find(|one| one.value.starts_with(&authority));
        Self {
            certificates: vec![certificates.at, certificate.at],
            authority: range(authority.unwrap()),
            // Named by key identifier, the signer has no issuer to be lenient with.
            signer: if child(signer, 1).tag == Tag::SEQUENCE { range(child(child(signer, 1), 0)) } else { 0..0 },
            algorithm: range(child(signer, 4)),
        }
    }

    fn explains(&self, offset: usize, verdict: Verdict) -> bool {
        let is_unsigned =
            self.certificates.contains(&offset) || self.authority.contains(&offset) || self.algorithm.contains(&offset);
        self.signer.contains(&offset) || (is_unsigned && verdict == Verdict::Undetermined)
    }
}

fn child(tlv: Tlv<'_>, index: usize) -> Tlv<'_> {
    let mut children = tlv.children();
    for _ in 0..index {
        children.next().unwrap();
    }
    children.next().unwrap()
}

#[test]
fn every_altered_byte_of_the_security_object_fails() {
    for profile in [profile::vn(), profile::passport(), profile::hardened()] {
        let mut stored = Stored::of(&profile);
        assert!(stored.verdict() >= Verdict::DataAuthentic, "{}", profile.name);
        let sod = stored.files.iter().find(|(file, _)| *file == FileId::Sod).unwrap().1.clone();
        let uncovered = Uncovered::of(&sod);
        let masks: &[u8] = if is_full() { &[0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] } else { &[0x01, 0x80] };
        for &mask in masks {
            let survivors = stored.survivors(FileId::Sod, mask, 1);
            println!("{} with {mask:02X}: {} bytes altered, {} not failed", profile.name, sod.len(), survivors.len());
            let unexplained: Vec<_> =
                survivors.into_iter().filter(|(offset, verdict)| !uncovered.explains(*offset, *verdict)).collect();
            assert!(unexplained.is_empty(), "{} with {mask:02X}: {unexplained:?}", profile.name);
        }
    }
}

#[test]
fn files_of_two_persons_do_not_mix() {
    let mut other = profile::vn();
    other.person.primary = "TRAN".into();
    let (a, b) = (Stored::of(&profile::vn()), Stored::of(&other));
    for (file, bytes) in &b.files {
        let mut mixed = Stored { files: a.files.clone(), proofs: a.proofs.clone(), trust: trust(&profile::vn()) };
        let place = mixed.files.iter().position(|(own, _)| own == file).unwrap();
        if mixed.files[place].1 == *bytes {
            continue;
        }
        mixed.files[place].1 = bytes.clone();
        assert_eq!(mixed.verdict(), Verdict::Failed, "{file}");
    }
}

#[test]
fn a_taken_away_file_never_helps() {
    for profile in [profile::vn(), profile::passport(), profile::hardened()] {
        let whole = Stored::of(&profile);
        let control = whole.verdict();
        for index in 0..whole.files.len() {
            let mut files = whole.files.clone();
            let (file, _) = files.remove(index);
            let less = Stored { files, proofs: whole.proofs.clone(), trust: trust(&profile) };
            let verdict = less.verdict();
            assert!(verdict <= control, "{} without {file}: {verdict:?}", profile.name);
            if file == FileId::Sod {
                assert!(verdict <= Verdict::Undetermined, "{} without {file}", profile.name);
            }
        }
    }
}
