//! Defects and remarks of a file, each with its file, its offset and a stable code.
//!
//! A finding never holds what the file says, only where and what kind. Whether it fails a check is the business of the
//! rooms above; [`FindingKind::is_fault`] separates the two kinds: *does not conform to the standard*, and *worth knowing*.

use crate::bounds::BOUNDS;
use crate::lds::FileId;
use crate::tlv::{Reader, Tag, Tlv, TlvError, small_integer};

/// One thing found in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: FileId,
    /// Offset in the file as it was read; for an MRZ that was typed, the position in that text.
    pub at: usize,
    /// What it is.
    pub defect: FileDefect,
}

impl Finding {
    /// What sort of finding it is.
    pub fn kind(&self) -> FindingKind {
        self.defect.kind()
    }
}

impl core::fmt::Display for Finding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} at byte {}: {}", self.file, self.at, self.defect.sentence())
    }
}

/// What sort of thing a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Not as the standard has it.
    Malformed,
    /// A check digit is wrong.
    CheckDigit,
    /// A version that is not known.
    UnknownVersion,
    /// No image where one is due.
    NoImage,
    /// A public key that is not valid, or not supported.
    BadKey,
    /// A length or an integer that is not in its shortest form.
    LaxEncoding,
    /// Bytes after the end that are no part of it.
    TrailingBytes,
    /// Entries that the tables do not know.
    UnknownEntries,
    /// A line break or another character that does not belong.
    OddCharacters,
    /// A date that is incomplete, as the standard allows.
    PartialDate,
    /// A field that stands twice.
    DuplicateField,
    /// A chip authentication key without its ChipAuthenticationInfo.
    MissingChipAuthenticationInfo,
    /// Legal, but unusual.
    Unusual,
}

impl FindingKind {
    /// Whether the file is not as the standard has it; all else is worth knowing only.
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            FindingKind::Malformed
                | FindingKind::CheckDigit
                | FindingKind::UnknownVersion
                | FindingKind::NoImage
                | FindingKind::BadKey
        )
    }
}

