//! CMS SignedData (RFC 5652 §5) as EF.SOD and master lists have it (9303-10 §4.6.2, 9303-12 §9), each field open to be
//! bent.
//!
//! [`SignedDataFields`] is what gets signed, ready to be changed by a test before [`SignedDataFields::sign`]; nothing is
//! checked here.

use super::super::der;
use super::certificate::generalized;
use super::key::{Scheme, SigningKey, digest_identifier};
use crate::crypto::{CryptoError, DigestAlgorithm, Random};
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};
use time::OffsetDateTime;

/// How a signer info names its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerId {
    /// Issuer (a Name, encoded) and serial number (content octets).
    IssuerAndSerial(Vec<u8>, Vec<u8>),
    /// Subject key identifier.
    KeyId(Vec<u8>),
}

/// How lengths are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// DER.
    Der,
    /// The outer structure and the content in BER with indefinite lengths, the content in two pieces.
    Indefinite,
}

/// A SignedData before it is signed, with one signer info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDataFields {
    /// Version, content octets; `None` leaves the field out.
    pub version: Option<u8>,
    /// The digest algorithms listed, each an AlgorithmIdentifier.
    pub digest_algorithms: Vec<Vec<u8>>,
    /// The type of the content.
    pub content_type: Oid,
    /// The content; `None` leaves it out.
    pub content: Option<Vec<u8>>,
    /// The certificates, in order.
    pub certificates: Vec<Vec<u8>>,
    /// Version of the signer info: 1 with issuer and serial, 3 with a key id.
    pub signer_version: u8,
    /// The signer.
    pub signer: SignerId,
    /// The digest of the content.
    pub digest: DigestAlgorithm,
    /// The algorithm that signs.
    pub scheme: Scheme,
    /// The signatureAlgorithm of the signer info, where it is to name another than signs.
    pub signature_algorithm: Option<Vec<u8>>,
    /// The signature, where it is to be another than the key makes: a forger's.
    pub signature: Option<Vec<u8>>,
    /// The signed attributes in the order they are written, each encoded; `None` signs the content itself.
    pub signed_attributes: Option<Vec<Vec<u8>>>,
    /// Further signer infos, each encoded, written after the one that is made.
    pub more_signers: Vec<Vec<u8>>,
    /// DER or BER.
    pub framing: Framing,
}

impl SignedDataFields {
    /// A SignedData over this content: attributes contentType and messageDigest (and signingTime), in DER order.
    pub fn new(
        content_type: Oid,
        content: Vec<u8>,
        signer: SignerId,
        scheme: Scheme,
        signing_time: Option<OffsetDateTime>,
    ) -> Self {
        let digest = scheme.digest();
        let mut attributes = vec![
            attribute(oid::ID_CONTENT_TYPE, &der::oid(content_type)),
            attribute(oid::ID_MESSAGE_DIGEST, &tlv::encode(Tag::OCTET_STRING, &digest.digest(&[&content]))),
        ];
        attributes.extend(signing_time.map(signing_time_attribute));
        attributes.sort();
        let signer_version = match signer {
            SignerId::IssuerAndSerial(..) => 1,
            SignerId::KeyId(_) => 3,
        };
        Self {
            version: Some(3),
            digest_algorithms: vec![digest_identifier(digest)],
            content_type,
            content: Some(content),
            certificates: Vec::new(),
            signer_version,
            signer,
            digest,
            scheme,
            signature_algorithm: None,
            signature: None,
            signed_attributes: Some(attributes),
            more_signers: Vec::new(),
            framing: Framing::Der,
        }
    }

    /// The same with these certificates.
    pub fn with_certificates(self, certificates: &[&[u8]]) -> Self {
        Self { certificates: certificates.iter().map(|der| der.to_vec()).collect(), ..self }
    }

    /// The ContentInfo, signed with this key.
    ///
    /// # Errors
    /// [`CryptoError`] where key and scheme do not belong together.
    pub fn sign(&self, key: &SigningKey, random: &mut dyn Random) -> Result<Vec<u8>, CryptoError> {
        let signer = self.signer_info(key, random)?;
        let version = self.version.map(|version| tlv::encode(Tag::INTEGER, &[version])).unwrap_or_default();
        let digests = tlv::encode(Tag::SET, &self.digest_algorithms.concat());
        let certificates =
            if self.certificates.is_empty() { Vec::new() } else { self.wrap(0xA0, &self.certificates.concat()) };
        let signers = tlv::encode(Tag::SET, &[signer, self.more_signers.concat()].concat());
        let parts = [version, digests, self.encapsulated(), certificates, signers].concat();
        let content = self.wrap(0xA0, &self.wrap(0x30, &parts));
        Ok(self.wrap(0x30, &[der::oid(oid::ID_SIGNED_DATA), content].concat()))
    }

