//! Data groups of which the standard says no content: DG6, DG8, DG9 and DG10 (9303-10 §4.7.6, §4.7.8 to §4.7.10), and DG13
//! of a country that no profile knows (§4.7.13).
//!
//! What stands in them is handed out as it is, with its tags where it is a row of data objects. It need not be one.

use crate::bounds::BOUNDS;
use crate::lds::findings::{FileDefect, Finding, Findings};
use crate::lds::{DataGroup, FileId};
use crate::tlv::{Tag, Tlv, TlvError, small_integer};

/// A data group whose content is not defined, borrowed from the file as it was read.
#[derive(Clone)]
pub struct OpaqueGroup<'a> {
    /// The data group.
    pub group: DataGroup,
    /// The number of instances, where the content begins with one.
    pub instances: Option<u32>,
    /// What stands in the data group, whole.
    pub value: &'a [u8],
    /// The same as a row of data objects, at most 256 of them; `None` where it is none.
    pub objects: Option<Vec<RawObject<'a>>>,
    /// Defects and remarks of the file.
    pub findings: Vec<Finding>,
}

/// A data object of unknown meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawObject<'a> {
    /// Its tag.
    pub tag: Tag,
    /// What stands in it.
    pub value: &'a [u8],
    /// Its offset in the file.
    pub at: usize,
}

impl<'a> From<Tlv<'a>> for RawObject<'a> {
    fn from(object: Tlv<'a>) -> Self {
        Self { tag: object.tag, value: object.value, at: object.at }
    }
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for OpaqueGroup<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "OpaqueGroup({:?}, {} bytes, {:?})", self.group, self.value.len(), self.objects)
    }
}

/// `Debug` output shows the tag only.
impl core::fmt::Debug for RawObject<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RawObject({}, {} bytes at {})", self.tag, self.value.len(), self.at)
    }
}

impl<'a> OpaqueGroup<'a> {
    /// Reads a data group as one whose content is not defined.
    ///
    /// # Errors
    /// Not the data object of this data group.
    pub fn parse(group: DataGroup, file: &'a [u8]) -> Result<Self, TlvError> {
        let id = FileId::DataGroup(group);
        let mut findings = Findings::of(id);
        let due = "the data object of the data group";
        let tag = id.tag().expect("every data group has its tag: held by a test of the table");
        let outer = findings.object(file, tag, due)?;
        let mut inside = outer.children();
        let mut objects = Vec::new();
        let objects = loop {
            if inside.is_empty() {
                break Some(objects);
            }
            if objects.len() >= BOUNDS.opaque_objects {
                findings.add(inside.at(), FileDefect::ObjectsTooMany);
                break Some(objects);
            }
            match inside.next() {
                Ok(object) => objects.push(RawObject::from(object)),
                Err(_) => break None,
            }
        };
        let first = objects.as_ref().and_then(|objects| objects.first()).filter(|first| first.tag == Tag::INTEGER);
        let instances = first.and_then(|first| small_integer(first.value));
        Ok(Self { group, instances, value: outer.value, objects, findings: findings.into_list() })
    }
}
