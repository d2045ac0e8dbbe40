//! The DER encodings that files and certificates are put together from.

use crate::oid::Oid;
use crate::tlv::{self, Tag};

/// An OBJECT IDENTIFIER.
pub(crate) fn oid(id: Oid) -> Vec<u8> {
    tlv::encode(Tag::OID, id.as_der())
}

/// An INTEGER of this unsigned number, big-endian.
pub(crate) fn integer(number: &[u8]) -> Vec<u8> {
    tlv::encode(Tag::INTEGER, &tlv::integer_content(number))
}

/// A SEQUENCE of these parts, each encoded.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv::encode_all(Tag::SEQUENCE, parts)
}
