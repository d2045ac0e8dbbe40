//! Texts of the data groups with details: kept as they were signed, and a form of them for comparing.
//!
//! The standard has UTF-8, with `<` between the parts of an address and the identifiers of a name (9303-10 §4.7.11.1).

use crate::lds::MrzName;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A text as it was signed, borrowed from the file; it may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text as it stands in the file.
    pub signed: &'a [u8],
    /// Its offset in the file.
    pub at: usize,
}

impl<'a> Text<'a> {
    /// The text; what is not UTF-8 in it is replaced, and was noted as a finding.
    pub fn text(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.signed)
    }

    /// The text in a form for comparing, never for handing on: see [`comparable`]; a filler counts as a space.
    pub fn comparable(&self) -> String {
        comparable(&self.text().replace('<', " "))
    }

    /// The parts between fillers, as of an address or of several numbers; empty ones are left out.
    pub fn parts(&self) -> Vec<String> {
        let text = self.text();
        text.split('<').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The name, where the text is one formatted as in an MRZ: primary identifier, two fillers, secondary identifier.
    pub fn name(&self) -> MrzName {
        let text = self.text();
        let mut parts = text.trim_matches('<').splitn(2, "<<");
        let mut part = || {
            let part = parts.next().unwrap_or_default().replace('<', " ");
            part.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        // No name may be cut here, unlike in an MRZ.
        MrzName { primary: part(), secondary: part(), may_be_cut: false }
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        self.signed.is_empty()
    }
}

/// `Debug` output omits the text.
impl core::fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Text(at {})", self.at)
    }
}

/// A text for comparing: normal form C, lower case, single spaces.
pub fn comparable(text: &str) -> String {
    let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
    // A capital and a mark may compose only once they are small: Ϋ with an acute accent.
    let composed: String = lower.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(signed: &[u8]) -> Text<'_> {
        Text { signed, at: 0 }
    }

    #[test]
    fn a_text_stays_as_it_was_signed_and_is_compared_in_one_form() {
        let composed = text("Nguyễn<<Thị".as_bytes());
        let apart = text("NGUYE\u{302}\u{303}N<<THI\u{323}".as_bytes());
        assert_ne!(composed.text(), apart.text());
        assert_eq!(composed.comparable(), apart.comparable());
        assert_eq!(text(b"\xFFA").text(), "\u{FFFD}A");
        assert_eq!(comparable("\u{3AB}\u{301}"), comparable("\u{3B0}"));
    }

    #[test]
    fn names_and_addresses_part_at_fillers() {
        let name = text(b"SMITH<<JOHN<J").name();
        assert_eq!((name.primary.as_str(), name.secondary.as_str()), ("SMITH", "JOHN J"));
        assert_eq!(text(b"Doe John").name().primary, "Doe John");
        assert_eq!(text(b"").name().primary, "");
        assert_eq!(text(b"123 MAPLE RD<ANYTOWN<<MN<").parts(), ["123 MAPLE RD", "ANYTOWN", "MN"]);
        assert!(text(b"<<").parts().is_empty());
    }
}
