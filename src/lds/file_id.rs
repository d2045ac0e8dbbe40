//! The files of the chip: name, file identifier, short file identifier and tag, in one table (9303-10 §3.8, Tables 34–36).

use crate::tlv::Tag;

/// A file of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FileId {
    /// EF.ATR/INFO: what lengths the chip takes (master file).
    AtrInfo,
    /// EF.DIR: the applications on the chip (master file).
    Dir,
    /// EF.CardAccess: what access control the chip offers (master file).
    CardAccess,
    /// EF.CardSecurity: the signed form of EF.CardAccess (master file).
    CardSecurity,
    /// EF.COM: the data groups that the chip says it has, unsigned.
    Com,
    /// EF.SOD: the document security object.
    Sod,
    /// EF.CVCA: the certification authorities that the chip trusts.
    Cvca,
    /// A data group, EF.DG1 to EF.DG16.
    DataGroup(DataGroup),
}

/// The number of a data group, 1 to 16.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataGroup(u8);

impl DataGroup {
    /// DG1: the machine readable zone.
    pub const DG1: DataGroup = DataGroup(1);
    /// DG2: the face.
    pub const DG2: DataGroup = DataGroup(2);
    /// DG3: the fingers, behind terminal authentication.
    pub const DG3: DataGroup = DataGroup(3);
    /// DG4: the irises, behind terminal authentication.
    pub const DG4: DataGroup = DataGroup(4);
    /// DG5: the displayed portrait.
    pub const DG5: DataGroup = DataGroup(5);
    /// DG6: reserved.
    pub const DG6: DataGroup = DataGroup(6);
    /// DG7: the displayed signature or usual mark.
    pub const DG7: DataGroup = DataGroup(7);
    /// DG8: data features, to be defined.
    pub const DG8: DataGroup = DataGroup(8);
    /// DG9: structure features, to be defined.
    pub const DG9: DataGroup = DataGroup(9);
    /// DG10: substance features, to be defined.
    pub const DG10: DataGroup = DataGroup(10);
    /// DG11: additional personal details.
    pub const DG11: DataGroup = DataGroup(11);
    /// DG12: additional document details.
    pub const DG12: DataGroup = DataGroup(12);
    /// DG13: optional details, national.
    pub const DG13: DataGroup = DataGroup(13);
    /// DG14: security options.
    pub const DG14: DataGroup = DataGroup(14);
    /// DG15: the active authentication public key.
    pub const DG15: DataGroup = DataGroup(15);
    /// DG16: persons to notify.
    pub const DG16: DataGroup = DataGroup(16);

    /// The data group with this number, if it is 1 to 16.
    pub fn new(number: u8) -> Option<Self> {
        (1..=16).contains(&number).then_some(Self(number))
    }

    /// The number, 1 to 16.
    pub fn number(self) -> u8 {
        self.0
    }

    /// All sixteen, in order.
    pub fn all() -> impl Iterator<Item = DataGroup> {
        (1..=16).map(DataGroup)
    }

    /// The data group whose file begins with this tag, as EF.COM lists it.
    pub fn from_tag(tag: Tag) -> Option<Self> {
        Self::all().find(|group| FileId::DataGroup(*group).tag() == Some(tag))
    }
}

impl core::fmt::Debug for DataGroup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

impl core::fmt::Display for DataGroup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

/// One row of the table.
struct Row {
    id: FileId,
    name: &'static str,
    file_name: &'static str,
    fid: u16,
    sfi: u8,
    /// The tag the file begins with; `None` where it holds several data objects or none.
    tag: Option<Tag>,
}

const fn row(id: FileId, name: &'static str, file_name: &'static str, fid: u16, sfi: u8, tag: u32) -> Row {
    Row { id, name, file_name, fid, sfi, tag: if tag == 0 { None } else { Some(Tag(tag)) } }
}

const fn dg(number: u8) -> FileId {
    FileId::DataGroup(DataGroup(number))
}

