//! Certificate holder and certification authority references: the name of a key (TR-03110-3 §C.1, §D.2).

use core::fmt;

/// Octets of the mnemonic at least and at most, and of what stands around it.
const COUNTRY: usize = 2;
const MNEMONIC: core::ops::RangeInclusive<usize> = 1..=9;
const SEQUENCE: usize = 5;
const MAX: usize = 16;

/// The reference of a certificate's holder or of its issuer, which names a key: `DETESTCVCA00001`.
///
/// ```text
/// reference ::= country (2 letters) ‖ mnemonic (1 to 9 characters) ‖ sequence (5 digits or letters)  -- ISO 8859-1
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateReference {
    octets: [u8; MAX],
    len: u8,
}

impl CertificateReference {
    /// The reference that these octets are; `None` for another length, a country that is not two capital letters, a
    /// sequence number that is not of digits and capital letters, or a character that does not print.
    pub fn new(octets: &[u8]) -> Option<Self> {
        let (country, rest) = octets.split_at_checked(COUNTRY)?;
        let (mnemonic, sequence) = rest.split_at_checked(rest.len().checked_sub(SEQUENCE)?)?;
        let prints = |octet: &u8| matches!(octet, 0x20..=0x7E | 0xA0..=0xFF);
        let is_valid = country.iter().all(u8::is_ascii_uppercase)
            && MNEMONIC.contains(&mnemonic.len())
            && mnemonic.iter().all(prints)
            && sequence.iter().all(|octet| octet.is_ascii_digit() || octet.is_ascii_uppercase());
        let mut held = [0; MAX];
        held.get_mut(..octets.len())?.copy_from_slice(octets);
        is_valid.then_some(Self { octets: held, len: u8::try_from(octets.len()).ok()? })
    }

    /// Its octets, 8 to 16.
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The country, two letters.
    pub fn country(&self) -> &str {
        core::str::from_utf8(self.as_bytes().get(..COUNTRY).unwrap_or_default()).unwrap_or_default()
    }
}

/// All of it, as text.
impl fmt::Display for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        // ISO 8859-1 is the first 256 characters of Unicode.
        self.as_bytes().iter().try_for_each(|&octet| f.write_char(char::from(octet)))
    }
}

impl fmt::Debug for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_country_mnemonic_and_sequence() {
        for text in ["DETESTCVCA00001", "DEM00001", "DETESTDVDE019", "UTABCDEFGHIA1B2C"] {
            let reference = CertificateReference::new(text.as_bytes()).unwrap();
            assert_eq!((reference.to_string().as_str(), reference.as_bytes()), (text, text.as_bytes()));
            assert!(text.starts_with(reference.country()) && reference.country().len() == 2);
        }
        let latin = CertificateReference::new(b"DE\xC4MT00001").unwrap();
        assert_eq!(latin.to_string(), "DEÄMT00001");
    }

    #[test]
    fn refuses_what_names_no_key() {
        for octets in [
            &b""[..],
            b"DE00001",
            b"DEABCDEFGHIJ00001",
            b"deCVCA00001",
            b"D1CVCA00001",
            b"DECV\x1BCA00001",
            b"DECVCA\x9000001",
            b"DECVCA0000-",
            b"DECVCA0000a",
            &[0; 12],
        ] {
            assert_eq!(CertificateReference::new(octets), None, "{octets:02X?}");
        }
    }
}
