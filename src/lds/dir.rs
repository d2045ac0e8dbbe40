//! EF.DIR: the applications on the chip (9303-10 §3.11.2, 7816-4 §12.2.3).

use super::FileId;
use super::findings::{FileDefect, Finding, Findings};
use crate::bounds::BOUNDS;
use crate::tlv::{Reader, Tag};

/// Bytes of an application identifier (7816-4 §12.2.3.2).
const IDENTIFIER: core::ops::RangeInclusive<usize> = 1..=16;

/// EF.DIR as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dir {
    /// The application identifiers, 1 to 16 bytes each, in the order of the file.
    pub applications: Vec<Vec<u8>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

impl Dir {
    /// Reads an EF.DIR, a row of application templates, of which the identifiers are kept:
    ///
    /// ```text
    /// EF.DIR ::= { 61 L { 4F L application identifier, … } }*
    /// ```
    ///
    /// A file that is malformed says what stands before its defect: there is no error.
    pub fn parse(file: &[u8]) -> Self {
        let mut findings = Findings::of(FileId::Dir);
        let mut applications = Vec::new();
        let mut objects = Reader::new(file);
        while !objects.is_empty() && !objects.rest().iter().all(|&octet| octet == 0) {
            let Ok(template) = objects.next() else {
                findings.rest(&objects);
                break;
            };
            let identifier = match template.tag {
                // A bare identifier may stand for a template (7816-4 §12.2.3.4).
                Tag(0x4F) => Some(template),
                Tag(0x61) => template.children().expect(Tag(0x4F), "an application identifier").ok(),
                _ => continue,
            };
            match identifier {
                Some(found) if IDENTIFIER.contains(&found.value.len()) && applications.len() < BOUNDS.applications => {
                    applications.push(found.value.to_vec());
                }
                _ => findings.add(template.at, FileDefect::ApplicationMalformed),
            }
        }
        Self { applications, findings: findings.into_list() }
    }
}

/// The identifiers in hexadecimal digits: `A0000002471001, A0000002472001`.
impl core::fmt::Display for Dir {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let names: Vec<String> = self.applications.iter().map(hex::encode_upper).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_several_templates_and_stops_at_a_malformed_one() {
        let emrtd = hex::decode("61094F07A0000002471001").unwrap();
        let travel = hex::decode("610D4F07A00000024720015002565A").unwrap();
        let dir = Dir::parse(&[emrtd.clone(), travel, vec![0; 8]].concat());
        assert_eq!(dir.to_string(), "A0000002471001, A0000002472001");
        assert!(dir.findings.is_empty());
        let cut = Dir::parse(&[emrtd, hex::decode("61094F07A000").unwrap()].concat());
        assert_eq!((cut.to_string().as_str(), cut.findings.len()), ("A0000002471001", 1));
        let empty = Dir::parse(&hex::decode("61024F00").unwrap());
        assert!(empty.applications.is_empty() && empty.findings.len() == 1);
    }
}