macro_rules! defects {
    ($($variant:ident = $code:literal, $kind:ident, $sentence:literal;)*) => {
        /// What can be found in a file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FileDefect { $(#[doc = concat!("Found: ", $sentence, ".")] $variant,)* }

        impl FileDefect {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What sort of finding it is.
            pub fn kind(self) -> FindingKind {
                match self { $(Self::$variant => FindingKind::$kind,)* }
            }

            /// The finding as a clause, without personal data.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

defects! {
    // Any file.
    TrailingBytes = "trailing_bytes", TrailingBytes, "bytes after the end of the data object";
    LaxLength = "lax_length", LaxEncoding, "a length that is not in its shortest form";
    UnknownObject = "unknown_object", UnknownEntries, "a data object that the standard does not have here";
    WrongOrder = "wrong_order", Unusual, "data objects in an unusual order";
    ObjectMalformed = "object_malformed", Malformed, "a data object that is malformed or ends beyond the one around it";
    ObjectsTooMany = "objects_too_many", Malformed, "more data objects than are read";
    CountMissing = "count_missing", Malformed, "no number of instances";
    CountWrong = "count_wrong", Malformed, "a number of instances other than there are";
    ImageMissing = "image_missing", NoImage, "no image";
    ImageUnknown = "image_unknown", Malformed, "an image whose bytes are of no known type";
    ImageMislabelled = "image_mislabelled", Unusual, "an image of another type than is due here";
    // EF.COM.
    ComVersionMissing = "com_version_missing", Malformed, "no LDS version";
    ComVersionUnknown = "com_version_unknown", UnknownVersion, "an unknown LDS version";
    ComUnicodeMissing = "com_unicode_missing", Malformed, "no Unicode version";
    ComUnicodeUnknown = "com_unicode_unknown", UnknownVersion, "an unknown Unicode version";
    ComListMissing = "com_list_missing", Malformed, "no list of data groups";
    ComListWithoutMandatory = "com_list_without_mandatory", Malformed, "a list without DG1 or DG2";
    ComListDuplicate = "com_list_duplicate", DuplicateField, "a data group that is listed twice";
    ComListUnknown = "com_list_unknown", UnknownEntries, "a listed tag that is no data group";
    // The MRZ.
    MrzLineBreaks = "mrz_line_breaks", OddCharacters, "line breaks inside the MRZ";
    MrzCharacter = "mrz_character", Malformed, "a character that no MRZ has";
    MrzLowerCase = "mrz_lower_case", Malformed, "lower case letters in the MRZ";
    MrzDocumentCode = "mrz_document_code", Malformed, "an unknown document type";
    MrzIssuingState = "mrz_issuing_state", Malformed, "an issuing state that is no code of three letters";
    MrzNationality = "mrz_nationality", Malformed, "a nationality that is no code of three letters";
    MrzNameVoid = "mrz_name_void", Malformed, "a void name";
    MrzNameSyntax = "mrz_name_syntax", Malformed, "a name that holds digits or begins with a filler";
    MrzDocumentNumber = "mrz_document_number", Malformed, "a void document number, or one that goes on nowhere";
    MrzLongNumber = "mrz_long_number", Unusual, "a document number that goes on in the optional data";
    MrzDocumentNumberCheckDigit = "mrz_document_number_check_digit", CheckDigit, "a wrong check digit of the document number";
    MrzBirthSyntax = "mrz_birth_syntax", Malformed, "a date of birth that is neither digits nor fillers";
    MrzBirthDate = "mrz_birth_date", Malformed, "a date of birth that no calendar has";
    MrzBirthPartial = "mrz_birth_partial", PartialDate, "an incomplete date of birth";
    MrzBirthCheckDigit = "mrz_birth_check_digit", CheckDigit, "a wrong check digit of the date of birth";
    MrzSex = "mrz_sex", Malformed, "a sex that is neither M nor F nor a filler";
    MrzSexX = "mrz_sex_x", Unusual, "an X as sex, where the standard has a filler";
    MrzExpirySyntax = "mrz_expiry_syntax", Malformed, "a date of expiry that is not digits";
    MrzExpiryDate = "mrz_expiry_date", Malformed, "a date of expiry that no calendar has";
    MrzNoExpiry = "mrz_no_expiry", Unusual, "no date of expiry";
    MrzExpiryCheckDigit = "mrz_expiry_check_digit", CheckDigit, "a wrong check digit of the date of expiry";
    MrzOptionalCheckDigit = "mrz_optional_check_digit", CheckDigit, "a wrong check digit of the optional data";
    MrzCompositeCheckDigit = "mrz_composite_check_digit", CheckDigit, "a wrong composite check digit";
    // EF.DG2.
    FaceCountMissing = "face_count_missing", Malformed, "no number of instances";
    FaceCountWrong = "face_count_wrong", Malformed, "a number of instances other than there are";
    FaceTooMany = "face_too_many", Malformed, "more faces than are read";
    FaceHeaderMissing = "face_header_missing", Malformed, "no biometric header template";
    FaceFormatOwner = "face_format_owner", Malformed, "a format owner other than 0101";
    FaceFormatOwnerMissing = "face_format_owner_missing", Malformed, "no format owner";
    FaceFormatType = "face_format_type", Malformed, "a format type that is no face record";
    FaceFormatTypeMissing = "face_format_type_missing", Malformed, "no format type";
    FaceBiometricType = "face_biometric_type", Malformed, "a biometric type that is no face";
    FaceRecordTruncated = "face_record_truncated", Malformed, "a face record that ends within its header";
    FaceFormatIdentifier = "face_format_identifier", Malformed, "a format identifier other than FAC";
    FaceVersion = "face_version", UnknownVersion, "an unknown version of the face record";
    FaceRecordLength = "face_record_length", Malformed, "a length of the face record other than it has";
    FaceDataLength = "face_data_length", Malformed, "a length of the facial data other than they have";
    FaceZerosAfterImage = "face_zeros_after_image", Unusual, "zeros after the face record";
    FaceGender = "face_gender", Malformed, "a gender that the record format does not have";
    FaceEyeColour = "face_eye_colour", Malformed, "an eye colour that the record format does not have";
    FaceHairColour = "face_hair_colour", Malformed, "a hair colour that the record format does not have";
    FacePoseYaw = "face_pose_yaw", Malformed, "a pose angle (yaw) out of range";
    FacePosePitch = "face_pose_pitch", Malformed, "a pose angle (pitch) out of range";
    FacePoseRoll = "face_pose_roll", Malformed, "a pose angle (roll) out of range";
    FaceUncertaintyYaw = "face_uncertainty_yaw", Malformed, "an uncertainty of the pose angle (yaw) out of range";
    FaceUncertaintyPitch = "face_uncertainty_pitch", Malformed, "an uncertainty of the pose angle (pitch) out of range";
    FaceUncertaintyRoll = "face_uncertainty_roll", Malformed, "an uncertainty of the pose angle (roll) out of range";
    FaceImageType = "face_image_type", Malformed, "a face image type that is not frontal";
    FaceImageTypeBasic = "face_image_type_basic", Unusual, "a face image that does not say it is frontal";
    FaceImageDataType = "face_image_data_type", Malformed, "an image data type that is neither JPEG nor JPEG 2000";
    FaceImageMislabelled = "face_image_mislabelled", Unusual, "an image of another type than the record says";
    FaceImageUnknown = "face_image_unknown", Malformed, "an image whose bytes are of no known type";
    FaceNoImage = "face_no_image", NoImage, "no image";
    // EF.DG3 and EF.DG4; the header also of EF.DG2.
    BiometricHeaderField = "biometric_header_field", Malformed, "a field of the biometric header that cannot be so";
    BiometricHeaderMissing = "biometric_header_missing", Malformed, "no biometric header template";
    BiometricFormatOwner = "biometric_format_owner", Malformed, "a format owner other than 0101";
    BiometricFormatOwnerMissing = "biometric_format_owner_missing", Malformed, "no format owner";
    BiometricFormatType = "biometric_format_type", Malformed, "a format type that is not of this data group";
    BiometricFormatTypeMissing = "biometric_format_type_missing", Malformed, "no format type";
    BiometricType = "biometric_type", Malformed, "a biometric type that is not of this data group";
    BiometricSubtype = "biometric_subtype", Malformed, "a biometric subtype that the standard does not have";
    BiometricSubtypeMissing = "biometric_subtype_missing", Malformed, "no biometric subtype";
    BiometricSubtypeDiffers = "biometric_subtype_differs", Unusual, "a biometric subtype other than the record says";
    RecordTruncated = "record_truncated", Malformed, "a biometric record that ends within its headers";
    RecordIdentifier = "record_identifier", Malformed, "a format identifier of another biometric record";
    RecordVersion = "record_version", UnknownVersion, "an unknown version of the biometric record";
    RecordLength = "record_length", Malformed, "a length of the biometric record other than it has";
    RecordImageLength = "record_image_length", Malformed, "a length of an image other than it has";
    RecordZerosAfterImage = "record_zeros_after_image", Unusual, "zeros after the biometric record";
    RecordField = "record_field", Malformed, "a field of the biometric record that cannot be so";
    RecordImageCoding = "record_image_coding", Malformed, "an image coding that the biometric record does not have";
    // EF.DG11, EF.DG12 and EF.DG16.
    DetailsListMissing = "details_list_missing", Malformed, "no tag list";
    DetailsListMalformed = "details_list_malformed", Malformed, "a tag list that is cut off";
    DetailsListedAbsent = "details_listed_absent", Malformed, "a field of the tag list that is not there";
    DetailsUnlisted = "details_unlisted", Unusual, "a field that the tag list does not have";
    DetailsDuplicate = "details_duplicate", DuplicateField, "a field that stands twice";
    DetailsEmpty = "details_empty", Unusual, "a field without content";
    DetailsText = "details_text", Malformed, "a text that is not UTF-8";
    DetailsCharacter = "details_character", OddCharacters, "a control character in a text";
    DetailsDate = "details_date", Malformed, "a date or time that is none";
    DetailsDateBcd = "details_date_bcd", Unusual, "a date or time in BCD";
    DetailsDatePartial = "details_date_partial", PartialDate, "an incomplete date";
    DetailsNamesLoose = "details_names_loose", Unusual, "other names outside of their template";
    // SecurityInfos: EF.CardAccess, EF.DG14, EF.CardSecurity.
    InfosNotASet = "infos_not_a_set", Malformed, "a SEQUENCE OF security infos, where a SET OF is due";
    InfosEmpty = "infos_empty", Unusual, "no security info at all";
    InfoMalformed = "info_malformed", Malformed, "a security info that is not as its protocol has it";
    InfoUnknown = "info_unknown", UnknownEntries, "a security info of an unknown protocol";
    InfoVersion = "info_version", UnknownVersion, "a security info of an unknown version";
    PaceParameterMissing = "pace_parameter_missing", Malformed, "a PACEInfo without domain parameters";
    PaceParameterUnknown = "pace_parameter_unknown", UnknownEntries, "a PACEInfo with domain parameters that are not standardized";
    ChipKeyMissing = "chip_key_missing", Malformed, "a ChipAuthenticationInfo without its key";
    ChipInfoMissing = "chip_info_missing", MissingChipAuthenticationInfo, "a chip authentication key without its ChipAuthenticationInfo";
    KeyInvalid = "key_invalid", BadKey, "a public key that is not valid";
    KeyUnsupported = "key_unsupported", BadKey, "a public key of a kind that is not supported";
    // EF.ATR/INFO.
    LengthInfoMissing = "length_info_missing", Unusual, "no extended length information";
    LengthInfoMalformed = "length_info_malformed", Malformed, "extended length information that is not two lengths";
    // EF.DIR.
    ApplicationMalformed = "application_malformed", Malformed, "an application template without its identifier";
    // EF.CVCA.
    CvcaMalformed = "cvca_malformed", Malformed, "neither a certification authority reference nor padding";
    CvcaMoreThanTwo = "cvca_more_than_two", Unusual, "more than two certification authority references";
    CvcaDuplicate = "cvca_duplicate", DuplicateField, "a certification authority reference that stands twice";
    // EF.DG13 of Vietnam.
    VnVersion = "vn_version", Unusual, "no version, or an unknown one";
    VnIdentifierMissing = "vn_identifier_missing", Unusual, "no object identifier, or another one";
    VnFieldMalformed = "vn_field_malformed", Malformed, "an entry that is no numbered field";
    VnFieldUnknown = "vn_field_unknown", UnknownEntries, "a field of an unknown number";
    VnFieldDuplicate = "vn_field_duplicate", DuplicateField, "a field that stands twice";
    VnTextMalformed = "vn_text_malformed", Malformed, "a text that is not UTF-8";
}

impl core::fmt::Display for FileDefect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The findings of one file while it is parsed.
pub(crate) struct Findings {
    file: FileId,
    list: Vec<Finding>,
}

impl Findings {
    /// No number of instances, or another one than there are.
    pub(crate) const COUNT: [FileDefect; 2] = [FileDefect::CountMissing, FileDefect::CountWrong];

    pub(crate) fn of(file: FileId) -> Self {
        Self { file, list: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: usize, defect: FileDefect) {
        let finding = Finding { file: self.file, at, defect };
        if self.list.len() < BOUNDS.findings && !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }

    /// Adds the finding unless the file already has one of its sort: of many equal ones the first place is enough.
    pub(crate) fn add_first(&mut self, at: usize, defect: FileDefect) {
        if self.list.iter().all(|finding| finding.defect != defect) {
            self.add(at, defect);
        }
    }

    /// The one data object that the file is; what follows it is not part of the file.
    pub(crate) fn object<'a>(&mut self, bytes: &'a [u8], tag: Tag, what: &'static str) -> Result<Tlv<'a>, TlvError> {
        let mut reader = Reader::new(bytes);
        let object = reader.expect(tag, what)?;
        self.note(&object);
        self.rest(&reader);
        Ok(object)
    }

    /// Notes a length that is not in its shortest form.
    pub(crate) fn note(&mut self, object: &Tlv<'_>) {
        if object.lax_length {
            self.add(object.at, FileDefect::LaxLength);
        }
    }

    /// The next data object of a row of which a malformed one loses only itself and what follows: it ends the walk.
    pub(crate) fn next<'a>(&mut self, reader: &mut Reader<'a>) -> Option<Tlv<'a>> {
        if reader.is_empty() {
            return None;
        }
        match reader.next() {
            Ok(object) => {
                self.note(&object);
                Some(object)
            }
            Err(error) => {
                self.add(error.at, FileDefect::ObjectMalformed);
                None
            }
        }
    }

    /// Compares the number of instances that a file states with those that were found; gives the stated one. `at` is the
    /// place of a number that is missing.
    pub(crate) fn count(
        &mut self,
        stated: Option<Tlv<'_>>,
        found: u32,
        at: usize,
        [missing, wrong]: [FileDefect; 2],
    ) -> Option<u32> {
        let number = stated.and_then(|stated| small_integer(stated.value));
        match stated {
            None => self.add(at, missing),
            Some(stated) if number != Some(found) => self.add(stated.at, wrong),
            Some(_) => {}
        }
        number
    }

    /// Notes bytes that are left.
    pub(crate) fn rest(&mut self, reader: &Reader<'_>) {
        if !reader.is_empty() {
            self.add(reader.at(), FileDefect::TrailingBytes);
        }
    }

    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.at);
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_in_snake_case() {
        for defect in FileDefect::ALL {
            let code = defect.as_str();
            assert_eq!(FileDefect::ALL.iter().filter(|other| other.as_str() == code).count(), 1, "{code}");
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        }
    }

    #[test]
    fn a_hostile_file_cannot_fill_the_report() {
        let mut findings = Findings::of(FileId::Com);
        (0..10_000).for_each(|at| findings.add(at, FileDefect::UnknownObject));
        assert_eq!(findings.into_list().len(), BOUNDS.findings);
    }
}
