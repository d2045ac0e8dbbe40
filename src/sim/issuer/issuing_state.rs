//! The issuing state: certificates, EF.SOD, EF.CardSecurity, master lists and revocation lists under its keys.

use super::certificate::{CERTIFICATE_AND_CRL_SIGN, CertificateFields, DIGITAL_SIGNATURE, Extension, Name};
use super::key::{Holder, SigningKey, seeded};
use super::plan::IssuerPlan;
use super::revocation_list::RevocationListFields;
use super::signed_data::{SecurityObject, SignedDataFields, SignerId, master_list_content};
use crate::crypto::{CryptoError, DigestAlgorithm, SeededRandom};
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};
use time::OffsetDateTime;

/// An issuing state with its keys and certificates.
pub struct Issuer {
    plan: IssuerPlan,
    csca_key: SigningKey,
    ds_key: SigningKey,
    csca: Vec<u8>,
    ds: Vec<u8>,
}

impl Issuer {
    /// The issuer of this plan.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not, or for a scheme that its key cannot do.
    pub fn new(plan: IssuerPlan) -> Result<Self, CryptoError> {
        let csca_key = SigningKey::of(plan.csca.kind, Holder::Csca, &plan.label)?;
        let ds_key = SigningKey::of(plan.ds.kind, Holder::DocumentSigner, &plan.label)?;
        let mut issuer = Self { plan, csca_key, ds_key, csca: Vec::new(), ds: Vec::new() };
        issuer.csca = issuer.sign_with_csca(&issuer.csca_fields())?;
        issuer.ds = issuer.sign_with_csca(&issuer.ds_fields())?;
        Ok(issuer)
    }

    /// What it is.
    pub fn plan(&self) -> &IssuerPlan {
        &self.plan
    }

    /// The CSCA certificate, DER.
    pub fn csca(&self) -> &[u8] {
        &self.csca
    }

    /// The document signer's certificate, DER.
    pub fn ds(&self) -> &[u8] {
        &self.ds
    }

    /// The CSCA's private key.
    pub fn csca_key(&self) -> &SigningKey {
        &self.csca_key
    }

    /// The document signer's private key.
    pub fn ds_key(&self) -> &SigningKey {
        &self.ds_key
    }

    /// EF.SOD over these data groups, each its number and its file.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan's scheme is none of the key.
    pub fn sod(&self, groups: &[(u8, &[u8])]) -> Result<Vec<u8>, CryptoError> {
        self.sign_sod(&self.sod_fields(groups))
    }

    /// The fields of the CSCA certificate, self-signed.
    pub fn csca_fields(&self) -> CertificateFields {
        let plan = &self.plan;
        let (from, to) = plan.csca_validity;
        let key_id = self.csca_key.key_id();
        let address = format!("http://crl.example.{}/csca", plan.country.to_lowercase());
        CertificateFields {
            version: Some(2),
            serial: vec![0x01],
            scheme: plan.csca.scheme,
            outer_algorithm: None,
            signature: None,
            issuer: self.csca_name(),
            subject: self.csca_name(),
            not_before: from,
            not_after: to,
            always_generalized_time: false,
            public_key: self.csca_key.spki(plan.csca.form),
            unique_identifier: None,
            extensions: vec![
                Extension::authority_key_id(&key_id),
                Extension::subject_key_id(&key_id),
                Extension::key_usage(CERTIFICATE_AND_CRL_SIGN),
                Extension::authority(Some(0)),
                Extension::private_key_usage(from, from + time::Duration::days(5 * 365 + 1)),
                Extension::alternative_name(oid::SUBJECT_ALT_NAME, &plan.state),
                Extension::alternative_name(oid::ISSUER_ALT_NAME, &plan.state),
                Extension::crl_distribution_point(&address),
            ],
        }
    }

    /// The fields of a link certificate: this CSCA's key, certified by an older CSCA (9303-12 §4.2).
    pub fn link_fields(&self, older: &Issuer) -> CertificateFields {
        let fields = CertificateFields {
            serial: vec![0x02],
            scheme: older.plan.csca.scheme,
            issuer: older.csca_name(),
            ..self.csca_fields()
        };
        fields
            .with(Extension::authority_key_id(&older.csca_key.key_id()))
            .with(Extension::alternative_name(oid::ISSUER_ALT_NAME, &older.plan.state))
    }

