//! Public keys of certificates and of chips: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, 9303-11 §9.4.4).
//!
//! RSA keys (also those named id-RSASSA-PSS), and elliptic curve keys on a named curve, a standardised parameter id, or
//! explicit parameters that match a known curve exactly; Diffie-Hellman keys of a known group, likewise; DSA keys with
//! their domain parameters.

use super::algorithm_identifier::{AlgorithmIdentifier, EncodingNote};
use super::rsa::encode_public_key;
use super::{CryptoError, CurveId, DhGroupId, DsaPublicKey, GroupId, Number, Point, RsaPublicKey};
use crate::oid::{self, Oid};
use crate::tlv::{
    Reader, Tag, Tlv, bit_string_octets, encode, encode_all, integer_content, small_integer, unsigned_integer,
};

/// A public key, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// An RSA key.
    Rsa(RsaPublicKey),
    /// An elliptic curve key, for signatures or key agreement.
    Ec {
        /// The curve.
        curve: CurveId,
        /// The point, which is on that curve.
        point: Point,
    },
    /// A Diffie-Hellman key, for key agreement.
    Dh {
        /// The group.
        group: DhGroupId,
        /// The number, which is of that group.
        number: Number,
    },
    /// A DSA key.
    Dsa(DsaPublicKey),
}

impl PublicKey {
    /// Reads a whole SubjectPublicKeyInfo.
    ///
    /// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`
    ///
    /// # Errors
    /// [`CryptoError::Malformed`], [`CryptoError::Unsupported`] (another algorithm, or a curve that is not in the
    /// table), [`CryptoError::BadKey`] or [`CryptoError::BadPoint`].
    pub fn from_spki(der: &[u8]) -> Result<Self, CryptoError> {
        Self::from_spki_with_notes(der).map(|(key, _)| key)
    }

    /// Reads a whole SubjectPublicKeyInfo, and says what in it differs losslessly from its standard.
    ///
    /// # Errors
    /// As [`PublicKey::from_spki`].
    pub fn from_spki_with_notes(der: &[u8]) -> Result<(Self, Vec<EncodingNote>), CryptoError> {
        let mut reader = Reader::new(der);
        let mut fields = reader.expect(Tag::SEQUENCE, "SubjectPublicKeyInfo")?.children();
        reader.finish()?;
        let identifier = AlgorithmIdentifier::read(&mut fields)?;
        let key = fields.expect(Tag::BIT_STRING, "subjectPublicKey")?;
        fields.finish()?;
        let key = bit_string_octets(key.value).ok_or(CryptoError::Malformed)?;
        let mut notes = Vec::new();
        let key = match identifier.algorithm {
            oid::RSA_ENCRYPTION => {
                if !identifier.has_null()? {
                    notes.push(EncodingNote::ParametersMissing);
                }
                Self::Rsa(rsa_key(key)?)
            }
            // Its parameters, if any, restrict what the key signs; a signature states its own.
            oid::ID_RSASSA_PSS => Self::Rsa(rsa_key(key)?.restricted_to_pss()),
            oid::ID_EC_PUBLIC_KEY => {
                let (curve, explicit) = ec_parameters(identifier.parameters.ok_or(CryptoError::Malformed)?)?;
                if explicit {
                    notes.push(EncodingNote::ExplicitCurve);
                }
                Self::Ec { curve, point: curve.curve().decode_point(key)? }
            }
            oid::STANDARDIZED_DOMAIN_PARAMETERS => {
                match standardized(identifier.parameters.ok_or(CryptoError::Malformed)?)? {
                    GroupId::Curve(curve) => Self::Ec { curve, point: curve.curve().decode_point(key)? },
                    GroupId::Dh(group) => dh_key(group, key)?,
                }
            }
            oid::DH_KEY_AGREEMENT | oid::DH_PUBLIC_NUMBER => {
                let parameters = identifier.parameters.ok_or(CryptoError::Malformed)?;
                dh_key(dh_parameters(identifier.algorithm, parameters)?, key)?
            }
            oid::ID_DSA => Self::Dsa(dsa_key(identifier.parameters, key)?),
            _ => return Err(CryptoError::Unsupported),
        };
        Ok((key, notes))
    }

