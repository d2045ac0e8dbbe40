//! EF.CVCA: the certification authorities of terminals that the chip trusts (TR-03110-3 §A.7). Nobody signs it: it says
//! where a terminal's certificates must begin, and proves nothing.

use crate::bounds::BOUNDS;
use crate::cvc::CertificateReference;
use crate::lds::FileId;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::tlv::{Problem, Reader, Tag, Tlv, TlvError};

/// Certification Authority Reference.
const REFERENCE: Tag = Tag(0x42);
/// References that the standard has: the current authority and the one before.
const USUAL: usize = 2;

/// EF.CVCA as a value.
///
/// ```text
/// EF.CVCA ::= 42 L reference      -- the current certification authority
///             [42 L reference]    -- the one before
///             00*                 -- padding
/// ```
#[derive(Clone, Debug)]
pub struct Cvca {
    /// The references, at least one, the current authority's first; each once.
    pub references: Vec<CertificateReference>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl Cvca {
    /// Reads an EF.CVCA; what stands after the first reference and is none is a finding.
    ///
    /// # Errors
    /// A file that does not begin with a reference.
    pub fn parse(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::Cvca);
        let mut objects = Reader::new(file);
        let mut references: Vec<CertificateReference> = Vec::new();
        loop {
            let at = objects.at();
            match next(&mut objects) {
                Ok((object, reference)) => {
                    findings.note(&object);
                    if references.contains(&reference) {
                        findings.add(at, FileDefect::CvcaDuplicate);
                    } else if references.len() < BOUNDS.cvca_references {
                        references.push(reference);
                    }
                    if references.len() > USUAL {
                        findings.add_first(at, FileDefect::CvcaMoreThanTwo);
                    }
                }
                Err(error) if references.is_empty() => return Err(error),
                Err(_) => {
                    findings.add(at, FileDefect::CvcaMalformed);
                    break;
                }
            }
            if objects.rest().iter().all(|&octet| octet == 0) {
                break;
            }
        }
        Ok(Self { references, findings: findings.into_list() })
    }
}

fn next<'a>(objects: &mut Reader<'a>) -> Result<(Tlv<'a>, CertificateReference), TlvError> {
    const WHAT: &str = "a certification authority reference, tag 42";
    let object = objects.expect(REFERENCE, WHAT)?;
    let reference = CertificateReference::new(object.value);
    Ok((object, reference.ok_or(TlvError { at: object.at, problem: Problem::Expected(WHAT) })?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;

    const CURRENT: &[u8] = b"UTCVCA00002";
    const BEFORE: &[u8] = b"UTCVCA00001";

    fn file(references: &[&[u8]], padding: usize) -> Vec<u8> {
        let objects: Vec<u8> = references.iter().flat_map(|reference| encode(REFERENCE, reference)).collect();
        [objects, vec![0; padding]].concat()
    }

    fn read(file: &[u8]) -> Option<(Vec<String>, Vec<FileDefect>)> {
        let cvca = Cvca::parse(file).ok()?;
        let findings = cvca.findings.iter().map(|finding| finding.defect).collect();
        Some((cvca.references.iter().map(ToString::to_string).collect(), findings))
    }

    #[test]
    fn reads_one_or_two_references_with_or_without_padding() {
        for padding in [0, 1, 23] {
            assert_eq!(read(&file(&[CURRENT], padding)), Some((vec!["UTCVCA00002".into()], vec![])));
            let both = vec!["UTCVCA00002".into(), "UTCVCA00001".into()];
            assert_eq!(read(&file(&[CURRENT, BEFORE], padding)), Some((both, vec![])));
        }
    }

    #[test]
    fn three_references_stay_in_use_with_a_finding() {
        let (references, findings) = read(&file(&[CURRENT, BEFORE, b"UTCVCA00000"], 5)).unwrap();
        assert_eq!((references.len(), findings), (3, vec![FileDefect::CvcaMoreThanTwo]));
        let many: Vec<Vec<u8>> = (0..40).map(|number| format!("UTCVCA{number:05}").into_bytes()).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        assert_eq!(read(&file(&many, 0)).unwrap().0.len(), BOUNDS.cvca_references);
    }

    #[test]
    fn what_follows_the_first_reference_and_is_none_is_a_finding() {
        for tail in [&b"\x43\x0BUTCVCA00001"[..], b"\x42\x0CUTCVCA00001", b"\x42\x05UT001", b"\x00\x00\x42", b"\x42"] {
            let found = read(&[&file(&[CURRENT], 0), tail].concat());
            assert_eq!(found, Some((vec!["UTCVCA00002".into()], vec![FileDefect::CvcaMalformed])), "{tail:02X?}");
        }
        // A length too short by one leaves a reference, and then no data object.
        let cut = [&[0x42, 10][..], CURRENT].concat();
        assert_eq!(read(&cut), Some((vec!["UTCVCA0000".into()], vec![FileDefect::CvcaMalformed])));
        let twice = read(&file(&[CURRENT, CURRENT], 0)).unwrap();
        assert_eq!((twice.0.len(), twice.1), (1, vec![FileDefect::CvcaDuplicate]));
    }

    #[test]
    fn refuses_a_file_that_begins_with_no_reference() {
        for file in [&b""[..], &[0; 36], b"\x43\x0BUTCVCA00001", b"\x42\x0CUTCVCA00001", b"\x42\x00", b"\x42\x05UT001"]
        {
            assert!(Cvca::parse(file).is_err(), "{file:02X?}");
        }
    }
}
