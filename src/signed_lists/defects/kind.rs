//! The kinds of known defects (9303-12 §10, TR-03129-2 §7.3).

use crate::oid::{self, Oid};

/// The kind of a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefectKind {
    /// The signature of the document signer's certificate is wrong.
    SignerSignature,
    /// The document signer's certificate is not as it should be.
    SignerEncoding,
    /// The authority's certificate is not as it should be.
    AuthorityEncoding,
    /// The document signer was revoked.
    SignerRevoked,
    /// The keys of active authentication are compromised.
    ActiveAuthenticationKey,
    /// The keys of chip authentication are compromised.
    ChipAuthenticationKey,
    /// Data groups are not as they should be.
    FileMalformed,
    /// The hash of a data group is wrong.
    FileHash,
    /// The signature of EF.SOD is wrong.
    SecurityObjectSignature,
    /// EF.SOD is not valid.
    SecurityObject,
    /// EF.SOD names another signer than its own.
    SignerIdentifier,
    /// Active authentication, chip authentication or PACE with chip authentication mapping fails, as the status says.
    ProtocolFailure,
    /// The validity of the document signer's certificate or its authority's is wrong, as the status says.
    ValidityPeriod,
    /// The country in the name of the document signer's issuer is wrong or missing.
    IssuingCountry,
    /// EF.COM does not list what EF.SOD lists.
    ComInconsistent,
    /// A field of the machine readable zone is wrong.
    MrzData,
    /// A check digit of the machine readable zone is wrong.
    MrzCheckDigit,
    /// EF.CardSecurity is not as it should be.
    CardSecurity,
    /// It concerns nothing that this library checks.
    NoBearing,
    /// An unknown kind that concerns the passport application, its authentication or the whole document: such documents
    /// must not be relied on (TR-03129-2 §7.3.3).
    Unknown,
}

/// One defect of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDefect {
    /// Its kind.
    pub kind: DefectKind,
    /// Its identifier.
    pub id: Oid,
    /// The files that it concerns: 1 to 16 data groups, 20 EF.SOD, 21 EF.COM.
    pub files: Vec<u8>,
    /// The status code beside it, where there is one.
    pub status: Option<u8>,
}

impl KnownDefect {
    pub(super) fn new(id: Oid) -> Self {
        let kind = match KINDS.iter().find(|(known, ..)| *known == id) {
            Some((_, kind, _)) => *kind,
            // Defects of another application do not matter here; any other unknown defect may.
            None if id.is_under(&oid::ID_EID_DEFECT) => DefectKind::NoBearing,
            None => DefectKind::Unknown,
        };
        Self { kind, id, files: Vec::new(), status: None }
    }

    /// The standard's name, or the identifier.
    pub fn name(&self) -> String {
        let known = KINDS.iter().find(|(known, ..)| *known == self.id);
        let name = known.map_or_else(|| self.id.to_string(), |(.., name)| (*name).to_owned());
        let files: Vec<String> = self.files.iter().map(|number| file_name(*number)).collect();
        if files.is_empty() { name } else { format!("{name} ({})", files.join(", ")) }
    }
}

fn file_name(number: u8) -> String {
    match number {
        20 => "EF.SOD".to_owned(),
        21 => "EF.COM".to_owned(),
        number => format!("EF.DG{number}"),
    }
}

/// Every kind that is known, with the standard's name.
#[rustfmt::skip]
const KINDS: &[(Oid, DefectKind, &str)] = &[
    (oid::ID_DEVIATION_DS_SIGNATURE, DefectKind::SignerSignature, "id-Deviation-CertOrKey-DSSignature"),
    (oid::ID_DEVIATION_DS_ENCODING, DefectKind::SignerEncoding, "id-Deviation-CertOrKey-DSEncoding"),
    (oid::ID_DEVIATION_CSCA_ENCODING, DefectKind::AuthorityEncoding, "id-Deviation-CertOrKey-CSCAEncoding"),
    (oid::ID_DEVIATION_AA_KEY_COMPROMISED, DefectKind::ActiveAuthenticationKey, "id-Deviation-CertOrKey-AAKeyCompromised"),
    (oid::ID_DEVIATION_DG_MALFORMED, DefectKind::FileMalformed, "id-Deviation-LDS-DGMalformed"),
    (oid::ID_DEVIATION_DG_HASH_WRONG, DefectKind::FileHash, "id-Deviation-LDS-DGHashWrong"),
    (oid::ID_DEVIATION_SOD_SIGNATURE_WRONG, DefectKind::SecurityObjectSignature, "id-Deviation-LDS-SODSignatureWrong"),
    (oid::ID_DEVIATION_COM_INCONSISTENT, DefectKind::ComInconsistent, "id-Deviation-LDS-COMInconsistent"),
    (oid::ID_DEVIATION_MRZ_WRONG_DATA, DefectKind::MrzData, "id-Deviation-MRZ-WrongData"),
    (oid::ID_DEVIATION_MRZ_WRONG_CHECK_DIGIT, DefectKind::MrzCheckDigit, "id-Deviation-MRZ-WrongCheckDigit"),
    (oid::ID_DEVIATION_CHIP, DefectKind::NoBearing, "id-Deviation-Chip"),
    (oid::ID_DEVIATION_NATIONAL_USE, DefectKind::NoBearing, "id-Deviation-NationalUse"),
    (oid::ID_CERT_REVOKED, DefectKind::SignerRevoked, "id-CertRevoked"),
    (oid::ID_CERT_REPLACED, DefectKind::SignerEncoding, "id-CertReplaced"),
    (oid::ID_CHIP_AUTH_KEY_REVOKED, DefectKind::ChipAuthenticationKey, "id-ChipAuthKeyRevoked"),
    (oid::ID_ACTIVE_AUTH_KEY_REVOKED, DefectKind::ActiveAuthenticationKey, "id-ActiveAuthKeyRevoked"),
    (oid::ID_AUTHENTICATION_PROTOCOL_FAILURE, DefectKind::ProtocolFailure, "id-AuthenticationProtocolFailure"),
    (oid::ID_VALIDITY_PERIOD_INCORRECT, DefectKind::ValidityPeriod, "id-ValidityPeriodIncorrect"),
    (oid::ID_EPASSPORT_DG_MALFORMED, DefectKind::FileMalformed, "id-ePassportDGMalformed"),
    (oid::ID_SOD_INVALID, DefectKind::SecurityObject, "id-SODInvalid"),
    (oid::ID_COM_SOD_DISCREPANCY, DefectKind::ComInconsistent, "id-COMSODDiscrepancy"),
    (oid::ID_SOD_WRONG_SIGNER_IDENTIFIER, DefectKind::SignerIdentifier, "id-sodWrongSignerIdentifier"),
    (oid::ID_ISSUING_COUNTRY_DEFECT, DefectKind::IssuingCountry, "id-IssuingCountryDefect"),
    (oid::ID_CARD_SECURITY_MALFORMED, DefectKind::CardSecurity, "id-CardSecurityMalformed"),
    (oid::ID_CHIP_SECURITY_MALFORMED, DefectKind::NoBearing, "id-ChipSecurityMalformed"),
    (oid::ID_POWER_DOWN_REQ, DefectKind::NoBearing, "id-PowerDownReq"),
    (oid::ID_DS_MALFORMED, DefectKind::SignerEncoding, "id-DSMalformed"),
];
