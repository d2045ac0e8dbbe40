//! EF.DG13 by country: what stands in it is at the discretion of its issuing State (9303-10 §4.7.13).
//!
//! A table of the profiles that are known, each with the issuing State of the MRZ and the parser of its room; a file that
//! none of them reads is handed out as bytes, for it need not even be TLV. A new country is a row here and a room above.

use crate::lds::{DataGroup, Defect, Finding, OpaqueGroup};
use crate::vietnam::Dg13;

/// The optional details as a value.
#[derive(Clone)]
#[non_exhaustive]
pub enum OptionalDetails<'a> {
    /// Those of Vietnam's card.
    Vietnam(Dg13),
    /// Those of no known profile, as they are.
    Opaque(OpaqueGroup<'a>),
    /// A file that is not even the data object 6D.
    Bytes(&'a [u8]),
}

/// What is known of the optional details of one country.
pub struct Profile {
    /// The issuing State, as in the MRZ: `VNM`.
    pub issuing_state: &'static str,
    /// The country in words.
    pub name: &'static str,
    /// Reads the file; `None` where it is of another form.
    read: fn(&[u8]) -> Option<OptionalDetails<'static>>,
    /// Whether the value shows by itself that it is of this form.
    is_certain: fn(&OptionalDetails<'_>) -> bool,
}

/// The profiles that are known.
pub const PROFILES: &[Profile] = &[Profile {
    issuing_state: "VNM",
    name: "Vietnam",
    read: |file| Dg13::parse(file).ok().map(OptionalDetails::Vietnam),
    is_certain: |details| details.findings().iter().all(|finding| finding.defect != Defect::VnIdentifierMissing),
}];

/// Says nothing of its content.
impl core::fmt::Debug for OptionalDetails<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Vietnam(dg13) => dg13.fmt(f),
            Self::Opaque(group) => group.fmt(f),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

impl<'a> OptionalDetails<'a> {
    /// Reads an EF.DG13 by the profile of this issuing State; where the State is not known, by a profile that the file
    /// shows to be its own.
    ///
    /// There is no error: what no profile reads stays the bytes that it is.
    pub fn parse(file: &'a [u8], issuing_state: Option<&str>) -> Self {
        let by_profile = PROFILES.iter().find_map(|profile| match issuing_state {
            Some(state) if state != profile.issuing_state => None,
            Some(_) => (profile.read)(file),
            None => (profile.read)(file).filter(profile.is_certain),
        });
        by_profile.unwrap_or_else(|| OpaqueGroup::parse(DataGroup::DG13, file).map_or(Self::Bytes(file), Self::Opaque))
    }

    /// The profile that it was read by, if any.
    pub fn profile(&self) -> Option<&'static Profile> {
        let state = match self {
            Self::Vietnam(_) => "VNM",
            Self::Opaque(_) | Self::Bytes(_) => return None,
        };
        PROFILES.iter().find(|profile| profile.issuing_state == state)
    }

    /// What was found amiss or unusual.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Vietnam(dg13) => dg13.findings(),
            Self::Opaque(group) => &group.findings,
            Self::Bytes(_) => &[],
        }
    }
}
