//! The words of the claims axis: outcomes, compared fields, warnings.

use crate::checks::codes;

codes! {
    /// What comparing the operator's claims with the chip gave.
    ClaimsOutcome {
        /// Nothing to compare was supplied. A CAN is a key, not a claim.
        NotGiven = "not_given",
        /// Personal number or document number are equal, and no compared field differs.
        Matches = "matches",
        /// Number, date of birth or name differ: this is not the person who was asked for.
        Differs = "differs",
        /// Claims were supplied, and the files that were read hold nothing to compare them with.
        NotComparable = "not_comparable",
        /// A stored document without a record of claims.
        NotRecorded = "not_recorded",
    }
}

codes! {
    /// A field that is compared.
    ClaimField {
        /// The personal number.
        PersonalNumber = "personal_number",
        /// The document number.
        DocumentNumber = "document_number",
        /// The date of birth.
        DateOfBirth = "date_of_birth",
        /// The name.
        Name = "name",
        /// The sex; a difference is a warning.
        Sex = "sex",
        /// The place of residence; a difference is a warning.
        PlaceOfResidence = "place_of_residence",
        /// The date of issue; a difference is a warning.
        DateOfIssue = "date_of_issue",
        /// The date of expiry; a difference is a warning.
        DateOfExpiry = "date_of_expiry",
        /// The former number; a difference is a warning.
        FormerNumber = "former_number",
        /// The issuing State; a difference is a warning.
        IssuingState = "issuing_state",
        /// The nationality; a difference is a warning.
        Nationality = "nationality",
        /// The form of the MRZ: TD1, TD2, TD3; a difference is a warning.
        DocumentFormat = "document_format",
    }
}

impl ClaimField {
    /// Whether a difference means another person. A difference in any other field is a warning.
    pub fn identifies(self) -> bool {
        matches!(self, Self::PersonalNumber | Self::DocumentNumber | Self::DateOfBirth | Self::Name)
    }

    /// Whether equality means the person who was asked for.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::PersonalNumber | Self::DocumentNumber)
    }
}

codes! {
    /// What the outcome rests on.
    ClaimsBasis {
        /// Nothing.
        Nothing = "nothing",
        /// Claims that were supplied now.
        Given = "given",
        /// The record of a stored document; whoever can write the file can write or delete it.
        Record = "record",
        /// The record of evidence that a trusted reader signed.
        SignedRecord = "signed_record",
    }
}

codes! {
    /// What is worth knowing beside the outcome.
    ClaimsWarning {
        /// The names are equal only without marks, transliterated, cut or by another name of the holder.
        NameNotExact = "name_not_exact",
        /// A field that does not identify a person differs.
        OtherFieldDiffers = "other_field_differs",
        /// The stored document has a record of another comparison that found a difference.
        RecordedDiffers = "recorded_differs",
        /// The stored document has a record of a match that no trusted reader signed.
        RecordedMatchNotSigned = "recorded_match_not_signed",
    }
}
