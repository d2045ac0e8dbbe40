//! SignedData and what rests on it: EF.SOD, EF.CardSecurity, master lists, trust stores; and what an EF.SOD alone is worth.

use super::now;
use chipid::internals::pki::{Certificate, SignatureBudget, SignedData};
use chipid::internals::signed_lists::MasterList;
use chipid::lds::{CardSecurity, DataGroup, FileId, LdsSecurityObject, SecurityObject};
use chipid::trust::{TrustBuilder, TrustStore};
use chipid::{Document, Verdict};

/// Entries of a list that a run looks at: each costs a computation.
const MAX_LOOKED_AT: usize = 4;

pub fn all(bytes: &[u8]) {
    signed_data(bytes);
    sod(bytes);
    lds_security_object(bytes);
    card_security(bytes);
    master_list(bytes);
    trust_file(bytes);
    alone(bytes);
}

fn signed_data(bytes: &[u8]) {
    let Ok(signed) = SignedData::parse(bytes) else { return };
    let begin = bytes.as_ptr().addr();
    for der in signed.certificates() {
        let at = der.as_ptr().addr() - begin;
        assert!(super::stands_at(bytes, at, der), "a certificate is a piece of the file");
    }
    for signer in signed.signers() {
        let checked = signed.check(signer);
        for der in signed.certificates().iter().take(MAX_LOOKED_AT) {
            let Ok(certificate) = Certificate::parse(der) else { continue };
            let exactly = signer.sid().names_exactly(&certificate);
            assert!(!exactly || signer.sid().names(&certificate), "an exact name is also a lenient one");
            let Ok(key) = certificate.public_key() else { continue };
            let mut budget = SignatureBudget::new(4);
            let verified = signed.verify(signer, &key, &mut budget);
            assert!(verified.is_err() || checked.is_ok(), "what verifies follows the rules");
        }
    }
    assert_eq!(signed.only_signer().is_ok(), signed.signers().len() == 1);
}

fn sod(bytes: &[u8]) {
    let Ok(sod) = SecurityObject::parse(bytes) else { return };
    hashes(sod.content());
    let listed: Vec<DataGroup> = sod.data_groups().collect();
    assert!(listed.iter().all(|group| sod.content().hash(*group).is_some()));
    LdsSecurityObject::parse(sod.signed_data().content()).expect("the content parses on its own");
}

fn lds_security_object(bytes: &[u8]) {
    if let Ok(object) = LdsSecurityObject::parse(bytes) {
        hashes(&object);
    }
}

fn hashes(object: &LdsSecurityObject) {
    for group in DataGroup::all() {
        // Nobody finds a file for a hash.
        assert_ne!(object.hash_matches(group, b"no file has these bytes"), Some(true));
        assert!(object.digest().is_none() || object.hash(group).is_some() || object.hash_matches(group, b"").is_none());
    }
}

fn card_security(bytes: &[u8]) {
    let Ok(file) = CardSecurity::parse(bytes) else { return };
    assert!(file.chip_keys.len() <= file.security_infos.infos.len());
}

fn master_list(bytes: &[u8]) {
    let Ok(list) = MasterList::parse(bytes) else { return };
    if let Ok(store) = TrustStore::from_trusted_master_list(bytes) {
        assert!(store.anchors().len() <= list.entries().count(), "only its entries are anchors");
    }
    for entry in list.entries().take(MAX_LOOKED_AT) {
        let _ = Certificate::parse(entry);
    }
}

/// Whatever a file holds, only whole certificates become anchors.
fn trust_file(bytes: &[u8]) {
    let mut store = TrustBuilder::new();
    let _ = store.add_file("a file", bytes);
    let store = store.build();
    assert_eq!(store.sources().len(), 1);
    assert!(store.anchors().iter().all(|anchor| Certificate::parse(anchor.der()).is_ok()));
    assert!(store.pinned_signers().is_empty(), "no file pins a signer by itself");
}

/// An EF.SOD alone, or beside an EF.DG1 that it may list, without an anchor: never authentic.
fn alone(bytes: &[u8]) {
    let dg1 = (FileId::DataGroup(DataGroup::DG1), b"\x61\x00".to_vec());
    let report = Document::from_files([(FileId::Sod, bytes.to_vec()), dg1], None).verify(&TrustStore::empty(), now());
    assert!(report.verdict() <= Verdict::Undetermined);
}
