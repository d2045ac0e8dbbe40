//! Adds to a trust store that was built before: for tests that observe the effect of one more file.
#![allow(dead_code, reason = "each test program uses a part of it")]

use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::signed_lists::ListError;
use chipid::internals::tlv::{self, Tag};
use chipid::trust::{Refusal, Source};
use chipid::{TrustBuilder, TrustStore};

/// Each method replaces the store by one that is built again with one thing more.
pub trait AddTrust {
    /// Builds the store again after this change.
    fn change<T>(&mut self, change: impl FnOnce(&mut TrustBuilder) -> T) -> T;

    /// Adds a file; gives the source that the store now lists for it.
    fn add_file(&mut self, label: &str, bytes: &[u8]) -> Source;

    fn add_unverified_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<Source, ListError>;

    fn add_certificate(&mut self, der: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.add_certificate(der))
    }

    fn add_links(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.add_links(bytes))
    }

    fn pin_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.pin_signer(bytes))
    }

    fn add_evidence_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.add_evidence_signer(bytes))
    }

    fn add_online_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.add_online_signer(bytes))
    }

    fn add_list_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.change(|builder| builder.add_list_signer(bytes))
    }

    fn tolerate_digest_info_without_null(&mut self) {
        self.change(TrustBuilder::tolerate_digest_info_without_null);
    }
}

impl AddTrust for TrustStore {
    fn change<T>(&mut self, change: impl FnOnce(&mut TrustBuilder) -> T) -> T {
        let mut builder = self.to_builder();
        let changed = change(&mut builder);
        *self = builder.build();
        changed
    }

    fn add_file(&mut self, label: &str, bytes: &[u8]) -> Source {
        // An error stands in the source as well.
        let _ = self.change(|builder| builder.add_file(label, bytes));
        self.sources().last().unwrap().clone()
    }

    fn add_unverified_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<Source, ListError> {
        self.change(|builder| builder.add_unverified_master_list(label, bytes))?;
        Ok(self.sources().last().unwrap().clone())
    }
}

/// A trust bundle written by hand, with the right hash; parts in the order of their hashes.
pub fn bundle_by_hand(schema: &str, parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let text = |text: &str| tlv::encode(Tag::UTF8_STRING, text.as_bytes());
    let mut encoded: Vec<(Vec<u8>, Vec<u8>)> = parts
        .iter()
        .map(|(purpose, name, bytes)| {
            let hash = DigestAlgorithm::Sha256.digest(&[bytes]);
            let octets = |bytes: &[u8]| tlv::encode(Tag::OCTET_STRING, bytes);
            let fields = [text(purpose), text(name), text(""), octets(&hash), octets(bytes)].concat();
            (hash, tlv::encode(Tag::SEQUENCE, &fields))
        })
        .collect();
    encoded.sort();
    let parts: Vec<u8> = encoded.into_iter().flat_map(|(_, part)| part).collect();
    let (schema, parts) = (text(schema), tlv::encode(Tag::SEQUENCE, &parts));
    let made = tlv::encode(Tag::GENERALIZED_TIME, b"20260101000000Z");
    let hash = tlv::encode(Tag::OCTET_STRING, &DigestAlgorithm::Sha256.digest(&[&schema, &made, &parts]));
    tlv::encode_all(Tag::SEQUENCE, &[&schema, &made, &parts, &hash])
}
