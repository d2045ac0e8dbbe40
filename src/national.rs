//! Everything that depends on the issuing State: one table, with a row for each country that has a profile.
//!
//! Doc 9303 leaves EF.DG13 to the issuing State (9303-10 §4.7.13), and in part the optional data of the MRZ. A new country
//! is a row of [`COUNTRIES`] and a module with its functions above this one: the rest of the library asks the functions
//! here and names no country. An EF.DG13 that no profile reads is handed out as bytes; it need not even be TLV.

use crate::checks::{Check, CheckId};
use crate::compare::{self, HolderNames};
use crate::lds::{DataGroup, Dg11, FileDefect, Finding, Mrz, MrzFormat, OpaqueGroup, PartialDate, Sex};
use crate::tlv::TlvError;
use crate::vietnam::{self, Dg13, Dg13Field};
use zeroize::Zeroizing;

pub use crate::vietnam::{NumberError, PersonalNumber, Qr, QrError};

/// A country that has a profile.
pub struct Country {
    /// The issuing State, as in the MRZ: `VNM`.
    pub issuing_state: &'static str,
    /// The country in words.
    pub name: &'static str,
    /// Reads EF.DG13; an error where it is of another form.
    read: fn(&[u8]) -> Result<OptionalDetails<'static>, TlvError>,
    /// Whether the value of an EF.DG13 shows by itself that it is of this form.
    is_certain: fn(&OptionalDetails<'_>) -> bool,
    /// What EF.DG13 states of the holder and the document.
    stated: for<'a> fn(&'a OptionalDetails<'_>) -> Option<StatedDetails<'a>>,
    /// Whether an MRZ of this country is that of its ID card, whose optional data hold the personal number.
    is_id_card: fn(&Mrz) -> bool,
    /// The personal number in the optional data of an MRZ, whatever issuing State it names.
    personal_number: fn(&Mrz) -> Option<PersonalNumber>,
    /// The comparisons between the files, and of the claims with the files.
    cross_checks: fn(&Files<'_>, &Claimed<'_>) -> Vec<Check>,
    /// The province in a place of residence.
    province_of_residence: fn(&str) -> Option<&str>,
    /// A date and the sex as EF.DG13 writes them.
    parse_date: fn(&str) -> Option<PartialDate>,
    parse_sex: fn(&str) -> Option<Sex>,
}

/// The countries that have a profile.
pub const COUNTRIES: &[Country] = &[Country {
    issuing_state: "VNM",
    name: "Vietnam",
    read: |file| Dg13::parse(file).map(OptionalDetails::Vietnam),
    is_certain: |details| details.findings().iter().all(|finding| finding.defect != FileDefect::VnIdentifierMissing),
    stated: |details| details.vietnam().map(stated_in_vietnam),
    is_id_card: vietnam::is_vietnamese,
    personal_number: vietnam::number_in_optional_data,
    cross_checks: cross_checks_of_vietnam,
    province_of_residence: vietnam::province_of_residence,
    parse_date: vietnam::parse_date,
    parse_sex: vietnam::parse_sex,
}];

fn stated_in_vietnam(dg13: &Dg13) -> StatedDetails<'_> {
    let expiry = match (dg13.expiry_date(), dg13.text(Dg13Field::DateOfExpiry)) {
        (Some(date), _) => Some(Expiry::On(date)),
        (None, Some(text)) if vietnam::is_without_term(text) => Some(Expiry::Never),
        (None, _) => None,
    };
    StatedDetails {
        fields: dg13.holder_fields(),
        other_name: dg13.other_name(),
        personal_number: dg13.personal_number(),
        birth_date: dg13.birth_date(),
        sex: dg13.sex(),
        issue_date: dg13.issue_date(),
        expiry,
    }
}

