//! What an issuing state is to be: its keys, algorithms, names and dates.

use super::key::{CurveForm, KeyKind, Scheme};
use crate::crypto::{CurveId, DigestAlgorithm};
use time::OffsetDateTime;
use time::macros::datetime;

/// A key and what it signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlan {
    /// The key.
    pub kind: KeyKind,
    /// How its certificate names a curve.
    pub form: CurveForm,
    /// The algorithm it signs with.
    pub scheme: Scheme,
}

impl KeyPlan {
    /// RSA with PKCS #1 v1.5.
    pub const fn rsa(bits: u16, digest: DigestAlgorithm) -> Self {
        Self { kind: KeyKind::Rsa(bits), form: CurveForm::Named, scheme: Scheme::RsaPkcs1(digest) }
    }

    /// RSA with PSS, one digest throughout.
    pub const fn pss(bits: u16, digest: DigestAlgorithm, salt: u8) -> Self {
        let scheme = Scheme::RsaPss { digest, mgf: digest, salt };
        Self { kind: KeyKind::Rsa(bits), form: CurveForm::Named, scheme }
    }

    /// DSA.
    pub const fn dsa(bits: u16, digest: DigestAlgorithm) -> Self {
        Self { kind: KeyKind::Dsa(bits), form: CurveForm::Named, scheme: Scheme::Dsa(digest) }
    }

    /// ECDSA, the curve by its parameters.
    pub const fn ecdsa(curve: CurveId, digest: DigestAlgorithm) -> Self {
        Self { kind: KeyKind::Ec(curve), form: CurveForm::Explicit, scheme: Scheme::Ecdsa(digest) }
    }
}

/// What an issuer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerPlan {
    /// Two letters, for names: `VN`.
    pub country: String,
    /// Three letters, as in the MRZ: `VNM`.
    pub state: String,
    /// The organization in names.
    pub organization: String,
    /// The country signing authority.
    pub csca: KeyPlan,
    /// The document signer.
    pub ds: KeyPlan,
    /// The algorithm in EF.SOD, where it is not that of the document signer's plan (plain ECDSA, rsaEncryption …).
    pub sod_scheme: Option<Scheme>,
    /// Validity of the CSCA certificate.
    pub csca_validity: (OffsetDateTime, OffsetDateTime),
    /// Validity of the document signer's certificate.
    pub ds_validity: (OffsetDateTime, OffsetDateTime),
    /// When documents are signed; also the attribute signingTime, if `states_signing_time`.
    pub issued: OffsetDateTime,
    /// Whether EF.SOD holds the attribute signingTime.
    pub states_signing_time: bool,
    /// Document types of the document signer.
    pub document_types: Vec<String>,
    /// LDS security object version: 0 or 1.
    pub lds_version: u8,
    /// The digest of the data groups.
    pub lds_digest: DigestAlgorithm,
    /// Whether signer infos name the signer by key id (else by issuer and serial).
    pub signer_by_key_id: bool,
    /// Letters of the path in the document signer's distribution point: makes EF.SOD as long as one likes.
    pub path_letters: usize,
    /// Makes the EC keys of one issuer differ from another's.
    pub label: String,
}

impl IssuerPlan {
    /// An issuer with the usual dates: documents signed on 1 July 2023, certificates that outlive them (9303-12 §5): CSCA
    /// 2020–2045, document signer 2022–2042.
    pub fn new(country: &str, state: &str, organization: &str, csca: KeyPlan, ds: KeyPlan) -> Self {
        Self {
            country: country.to_owned(),
            state: state.to_owned(),
            organization: organization.to_owned(),
            csca,
            ds,
            sod_scheme: None,
            csca_validity: (datetime!(2020-01-01 0:00 UTC), datetime!(2045-01-01 0:00 UTC)),
            ds_validity: (datetime!(2022-01-01 0:00 UTC), datetime!(2042-01-01 0:00 UTC)),
            issued: datetime!(2023-07-01 0:00 UTC),
            states_signing_time: false,
            document_types: vec!["ID".to_owned()],
            lds_version: 0,
            lds_digest: ds.scheme.digest(),
            signer_by_key_id: false,
            path_letters: 0,
            label: "one".to_owned(),
        }
    }
}
