//! Distinguished names (RFC 5280 §4.1.2.4), compared the way real issuers need it.
//!
//! Two names match when they hold the same attributes, whatever the order of the RDNs, the string type, the case and the
//! spacing: link certificates are known that name their issuer in another encoding than the issuer itself. A match of
//! names is only a hint; what decides is a signature.

use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};
use core::fmt;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

/// A distinguished name: its attributes in order, and its bytes.
#[derive(Clone)]
pub struct Name {
    raw: Vec<u8>,
    /// Type, tag of the string, text.
    attributes: Vec<(Option<Oid>, u32, String)>,
    folded: String,
}

impl Name {
    pub(super) fn from_x509(name: &X509Name<'_>) -> Self {
        let attributes: Vec<(Option<Oid>, u32, String)> = name
            .iter_attributes()
            .map(|attribute| {
                let value = attribute.attr_value();
                let tag = value.tag().0;
                (Oid::from_der(attribute.attr_type().as_bytes()), tag, text(tag, value.data))
            })
            .collect();
        let mut folded: Vec<String> = attributes
            .iter()
            .map(|(oid, _, value)| {
                let words: Vec<String> = value.split_whitespace().map(str::to_lowercase).collect();
                format!("{}={}\n", oid.map(|oid| oid.to_string()).unwrap_or_default(), words.join(" "))
            })
            .collect();
        folded.sort_unstable();
        Self { raw: name.as_raw().to_vec(), attributes, folded: folded.concat() }
    }

    /// A name from its encoding; `None` if it is none.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (rest, name) = X509Name::from_der(der).ok()?;
        Some(Self::from_x509(&name)).filter(|name| rest.is_empty() && name.is_whole())
    }

    /// Whether all of it was read: the parser stops at a malformed RDN without a word, and the rest would never be compared.
    pub(super) fn is_whole(&self) -> bool {
        tlv::total_length(&self.raw) == Some(self.raw.len())
    }

    /// The DER encoding, as it stands in the certificate.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether both hold the same attributes, whatever their order, string types, case and spacing.
    pub fn matches(&self, other: &Name) -> bool {
        self.folded == other.folded
    }

    /// What [`Name::matches`] compares, as a key for maps.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// The country, in upper case; `None` where there is none.
    pub fn country(&self) -> Option<String> {
        self.attribute(oid::COUNTRY_NAME).map(|country| country.trim().to_uppercase())
    }

    /// The first attribute with this identifier, as it stands.
    pub fn attribute(&self, oid: Oid) -> Option<&str> {
        self.values(oid).next()
    }

    /// All attributes with this identifier, as they stand.
    pub fn values(&self, oid: Oid) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter(move |(found, ..)| *found == Some(oid)).map(|(.., value)| value.as_str())
    }

    /// Whether every attribute is a UTF8String or PrintableString, and country and serial number the second
    /// (9303-12 §7.1.1, RFC 5280 §A.1).
    pub fn has_due_string_types(&self) -> bool {
        const PRINTABLE: u32 = Tag::PRINTABLE_STRING.0;
        self.attributes.iter().all(|(oid, tag, _)| match oid {
            Some(oid::COUNTRY_NAME | oid::SERIAL_NUMBER) => *tag == PRINTABLE,
            _ => *tag == PRINTABLE || *tag == Tag::UTF8_STRING.0,
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (oid, _, value)) in self.attributes.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            match oid.map(|oid| (LABELS.iter().find(|(labelled, _)| *labelled == oid), oid)) {
                Some((Some((_, label)), _)) => write!(f, "{separator}{label}={value}")?,
                Some((None, oid)) => write!(f, "{separator}{oid}={value}")?,
                None => write!(f, "{separator}?={value}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The short labels of RFC 4514 §3.
const LABELS: &[(Oid, &str)] = &[
    (oid::COUNTRY_NAME, "C"),
    (oid::COMMON_NAME, "CN"),
    (oid::SERIAL_NUMBER, "serialNumber"),
    (oid::LOCALITY_NAME, "L"),
    (oid::STATE_OR_PROVINCE_NAME, "ST"),
    (oid::ORGANIZATION_NAME, "O"),
    (oid::ORGANIZATIONAL_UNIT_NAME, "OU"),
];

/// The text of a DirectoryString, by its tag (X.680 §8.6): UTF-16 and UTF-32 in their fixed forms, Latin-1 for TeletexString.
fn text(tag: u32, content: &[u8]) -> String {
    match tag {
        30 => {
            let units =
                content.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, &octet| (unit << 8) | u16::from(octet)));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        28 => content
            .chunks_exact(4)
            .map(|four| four.iter().fold(0, |unit, &octet| (unit << 8) | u32::from(octet)))
            .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        20 => content.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(content).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::{Tag, encode, encode_all};

    #[test]
    fn refuses_a_name_with_a_malformed_part() {
        let rdn = |tag| {
            let value = encode(Tag::PRINTABLE_STRING, b"UT");
            let pair = [encode(Tag::OID, oid::COUNTRY_NAME.as_der()), value];
            encode(Tag::SET, &encode_all(tag, &[&pair[0], &pair[1]]))
        };
        let name = |second| encode_all(Tag::SEQUENCE, &[&rdn(Tag::SEQUENCE), &rdn(second)]);
        assert!(Name::parse(&name(Tag::SEQUENCE)).is_some_and(|name| name.attributes.len() == 2));
        assert!(Name::parse(&name(Tag::OCTET_STRING)).is_none());
    }
}
