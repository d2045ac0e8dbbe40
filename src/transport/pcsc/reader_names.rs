//! What names and answers to reset tell of a reader, its slots and the card in it.
//!
//! Composite readers show a contact slot and a SAM slot beside the contactless one; a few readers carry short APDUs
//! only and do not say so. Nothing here is asked of the reader: it is read off its name and the ATR (PC/SC part 3
//! §3.1.3.2.3).

/// The kind of slot that a reader's name indicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SlotKind {
    /// A contactless slot.
    Contactless,
    /// The name does not say.
    Unknown,
    /// A contact slot.
    Contact,
    /// A slot for a security module of the reader's owner: never for a citizen's card.
    Sam,
}

impl SlotKind {
    /// The kind that the reader's name indicates.
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let words = |wanted: &[&str]| {
            name.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| wanted.contains(&word) || cl_suffix(word, wanted))
        };
        if words(&["sam"]) {
            Self::Sam
        } else if words(&["contactless", "picc", "cl", "nfc", "rfid", "rf"]) {
            Self::Contactless
        } else if words(&["contact", "contacted", "icc"]) {
            Self::Contact
        } else {
            Self::Unknown
        }
    }
}

/// Names such as `5422CL`: a model number with the contactless slot's mark.
fn cl_suffix(word: &str, wanted: &[&str]) -> bool {
    wanted.contains(&"cl")
        && word.strip_suffix("cl").is_some_and(|model| !model.is_empty() && model.bytes().all(|b| b.is_ascii_digit()))
}

/// Readers that carry short APDUs only and do not say so.
pub(super) fn is_short_only(name: &str) -> bool {
    const SHORT_ONLY: [&str; 4] = ["acr122", "scl3711", "scl3720", "utrust 3720"];
    let name = name.to_ascii_lowercase();
    SHORT_ONLY.iter().any(|model| name.contains(model))
}

/// Whether an ATR is the one that a contactless reader makes up for a card: `3B 8n 80 01 …`.
pub(super) fn is_contactless_atr(atr: &[u8]) -> bool {
    matches!(atr, [0x3B, t0, 0x80, 0x01, ..] if t0 & 0xF0 == 0x80)
}

/// Whether an ATR is the one that a contactless reader makes up for a memory card, which does not support ISO 7816-4:
/// `3B 8F 80 01 80 4F 0C A0 00 00 03 06 …`.
pub(super) fn is_memory_card_atr(atr: &[u8]) -> bool {
    is_contactless_atr(atr) && atr.get(4..12) == Some(&[0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_slots_of_composite_readers() {
        for (name, kind) in [
            ("ACS ACR1281 1S Dual Reader PICC 0", SlotKind::Contactless),
            ("ACS ACR1281 1S Dual Reader ICC 0", SlotKind::Contact),
            ("ACS ACR1281 1S Dual Reader SAM 0", SlotKind::Sam),
            ("ACS ACR1252 Reader [ACS Reader SAM] 01 00", SlotKind::Sam),
            ("HID Global OMNIKEY 5422CL Smartcard Reader 01 00", SlotKind::Contactless),
            ("HID Global OMNIKEY 5422 Smartcard Reader 00 00", SlotKind::Unknown),
            ("Identiv uTrust 4701 F [Contactless Interface] 00 00", SlotKind::Contactless),
            ("Identiv uTrust 4701 F [Contact Interface] 01 00", SlotKind::Contact),
            ("REINER SCT cyberJack RFID basis", SlotKind::Contactless),
            ("Broadcom Corp Contacted SmartCard 0", SlotKind::Contact),
            ("Virtual PCD 00 00", SlotKind::Unknown),
            ("Samsung reader", SlotKind::Unknown),
            ("", SlotKind::Unknown),
        ] {
            assert_eq!(SlotKind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn knows_readers_that_carry_short_apdus_only() {
        assert!(is_short_only("ACS ACR122U PICC Interface 00 00"));
        assert!(is_short_only("Identiv uTrust 3720 Contactless Reader 0"));
        assert!(!is_short_only("ACS ACR1252 Dual Reader PICC 0"));
    }

    #[test]
    fn tells_a_memory_card_from_a_chip_card() {
        let mifare = [0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0, 0, 3, 6, 3, 0, 1, 0, 0, 0, 0, 0x6A];
        assert!(is_memory_card_atr(&mifare));
        assert!(is_contactless_atr(&mifare));
        let chip = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x33, 0x81, 0x81, 0x00, 0x3A];
        assert!(is_contactless_atr(&chip));
        assert!(!is_memory_card_atr(&chip));
        let contact = [0x3B, 0x6D, 0x00, 0x00, 0x80, 0x31];
        assert!(!is_contactless_atr(&contact));
        assert!(!is_memory_card_atr(mifare.get(..11).unwrap()));
        assert!(!is_memory_card_atr(&[]));
    }
}
