//! A document on paper: a country's authority, its document signer, EF.SOD and data groups, every field of which a test
//! can alter before it is signed. It signs with ECDSA and shares no code with the rooms that verify but the TLV encoder.

use chipid::internals::crypto::{CurveId, DigestAlgorithm, Point, ScriptedRandom, Secret};
use chipid::internals::issuer::explicit_parameters;
use chipid::internals::oid::{self, Oid};
use chipid::internals::tlv::{Tag, encode, encode_all, integer_content};
use std::collections::BTreeMap;

/// A key pair on a curve, made from one octet.
#[derive(Clone)]
pub struct Key {
    pub curve: CurveId,
    private: Vec<u8>,
    pub public: Point,
}

impl Key {
    pub fn new(curve: CurveId, seed: u8) -> Self {
        let private = vec![seed; curve.curve().order_len() - 1];
        let public = curve.curve().multiply(&Secret::from_slice(&private), &curve.curve().generator()).unwrap();
        Self { curve, private, public }
    }

    /// Ecdsa-Sig-Value of the message.
    pub fn sign(&self, digest: DigestAlgorithm, message: &[u8]) -> Vec<u8> {
        let curve = self.curve.curve();
        let mut rng = ScriptedRandom::new((0..8).map(|_| vec![0x5A; curve.order_len()]));
        let hash = digest.digest(&[message]);
        let (r, s) = curve.sign_ecdsa(&Secret::from_slice(&self.private), &hash, &mut rng).unwrap();
        encode_all(Tag::SEQUENCE, &[&integer(&r), &integer(&s)])
    }

    pub fn spki(&self) -> Vec<u8> {
        // By its parameters, as 9303-12 §4.4.3 has it.
        let algorithm = encode_all(Tag::SEQUENCE, &[&object(oid::ID_EC_PUBLIC_KEY), &explicit_parameters(self.curve)]);
        let point = [&[0][..], &self.curve.curve().encode_point(&self.public)].concat();
        encode_all(Tag::SEQUENCE, &[&algorithm, &encode(Tag::BIT_STRING, &point)])
    }

    /// SHA-1 of the public key (RFC 5280 §4.2.1.2).
    pub fn id(&self) -> Vec<u8> {
        DigestAlgorithm::Sha1.digest(&[&self.curve.curve().encode_point(&self.public)])
    }
}

pub fn object(id: Oid) -> Vec<u8> {
    encode(Tag::OID, id.as_der())
}

pub fn integer(unsigned: &[u8]) -> Vec<u8> {
    encode(Tag::INTEGER, &integer_content(unsigned))
}

pub fn algorithm(id: Oid) -> Vec<u8> {
    encode(Tag::SEQUENCE, &object(id))
}

pub fn name(parts: &[(Oid, &str)]) -> Vec<u8> {
    let rdns: Vec<u8> = parts
        .iter()
        .flat_map(|(id, value)| {
            let value = encode(Tag::PRINTABLE_STRING, value.as_bytes());
            encode(Tag::SET, &encode_all(Tag::SEQUENCE, &[&object(*id), &value]))
        })
        .collect();
    encode(Tag::SEQUENCE, &rdns)
}

pub fn ecdsa(digest: DigestAlgorithm) -> Oid {
    match digest {
        DigestAlgorithm::Sha1 => oid::ECDSA_WITH_SHA1,
        DigestAlgorithm::Sha224 => oid::ECDSA_WITH_SHA224,
        DigestAlgorithm::Sha256 => oid::ECDSA_WITH_SHA256,
        DigestAlgorithm::Sha384 => oid::ECDSA_WITH_SHA384,
        DigestAlgorithm::Sha512 => oid::ECDSA_WITH_SHA512,
    }
}

/// A part that is left out of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificatePart {
    Version,
    Serial,
    Inner,
    Issuer,
    Validity,
    Spki,
    Outer,
    Signature,
}

