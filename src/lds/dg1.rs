//! EF.DG1: the MRZ as the chip holds it (9303-10 §4.7.1).
//!
//! Line breaks inside the MRZ, which some chips have, are left out and noted; what is hashed is the file as it was read,
//! not this.

use crate::lds::findings::Findings;
use crate::lds::{DataGroup, FileId, Mrz};
use crate::tlv::{Problem, Tag, TlvError};

impl Mrz {
    /// The MRZ of an EF.DG1 as it was read.
    ///
    /// # Errors
    /// No data object 61 with a 5F1F in it, or an MRZ of other than 90, 72 or 88 characters.
    pub fn from_dg1(file: &[u8]) -> Result<Self, TlvError> {
        let mut findings = Findings::of(FileId::DataGroup(DataGroup::DG1));
        let dg1 = findings.object(file, Tag(0x61), "DG1, tag 61")?;
        let mut inside = dg1.children();
        let mrz = inside.expect(Tag(0x5F1F), "the MRZ, tag 5F1F")?;
        findings.note(&mrz);
        findings.rest(&inside);
        Mrz::from_value(mrz.value, mrz.value_at, findings)
            .ok_or(TlvError { at: mrz.at, problem: Problem::Expected("an MRZ of 90, 72 or 88 characters") })
    }
}