#[rustfmt::skip]
static TABLE: [Row; 23] = [
    row(FileId::AtrInfo,      "EF.ATR/INFO",     "EF_ATR_INFO.bin",     0x2F01, 0x01, 0),
    row(FileId::Dir,          "EF.DIR",          "EF_DIR.bin",          0x2F00, 0x1E, 0),
    row(FileId::CardAccess,   "EF.CardAccess",   "EF_CardAccess.bin",   0x011C, 0x1C, 0x31),
    row(FileId::CardSecurity, "EF.CardSecurity", "EF_CardSecurity.bin", 0x011D, 0x1D, 0x30),
    row(FileId::Com,          "EF.COM",          "EF_COM.bin",          0x011E, 0x1E, 0x60),
    row(FileId::Sod,          "EF.SOD",          "EF_SOD.bin",          0x011D, 0x1D, 0x77),
    row(FileId::Cvca,         "EF.CVCA",         "EF_CVCA.bin",         0x011C, 0x1C, 0),
    row(dg(1),                "EF.DG1",          "EF_DG1.bin",          0x0101, 0x01, 0x61),
    row(dg(2),                "EF.DG2",          "EF_DG2.bin",          0x0102, 0x02, 0x75),
    row(dg(3),                "EF.DG3",          "EF_DG3.bin",          0x0103, 0x03, 0x63),
    row(dg(4),                "EF.DG4",          "EF_DG4.bin",          0x0104, 0x04, 0x76),
    row(dg(5),                "EF.DG5",          "EF_DG5.bin",          0x0105, 0x05, 0x65),
    row(dg(6),                "EF.DG6",          "EF_DG6.bin",          0x0106, 0x06, 0x66),
    row(dg(7),                "EF.DG7",          "EF_DG7.bin",          0x0107, 0x07, 0x67),
    row(dg(8),                "EF.DG8",          "EF_DG8.bin",          0x0108, 0x08, 0x68),
    row(dg(9),                "EF.DG9",          "EF_DG9.bin",          0x0109, 0x09, 0x69),
    row(dg(10),               "EF.DG10",         "EF_DG10.bin",         0x010A, 0x0A, 0x6A),
    row(dg(11),               "EF.DG11",         "EF_DG11.bin",         0x010B, 0x0B, 0x6B),
    row(dg(12),               "EF.DG12",         "EF_DG12.bin",         0x010C, 0x0C, 0x6C),
    row(dg(13),               "EF.DG13",         "EF_DG13.bin",         0x010D, 0x0D, 0x6D),
    row(dg(14),               "EF.DG14",         "EF_DG14.bin",         0x010E, 0x0E, 0x6E),
    row(dg(15),               "EF.DG15",         "EF_DG15.bin",         0x010F, 0x0F, 0x6F),
    row(dg(16),               "EF.DG16",         "EF_DG16.bin",         0x0110, 0x10, 0x70),
];

impl FileId {
    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.id == self).expect("every FileId has its row: held by a test")
    }

    /// All files of the table, in its order.
    pub fn all() -> impl Iterator<Item = FileId> {
        TABLE.iter().map(|row| row.id)
    }

    /// The standard's name: `EF.DG1`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name of the file that a saved document keeps it in: `EF_DG1.bin`.
    pub fn file_name(self) -> &'static str {
        self.row().file_name
    }

    /// The file identifier, for SELECT.
    pub fn fid(self) -> u16 {
        self.row().fid
    }

    /// The short file identifier, for READ BINARY (5 bits).
    pub fn sfi(self) -> u8 {
        self.row().sfi
    }

    /// The tag that the file begins with, where it is one data object.
    pub fn tag(self) -> Option<Tag> {
        self.row().tag
    }

    /// Whether the file stands in the master file, outside the application.
    pub fn is_in_master_file(self) -> bool {
        matches!(self, FileId::AtrInfo | FileId::Dir | FileId::CardAccess | FileId::CardSecurity)
    }
}

impl core::fmt::Display for FileId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_one_row() {
        let singles = [
            FileId::AtrInfo,
            FileId::Dir,
            FileId::CardAccess,
            FileId::CardSecurity,
            FileId::Com,
            FileId::Sod,
            FileId::Cvca,
        ];
        for id in singles.into_iter().chain(DataGroup::all().map(FileId::DataGroup)) {
            assert_eq!(TABLE.iter().filter(|row| row.id == id).count(), 1, "{id:?}");
            assert!(id.tag().is_some() || !matches!(id, FileId::DataGroup(_)), "{id:?}");
        }
    }

    #[test]
    fn a_data_group_is_one_to_sixteen() {
        assert_eq!(DataGroup::new(0), None);
        assert_eq!(DataGroup::new(17), None);
        assert_eq!(DataGroup::from_tag(Tag(0x6D)), Some(DataGroup::DG13));
        assert_eq!(DataGroup::from_tag(Tag(0x60)), None);
    }
}