    /// The same key, ready to verify many signatures: worthwhile from about a dozen on under an elliptic curve key.
    #[must_use]
    pub fn for_many_signatures(self) -> Self {
        match self {
            Self::Ec { curve, ref point } => match curve.curve().for_many_signatures(point) {
                Ok(point) => Self::Ec { curve, point },
                Err(_) => self,
            },
            Self::Rsa(_) | Self::Dh { .. } | Self::Dsa(_) => self,
        }
    }

    /// Bits of the RSA modulus, of the curve's field, or of the prime of DH and DSA.
    pub fn key_bits(&self) -> usize {
        match self {
            Self::Rsa(key) => key.modulus_bits(),
            Self::Ec { curve, .. } => curve.bits(),
            Self::Dh { group, .. } => group.bits(),
            Self::Dsa(key) => key.modulus_bits(),
        }
    }

    /// What it is, for a reader of reports: `RSA-2048`, `EC brainpoolP384r1`, `DH modp-2048-256`, `DSA-2048`.
    pub fn describe(&self) -> String {
        match self {
            Self::Rsa(key) => format!("RSA-{}", key.modulus_bits()),
            Self::Ec { curve, .. } => format!("EC {}", curve.name()),
            Self::Dh { group, .. } => format!("DH {}", group.name()),
            Self::Dsa(key) => format!("DSA-{}", key.modulus_bits()),
        }
    }

    /// A SubjectPublicKeyInfo of this key; a curve by its name.
    pub fn to_spki(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let algorithm = if key.is_pss_only() { oid::ID_RSASSA_PSS } else { oid::RSA_ENCRYPTION };
                let null = if key.is_pss_only() { Vec::new() } else { encode(Tag::NULL, &[]) };
                spki(algorithm, &null, &encode_public_key(key))
            }
            Self::Ec { curve, point } => {
                let named = encode(Tag::OID, curve.oid().as_der());
                spki(oid::ID_EC_PUBLIC_KEY, &named, &curve.curve().encode_point(point))
            }
            Self::Dh { group, number } => {
                let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
                let generator = group.generator();
                let domain = [integer(group.prime()), integer(generator.unsigned()), integer(group.order())];
                let domain = encode_all(Tag::SEQUENCE, &domain.each_ref().map(Vec::as_slice));
                spki(oid::DH_PUBLIC_NUMBER, &domain, &integer(number.unsigned()))
            }
            Self::Dsa(key) => {
                let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
                let domain = encode(Tag::SEQUENCE, &key.domain().map(integer).concat());
                spki(oid::ID_DSA, &domain, &integer(key.public()))
            }
        }
    }

    /// A SubjectPublicKeyInfo of this key; a curve by explicit parameters, as Doc 9303 asks (9303-11 §9.4.4).
    pub fn to_spki_explicit(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) | Self::Dh { .. } | Self::Dsa(_) => self.to_spki(),
            Self::Ec { curve, point } => {
                spki(oid::ID_EC_PUBLIC_KEY, &explicit_parameters(*curve), &curve.curve().encode_point(point))
            }
        }
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 §A.1.1)
fn rsa_key(der: &[u8]) -> Result<RsaPublicKey, CryptoError> {
    let mut reader = Reader::new(der);
    let mut fields = reader.expect(Tag::SEQUENCE, "RSAPublicKey")?.children();
    reader.finish()?;
    let n = fields.expect(Tag::INTEGER, "modulus")?;
    let e = fields.expect(Tag::INTEGER, "publicExponent")?;
    fields.finish()?;
    RsaPublicKey::new(unsigned(n)?, unsigned(e)?)
}

fn unsigned(integer: Tlv<'_>) -> Result<&[u8], CryptoError> {
    unsigned_integer(integer.value).ok_or(CryptoError::Malformed)
}

/// The curve, and whether it was given by explicit parameters.
///
/// `EcpkParameters ::= CHOICE { ecParameters ECParameters, namedCurve OBJECT IDENTIFIER, implicitlyCA NULL }`
/// (RFC 3279 §2.3.5)
pub(super) fn ec_parameters(parameters: Tlv<'_>) -> Result<(CurveId, bool), CryptoError> {
    match parameters.tag {
        Tag::OID => {
            let name = Oid::from_der(parameters.value).ok_or(CryptoError::Malformed)?;
            Ok((CurveId::from_oid(name).ok_or(CryptoError::Unsupported)?, false))
        }
        Tag::SEQUENCE => Ok((explicit_curve(parameters)?, true)),
        _ => Err(CryptoError::Unsupported),
    }
}