fn cross_checks_of_vietnam(files: &Files<'_>, claimed: &Claimed<'_>) -> Vec<Check> {
    let dg13 = files.dg13.and_then(OptionalDetails::vietnam);
    // A passport of the country has neither EF.DG13 nor the number in its MRZ.
    if dg13.is_none() && !files.mrz.is_some_and(vietnam::is_vietnamese) {
        return Vec::new();
    }
    let sources =
        vietnam::Sources { mrz: files.mrz, dg11: files.dg11, dg13, qr: claimed.qr, given: claimed.personal_number };
    let is_asked = |check: &vietnam::CrossCheck| match check.id {
        CheckId::VnNumberGiven => claimed.personal_number.is_some(),
        CheckId::VnQrNumber | CheckId::VnQrName | CheckId::VnQrBirthDate | CheckId::VnQrOther => claimed.qr.is_some(),
        _ => true,
    };
    vietnam::cross_checks(&sources).into_iter().filter(is_asked).map(Check::from).collect()
}

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

/// `Debug` output omits the contents.
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
        let by_profile = COUNTRIES.iter().find_map(|country| match issuing_state {
            Some(state) if state != country.issuing_state => None,
            Some(_) => (country.read)(file).ok(),
            None => (country.read)(file).ok().filter(country.is_certain),
        });
        by_profile.unwrap_or_else(|| OpaqueGroup::parse(DataGroup::DG13, file).map_or(Self::Bytes(file), Self::Opaque))
    }

    /// Reads an EF.DG13 for verification: by the profile of this issuing State, `None` where it has none. Where EF.DG1 was
    /// not read and the State is not known, by the first profile whose form the file has.
    ///
    /// # Errors
    /// A file of another form than the profile's.
    pub(crate) fn of_country(
        file: &[u8],
        issuing_state: Option<&str>,
    ) -> Option<Result<OptionalDetails<'static>, TlvError>> {
        let mut first_error = None;
        for country in
            COUNTRIES.iter().filter(|country| issuing_state.is_none_or(|state| state == country.issuing_state))
        {
            match (country.read)(file) {
                Ok(details) => return Some(Ok(details)),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map(Err)
    }

    /// The country whose profile read it, if any.
    pub fn country(&self) -> Option<&'static Country> {
        match self {
            Self::Vietnam(_) => Country::of_state("VNM"),
            Self::Opaque(_) | Self::Bytes(_) => None,
        }
    }

    /// Defects and remarks of the file.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Vietnam(dg13) => dg13.findings(),
            Self::Opaque(group) => &group.findings,
            Self::Bytes(_) => &[],
        }
    }

    fn vietnam(&self) -> Option<&Dg13> {
        match self {
            Self::Vietnam(dg13) => Some(dg13),
            Self::Opaque(_) | Self::Bytes(_) => None,
        }
    }
}

/// What an EF.DG13 states, in the form that is the same for every country.
#[derive(Default)]
pub(crate) struct StatedDetails<'a> {
    /// The texts as they were signed, each with the name of its field of the holder: `full_name`.
    pub(crate) fields: Vec<(&'static str, &'a str)>,
    /// The other name of the holder.
    pub(crate) other_name: Option<&'a str>,
    /// The personal number.
    pub(crate) personal_number: Option<PersonalNumber>,
    /// The date of birth.
    pub(crate) birth_date: Option<PartialDate>,
    /// The sex.
    pub(crate) sex: Option<Sex>,
    /// The date of issue.
    pub(crate) issue_date: Option<PartialDate>,
    /// Whether and when the document expires.
    pub(crate) expiry: Option<Expiry>,
}

impl<'a> StatedDetails<'a> {
    /// The text of this field of the holder.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
    }

    /// The date of expiry, where there is one.
    pub(crate) fn expiry_date(&self) -> Option<PartialDate> {
        match self.expiry {
            Some(Expiry::On(date)) => Some(date),
            Some(Expiry::Never) | None => None,
        }
    }
}

/// When a document expires.
#[derive(Clone, Copy)]
pub(crate) enum Expiry {
    /// At the end of this day.
    On(PartialDate),
    /// It does not expire.
    Never,
}

/// What the operator supplied that only a profile can compare.
#[derive(Clone, Copy, Default)]
pub(crate) struct Claimed<'a> {
    /// The personal number.
    pub(crate) personal_number: Option<&'a PersonalNumber>,
    /// The QR code on the face of the card.
    pub(crate) qr: Option<&'a Qr>,
}

