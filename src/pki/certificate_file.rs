//! Splits a file into certificates, revocation lists and signed lists: DER objects and PEM blocks (RFC 7468), recognised by
//! their bytes, never by the name of the file.

use crate::bounds::BOUNDS;
use crate::oid::{self, Oid};
use crate::tlv::{Reader, Tag};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// An object in a file, DER (a signed list may be BER).
pub(crate) enum FileObject {
    Certificate(Vec<u8>),
    RevocationList(Vec<u8>),
    MasterList(Vec<u8>),
    /// A deviation list or a defect list.
    DefectList(Vec<u8>),
    /// Signed data of another content.
    OtherSigned,
    /// Not recognised: a block of PEM that cannot be read, or bytes that are neither a block, a known object nor plain text.
    Unreadable,
}

/// The marks of a block of PEM: `-----BEGIN label-----`, Base64, `-----END label-----`  (RFC 7468 §2)
const BEGIN: &[u8] = b"-----BEGIN";
const END: &[u8] = b"-----END";
const DASHES: &[u8] = b"-----";

/// The objects of a file, at most one more than the bound; none if nothing in it is known. Plain text may precede, separate
/// and follow blocks. Every octet belongs to an object or to such text, and each is looked at a fixed number of times.
pub(crate) fn file_objects(bytes: &[u8]) -> Vec<FileObject> {
    let mut found = Vec::new();
    let mut rest = der_objects(Reader::ber(bytes), &mut found);
    if found.is_empty() && split_before(rest, BEGIN).1.is_empty() {
        return found;
    }
    let mut may_be_text = found.is_empty();
    while found.len() <= BOUNDS.pieces && !rest.is_empty() {
        let (between, marked) = split_before(rest, BEGIN);
        let is_known = is_blank(between) || may_be_text && is_plain_text(between);
        if !is_known {
            found.push(FileObject::Unreadable);
        }
        if marked.is_empty() {
            break;
        }
        (rest, may_be_text) = block(marked, &mut found);
    }
    found.truncate(BOUNDS.pieces + 1);
    found
}

/// Octets of a DER object by which it is distinguished from text.
const DISTINCTIVE: usize = 1024;

/// Takes consecutive DER objects; returns what follows them.
fn der_objects<'a>(mut reader: Reader<'a>, found: &mut Vec<FileObject>) -> &'a [u8] {
    let mut rest = reader.rest();
    while found.len() <= BOUNDS.pieces
        && let Ok(whole) = reader.next()
        && matches!(whole.children().peek(), Some(Tag::OID | Tag::SEQUENCE))
        // The digit 0 is the tag of a SEQUENCE. The first bytes decide: a length or a number is not text.
        && !is_text(whole.raw.get(..DISTINCTIVE).unwrap_or(whole.raw))
    {
        found.push(object(whole.raw));
        rest = reader.rest();
    }
    rest
}

/// Takes a block from its mark on, and DER objects right behind it; what follows, and whether that may be plain text. Of a
/// block that cannot be read all is lost up to the next mark.
fn block<'a>(marked: &'a [u8], found: &mut Vec<FileObject>) -> (&'a [u8], bool) {
    let (label, closed) = split_before(behind(marked, BEGIN.len()), DASHES);
    if !label.starts_with(b" ") || !label.iter().copied().all(is_of_line) {
        found.push(FileObject::Unreadable);
        return (split_before(closed, BEGIN).1, true);
    }
    let (body, end) = split_before(behind(closed, DASHES.len()), DASHES);
    let body: Vec<u8> = body.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let ended = end.strip_prefix(END).and_then(|end| end.strip_prefix(label));
    let (Some(rest), Ok(der)) = (ended, BASE64_STANDARD.decode(body)) else {
        found.push(FileObject::Unreadable);
        return (split_before(end, BEGIN).1, true);
    };
    found.push(object(&der));
    // Where a line end is lost, the dashes of the next mark follow those of this one.
    let next = rest.strip_prefix(DASHES).unwrap_or(rest).trim_ascii_start();
    // Definite lengths only: the end of an indefinite one would have to be searched for again after every block.
    let left = der_objects(Reader::new(next), found);
    if left.len() < next.len() { (left, false) } else { (rest, true) }
}

/// The bytes before the first such mark, and those from it on.
fn split_before<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = bytes.windows(mark.len()).position(|window| window == mark);
    at.and_then(|at| bytes.split_at_checked(at)).unwrap_or((bytes, &[]))
}

fn behind(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(count..).unwrap_or_default()
}

/// Line ends and padding may be dropped.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|octet| *octet == 0 || octet.is_ascii_whitespace())
}

/// Text without control characters, in UTF-8 or another encoding that extends ASCII.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|octet| octet.is_ascii_whitespace() || !octet.is_ascii_control())
}

fn is_of_line(octet: u8) -> bool {
    matches!(octet, b' '..=b'~')
}

/// Text in which no block seems to hide: its marks misspelt, or one of them lost.
fn is_plain_text(bytes: &[u8]) -> bool {
    let padding = bytes.iter().rev().take_while(|octet| **octet == 0).count();
    let text = bytes.get(..bytes.len() - padding).unwrap_or_default();
    let mut lines = text.split(|octet| matches!(octet, b'\n' | b'\r'));
    is_text(text) && !lines.any(|line| is_base64_of_sequence(line) || has_mark(line))
}

/// A line as a block begins with: Base64 of 30 80 and above, a SEQUENCE of more than 127 octets.
fn is_base64_of_sequence(line: &[u8]) -> bool {
    let dashes = line.iter().take_while(|octet| **octet == b'-').count();
    let line = behind(line, dashes).trim_ascii();
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
    line.len() >= 16 && line.starts_with(b"MI") && line.iter().all(is_base64)
}

/// Whether a line has BEGIN or END behind three dashes or more.
fn has_mark(line: &[u8]) -> bool {
    let has = |word: &[u8]| {
        let mut places = line.windows(word.len()).enumerate().filter(|(_, window)| *window == word);
        places.any(|(at, _)| line.get(..at).unwrap_or_default().trim_ascii_end().ends_with(b"---"))
    };
    has(b"BEGIN") || has(b"END")
}

/// SignedData begins with an OBJECT IDENTIFIER, a certificate and a revocation list with a SEQUENCE.
fn object(der: &[u8]) -> FileObject {
    let owned = der.to_vec();
    let begins = Reader::ber(der).next().ok().and_then(|whole| whole.children().peek());
    match begins {
        Some(Tag::OID) => match content_type(der) {
            Some(oid::ID_ICAO_CSCA_MASTER_LIST) => FileObject::MasterList(owned),
            Some(oid::ID_ICAO_DEVIATION_LIST | oid::ID_DEFECT_LIST) => FileObject::DefectList(owned),
            _ => FileObject::OtherSigned,
        },
        _ if is_revocation_list(der).unwrap_or(false) => FileObject::RevocationList(owned),
        _ => FileObject::Certificate(owned),
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