/// The group of explicit DH parameters.
///
/// ```text
/// DHParameter      ::= SEQUENCE { prime INTEGER, base INTEGER, privateValueLength INTEGER OPTIONAL }  (PKCS #3 §9)
/// DomainParameters ::= SEQUENCE { p INTEGER, g INTEGER, q INTEGER, j INTEGER OPTIONAL,
///                                 validationParms ValidationParms OPTIONAL }                (RFC 3279 §2.3.3)
/// ```
fn dh_parameters(algorithm: Oid, parameters: Tlv<'_>) -> Result<DhGroupId, CryptoError> {
    if parameters.tag != Tag::SEQUENCE {
        return Err(CryptoError::Malformed);
    }
    let mut fields = parameters.children();
    let p = unsigned(fields.expect(Tag::INTEGER, "the prime p")?)?;
    let g = unsigned(fields.expect(Tag::INTEGER, "the generator g")?)?;
    let mut q = None;
    if algorithm == oid::DH_PUBLIC_NUMBER {
        q = Some(unsigned(fields.expect(Tag::INTEGER, "the order q")?)?);
        fields.optional(Tag::INTEGER)?;
        fields.optional(Tag::SEQUENCE)?;
    } else {
        fields.optional(Tag::INTEGER)?;
    }
    fields.finish()?;
    DhGroupId::from_explicit(p, g, q)
}

/// `DHPublicKey ::= INTEGER` (RFC 3279 §2.3.3)
fn dh_key(group: DhGroupId, der: &[u8]) -> Result<PublicKey, CryptoError> {
    let mut reader = Reader::new(der);
    let number = reader.expect(Tag::INTEGER, "DHPublicKey")?;
    reader.finish()?;
    Ok(PublicKey::Dh { group, number: group.decode(unsigned(number)?)? })
}

/// A DSA key; parameters that are inherited from the issuer's certificate are unsupported.
///
/// `Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }`, `DSAPublicKey ::= INTEGER` (RFC 3279 §2.3.2)
fn dsa_key(parameters: Option<Tlv<'_>>, der: &[u8]) -> Result<DsaPublicKey, CryptoError> {
    let parameters = parameters.ok_or(CryptoError::Unsupported)?;
    if parameters.tag != Tag::SEQUENCE {
        return Err(CryptoError::Malformed);
    }
    let mut fields = parameters.children();
    let p = unsigned(fields.expect(Tag::INTEGER, "the prime p")?)?;
    let q = unsigned(fields.expect(Tag::INTEGER, "the order q")?)?;
    let g = unsigned(fields.expect(Tag::INTEGER, "the generator g")?)?;
    fields.finish()?;
    let mut reader = Reader::new(der);
    let y = reader.expect(Tag::INTEGER, "DSAPublicKey")?;
    reader.finish()?;
    DsaPublicKey::new(p, q, g, unsigned(y)?)
}

/// `standardizedDomainParameters` with its number (TR-03110-3 §A.2.1.1).
fn standardized(parameters: Tlv<'_>) -> Result<GroupId, CryptoError> {
    if parameters.tag != Tag::INTEGER {
        return Err(CryptoError::Malformed);
    }
    let id = small_integer(parameters.value).and_then(|id| u8::try_from(id).ok()).ok_or(CryptoError::Unsupported)?;
    GroupId::from_parameter_id(id).ok_or(CryptoError::Unsupported)
}