/// The files of a document that a profile compares, as far as they were read and are well formed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Files<'a> {
    /// The MRZ of EF.DG1.
    pub(crate) mrz: Option<&'a Mrz>,
    /// EF.DG11.
    pub(crate) dg11: Option<&'a Dg11<'a>>,
    /// EF.DG13, by [`OptionalDetails::of_country`].
    pub(crate) dg13: Option<&'a OptionalDetails<'a>>,
}

impl<'a> Files<'a> {
    /// The country of the document, if it has a profile: by EF.DG1, or by the form of EF.DG13 where EF.DG1 was not read.
    pub(crate) fn country(&self) -> Option<&'static Country> {
        match self.mrz {
            Some(mrz) => Country::of_state(mrz.issuing_state()),
            None => self.dg13?.country(),
        }
    }

    /// Without EF.DG1, the issuing State that EF.DG13 suggests by its form: no signer of another country signs it.
    pub(crate) fn presumed_state(&self) -> Option<&'static str> {
        if self.mrz.is_none() { Some(self.dg13?.country()?.issuing_state) } else { None }
    }

    /// What EF.DG13 states.
    pub(crate) fn stated(&self) -> Option<StatedDetails<'a>> {
        let details = self.dg13?;
        (details.country()?.stated)(details)
    }

    /// Whether it is an ID card whose MRZ holds the personal number; also where EF.DG1 was not read.
    pub(crate) fn is_id_card(&self) -> bool {
        self.country().is_some_and(|country| self.mrz.is_none_or(country.is_id_card))
    }

    /// Whether the holder's personal number, of EF.DG13 or EF.DG1, is the claimed one; `None` where there is nothing to
    /// compare, as on a document without a profile.
    pub(crate) fn is_personal_number(&self, claimed: &PersonalNumber) -> Option<bool> {
        let country = self.country()?;
        let of_mrz = || personal_number_of_mrz(self.mrz?);
        if let Some(number) = self.stated().and_then(|stated| stated.personal_number).or_else(of_mrz) {
            return Some(number == *claimed);
        }
        // The document number holds the last nine digits: they can show a difference, never equality.
        let mrz = self.mrz.filter(|mrz| (country.is_id_card)(mrz))?;
        let is_equal = *Zeroizing::new(mrz.document_number()) == claimed.document_number();
        (!is_equal).then_some(false)
    }

    /// The personal number in an MRZ that is claimed of this document: of an ID card whatever issuing State it names.
    pub(crate) fn personal_number_in_claim(&self, claimed: &Mrz) -> Option<PersonalNumber> {
        let is_of_card = claimed.format() == MrzFormat::Td1 && self.is_id_card();
        let own = if is_of_card { (self.country()?.personal_number)(claimed) } else { None };
        own.or_else(|| personal_number_of_mrz(claimed))
    }

    /// The number of the document: of EF.DG1, or without it the one that the personal number contains.
    pub(crate) fn document_number(&self) -> Option<Zeroizing<String>> {
        let of_details = || self.stated()?.personal_number.map(|number| number.document_number().to_owned());
        self.mrz.map(Mrz::document_number).or_else(of_details).map(Zeroizing::new)
    }

    /// What a comparison with all names of the holder gives.
    pub(crate) fn with_names<R>(&self, compare: impl FnOnce(&HolderNames<'_>) -> R) -> R {
        let stated = self.stated().unwrap_or_default();
        compare::with_names(self.mrz, self.dg11, [stated.text("full_name"), stated.other_name], compare)
    }

    /// The checks of the country's profile: those that have something to compare.
    pub(crate) fn cross_checks(&self, claimed: &Claimed<'_>) -> Vec<Check> {
        self.country().map(|country| (country.cross_checks)(self, claimed)).unwrap_or_default()
    }
}

impl Country {
    /// The country with this issuing State, if it has a profile.
    pub fn of_state(issuing_state: &str) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.issuing_state == issuing_state)
    }
}

/// The personal number that the MRZ of an ID card holds in its optional data.
pub fn personal_number_of_mrz(mrz: &Mrz) -> Option<PersonalNumber> {
    let country = Country::of_state(mrz.issuing_state()).filter(|country| (country.is_id_card)(mrz))?;
    (country.personal_number)(mrz)
}

