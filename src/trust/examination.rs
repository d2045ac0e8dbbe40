//! Examines a set of files: which certificates verify within the set, who signed the lists, and what is wrong.

use super::anchors::{AnchorSet, Footing};
use super::builder::TrustBuilder;
use super::bundle::TrustBundle;
use super::file_content::{Piece, pieces};
use super::list_signer::ListSigner;
use super::material::subject;
use super::path::verify_among;
use super::source::SourceKind;
use super::store::TrustStore;
use crate::pki::{Budget, Certificate};
use crate::signed_lists::MasterList;

/// What an examination of a set of files found: which certificates verify within the set, and which do not, and why.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Certificates found.
    pub certificates: usize,
    /// Certificates that parse.
    pub parsed: usize,
    /// Certificates that verify under themselves or another of the set.
    pub verified: usize,
    /// Those that do not, and lists without an authority: subject and reason.
    pub unverified: Vec<(String, String)>,
    /// Who signed the master lists among the files.
    pub signers: Vec<ListSigner>,
    /// The trust store of all files, with their revocation lists and lists of known defects.
    pub store: TrustStore,
}

impl Examination {
    /// Examines files that [`TrustBuilder::add_file`] reads: every certificate is verified under itself, or under an authority
    /// of the whole set, whether that leads to an anchor or not. This takes seconds for a large list.
    pub fn examine<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self::examine_with(TrustBuilder::new(), files)
    }

    /// The same with the tolerances of this builder.
    pub fn examine_with<'a>(mut builder: TrustBuilder, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut found = Self::default();
        let mut all = Vec::new();
        for (label, bytes) in files {
            for der in certificates(bytes) {
                found.certificates += 1;
                match Certificate::parse(&der) {
                    Ok(certificate) => all.push(certificate),
                    Err(error) => found.unverified.push((subject(&der, found.certificates - 1), error.to_string())),
                }
            }
            // The sources of the store list what was refused.
            let _ = builder.add_file(label, bytes);
        }
        found.store = builder.build();
        for source in found.store.sources() {
            match &source.kind {
                // Its signer may have been revoked by another of the files.
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
        let mut authorities = AnchorSet::default();
        for one in found.store.anchors().iter().chain(found.store.links()).chain(found.store.unanchored_links()) {
            authorities.insert_anchor(one.clone(), Footing::Full);
        }
        for certificate in &all {
            let mut budget = Budget::new(Budget::DOCUMENT);
            match verify_among(certificate, &authorities, &mut budget) {
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

/// All certificates of a file, and those of master lists and bundles in it. As a store takes no
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
