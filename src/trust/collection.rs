//! A set of files under examination: which certificates verify within the set, whose word the lists are, and what is amiss.

use super::bundle::TrustBundle;
use super::intake::subject;
use super::list_signer::ListSigner;
use super::path::verify_among;
use super::pieces::{Piece, pieces};
use super::source::SourceKind;
use super::trust_store::TrustStore;
use crate::pki::{Budget, Certificate, MasterList};

/// A set of certificates under examination: which verify within the set, and which do not, and why.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Certificates found.
    pub certificates: usize,
    /// Certificates that parse.
    pub parsed: usize,
    /// Certificates that verify under themselves or another of the set.
    pub verified: usize,
    /// Those that do not, and lists that nobody vouches for: subject and reason.
    pub unverified: Vec<(String, String)>,
    /// Who signed the master lists among the files.
    pub signers: Vec<ListSigner>,
    /// All that the files hold, as a store takes it: revocation lists and lists of known defects are there.
    pub store: TrustStore,
}

impl Collection {
    /// Examines files as [`TrustStore::add_file`] takes them: every certificate is verified under every candidate of the
    /// whole set. Seconds of work for a large list.
    pub fn examine<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self::examine_with(TrustStore::new(), files)
    }

    /// The same, the files being taken by this store, with the tolerances that it has.
    pub fn examine_with<'a>(store: TrustStore, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut found = Self { store, ..Self::default() };
        let mut all = Vec::new();
        for (label, bytes) in files {
            for der in certificates(bytes) {
                found.certificates += 1;
                match Certificate::parse(&der) {
                    Ok(certificate) => all.push(certificate),
                    Err(error) => found.unverified.push((subject(&der, found.certificates - 1), error.to_string())),
                }
            }
            found.store.add_file(label, bytes);
        }
        for source in found.store.sources() {
            match &source.kind {
                // Whole as it is, another of the files may have taken its signer's word away.
                SourceKind::MasterList(signer) => match source.refused.iter().find(|one| one.reason.is_of_list()) {
                    Some(refused) => found.unverified.push((source.label.clone(), refused.reason.to_string())),
                    None => found.signers.push(signer.as_ref().clone()),
                },
                // Certificates are examined one by one below; a bundle's parts are sources of their own.
                SourceKind::Certificates | SourceKind::Bundle => {}
                _ => found
                    .unverified
                    .extend(source.refused.iter().map(|refused| (refused.subject.clone(), refused.reason.to_string()))),
            }
        }
        found.parsed = all.len();
        for certificate in &all {
            let mut budget = Budget::new(Budget::DOCUMENT);
            match verify_among(certificate, &found.store, &mut budget) {
                Ok(()) => found.verified += 1,
                Err(reason) => found.unverified.push((certificate.subject().to_string(), reason.to_string())),
            }
        }
        let revocation = found.store.revocation_lists().iter().map(|one| (one.label(), one.authority()));
        let defects = found.store.defect_lists().iter().map(|one| (one.label(), one.authority()));
        let unvouched = revocation.chain(defects).filter_map(|(label, authority)| Some((label, authority.err()?)));
        found.unverified.extend(unvouched.map(|(label, refusal)| (label.to_owned(), refusal.to_string())));
        found
    }
}

/// All certificates of a file: those that stand in it, and those of master lists and bundles in it. As a store takes no
/// bundle within a bundle, none is opened here.
fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    match TrustBundle::parse(bytes) {
        Ok(bundle) => bundle.parts().iter().flat_map(|part| certificates_of_pieces(part.bytes())).collect(),
        Err(_) => certificates_of_pieces(bytes),
    }
}

fn certificates_of_pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for piece in pieces(bytes) {
        match piece {
            Piece::Certificate(der) => all.push(der),
            Piece::MasterList(der) => {
                if let Ok(list) = MasterList::parse(&der) {
                    all.extend(list.entries().map(<[u8]>::to_vec));
                }
            }
            _ => {}
        }
    }
    all
}