/// The optional data of an MRZ without its fillers; empty where they hold the personal number.
pub fn optional_data(mrz: &Mrz) -> &str {
    let is_number = Country::of_state(mrz.issuing_state()).is_some_and(|country| (country.is_id_card)(mrz));
    if is_number { "" } else { mrz.optional_data().trim_matches('<') }
}

/// The province in a place of residence.
pub fn province_of_residence(residence: &str) -> Option<&str> {
    COUNTRIES.iter().find_map(|country| (country.province_of_residence)(residence))
}

/// A date as one of the countries writes it in EF.DG13.
pub fn parse_date(text: &str) -> Option<PartialDate> {
    COUNTRIES.iter().find_map(|country| (country.parse_date)(text))
}

/// The sex as one of the countries writes it in EF.DG13.
pub fn parse_sex(text: &str) -> Option<Sex> {
    COUNTRIES.iter().find_map(|country| (country.parse_sex)(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::ID_VN_DG13;
    use crate::tlv::{Tag, encode, encode_all};

    const ID_CARD: &str = "IDVNM1990000014999199000001<<39901018F3901016VNM<<<<<<<<<<<0NGUYEN<<THI<MAU<<<<<<<<<<<<<<<";

    fn dg13_of_vietnam() -> Vec<u8> {
        let number = encode_all(Tag::SEQUENCE, &[&[2, 1, 1], &encode(Tag::PRINTABLE_STRING, b"999199000001")]);
        let identifier = encode(Tag::OID, ID_VN_DG13.as_der());
        let body = encode_all(Tag::SEQUENCE, &[&[2, 1, 1], &identifier, &encode(Tag::SET, &number)]);
        encode(Tag(0x6D), &body)
    }

    #[test]
    fn each_country_has_one_row_and_its_own_details() {
        for country in COUNTRIES {
            assert_eq!(COUNTRIES.iter().filter(|row| row.issuing_state == country.issuing_state).count(), 1);
        }
        let details = OptionalDetails::of_country(&dg13_of_vietnam(), Some("VNM")).unwrap().unwrap();
        assert_eq!(details.country().unwrap().name, "Vietnam");
        assert!(OptionalDetails::of_country(&dg13_of_vietnam(), Some("UTO")).is_none());
        assert!(OptionalDetails::of_country(&[0x6D, 0], Some("VNM")).unwrap().is_err());
    }

    #[test]
    fn without_dg1_the_form_of_dg13_suggests_the_issuing_state() {
        let (file, mrz) = (dg13_of_vietnam(), Mrz::parse(ID_CARD).unwrap());
        let details = OptionalDetails::of_country(&file, None).unwrap().unwrap();
        let alone = Files { dg13: Some(&details), ..Files::default() };
        assert_eq!(alone.presumed_state(), Some("VNM"));
        assert_eq!(alone.document_number().unwrap().as_str(), "199000001");
        let with_dg1 = Files { mrz: Some(&mrz), ..alone };
        assert_eq!((with_dg1.presumed_state(), with_dg1.country().unwrap().name), (None, "Vietnam"));
        assert!(Files::default().country().is_none());
    }

    #[test]
    fn a_document_without_a_profile_compares_no_personal_number() {
        let number = PersonalNumber::parse("999199000001").unwrap();
        let passport = Mrz::parse(&ID_CARD.replace("VNM", "UTO")).unwrap();
        let other = Files { mrz: Some(&passport), ..Files::default() };
        assert_eq!((other.is_personal_number(&number), other.is_id_card()), (None, false));
        assert!(other.cross_checks(&Claimed { personal_number: Some(&number), qr: None }).is_empty());
        let card = Mrz::parse(ID_CARD).unwrap();
        let card = Files { mrz: Some(&card), ..Files::default() };
        assert_eq!((card.is_personal_number(&number), card.is_id_card()), (Some(true), true));
        // An MRZ that is claimed of this card counts by its number, whatever issuing State it names.
        assert_eq!(card.personal_number_in_claim(&passport), Some(number));
        assert_eq!(other.personal_number_in_claim(&passport), None);
    }
}
