//! Key pairs that keys are agreed with: chip authentication over curves and DH groups, and its mapping (9303-11 §6.2,
//! TR-03110-3 §A.4.2).

use super::super::der;
use super::key::{CurveForm, ec_algorithm, seeded};
use crate::crypto::{CryptoError, DhGroupId, Element, GroupId, Secret};
use crate::oid;
use crate::tlv::{self, Tag};

/// A key pair for key agreement.
pub struct AgreementKey {
    /// The group.
    pub group: GroupId,
    /// The private number.
    pub private: Secret,
    /// The public point or number.
    pub public: Element,
}

impl AgreementKey {
    /// The chip's key in this group; `label` makes keys differ.
    ///
    /// # Errors
    /// [`CryptoError`] never, in fact: every group has keys.
    pub fn of(group: GroupId, label: &str) -> Result<Self, CryptoError> {
        Self::new(group, group.random_private(&mut seeded(&format!("Chip {} {label}", group.name())))?)
    }

    /// The key with this private number.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] unless it is from 1 to the order minus 1.
    pub fn new(group: GroupId, private: Secret) -> Result<Self, CryptoError> {
        let public = group.power(&private, &group.generator())?;
        Ok(Self { group, private, public })
    }

    /// The SubjectPublicKeyInfo. A DH group is named by dhpublicnumber and p, g, q where a curve has explicit
    /// parameters, and by dhKeyAgreement and p, g where a curve has its name (RFC 3279 §2.3.3, PKCS #3 §9).
    pub fn spki(&self, form: CurveForm) -> Vec<u8> {
        let (algorithm, key) = match (&self.public, self.group) {
            (Element::Number(number), GroupId::Dh(group)) => {
                (dh_algorithm(group, form), der::integer(number.unsigned()))
            }
            (public, GroupId::Curve(curve)) => (ec_algorithm(curve, form), self.group.encode(public)),
            (_, GroupId::Dh(group)) => (dh_algorithm(group, form), Vec::new()),
        };
        let algorithm = tlv::encode(Tag::SEQUENCE, &algorithm);
        der::sequence(&[&algorithm, &tlv::encode_all(Tag::BIT_STRING, &[&[0], &key])])
    }
}

/// The content of the AlgorithmIdentifier of a key of a DH group.
fn dh_algorithm(group: DhGroupId, form: CurveForm) -> Vec<u8> {
    let (p, g, q) =
        (der::integer(group.prime()), der::integer(group.generator().unsigned()), der::integer(group.order()));
    let (algorithm, parameters) = match form {
        CurveForm::Named => (oid::DH_KEY_AGREEMENT, der::sequence(&[&p, &g])),
        CurveForm::Explicit => (oid::DH_PUBLIC_NUMBER, der::sequence(&[&p, &g, &q])),
        CurveForm::Standardized => (oid::STANDARDIZED_DOMAIN_PARAMETERS, der::integer(&[group.parameter_id()])),
    };
    [der::oid(algorithm), parameters].concat()
}
