//! What a file of trust material holds: told by its first bytes, never by its name.

use crate::bounds::BOUNDS;
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag};
use x509_parser::pem::Pem;

/// One piece of a file, DER (a signed list may be BER).
pub(super) enum Piece {
    Certificate(Vec<u8>),
    RevocationList(Vec<u8>),
    MasterList(Vec<u8>),
    /// A deviation list or a defect list.
    DefectList(Vec<u8>),
    /// Signed data of another content.
    OtherSigned,
    /// What cannot be told: a block of PEM that cannot be read, or all that follows the last DER object that is known.
    Unreadable,
}

/// The pieces of a file in DER or PEM, at most one more than the bound; none if nothing in it is known.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let text = b"-----BEGIN ";
    if bytes.windows(text.len()).take(4096).any(|window| window == text) {
        let blocks = Pem::iter_from_buffer(bytes).take(BOUNDS.pieces + 1);
        return blocks.map(|block| block.map_or(Piece::Unreadable, |pem| piece(&pem.contents))).collect();
    }
    let mut reader = Reader::ber(bytes);
    let mut found = Vec::new();
    let mut known = 0;
    while found.len() <= BOUNDS.pieces
        && let Ok(whole) = reader.next()
        && matches!(whole.children().peek(), Some(Tag::OID | Tag::SEQUENCE))
    {
        found.push(piece(whole.raw));
        known = whole.at + whole.raw.len();
    }
    // A line end or padding behind the last object is no loss; whatever else stands there is told, not dropped.
    let rest = bytes.get(known..).unwrap_or_default();
    if !found.is_empty() && rest.iter().any(|byte| *byte != 0 && !byte.is_ascii_whitespace()) {
        found.push(Piece::Unreadable);
    }
    found
}

/// SignedData begins with an OBJECT IDENTIFIER, a certificate and a revocation list with a SEQUENCE.
fn piece(der: &[u8]) -> Piece {
    let owned = der.to_vec();
    let begins = Reader::ber(der).next().ok().and_then(|whole| whole.children().peek());
    match begins {
        Some(Tag::OID) => match content_type(der) {
            Some(oid::ID_ICAO_CSCA_MASTER_LIST) => Piece::MasterList(owned),
            Some(oid::ID_ICAO_DEVIATION_LIST | oid::ID_DEFECT_LIST) => Piece::DefectList(owned),
            _ => Piece::OtherSigned,
        },
        _ if is_revocation_list(der).unwrap_or(false) => Piece::RevocationList(owned),
        _ => Piece::Certificate(owned),
    }
}

/// ContentInfo { SignedData { version, digestAlgorithms, encapContentInfo { eContentType, … }, … } }  (RFC 5652 §5.1)
fn content_type(der: &[u8]) -> Option<Oid> {
    let mut info = Reader::ber(der).next().ok()?.children();
    info.next().ok()?;
    let mut data = info.next().ok()?.children().next().ok()?.children();
    data.next().ok()?;
    data.next().ok()?;
    Oid::from_der(data.next().ok()?.children().expect(Tag::OID, "an eContentType").ok()?.value)
}

/// A TBSCertList has a moment where a TBSCertificate has its validity: after version, algorithm and issuer.
fn is_revocation_list(der: &[u8]) -> Option<bool> {
    let mut tbs = Reader::new(der).next().ok()?.children().next().ok()?.children();
    tbs.optional(Tag::INTEGER).ok()?;
    tbs.expect(Tag::SEQUENCE, "an algorithm").ok()?;
    tbs.expect(Tag::SEQUENCE, "an issuer").ok()?;
    Some(matches!(tbs.peek(), Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME)))
}