/// A part that is left out of EF.SOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SodPart {
    DigestAlgorithms,
    ContentType,
    SignerVersion,
    SignerDigest,
    ContentVersion,
    ContentDigest,
    /// The number of the data group at this place.
    DataGroupNumber(usize),
}

/// A certificate before it is signed.
#[derive(Clone)]
pub struct Certificate {
    /// What is not there.
    pub left_out: Option<CertificatePart>,
    pub version: u8,
    pub serial: Vec<u8>,
    pub digest: DigestAlgorithm,
    pub inner: Vec<u8>,
    pub outer: Vec<u8>,
    pub issuer: Vec<u8>,
    pub validity: [(Tag, &'static str); 2],
    pub subject: Vec<u8>,
    pub key: Key,
    pub spki: Vec<u8>,
    pub extensions: Vec<(Oid, bool, Vec<u8>)>,
    pub spoil_signature: bool,
}

impl Certificate {
    fn new(issuer: &[u8], subject: &[u8], key: Key) -> Self {
        let digest = DigestAlgorithm::Sha256;
        Self {
            left_out: None,
            version: 2,
            serial: vec![0x12, 0x34],
            digest,
            inner: algorithm(ecdsa(digest)),
            outer: algorithm(ecdsa(digest)),
            issuer: issuer.to_vec(),
            validity: [(Tag::UTC_TIME, "240101000000Z"), (Tag::UTC_TIME, "350101000000Z")],
            subject: subject.to_vec(),
            spki: key.spki(),
            key,
            extensions: Vec::new(),
            spoil_signature: false,
        }
    }

    /// Takes an extension out, or puts another in its place.
    pub fn set(&mut self, id: Oid, extension: Option<(bool, Vec<u8>)>) {
        self.extensions.retain(|(present, ..)| *present != id);
        self.extensions.extend(extension.map(|(critical, value)| (id, critical, value)));
    }

    pub fn sign(&self, issuer: &Key) -> Vec<u8> {
        let extensions: Vec<u8> = self
            .extensions
            .iter()
            .flat_map(|(id, critical, value)| {
                let critical = if *critical { encode(Tag::BOOLEAN, &[0xFF]) } else { Vec::new() };
                encode_all(Tag::SEQUENCE, &[&object(*id), &critical, &encode(Tag::OCTET_STRING, value)])
            })
            .collect();
        let validity: Vec<u8> = self.validity.iter().flat_map(|(tag, text)| encode(*tag, text.as_bytes())).collect();
        let part = |part, octets: Vec<u8>| if self.left_out == Some(part) { Vec::new() } else { octets };
        let tbs = encode_all(
            Tag::SEQUENCE,
            &[
                &part(CertificatePart::Version, encode(Tag(0xA0), &encode(Tag::INTEGER, &[self.version]))),
                &part(CertificatePart::Serial, encode(Tag::INTEGER, &self.serial)),
                &part(CertificatePart::Inner, self.inner.clone()),
                &part(CertificatePart::Issuer, self.issuer.clone()),
                &part(CertificatePart::Validity, encode(Tag::SEQUENCE, &validity)),
                &self.subject,
                &part(CertificatePart::Spki, self.spki.clone()),
                &encode(Tag(0xA3), &encode(Tag::SEQUENCE, &extensions)),
            ],
        );
        let mut signature = issuer.sign(self.digest, &tbs);
        if self.spoil_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let signature = encode(Tag::BIT_STRING, &[&[0][..], &signature].concat());
        let outer = part(CertificatePart::Outer, self.outer.clone());
        encode_all(Tag::SEQUENCE, &[&tbs, &outer, &part(CertificatePart::Signature, signature)])
    }
}

pub fn key_usage(bits: u8) -> Vec<u8> {
    encode(Tag::BIT_STRING, &[bits.trailing_zeros() as u8, bits])
}

pub fn authority_key_id(id: &[u8]) -> Vec<u8> {
    encode(Tag::SEQUENCE, &encode(Tag(0x80), id))
}

pub fn period(from: &str, to: &str) -> Vec<u8> {
    encode_all(Tag::SEQUENCE, &[&encode(Tag(0x80), from.as_bytes()), &encode(Tag(0x81), to.as_bytes())])
}

pub fn types(codes: &[&str]) -> Vec<u8> {
    let codes: Vec<u8> = codes.iter().flat_map(|code| encode(Tag::PRINTABLE_STRING, code.as_bytes())).collect();
    encode_all(Tag::SEQUENCE, &[&integer(&[0]), &encode(Tag::SET, &codes)])
}

/// GeneralNames with a state's code as the locality of a directory name.
pub fn state(code: &str) -> Vec<u8> {
    encode(Tag::SEQUENCE, &encode(Tag(0xA4), &name(&[(oid::LOCALITY_NAME, code)])))
}

fn distribution_point(address: &str) -> Vec<u8> {
    let uri = encode(Tag(0xA0), &encode(Tag(0xA0), &encode(Tag(0x86), address.as_bytes())));
    encode(Tag::SEQUENCE, &encode(Tag::SEQUENCE, &uri))
}

/// EF.SOD's content before it is signed.
#[derive(Clone)]
pub struct Content {
    pub version: u8,
    pub digest: DigestAlgorithm,
    pub digest_oid: Oid,
    /// Number and hash of each data group; `None` to take them from the files.
    pub hashes: Option<Vec<(u32, Vec<u8>)>>,
    pub lds_version: Option<(&'static str, &'static str)>,
}

/// One attribute: its identifier and its values.
pub type Attribute = (Oid, Vec<Vec<u8>>);

/// A whole document before it is made.
#[derive(Clone)]
pub struct Document {
    /// What is not there.
    pub left_out: Option<SodPart>,
    pub files: BTreeMap<u8, Vec<u8>>,
    pub csca: Certificate,
    pub ds: Certificate,
    /// Who signs the document signer's certificate, if not the authority.
    pub issuer_key: Option<Key>,
    pub content: Content,
    pub outer_tag: u32,
    pub signed_version: Vec<u8>,
    pub digest_algorithms: Vec<Oid>,
    pub content_type: Oid,
    /// Certificates that come along; `None` for the document signer's.
    pub certificates: Option<Vec<Vec<u8>>>,
    pub signers: usize,
    pub signer_version: u8,
    /// `None` for issuer and serial number of the document signer.
    pub sid: Option<Vec<u8>>,
    pub digest: DigestAlgorithm,
    pub digest_oid: Oid,
    pub attributes: Option<fn(&mut Vec<Attribute>)>,
    pub no_attributes: bool,
    /// Writes the attributes in the order given, though what is signed is sorted.
    pub unsorted: bool,
    pub signature_algorithm: Vec<u8>,
    pub spoil_signature: bool,
    pub no_signature: bool,
    /// BER: indefinite lengths around, the content in two parts.
    pub indefinite: bool,
}

impl Document {
    /// A sound document of Vietnam with DG1, DG2 and DG13.
    pub fn new() -> Self {
        Self::on(CurveId::Secp256r1, DigestAlgorithm::Sha256)
    }

    /// The same on this curve, with this hash throughout.
    pub fn on(curve: CurveId, digest: DigestAlgorithm) -> Self {
        let authority = name(&[(oid::COUNTRY_NAME, "VN"), (oid::COMMON_NAME, "CSCA on paper")]);
        let signer = name(&[(oid::COUNTRY_NAME, "VN"), (oid::COMMON_NAME, "DS on paper")]);
        let (csca_key, ds_key) = (Key::new(curve, 0x11), Key::new(curve, 0x22));
        let mut csca = Certificate::new(&authority, &authority, csca_key.clone());
        let constraints = encode_all(Tag::SEQUENCE, &[&encode(Tag::BOOLEAN, &[0xFF]), &integer(&[0])]);
        csca.set(oid::BASIC_CONSTRAINTS, Some((true, constraints)));
        csca.set(oid::KEY_USAGE, Some((true, key_usage(0x06))));
        csca.set(oid::SUBJECT_KEY_IDENTIFIER, Some((false, encode(Tag::OCTET_STRING, &csca_key.id()))));
        csca.validity = [(Tag::UTC_TIME, "230101000000Z"), (Tag::UTC_TIME, "400101000000Z")];
        let mut ds = Certificate::new(&authority, &signer, ds_key.clone());
        ds.set(oid::KEY_USAGE, Some((true, key_usage(0x80))));
        ds.set(oid::AUTHORITY_KEY_IDENTIFIER, Some((false, authority_key_id(&csca_key.id()))));
        ds.set(oid::SUBJECT_KEY_IDENTIFIER, Some((false, encode(Tag::OCTET_STRING, &ds_key.id()))));
        csca.set(oid::PRIVATE_KEY_USAGE_PERIOD, Some((false, period("20230101000000Z", "20280101000000Z"))));
        ds.set(oid::PRIVATE_KEY_USAGE_PERIOD, Some((false, period("20240101000000Z", "20260101000000Z"))));
        ds.set(oid::ID_ICAO_DOCUMENT_TYPE_LIST, Some((false, types(&["I"]))));
        for certificate in [&mut csca, &mut ds] {
            certificate.set(oid::SUBJECT_ALT_NAME, Some((false, state("VNM"))));
            certificate.set(oid::ISSUER_ALT_NAME, Some((false, state("VNM"))));
            certificate.set(oid::CRL_DISTRIBUTION_POINTS, Some((false, distribution_point("http://crl.example/"))));
            certificate.digest = digest;
            certificate.inner = algorithm(ecdsa(digest));
            certificate.outer = certificate.inner.clone();
        }
        Self {
            left_out: None,
            files: [(1, 0x61), (2, 0x75), (13, 0x6D)].map(|(n, tag)| (n, vec![tag, 0x03, 0x04, 0x01, n])).into(),
            csca,
            ds,
            issuer_key: None,
            content: Content { version: 0, digest, digest_oid: digest.oid(), hashes: None, lds_version: None },
            outer_tag: 0x77,
            signed_version: encode(Tag::INTEGER, &[3]),
            digest_algorithms: vec![digest.oid()],
            content_type: oid::ID_ICAO_LDS_SECURITY_OBJECT,
            certificates: None,
            signers: 1,
            signer_version: 1,
            sid: None,
            digest,
            digest_oid: digest.oid(),
            attributes: None,
            no_attributes: false,
            unsorted: false,
            signature_algorithm: algorithm(ecdsa(digest)),
            spoil_signature: false,
            no_signature: false,
            indefinite: false,
        }
    }

    pub fn csca_der(&self) -> Vec<u8> {
        self.csca.sign(&self.csca.key)
    }

    pub fn ds_der(&self) -> Vec<u8> {
        self.ds.sign(self.issuer_key.as_ref().unwrap_or(&self.csca.key))
    }

    pub fn hashes(&self) -> Vec<(u32, Vec<u8>)> {
        let hash = |file: &Vec<u8>| self.content.digest.digest(&[file]);
        self.files.iter().map(|(number, file)| (u32::from(*number), hash(file))).collect()
    }

    fn part(&self, part: SodPart, octets: Vec<u8>) -> Vec<u8> {
        if self.left_out == Some(part) { Vec::new() } else { octets }
    }

    fn content(&self) -> Vec<u8> {
        let hashes: Vec<u8> = self
            .content
            .hashes
            .clone()
            .unwrap_or_else(|| self.hashes())
            .iter()
            .enumerate()
            .flat_map(|(at, (number, hash))| {
                let number = self.part(SodPart::DataGroupNumber(at), integer(&number.to_be_bytes()));
                encode_all(Tag::SEQUENCE, &[&number, &encode(Tag::OCTET_STRING, hash)])
            })
            .collect();
        let versions = self.content.lds_version.map(|(lds, unicode)| {
            let text = |text: &str| encode(Tag::PRINTABLE_STRING, text.as_bytes());
            encode_all(Tag::SEQUENCE, &[&text(lds), &text(unicode)])
        });
        encode_all(
            Tag::SEQUENCE,
            &[
                &self.part(SodPart::ContentVersion, integer(&[self.content.version])),
                &self.part(SodPart::ContentDigest, algorithm(self.content.digest_oid)),
                &encode(Tag::SEQUENCE, &hashes),
                &versions.unwrap_or_default(),
            ],
        )
    }

    /// EF.SOD.
    pub fn sod(&self) -> Vec<u8> {
        let content = self.content();
        let mut attributes: Vec<Attribute> = vec![
            (oid::ID_CONTENT_TYPE, vec![object(self.content_type)]),
            (oid::ID_SIGNING_TIME, vec![encode(Tag::UTC_TIME, b"250601120000Z")]),
            (oid::ID_MESSAGE_DIGEST, vec![encode(Tag::OCTET_STRING, &self.digest.digest(&[&content]))]),
        ];
        if let Some(alter) = self.attributes {
            alter(&mut attributes);
        }
        let mut encoded: Vec<Vec<u8>> = attributes
            .iter()
            .map(|(id, values)| encode_all(Tag::SEQUENCE, &[&object(*id), &encode(Tag::SET, &values.concat())]))
            .collect();
        if self.unsorted {
            encoded.sort();
        }
        let signed = if self.no_attributes { content.clone() } else { encode(Tag::SET, &encoded.concat()) };
        if self.unsorted {
            encoded.reverse();
        }
        let mut signature = self.ds.key.sign(self.digest, &signed);
        if self.spoil_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let sid = self
            .sid
            .clone()
            .unwrap_or_else(|| encode_all(Tag::SEQUENCE, &[&self.ds.issuer, &encode(Tag::INTEGER, &self.ds.serial)]));
        let signer = encode_all(
            Tag::SEQUENCE,
            &[
                &self.part(SodPart::SignerVersion, integer(&[self.signer_version])),
                &sid,
                &self.part(SodPart::SignerDigest, algorithm(self.digest_oid)),
                &if self.no_attributes { Vec::new() } else { self.wrap(0xA0, &encoded.concat()) },
                &self.signature_algorithm,
                &if self.no_signature { Vec::new() } else { encode(Tag::OCTET_STRING, &signature) },
            ],
        );
        let digests: Vec<u8> = self.digest_algorithms.iter().flat_map(|id| algorithm(*id)).collect();
        let content = if self.indefinite {
            let (front, back) = content.split_at(content.len() / 2);
            let parts = [encode(Tag::OCTET_STRING, front), encode(Tag::OCTET_STRING, back)].concat();
            self.wrap(0x24, &parts)
        } else {
            encode(Tag::OCTET_STRING, &content)
        };
        let certificates = self.certificates.clone().unwrap_or_else(|| vec![self.ds_der()]);
        let certificates = if certificates.is_empty() { Vec::new() } else { self.wrap(0xA0, &certificates.concat()) };
        let data = [
            self.signed_version.clone(),
            self.part(SodPart::DigestAlgorithms, encode(Tag::SET, &digests)),
            self.wrap(
                0x30,
                &[self.part(SodPart::ContentType, object(self.content_type)), self.wrap(0xA0, &content)].concat(),
            ),
            certificates,
            encode(Tag::SET, &signer.repeat(self.signers)),
        ];
        let data = self.wrap(0x30, &data.concat());
        let info = self.wrap(0x30, &[object(oid::ID_SIGNED_DATA), self.wrap(0xA0, &data)].concat());
        encode(Tag(self.outer_tag), &info)
    }

    fn wrap(&self, tag: u32, value: &[u8]) -> Vec<u8> {
        if self.indefinite {
            [&Tag(tag).to_bytes()[..], &[0x80], value, &[0, 0]].concat()
        } else {
            encode(Tag(tag), value)
        }
    }
}