    /// The link certificate of this CSCA under an older one.
    ///
    /// # Errors
    /// [`CryptoError`] where the older one's scheme is none of its key.
    pub fn link(&self, older: &Issuer) -> Result<Vec<u8>, CryptoError> {
        older.sign_with_csca(&self.link_fields(older))
    }

    /// The fields of the document signer's certificate.
    pub fn ds_fields(&self) -> CertificateFields {
        let plan = &self.plan;
        let (from, to) = plan.ds_validity;
        let types: Vec<&str> = plan.document_types.iter().map(String::as_str).collect();
        let country = plan.country.to_lowercase();
        let address = format!("http://crl.example.{country}/{}", "c".repeat(plan.path_letters));
        CertificateFields {
            version: Some(2),
            serial: vec![0x10, 0x01],
            scheme: plan.csca.scheme,
            outer_algorithm: None,
            signature: None,
            issuer: self.csca_name(),
            subject: Name::new(&plan.country, &plan.organization, "Document Signer 001 (invented)"),
            not_before: from,
            not_after: to,
            always_generalized_time: false,
            public_key: self.ds_key.spki(plan.ds.form),
            unique_identifier: None,
            extensions: vec![
                Extension::authority_key_id(&self.csca_key.key_id()),
                Extension::subject_key_id(&self.ds_key.key_id()),
                Extension::key_usage(DIGITAL_SIGNATURE),
                Extension::private_key_usage(from, from + time::Duration::days(2 * 365)),
                Extension::alternative_name(oid::SUBJECT_ALT_NAME, &plan.state),
                Extension::alternative_name(oid::ISSUER_ALT_NAME, &plan.state),
                Extension::document_types(&types),
                Extension::crl_distribution_point(&address),
            ],
        }
    }

    /// The fields of EF.SOD over these data groups.
    pub fn sod_fields(&self, groups: &[(u8, &[u8])]) -> SignedDataFields {
        let object = SecurityObject::over(self.plan.lds_version, self.plan.lds_digest, groups);
        self.sod_fields_over(&object)
    }

    /// The fields of EF.SOD over this security object.
    pub fn sod_fields_over(&self, object: &SecurityObject) -> SignedDataFields {
        self.fields_of(oid::ID_ICAO_LDS_SECURITY_OBJECT, object.encode())
    }

    /// The fields of what the document signer signs.
    fn fields_of(&self, content_type: Oid, content: Vec<u8>) -> SignedDataFields {
        let ds = self.ds_fields();
        let signer = if self.plan.signer_by_key_id {
            SignerId::KeyId(self.ds_key.key_id())
        } else {
            SignerId::IssuerAndSerial(ds.issuer.encode(), ds.serial)
        };
        let time = self.plan.states_signing_time.then_some(self.plan.issued);
        let scheme = self.plan.sod_scheme.unwrap_or(self.plan.ds.scheme);
        SignedDataFields::new(content_type, content, signer, scheme, time).with_certificates(&[&self.ds])
    }

    /// A certificate under the CSCA's key.
    ///
    /// # Errors
    /// [`CryptoError`] where the scheme is none of the key.
    pub fn sign_with_csca(&self, fields: &CertificateFields) -> Result<Vec<u8>, CryptoError> {
        fields.sign(&self.csca_key, &mut self.random("certificate", &fields.encode()))
    }

    /// EF.SOD from these fields, under the document signer's key: DO'77' around a ContentInfo.
    ///
    /// # Errors
    /// [`CryptoError`] where the scheme is none of the key.
    pub fn sign_sod(&self, fields: &SignedDataFields) -> Result<Vec<u8>, CryptoError> {
        let mut random = self.random("signed data", &fields.content.clone().unwrap_or_default());
        Ok(tlv::encode(Tag(0x77), &fields.sign(&self.ds_key, &mut random)?))
    }

    /// The fields of EF.CardSecurity over these infos, by the document signer (9303-11 §9.2.11).
    pub fn card_security_fields(&self, infos: &[Vec<u8>]) -> SignedDataFields {
        self.fields_of(oid::ID_SECURITY_OBJECT, tlv::encode(Tag::SET, &infos.concat()))
    }

