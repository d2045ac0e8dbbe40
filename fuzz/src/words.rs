//! Data objects, object identifiers, commands and responses, and the small files that are rows of data objects: TLV, OID,
//! APDU, answer to reset, EF.ATR/INFO, EF.DIR, EF.COM.

use chipid::BOUNDS;
use chipid::internals::iso7816::command::{Command, Form};
use chipid::internals::iso7816::{Response, StatusWord};
use chipid::internals::oid::Oid;
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::lds::{AtrInfo, CardCapabilities, Com, Dir};

pub fn all(bytes: &[u8]) {
    walk(bytes, &mut Reader::new(bytes), 0);
    walk(bytes, &mut Reader::ber(bytes), 0);
    numbers(bytes);
    oid(bytes);
    command(bytes);
    response(bytes);
    atr(bytes);
    atr_info(bytes);
    dir(bytes);
    com(bytes);
}

/// Every data object stands where it says it does, encodes again to the same bytes, and the walk goes no deeper than it
/// may.
fn walk(whole: &[u8], reader: &mut Reader<'_>, depth: u8) {
    assert!(depth <= BOUNDS.tlv_depth);
    while !reader.is_empty() {
        let at = reader.at();
        let tag = reader.peek();
        let tlv = match reader.next() {
            Ok(tlv) => tlv,
            Err(error) => {
                assert!(error.at >= at && error.at <= whole.len());
                return;
            }
        };
        assert_eq!((tlv.at, Some(tlv.tag)), (at, tag));
        assert!(super::stands_at(whole, tlv.at, tlv.raw) && super::stands_at(whole, tlv.value_at, tlv.value));
        assert_eq!(reader.at(), at + tlv.raw.len());
        if !tlv.lax_length {
            assert_eq!(tlv::encode(tlv.tag, tlv.value), tlv.raw);
            assert_eq!(tlv::total_length(tlv.raw), Some(tlv.raw.len()));
        }
        if tlv.tag.is_constructed() {
            walk(whole, &mut tlv.children(), depth + 1);
        }
    }
    reader.finish().expect("an empty reader is at its end");
}

/// Integers and tag lists write what they read.
fn numbers(bytes: &[u8]) {
    if let Some(number) = tlv::unsigned_integer(bytes) {
        assert!(number.len() == 1 || number[0] != 0);
        assert_eq!(tlv::unsigned_integer(&tlv::integer_content(number)), Some(number));
    }
    if let Some(number) = tlv::small_integer(bytes) {
        assert_eq!(tlv::small_integer(&tlv::integer_content(&number.to_be_bytes())), Some(number));
    }
    if let Some(octets) = tlv::bit_string_octets(bytes) {
        assert_eq!(octets.len() + 1, bytes.len());
    }
    if let Ok(tags) = tlv::tag_list(bytes, 0) {
        assert_eq!(tags.iter().flat_map(|(_, tag)| tag.to_bytes()).collect::<Vec<u8>>(), bytes);
        assert!(tags.iter().all(|(at, tag)| bytes[*at..].starts_with(&tag.to_bytes())));
    }
}

fn oid(bytes: &[u8]) {
    if let Some(oid) = Oid::from_der(bytes) {
        assert_eq!(oid.as_der(), bytes);
        assert!(oid.to_string().contains('.'));
        assert!(oid.is_under(&oid));
    }
}

/// A command encodes again to itself: in its own form to the same command, where it was canonical to the same bytes.
fn command(bytes: &[u8]) {
    let Ok(command) = Command::decode(bytes) else { return };
    for form in [Form::Short, Form::Extended] {
        if let Ok(encoded) = command.encode(form) {
            assert_eq!(Command::decode(&encoded).as_ref(), Ok(&command));
        }
    }
    let shortest = command.encode(command.form()).expect("what was decoded fits its own form");
    assert!(shortest.len() <= bytes.len());
}

fn response(bytes: &[u8]) {
    match Response::decode(bytes) {
        Some(response) => {
            assert_eq!(response.encode(), bytes);
            status(response.status);
        }
        None => assert!(bytes.len() < 2),
    }
}

fn status(status: StatusWord) {
    assert_eq!(u16::from_be_bytes([status.sw1(), status.sw2()]), status.0);
    assert!(!status.is_success() || status.is_success_or_warning());
    assert!(status.bytes_waiting().is_none() || status.right_length().is_none());
    assert!(status.tries_left().is_none_or(|left| left < 16));
}

fn atr(bytes: &[u8]) {
    let _ = CardCapabilities::from_atr(bytes);
    let _ = CardCapabilities::from_historical_bytes(bytes);
}

fn atr_info(bytes: &[u8]) {
    let info = AtrInfo::parse(bytes);
    assert_eq!(info.extended_length.is_none(), info.findings.iter().any(|finding| finding.at <= bytes.len()));
}

fn dir(bytes: &[u8]) {
    let dir = Dir::parse(bytes);
    assert!(dir.applications.len() <= 64 && dir.applications.iter().all(|aid| (1..=16).contains(&aid.len())));
    // What it read, written again, reads the same.
    let templates: Vec<u8> =
        dir.applications.iter().flat_map(|aid| tlv::encode(Tag(0x61), &tlv::encode(Tag(0x4F), aid))).collect();
    assert_eq!(Dir::parse(&templates).applications, dir.applications);
}

fn com(bytes: &[u8]) {
    let Ok(com) = Com::parse(bytes) else { return };
    assert!(com.findings.iter().all(|finding| finding.at <= bytes.len()));
    assert!(com.data_groups.is_none_or(|groups| groups.len() <= bytes.len()));
}