/// Matches explicit parameters with the table of curves (RFC 3279 §2.3.5).
///
/// ```text
/// ECParameters ::= SEQUENCE { version INTEGER, fieldID FieldID, curve Curve, base OCTET STRING, order INTEGER,
///                             cofactor INTEGER OPTIONAL }
/// FieldID      ::= SEQUENCE { fieldType OBJECT IDENTIFIER, parameters ANY DEFINED BY fieldType }
/// Curve        ::= SEQUENCE { a OCTET STRING, b OCTET STRING, seed BIT STRING OPTIONAL }
/// ```
fn explicit_curve(parameters: Tlv<'_>) -> Result<CurveId, CryptoError> {
    let mut fields = parameters.children();
    let version = fields.expect(Tag::INTEGER, "version")?;
    if !matches!(small_integer(version.value), Some(1..=3)) {
        return Err(CryptoError::Unsupported);
    }
    let mut field_id = fields.expect(Tag::SEQUENCE, "fieldID")?.children();
    if field_id.expect(Tag::OID, "fieldType")?.value != oid::PRIME_FIELD.as_der() {
        return Err(CryptoError::Unsupported);
    }
    let p = field_id.expect(Tag::INTEGER, "the prime p")?;
    field_id.finish()?;
    let mut curve = fields.expect(Tag::SEQUENCE, "curve")?.children();
    let a = curve.expect(Tag::OCTET_STRING, "a")?;
    let b = curve.expect(Tag::OCTET_STRING, "b")?;
    curve.optional(Tag::BIT_STRING)?;
    curve.finish()?;
    let g = fields.expect(Tag::OCTET_STRING, "base")?;
    let n = fields.expect(Tag::INTEGER, "order")?;
    let h = fields.optional(Tag::INTEGER)?.map(unsigned).transpose()?;
    fields.finish()?;
    CurveId::from_explicit(unsigned(p)?, a.value, b.value, g.value, unsigned(n)?, h)
}

fn explicit_parameters(id: CurveId) -> Vec<u8> {
    let curve = id.curve();
    let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
    let octets = |octets: &[u8]| encode(Tag::OCTET_STRING, octets);
    let prime_field = encode(Tag::OID, oid::PRIME_FIELD.as_der());
    let field_id = encode_all(Tag::SEQUENCE, &[&prime_field, &integer(curve.prime())]);
    let equation = encode_all(Tag::SEQUENCE, &[&octets(curve.a()), &octets(curve.b())]);
    let base = octets(&curve.encode_point(&curve.generator()));
    encode_all(Tag::SEQUENCE, &[&integer(&[1]), &field_id, &equation, &base, &integer(curve.order()), &integer(&[1])])
}

