//! The contents of deviation lists (9303-12 §10) and of defect lists (TR-03129-2 §7.1); nothing is checked here.

use super::super::der;
use super::certificate::generalized;
use super::signed_data::SignerId;
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};
use time::OffsetDateTime;

/// One deviation: which documents, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviationFields {
    /// The document code of the machine readable zone.
    pub document_type: Option<String>,
    /// The document signer.
    pub signer: Option<SignerId>,
    /// SHA-256 of the document signer's certificate, in place of the signer.
    pub certificate_digest: Option<Vec<u8>>,
    /// First and last day of issue.
    pub issued: Option<(OffsetDateTime, OffsetDateTime)>,
    /// The document numbers; `None` leaves the field out.
    pub numbers: Option<Vec<String>>,
    /// Each defect with the number of its file, where it has one.
    pub defects: Vec<(Oid, Option<u8>)>,
}

/// `DeviationList ::= SEQUENCE { version 0, digestAlg AlgorithmIdentifier, deviations SET OF Deviation }`
pub fn deviation_list_content(deviations: &[DeviationFields]) -> Vec<u8> {
    let deviations: Vec<u8> = deviations.iter().flat_map(DeviationFields::encode).collect();
    let digest = tlv::encode(Tag::SEQUENCE, &der::oid(oid::SHA256));
    der::sequence(&[&tlv::encode(Tag::INTEGER, &[0]), &digest, &tlv::encode(Tag::SET, &deviations)])
}

impl DeviationFields {
    fn encode(&self) -> Vec<u8> {
        let mut documents = Vec::new();
        documents.extend(self.document_type.iter().flat_map(|code| tlv::encode(Tag(0x80), code.as_bytes())));
        documents.extend(self.signer.iter().flat_map(|signer| match signer {
            SignerId::IssuerAndSerial(issuer, serial) => {
                tlv::encode_all(Tag(0xA1), &[issuer, &tlv::encode(Tag::INTEGER, serial)])
            }
            SignerId::KeyId(id) => tlv::encode(Tag(0x82), id),
        }));
        documents.extend(self.certificate_digest.iter().flat_map(|digest| tlv::encode(Tag(0x83), digest)));
        documents.extend(self.issued.iter().flat_map(|(first, last)| {
            let time = |at| tlv::encode(Tag::GENERALIZED_TIME, generalized(at).as_bytes());
            tlv::encode_all(Tag(0xA4), &[&time(*first), &time(*last)])
        }));
        documents.extend(self.numbers.iter().flat_map(|numbers| {
            let numbers = numbers.iter().flat_map(|number| tlv::encode(Tag::PRINTABLE_STRING, number.as_bytes()));
            tlv::encode(Tag(0xA5), &numbers.collect::<Vec<_>>())
        }));
        let description = |(id, file): &(Oid, Option<u8>)| {
            let file = file.map(|file| tlv::encode(Tag(0xA0), &tlv::encode(Tag::INTEGER, &[file])));
            let id = der::oid(*id);
            der::sequence(&[&id, &file.unwrap_or_default()])
        };
        let descriptions: Vec<u8> = self.defects.iter().flat_map(description).collect();
        let documents = tlv::encode(Tag::SEQUENCE, &documents);
        der::sequence(&[&documents, &tlv::encode(Tag::SET, &descriptions)])
    }
}

/// One entry of a defect list: a document signer, and what is wrong with its documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefectFields {
    /// The document signer.
    pub signer: SignerId,
    /// SHA-256 of its certificate, where it is to stand beside.
    pub certificate_hash: Option<Vec<u8>>,
    /// Each defect with its parameters, encoded.
    pub defects: Vec<(Oid, Vec<u8>)>,
}

/// `DefectList ::= SEQUENCE { version 0, hashAlg OBJECT IDENTIFIER, defects SET OF Defect }`
pub fn defect_list_content(defects: &[DefectFields]) -> Vec<u8> {
    let defects: Vec<u8> = defects.iter().flat_map(DefectFields::encode).collect();
    der::sequence(&[&tlv::encode(Tag::INTEGER, &[0]), &der::oid(oid::SHA256), &tlv::encode(Tag::SET, &defects)])
}

impl DefectFields {
    fn encode(&self) -> Vec<u8> {
        let signer = match &self.signer {
            SignerId::IssuerAndSerial(issuer, serial) => der::sequence(&[issuer, &tlv::encode(Tag::INTEGER, serial)]),
            SignerId::KeyId(id) => tlv::encode(Tag(0x80), id),
        };
        let hash = self.certificate_hash.as_ref().map(|hash| tlv::encode(Tag::OCTET_STRING, hash));
        let known = |(id, parameters): &(Oid, Vec<u8>)| der::sequence(&[&der::oid(*id), parameters]);
        let known: Vec<u8> = self.defects.iter().flat_map(known).collect();
        der::sequence(&[&signer, &hash.unwrap_or_default(), &tlv::encode(Tag::SET, &known)])
    }
}
