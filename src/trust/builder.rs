//! Collects what the caller trusts, and evaluates it once.

use super::bundle::{AgePolicy, BundleError, TrustBundle};
use super::material::{Material, add_named};
use super::source::Refusal;
use super::store::TrustStore;
use crate::signed_lists::ListError;
use time::OffsetDateTime;

/// Collects trust anchors, lists and named signers, in any order; [`TrustBuilder::build`] evaluates all of it once.
///
/// An error of an `add_*` method concerns the bytes alone: they cannot be read, or are not properly signed. What a file is
/// worth beside the others is known when all have been added: [`TrustStore::sources`] and [`TrustStore::unused`] report it.
#[derive(Clone, Debug, Default)]
pub struct TrustBuilder {
    material: Material,
}

impl TrustBuilder {
    /// A builder without any trust material.
    pub fn new() -> Self {
        Self::default()
    }

    /// Evaluates everything that was added. The result does not depend on the order in which it was added.
    pub fn build(self) -> TrustStore {
        TrustStore::of(self.material)
    }

    /// Accepts lists whose signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4), as one well-known list does: the
    /// tolerance `digest_info_without_null`. A document whose trust rests on such a list alone is at best undetermined.
    pub fn tolerate_digest_info_without_null(&mut self) {
        self.material.without_null = true;
    }

    /// Adds whatever a file holds, in DER or PEM: certificates, a master list, revocation lists, a deviation or defect list,
    /// a trust bundle. The age of a bundle is judged by [`TrustBuilder::add_bundle`] only.
    ///
    /// # Errors
    /// Nothing in the file can be used, whatever else is added. The file is listed as a source all the same.
    pub fn add_file(&mut self, label: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.material.add_file(label, bytes)
    }

    /// Adds a trust bundle unless it is too old at this moment; gives when it was made. Everything in it is verified as if
    /// its files had been added one by one.
    ///
    /// # Errors
    /// The bundle is damaged or too old; nothing of it is then added.
    pub fn add_bundle(
        &mut self,
        label: &str,
        bytes: &[u8],
        at: OffsetDateTime,
        policy: AgePolicy,
    ) -> Result<OffsetDateTime, BundleError> {
        let bundle = TrustBundle::parse(bytes)?;
        policy.admit(bundle.made(), at)?;
        self.material.age_policy = policy;
        self.material.add_bundle(label, bytes, &bundle);
        Ok(bundle.made())
    }

    /// Adds the certification authorities of a master list, or of a bare `CscaMasterList`, **without verifying who signed
    /// it**: for a list from a source that the caller has authenticated otherwise. What only such a list contains needs the
    /// tolerance `unverified_list` when a document is verified, and never makes one better than undetermined.
    ///
    /// # Errors
    /// The bytes are not a master list.
    pub fn add_unverified_master_list(&mut self, label: &str, bytes: &[u8]) -> Result<(), ListError> {
        self.material.add_unverified_master_list(label, bytes)
    }

    /// Adds one certificate of an authority in DER. It is an anchor if it verifies under its own key. Any other is a link, used
    /// only where signatures lead from it to an anchor.
    ///
    /// # Errors
    /// Not a certificate, not a certification authority, or it names itself as its issuer and does not verify under its own
    /// key.
    pub fn add_certificate(&mut self, der: &[u8]) -> Result<(), Refusal> {
        self.material.add_certificate(der)
    }

    /// Trusts link certificates, in DER or PEM, as anchors: **they are trusted whoever signed them**. The report names one
    /// that a document rests on.
    ///
    /// # Errors
    /// Not certificates of authorities.
    pub fn add_link_as_anchor(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.material.add_links(bytes, true)
    }

    /// Adds link certificates, in DER or PEM, that are never anchors, not even if they verify under their own key: one is
    /// used only where signatures lead from it to an anchor.
    ///
    /// # Errors
    /// Not certificates.
    pub fn add_links(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.material.add_links(bytes, false)
    }

    /// Trusts a document signer's certificate (DER or PEM) directly: its documents are trusted although no authority is
    /// known, and the report states it.
    ///
    /// # Errors
    /// Not a certificate.
    pub fn pin_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.material.named.pinned, bytes)
    }

    /// Trusts the holder of this certificate's key (DER or PEM) to attest what a chip showed: evidence with its signature
    /// counts for the proofs that a file cannot repeat. No authority is asked.
    ///
    /// # Errors
    /// Not a certificate.
    pub fn add_evidence_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.material.named.evidence_signers, bytes)
    }

    /// Trusts the holder of this certificate's key (DER or PEM) to answer whether a document signer's certificate belongs to
    /// a card. No authority is asked; a negative answer fails the document.
    ///
    /// # Errors
    /// Not a certificate.
    pub fn add_online_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.material.named.online_signers, bytes)
    }

    /// Trusts the holder of this certificate's key (DER or PEM) to sign lists of known defects. No authority is asked.
    ///
    /// # Errors
    /// Not a certificate.
    pub fn add_list_signer(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        add_named(&mut self.material.named.list_signers, bytes)
    }

    /// How many sources were added so far: the place of the next one in [`TrustStore::sources`].
    pub fn source_count(&self) -> usize {
        self.material.sources.len()
    }
}

impl TrustStore {
    /// A builder that holds everything that was added to this store, to add more.
    pub fn to_builder(&self) -> TrustBuilder {
        TrustBuilder { material: self.material().clone() }
    }

    /// The certification authorities of a master list. **Passing the list is the act of trust**: that it verifies shows only
    /// that it is complete.
    ///
    /// # Errors
    /// A list that is malformed or does not verify.
    pub fn from_trusted_master_list(bytes: &[u8]) -> Result<Self, ListError> {
        let mut builder = TrustBuilder::new();
        builder.material.add_master_list("master list", bytes)?;
        let store = builder.build();
        let refusal = store.sources().iter().flat_map(|source| &source.refused).find_map(|one| match one.reason {
            Refusal::List(error) => Some(error),
            _ => None,
        });
        refusal.map_or(Ok(store), Err)
    }

    /// The store of a trust bundle, if it is not too old at this moment.
    ///
    /// # Errors
    /// A bundle that is damaged or too old.
    pub fn from_bundle(bytes: &[u8], at: OffsetDateTime, policy: AgePolicy) -> Result<Self, BundleError> {
        let mut builder = TrustBuilder::new();
        builder.add_bundle("trust bundle", bytes, at, policy)?;
        Ok(builder.build())
    }
}