    /// `SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0], signatureAlgorithm, signature }`.
    ///
    /// # Errors
    /// [`CryptoError`] where key and scheme do not belong together.
    pub fn signer_info(&self, key: &SigningKey, random: &mut dyn Random) -> Result<Vec<u8>, CryptoError> {
        let sid = match &self.signer {
            SignerId::KeyId(id) => tlv::encode(Tag(0x80), id),
            SignerId::IssuerAndSerial(issuer, serial) => der::sequence(&[issuer, &tlv::encode(Tag::INTEGER, serial)]),
        };
        let (message, attributes) = match &self.signed_attributes {
            // The attributes are signed as a SET OF and written as [0]  (RFC 5652 §5.4)
            Some(attributes) => {
                let attributes = attributes.concat();
                (tlv::encode(Tag::SET, &attributes), tlv::encode(Tag(0xA0), &attributes))
            }
            None => (self.content.clone().unwrap_or_default(), Vec::new()),
        };
        let signature = match &self.signature {
            Some(signature) => signature.clone(),
            None => key.sign(self.scheme, &message, random)?,
        };
        let algorithm = self.signature_algorithm.clone().unwrap_or_else(|| self.scheme.algorithm_identifier());
        Ok(der::sequence(&[
            &tlv::encode(Tag::INTEGER, &[self.signer_version]),
            &sid,
            &digest_identifier(self.digest),
            &attributes,
            &algorithm,
            &tlv::encode(Tag::OCTET_STRING, &signature),
        ]))
    }

    /// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] OCTET STRING OPTIONAL }.
    fn encapsulated(&self) -> Vec<u8> {
        let content = match (&self.content, self.framing) {
            (None, _) => Vec::new(),
            (Some(content), Framing::Der) => self.wrap(0xA0, &tlv::encode(Tag::OCTET_STRING, content)),
            (Some(content), Framing::Indefinite) => {
                let pieces = content.chunks(content.len().div_ceil(2).max(1));
                let pieces: Vec<u8> = pieces.flat_map(|piece| tlv::encode(Tag::OCTET_STRING, piece)).collect();
                self.wrap(0xA0, &self.wrap(0x24, &pieces))
            }
        };
        self.wrap(0x30, &[der::oid(self.content_type), content].concat())
    }

    /// A constructed data object in the chosen framing.
    fn wrap(&self, tag: u8, content: &[u8]) -> Vec<u8> {
        match self.framing {
            Framing::Der => tlv::encode(Tag(u32::from(tag)), content),
            Framing::Indefinite => [&[tag, 0x80], content, &[0, 0]].concat(),
        }
    }
}

/// Attribute ::= SEQUENCE { attrType, attrValues SET OF }, with one value.
pub fn attribute(id: Oid, value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(id), &tlv::encode(Tag::SET, value)])
}

/// The attribute signingTime, in UTCTime (RFC 5652 §11.3).
pub fn signing_time_attribute(at: OffsetDateTime) -> Vec<u8> {
    let utc: String = generalized(at).chars().skip(2).collect();
    attribute(oid::ID_SIGNING_TIME, &tlv::encode(Tag::UTC_TIME, utc.as_bytes()))
}

/// An LDSSecurityObject before it is encoded.
///
/// ```text
/// LDSSecurityObject ::= SEQUENCE {
///     version INTEGER, hashAlgorithm AlgorithmIdentifier,
///     dataGroupHashValues SEQUENCE OF SEQUENCE { dataGroupNumber INTEGER, dataGroupHashValue OCTET STRING },
///     ldsVersionInfo SEQUENCE { ldsVersion PrintableString, unicodeVersion PrintableString } OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityObject {
    /// 0, or 1 with the version info.
    pub version: u8,
    /// The digest of the data groups.
    pub digest: DigestAlgorithm,
    /// Number and hash of each data group, in order.
    pub hashes: Vec<(u8, Vec<u8>)>,
    /// LDS version and Unicode version: `0108`, `040000`.
    pub version_info: Option<(String, String)>,
}

impl SecurityObject {
    /// The object over these data groups, each its number and its file.
    pub fn over(version: u8, digest: DigestAlgorithm, groups: &[(u8, &[u8])]) -> Self {
        let hashes = groups.iter().map(|(number, file)| (*number, digest.digest(&[file]))).collect();
        let version_info = (version == 1).then(|| ("0108".to_owned(), "040000".to_owned()));
        Self { version, digest, hashes, version_info }
    }

    /// Its DER form.
    pub fn encode(&self) -> Vec<u8> {
        let pair = |(number, hash): &(u8, Vec<u8>)| {
            let number = der::integer(&[*number]);
            der::sequence(&[&number, &tlv::encode(Tag::OCTET_STRING, hash)])
        };
        let hashes: Vec<u8> = self.hashes.iter().flat_map(pair).collect();
        let printable = |text: &String| tlv::encode(Tag::PRINTABLE_STRING, text.as_bytes());
        let info =
            self.version_info.as_ref().map(|(lds, unicode)| der::sequence(&[&printable(lds), &printable(unicode)]));
        der::sequence(&[
            &tlv::encode(Tag::INTEGER, &[self.version]),
            &digest_identifier(self.digest),
            &tlv::encode(Tag::SEQUENCE, &hashes),
            &info.unwrap_or_default(),
        ])
    }
}

/// CscaMasterList ::= SEQUENCE { version 0, certList SET OF Certificate }, sorted as DER has it (9303-12 §9.1).
pub fn master_list_content(certificates: &[&[u8]]) -> Vec<u8> {
    let mut sorted = certificates.to_vec();
    sorted.sort_unstable();
    der::sequence(&[&tlv::encode(Tag::INTEGER, &[0]), &tlv::encode(Tag::SET, &sorted.concat())])
}
