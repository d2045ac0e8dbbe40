//! The longest APDU that a reader and its driver carry, asked through PC/SC part 10 §2.3 and §2.6.14.
//!
//! A driver that does not know the question, or answers nonsense, has said nothing: that hides nothing else.

use super::binding::call;
use ::pcsc::{Card, ctl_code};

/// `CM_IOCTL_GET_FEATURE_REQUEST` (PC/SC part 10 §2.2).
const GET_FEATURE_REQUEST: u16 = 3400;
/// `FEATURE_GET_TLV_PROPERTIES`: its data is a control code of four bytes.
const TLV_PROPERTIES: u8 = 0x12;
/// `dwMaxAPDUDataSize` among these properties, little-endian.
const MAX_APDU_DATA_SIZE: u8 = 0x0A;
/// The longest short APDU: header, Lc, 255 bytes, Le.
pub(super) const SHORT: usize = 261;

/// The longest APDU in bytes, where the driver states it.
pub(super) fn max_apdu(card: &Card) -> Option<usize> {
    let features = control(card, ctl_code(GET_FEATURE_REQUEST.into()))?;
    let code = be(value(&features, TLV_PROPERTIES)?)?;
    let properties = control(card, code.into())?;
    let size = usize::try_from(le(value(&properties, MAX_APDU_DATA_SIZE)?)?).ok()?;
    // Drivers say 0 for "short only".
    Some(size.max(SHORT))
}

fn control(card: &Card, code: ::pcsc::ffi::DWORD) -> Option<Vec<u8>> {
    let mut buffer = [0; 264];
    call(|| card.control(code, &[], &mut buffer).map(<[u8]>::to_vec)).ok()
}

/// The value under a tag in a list of one-byte tag, one-byte length, value.
fn value(list: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut rest = list;
    while let [tag, length, after @ ..] = rest {
        let (value, next) = after.split_at_checked(usize::from(*length))?;
        if *tag == wanted {
            return Some(value);
        }
        rest = next;
    }
    None
}

fn be(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_be_bytes)
}

fn le(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_property_among_others() {
        let list = [1, 2, 0, 0, 3, 1, 0, 8, 3, b'a', b'b', b'c', 10, 4, 0, 0, 1, 0];
        assert_eq!(value(&list, MAX_APDU_DATA_SIZE).and_then(le), Some(65_536));
        assert_eq!(value(&list, 8), Some(&b"abc"[..]));
        assert_eq!(value(&list, 9), None);
    }

    #[test]
    fn a_cut_list_says_nothing() {
        let list = [1, 2, 0, 0, 10, 4, 0, 0, 1];
        assert_eq!(value(&list, MAX_APDU_DATA_SIZE), None);
        assert_eq!(value(&[10], MAX_APDU_DATA_SIZE), None);
        assert_eq!(value(&[10, 2, 0, 1], MAX_APDU_DATA_SIZE).and_then(le), None);
    }

    #[test]
    fn a_control_code_is_big_endian() {
        let list = [0x12, 4, 0x42, 0x33, 0x00, 0x12];
        assert_eq!(value(&list, TLV_PROPERTIES).and_then(be), Some(0x4233_0012));
    }
}