    /// EF.CardSecurity from these fields, under the document signer's key: a ContentInfo.
    ///
    /// # Errors
    /// [`CryptoError`] where the scheme is none of the key.
    pub fn sign_card_security(&self, fields: &SignedDataFields) -> Result<Vec<u8>, CryptoError> {
        fields.sign(&self.ds_key, &mut self.random("card security", &fields.content.clone().unwrap_or_default()))
    }

    /// A master list of these CSCA certificates, signed by a key that this CSCA certified for it (9303-12 §9).
    ///
    /// # Errors
    /// [`CryptoError`] where the plan's scheme is none of the key.
    pub fn master_list(&self, certificates: &[&[u8]]) -> Result<Vec<u8>, CryptoError> {
        self.sign_list(&self.master_list_fields(certificates)?)
    }

    /// A list from these fields, under the key that signs lists.
    ///
    /// # Errors
    /// [`CryptoError`] where there is no such key, or the scheme is none of it.
    pub fn sign_list(&self, fields: &SignedDataFields) -> Result<Vec<u8>, CryptoError> {
        let key = self.master_list_key()?;
        fields.sign(&key, &mut self.random("master list", &fields.content.clone().unwrap_or_default()))
    }

    /// The key that signs master lists.
    ///
    /// # Errors
    /// [`CryptoError`] where there is no such key.
    pub fn master_list_key(&self) -> Result<SigningKey, CryptoError> {
        SigningKey::of(self.plan.ds.kind, Holder::DocumentSigner, "master list signer")
    }

    /// The fields of a master list of these CSCA certificates.
    ///
    /// # Errors
    /// [`CryptoError`] where there is no such key.
    pub fn master_list_fields(&self, certificates: &[&[u8]]) -> Result<SignedDataFields, CryptoError> {
        let purpose = Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY);
        self.list_fields(oid::ID_ICAO_CSCA_MASTER_LIST, master_list_content(certificates), &[purpose])
    }

    /// The fields of a signed list with this content, by a signer whose certificate has these extensions besides.
    ///
    /// # Errors
    /// [`CryptoError`] where there is no such key.
    pub fn list_fields(
        &self,
        content_type: Oid,
        content: Vec<u8>,
        extensions: &[Extension],
    ) -> Result<SignedDataFields, CryptoError> {
        let key = self.master_list_key()?;
        let mut fields = self.ds_fields().without(oid::ID_ICAO_DOCUMENT_TYPE_LIST);
        fields.serial = vec![0x20, 0x01];
        fields.subject = Name::new(&self.plan.country, &self.plan.organization, "Master List Signer (invented)");
        fields.public_key = key.spki(self.plan.ds.form);
        let fields = fields.with(Extension::subject_key_id(&key.key_id()));
        let fields = extensions.iter().cloned().fold(fields, CertificateFields::with);
        let signer = self.sign_with_csca(&fields)?;
        let id = SignerId::KeyId(key.key_id());
        let time = Some(self.plan.issued);
        Ok(SignedDataFields::new(content_type, content, id, self.plan.ds.scheme, time)
            .with_certificates(&[&signer, &self.csca]))
    }

    /// The fields of a revocation list that revokes nothing, issued at this moment for 90 days.
    pub fn revocation_list_fields(&self, this_update: OffsetDateTime) -> RevocationListFields {
        RevocationListFields {
            version: Some(1),
            scheme: self.plan.csca.scheme,
            outer_algorithm: None,
            issuer: self.csca_name(),
            this_update,
            next_update: Some(this_update + time::Duration::days(90)),
            revoked: Vec::new(),
            extensions: vec![Extension::authority_key_id(&self.csca_key.key_id()), Extension::crl_number(1)],
        }
    }

    /// A revocation list from these fields, under the CSCA's key.
    ///
    /// # Errors
    /// [`CryptoError`] where the scheme is none of the key.
    pub fn sign_revocation_list(&self, fields: &RevocationListFields) -> Result<Vec<u8>, CryptoError> {
        fields.sign(&self.csca_key, &mut self.random("revocation list", &fields.encode()))
    }

    fn csca_name(&self) -> Name {
        Name::new(&self.plan.country, &self.plan.organization, "CSCA (invented)")
    }

    /// Random bytes for one signature, of their own for each label, purpose and content.
    fn random(&self, purpose: &str, content: &[u8]) -> SeededRandom {
        let digest = hex::encode(DigestAlgorithm::Sha256.digest(&[content]));
        seeded(&format!("{} {purpose} {digest}", self.plan.label))
    }
}
