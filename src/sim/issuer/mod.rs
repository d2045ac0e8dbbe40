//! The issuing state: its CSCA, its document signer, EF.SOD, master lists and revocation lists (9303-10 §4.6.2, 9303-12
//! §7).
//!
//! A correct document comes from [`Issuer::sod`]; a defective one from the fields of a correct one, changed and signed
//! again ([`Issuer::csca_fields`], [`Issuer::ds_fields`], [`Issuer::sod_fields`]). All follows from the plan: the same
//! plan gives the same bytes.

mod key;
mod agreement;
mod certificate;
mod signed_data;
mod revocation_list;
mod defect_lists;
mod cv_certificate;
mod plan;
mod issuing_state;

pub use agreement::AgreementKey;
pub use certificate::{CERTIFICATE_AND_CRL_SIGN, CertificateFields, DIGITAL_SIGNATURE, Extension, Name, midnight};
pub use cv_certificate::{CvHolder, TERMINAL_PROTOCOLS, TerminalAuthority, TerminalAuthorityPlan, spoiled};
pub use defect_lists::{DefectFields, DeviationFields, defect_list_content, deviation_list_content};
pub use issuing_state::Issuer;
pub use key::{
    CurveForm, EcKey, Holder, KeyKind, RsaKey, Scheme, SigningKey, digest_identifier, ecdsa_der, explicit_parameters,
};
pub use plan::{IssuerPlan, KeyPlan};
pub use revocation_list::{RevocationListFields, RevokedEntry};
pub use signed_data::{
    Framing, SecurityObject, SignedDataFields, SignerId, attribute, master_list_content, signing_time_attribute,
};

pub(super) use key::seeded;
