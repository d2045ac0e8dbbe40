//! The holder's fields and portrait, each with its source and its state: nothing leaves without.

use crate::checks::State;
use zeroize::Zeroize;

/// Where a field was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Source {
    /// The machine readable zone.
    Dg1,
    /// Additional personal details.
    Dg11,
    /// Additional document details.
    Dg12,
    /// The optional details of a country that has a profile.
    Dg13,
}

/// A field of the holder.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Field {
    /// The text as it was signed; dates of the machine readable zone in the form `1999-01-31`.
    pub value: String,
    /// Where it was read.
    pub source: Source,
    /// *Successful*: its file is authentic. *Failed*: it is not. *Undetermined*: neither is known.
    pub state: State,
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Field({:?}, {:?})", self.source, self.state)
    }
}

/// The fields by name, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder(pub(crate) Vec<(&'static str, Field)>);

impl Holder {
    /// The fields with their names.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Field)> {
        self.0.iter().map(|(name, field)| (*name, field))
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, field)| field)
    }

    /// The value of the field with this name.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.field(name).map(|field| field.value.clone())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, field)| field.value.zeroize());
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Holder {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, field)| (name, field)))
    }
}

/// The names of the fields, in their order.
pub const FIELD_NAMES: [&str; 37] = [
    "personal_number",
    "full_name",
    "date_of_birth",
    "sex",
    "nationality",
    "ethnicity",
    "religion",
    "place_of_origin",
    "place_of_residence",
    "personal_identification",
    "date_of_issue",
    "date_of_expiry",
    "father_name",
    "mother_name",
    "spouse_name",
    "former_number",
    "document_number",
    "document_code",
    "issuing_state",
    "surname",
    "given_names",
    "optional_data",
    "other_names",
    "place_of_birth",
    "permanent_address",
    "telephone",
    "profession",
    "title",
    "personal_summary",
    "other_document_numbers",
    "custody_information",
    "issuing_authority",
    "other_persons",
    "endorsements",
    "tax_exit_requirements",
    "personalization_time",
    "personalization_serial_number",
];

/// The portrait, as its file holds it; never decoded here.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Portrait {
    /// The media type, by the image's own first bytes.
    pub mime: &'static str,
    /// Bytes of the image.
    pub bytes: usize,
    /// The usual ending of a file name.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub extension: &'static str,
    /// Width and height in pixels as the record states them.
    pub size: Option<(u16, u16)>,
    /// The state of its file.
    pub state: State,
    /// The image.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub image: Vec<u8>,
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Portrait({}, {} bytes, {:?})", self.mime, self.bytes, self.state)
    }
}

impl Drop for Portrait {
    fn drop(&mut self) {
        self.image.zeroize();
    }
}