fn spki(algorithm: Oid, parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let identifier = encode_all(Tag::SEQUENCE, &[&encode(Tag::OID, algorithm.as_der()), parameters]);
    let key = encode_all(Tag::BIT_STRING, &[&[0], key]);
    encode_all(Tag::SEQUENCE, &[&identifier, &key])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_is_read_by_name_by_number_and_by_parameters() {
        for curve in CurveId::ALL {
            let point = curve.curve().generator();
            let key = PublicKey::Ec { curve, point: point.clone() };
            assert_eq!(PublicKey::from_spki_with_notes(&key.to_spki()), Ok((key.clone(), vec![])));
            let explicit = PublicKey::from_spki_with_notes(&key.to_spki_explicit());
            assert_eq!(explicit, Ok((key.clone(), vec![EncodingNote::ExplicitCurve])));
            let id = encode(Tag::INTEGER, &[curve.parameter_id().unwrap()]);
            let numbered = spki(oid::STANDARDIZED_DOMAIN_PARAMETERS, &id, &curve.curve().encode_point(&point));
            assert_eq!(PublicKey::from_spki(&numbered), Ok(key));
        }
    }

    #[test]
    fn a_dh_key_is_read_in_its_three_forms_and_refused_with_one_altered_parameter() {
        for group in DhGroupId::ALL {
            let number = group.generator();
            let key = PublicKey::Dh { group, number: number.clone() };
            let integer = |number: &[u8]| encode(Tag::INTEGER, &integer_content(number));
            let public = integer(number.unsigned());
            assert_eq!(PublicKey::from_spki(&key.to_spki()), Ok(key.clone()));
            let pkcs3 = encode_all(Tag::SEQUENCE, &[&integer(group.prime()), &public, &integer(&[160])]);
            assert_eq!(PublicKey::from_spki(&spki(oid::DH_KEY_AGREEMENT, &pkcs3, &public)), Ok(key.clone()));
            let numbered = integer(&[group.parameter_id()]);
            assert_eq!(
                PublicKey::from_spki(&spki(oid::STANDARDIZED_DOMAIN_PARAMETERS, &numbered, &public)),
                Ok(key.clone())
            );
            for (p, g) in [(group.order(), number.unsigned()), (group.prime(), &[2])] {
                let altered = encode_all(Tag::SEQUENCE, &[&integer(p), &integer(g), &integer(group.order())]);
                let refused = PublicKey::from_spki(&spki(oid::DH_PUBLIC_NUMBER, &altered, &public));
                assert_eq!(refused, Err(CryptoError::Unsupported));
            }
            let outside = spki(oid::STANDARDIZED_DOMAIN_PARAMETERS, &numbered, &integer(&[2]));
            assert_eq!(PublicKey::from_spki(&outside), Err(CryptoError::BadPoint));
        }
    }

    #[test]
    fn a_dsa_key_is_read_with_its_parameters_and_not_without() {
        let group = DhGroupId::Modp2048Prime256;
        let g = group.generator();
        let dsa = DsaPublicKey::new(group.prime(), group.order(), g.unsigned(), g.unsigned()).unwrap();
        let key = PublicKey::Dsa(dsa);
        assert_eq!(PublicKey::from_spki_with_notes(&key.to_spki()), Ok((key.clone(), vec![])));
        assert_eq!((key.describe(), key.key_bits()), ("DSA-2048".to_owned(), 2048));
        let public = encode(Tag::INTEGER, &integer_content(g.unsigned()));
        assert_eq!(PublicKey::from_spki(&spki(oid::ID_DSA, &[], &public)), Err(CryptoError::Unsupported));
        assert_eq!(PublicKey::from_spki(&spki(oid::ID_DSA, &[5, 0], &public)), Err(CryptoError::Malformed));
        let mut outside = key.to_spki();
        *outside.last_mut().unwrap() ^= 1;
        assert_eq!(PublicKey::from_spki(&outside), Err(CryptoError::BadKey));
    }

    #[test]
    fn refuses_a_curve_with_one_altered_parameter() {
        let key = PublicKey::Ec { curve: CurveId::Secp256r1, point: CurveId::Secp256r1.curve().generator() };
        let good = key.to_spki_explicit();
        // The parameters end where the key's BIT STRING of 68 octets begins.
        let altered = (0..good.len() - 68).filter(|&index| {
            let mut der = good.clone();
            der[index] ^= 0x01;
            PublicKey::from_spki(&der).is_ok()
        });
        // Only the version may be another one: 1 becomes 0, which is refused too.
        assert_eq!(altered.collect::<Vec<_>>(), Vec::<usize>::new());
    }

    #[test]
    fn rsa_keys_keep_their_restriction_and_a_missing_null_is_noted() {
        let rsa = RsaPublicKey::new(&[0xFF; 128], &[1, 0, 1]).unwrap();
        let key = PublicKey::Rsa(rsa.clone());
        assert_eq!(PublicKey::from_spki_with_notes(&key.to_spki()), Ok((key.clone(), vec![])));
        assert_eq!((key.key_bits(), key.describe().as_str()), (1024, "RSA-1024"));
        let without_null = spki(oid::RSA_ENCRYPTION, &[], &encode_public_key(&rsa));
        let noted = PublicKey::from_spki_with_notes(&without_null);
        assert_eq!(noted, Ok((key, vec![EncodingNote::ParametersMissing])));
        let pss = PublicKey::Rsa(rsa.restricted_to_pss());
        assert_eq!(PublicKey::from_spki(&pss.to_spki()), Ok(pss));
    }

    #[test]
    fn refuses_other_algorithms_and_malformed_keys() {
        let of = |algorithm, parameters: &[u8], key: &[u8]| PublicKey::from_spki(&spki(algorithm, parameters, key));
        assert_eq!(of(oid::ID_DSA, &[], &[]), Err(CryptoError::Unsupported));
        assert_eq!(of(oid::DH_PUBLIC_NUMBER, &[], &[]), Err(CryptoError::Malformed));
        assert_eq!(of(oid::ID_EC_PUBLIC_KEY, &[], &[]), Err(CryptoError::Malformed));
        assert_eq!(of(oid::ID_EC_PUBLIC_KEY, &[5, 0], &[]), Err(CryptoError::Unsupported));
        let p256 = encode(Tag::OID, oid::SECP256R1.as_der());
        assert_eq!(of(oid::ID_EC_PUBLIC_KEY, &p256, &[0]), Err(CryptoError::BadPoint));
        assert_eq!(of(oid::RSA_ENCRYPTION, &[5, 0], &[0x30, 0]), Err(CryptoError::Malformed));
        assert_eq!(PublicKey::from_spki(&[]), Err(CryptoError::Malformed));
    }
}
