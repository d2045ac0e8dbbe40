//! The files as values, each parsed once, and what is amiss with them; passive authentication's inputs.

use super::attestation::Attested;
use super::document::{Document, FileState, LengthRecord, NotRead, Origin};
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::iso7816::StatusWord;
use crate::lds::{
    AtrInfo, CardSecurity, CardSecurityError, Com, DataGroup, Defect, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg14, Dg15,
    Dg16, FileId, Finding, Kind, Mrz, MrzField,
};
use crate::passive_authentication::{self as pa, Inputs, PassiveAuthentication};
use crate::tlv::{self, Tag, TlvError};
use crate::trust::TrustStore;
use crate::vietnam::{Dg13, Dg13Field, transliterate};
use std::collections::BTreeMap;
use time::{Date, OffsetDateTime};

/// A file that was read, as a value or as the place of its defect; `None` where it was not read.
pub(super) type Value<T> = Option<Result<T, TlvError>>;

/// The files of a document as values.
pub(super) struct Values<'a> {
    pub(super) com: Value<Com>,
    pub(super) mrz: Value<Mrz>,
    pub(super) dg2: Value<Dg2<'a>>,
    pub(super) dg3: Value<Dg3<'a>>,
    pub(super) dg4: Value<Dg4<'a>>,
    pub(super) dg5: Value<Dg5<'a>>,
    pub(super) dg7: Value<Dg7<'a>>,
    pub(super) dg11: Value<Dg11<'a>>,
    pub(super) dg12: Value<Dg12<'a>>,
    pub(super) dg13: Value<Dg13>,
    pub(super) dg14: Value<Dg14>,
    pub(super) dg15: Value<Dg15>,
    pub(super) dg16: Value<Dg16<'a>>,
    pub(super) card_security: Option<Result<CardSecurity<'a>, CardSecurityError>>,
    pub(super) at: Date,
}

impl<'a> Values<'a> {
    pub(super) fn of(document: &'a Document, at: OffsetDateTime) -> Self {
        let group = |group| document.file(FileId::DataGroup(group)).bytes();
        let mrz = group(DataGroup::DG1).map(Mrz::from_dg1);
        // DG13 is national: it is Vietnam's where the document is (9303-10 §4.7.13).
        let is_vietnamese = matches!(&mrz, Some(Ok(mrz)) if mrz.issuing_state() == VIETNAM) || mrz.is_none();
        Self {
            com: document.file(FileId::Com).bytes().map(Com::parse),
            dg2: group(DataGroup::DG2).map(Dg2::parse),
            dg3: group(DataGroup::DG3).map(Dg3::parse),
            dg4: group(DataGroup::DG4).map(Dg4::parse),
            dg5: group(DataGroup::DG5).map(Dg5::parse),
            dg7: group(DataGroup::DG7).map(Dg7::parse),
            dg11: group(DataGroup::DG11).map(Dg11::parse),
            dg12: group(DataGroup::DG12).map(Dg12::parse),
            dg13: group(DataGroup::DG13).filter(|_| is_vietnamese).map(Dg13::parse),
            dg14: group(DataGroup::DG14).map(Dg14::parse),
            dg15: group(DataGroup::DG15).map(Dg15::parse),
            dg16: group(DataGroup::DG16).map(Dg16::parse),
            card_security: document.file(FileId::CardSecurity).bytes().map(CardSecurity::parse),
            at: at.date(),
            mrz,
        }
    }

    pub(super) fn mrz(&self) -> Option<&Mrz> {
        self.mrz.as_ref()?.as_ref().ok()
    }

    /// Whether the document is Vietnam's: by DG1, or by the form of DG13 where DG1 was not read.
    pub(super) fn is_vietnamese(&self) -> bool {
        match self.mrz() {
            Some(mrz) => mrz.issuing_state() == VIETNAM,
            None => self.dg13().is_some(),
        }
    }

    pub(super) fn dg11(&self) -> Option<&Dg11<'a>> {
        self.dg11.as_ref()?.as_ref().ok()
    }

    pub(super) fn dg13(&self) -> Option<&Dg13> {
        self.dg13.as_ref()?.as_ref().ok()
    }

    /// The digest of active authentication by ECDSA, as DG14 names it (9303-11 §9.2.10); what names no ECDSA there is
    /// not allowed (conformance F_09).
    pub(super) fn active_authentication_digest(&self) -> Result<DigestAlgorithm, Reason> {
        let dg14 = self.dg14.as_ref().and_then(|dg14| dg14.as_ref().ok());
        let info = dg14.and_then(|dg14| dg14.security_infos.active_authentication());
        let oid = info.ok_or(Reason::UnsupportedAlgorithm)?.signature_algorithm;
        let identifier = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid.as_der())]);
        match SignatureAlgorithm::from_algorithm_identifier(&identifier) {
            Ok((SignatureAlgorithm::Ecdsa { digest: Some(digest), .. }, _)) => Ok(digest),
            _ => Err(Reason::ForbiddenAlgorithm),
        }
    }

    /// The date of expiry: of DG13 where it stands there, else of DG1. `Some(None)`: the document does not expire.
    fn expiry(&self) -> Option<Option<Date>> {
        if let Some(dg13) = self.dg13()
            && let Some(text) = dg13.text(Dg13Field::DateOfExpiry)
        {
            if let Some(date) = dg13.expiry_date().and_then(|date| date.latest()) {
                return Some(Some(date));
            }
            if transliterate(text).eq_ignore_ascii_case(WITHOUT_TERM) {
                return Some(None);
            }
        }
        let mrz = self.mrz()?;
        if NO_EXPIRY.contains(&mrz.raw(MrzField::ExpiryDate)) {
            return Some(None);
        }
        mrz.expiry_date()?.latest().map(Some)
    }

    /// The date of issue, at midnight, where DG13 states it.
    fn issued(&self) -> Option<OffsetDateTime> {
        let date = self.dg13()?.issue_date()?.date()?;
        Some(date.midnight().assume_utc())
    }
}

/// Dates of expiry of a machine readable zone that say there is none (field note §2).
const NO_EXPIRY: [&str; 2] = ["999999", "<<<<<<"];

/// What DG13 says instead of a date, without its marks: "Không thời hạn".
const WITHOUT_TERM: &str = "KHONG THOI HAN";

/// Vietnam, as a machine readable zone names it (9303-3 §5).
const VIETNAM: &str = "VNM";

/// What passive authentication judges of the document, and with what.
pub(super) fn inputs<'a>(
    document: &'a Document,
    values: &'a Values<'a>,
    attested: &Attested<'_>,
    trust: &'a TrustStore,
    at: OffsetDateTime,
    tolerances: &Tolerances,
) -> Inputs<'a> {
    let files: BTreeMap<_, _> =
        DataGroup::all().filter_map(|group| Some((group, group_state(document, attested, group)?))).collect();
    let sod = match (document.file(FileId::Sod), document.origin()) {
        (FileState::Unknown, Origin::Files | Origin::Evidence) => pa::FileState::NotHeld(&[]),
        (file, _) => state(file).unwrap_or(pa::FileState::NotRead),
    };
    Inputs {
        sod,
        files,
        trust,
        at,
        issued: values.issued(),
        issuing_state: values.mrz().map(Mrz::issuing_state),
        // Without DG1, a DG13 of Vietnam's form suggests whose document it is: no signer of another country signs it.
        presumed_state: values.dg13().filter(|_| values.mrz().is_none()).map(|_| VIETNAM),
        document_code: values.mrz().map(Mrz::document_code),
        tolerances: *tolerances,
    }
}

/// What EF.CardSecurity is worth.
pub(super) fn card_security(document: &Document, values: &Values<'_>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::AccessCardSecurity;
    match &values.card_security {
        Some(Ok(file)) => pa::card_security(file, inputs),
        Some(Err(error)) => Check::failed(id, Reason::Malformed).comparing(error.to_string()),
        None => match document.file(FileId::CardSecurity) {
            FileState::Absent(_) => Check::new(id, State::NotSupported, Some(Reason::NotPresent)),
            FileState::Refused(_) => Check::undetermined(id, Reason::Refused),
            FileState::CutOff => Check::new(id, State::Aborted, Some(Reason::CutOff)),
            _ => Check::new(id, State::NotSupported, Some(Reason::NotRead)),
        },
    }
}

/// What became of a data group. In a stored document a file may be missing because it was never read, was not saved, or
/// was taken away by whoever can write the document. That it was read and matched, or left out by a plan, counts only where
/// a reader that the caller trusts attests it; that the archive does not keep it, only where the caller states it.
///
/// DG3 and DG4 can be read by authorities alone: that they are missing is expected.
fn group_state<'a>(document: &'a Document, attested: &Attested<'_>, group: DataGroup) -> Option<pa::FileState<'a>> {
    let file = document.file(FileId::DataGroup(group));
    if document.origin() == Origin::Card || [DataGroup::DG3, DataGroup::DG4].contains(&group) {
        return state(file);
    }
    let hashes: &[_] = match file {
        FileState::Removed(_) if attested.saw_match(group) => return state(file),
        FileState::NotRead(_) if attested.is_trusted() => return state(file),
        FileState::Removed(hashes) => hashes,
        FileState::NotRead(_) | FileState::Unknown => &[],
        _ => return state(file),
    };
    Some(match document.kept.contains(group) {
        true => pa::FileState::NotHeld(hashes),
        false => pa::FileState::NotKept(hashes),
    })
}

fn state(file: &FileState) -> Option<pa::FileState<'_>> {
    Some(match file {
        FileState::Read(bytes) => pa::FileState::Read(bytes),
        FileState::Absent(_) => pa::FileState::Absent,
        FileState::Refused(_) => pa::FileState::Refused,
        FileState::CutOff => pa::FileState::CutOff,
        FileState::NotRead(NotRead::Plan) => pa::FileState::NotRead,
        FileState::NotRead(NotRead::NeedsTerminalAuthentication) => pa::FileState::NeedsTerminalAuthentication,
        FileState::Removed(hashes) => pa::FileState::Removed(hashes),
        FileState::Unknown => return None,
    })
}

/// The checks `lds.*`.
pub(super) fn all(
    document: &Document,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    allowed: &Tolerances,
) -> Vec<Check> {
    let mut checks = vec![com(document, values, pa, allowed)];
    checks.extend(conformity(CheckId::LdsDg1, &values.mrz, allowed, |mrz| mrz.findings()));
    checks.extend(conformity(CheckId::LdsDg2, &values.dg2, allowed, |dg2| &dg2.findings));
    checks.extend(conformity(CheckId::LdsDg3, &values.dg3, allowed, |dg3| &dg3.findings));
    checks.extend(conformity(CheckId::LdsDg4, &values.dg4, allowed, |dg4| &dg4.findings));
    checks.extend(conformity(CheckId::LdsDg5, &values.dg5, allowed, |dg5| &dg5.findings));
    checks.extend(conformity(CheckId::LdsDg7, &values.dg7, allowed, |dg7| &dg7.findings));
    checks.extend(conformity(CheckId::LdsDg11, &values.dg11, allowed, |dg11| &dg11.findings));
    checks.extend(conformity(CheckId::LdsDg12, &values.dg12, allowed, |dg12| &dg12.findings));
    checks.extend(conformity(CheckId::LdsDg13, &values.dg13, allowed, |dg13| dg13.findings()));
    checks.extend(conformity(CheckId::LdsDg14, &values.dg14, allowed, |dg14| dg14.findings()));
    checks.extend(conformity(CheckId::LdsDg15, &values.dg15, allowed, |dg15| &dg15.findings));
    checks.extend(conformity(CheckId::LdsDg16, &values.dg16, allowed, |dg16| &dg16.findings));
    checks.push(expiry(values));
    checks
}

/// EF.ATR/INFO as a value, where it was read or is announced. Nothing signs it: it may cost an exchange, never a verdict.
pub(super) fn atr_info(document: &Document, attested: &Attested<'_>, allowed: &Tolerances) -> Option<Check> {
    let id = CheckId::LdsAtrInfo;
    if let Some(told) = attested.retold(id) {
        return Some(told);
    }
    let record = match (&document.lengths, document.file(FileId::AtrInfo).bytes()) {
        (Some(record), _) => record.clone(),
        (None, Some(bytes)) => LengthRecord { announced: false, file: Ok(AtrInfo::parse(bytes)) },
        (None, None) => return None,
    };
    let missing = Check::failed(id, Reason::Missing).comparing("extended length information, tag 7F66");
    let file = match record.file {
        Ok(file) => file,
        // Only where it is announced: most chips have none.
        Err(_) if !record.announced => return None,
        Err(StatusWord::NOT_FOUND | StatusWord::REFERENCE_NOT_FOUND) => return Some(missing),
        Err(status) => {
            return Some(Check::undetermined(id, Reason::Refused).comparing(format!("EF.ATR/INFO, status {status}")));
        }
    };
    let check = of_findings(id, &file.findings, allowed);
    let announced = record.announced || file.capabilities.is_some_and(|can| can.extended_length_info);
    match check.is_successful() && file.extended_length.is_none() {
        true if announced => Some(missing.warnings(check.warnings)),
        // Bytes that say nothing of lengths, or no bytes at all: nothing was judged.
        true if file.capabilities.is_none() => None,
        _ => Some(check),
    }
}

/// EF.COM lists what EF.SOD lists, no more and no less (conformance H_90 to H_92).
fn com(document: &Document, values: &Values<'_>, pa: &PassiveAuthentication<'_>, allowed: &Tolerances) -> Check {
    let id = CheckId::LdsCom;
    let com = match &values.com {
        Some(Ok(com)) => com,
        Some(Err(error)) => return Check::failed(id, Reason::Malformed).comparing(format!("EF.COM {error}")),
        None => {
            let reason = match document.file(FileId::Com) {
                FileState::Absent(_) => Reason::NotPresent,
                FileState::Refused(_) => Reason::Refused,
                FileState::CutOff => return Check::new(id, State::Aborted, Some(Reason::CutOff)),
                _ => Reason::NotRead,
            };
            return Check::undetermined(id, reason).comparing("EF.COM");
        }
    };
    let judged = of_findings(id, &com.findings, allowed);
    // Without a list, only by a tolerance, there is nothing to compare.
    let Some(listed) = com.data_groups.as_ref().filter(|_| judged.state != State::Failed) else { return judged };
    let mut signed = pa.data_groups().to_vec();
    signed.sort();
    signed.dedup();
    let check = if pa.data_groups().is_empty() {
        Check::undetermined(id, Reason::NothingToCompare)
    } else if *listed == signed {
        Check::new(id, judged.state, judged.reason)
    } else {
        Check::failed(id, Reason::Mismatch)
    };
    let compared = match judged.compared.is_empty() {
        true => "data groups of EF.COM and EF.SOD".to_owned(),
        false => format!("data groups of EF.COM and EF.SOD; {}", judged.compared),
    };
    check.warnings(judged.warnings).needing(judged.tolerances).comparing(compared)
}

/// A file as a value: successful, or its first fault with its place.
fn conformity<T>(
    id: CheckId,
    value: &Value<T>,
    allowed: &Tolerances,
    findings: impl Fn(&T) -> &[Finding],
) -> Option<Check> {
    Some(match value.as_ref()? {
        Err(error) => Check::failed(id, Reason::Malformed).comparing(error.to_string()),
        Ok(value) => of_findings(id, findings(value), allowed),
    })
}

/// What the findings of a file come to. What a tolerance stands for is a fault where it is not allowed, and no success
/// where it is.
fn of_findings(id: CheckId, findings: &[Finding], allowed: &Tolerances) -> Check {
    let needed = |finding: &&Finding| tolerance(finding.defect);
    let is_tolerated = |finding: &&Finding| needed(finding).is_some_and(|tolerance| allowed.allows(tolerance));
    let is_fault = |finding: &&Finding| finding.kind().is_fault() || needed(finding).is_some();
    let (tolerated, faults): (Vec<&Finding>, Vec<&Finding>) = findings.iter().filter(is_fault).partition(is_tolerated);
    let check = match faults.first() {
        Some(fault) => Check::failed(id, reason(fault.kind())).comparing(sentences(&faults)),
        None if !tolerated.is_empty() => Check::undetermined(id, Reason::Tolerance).comparing(sentences(&tolerated)),
        None => Check::successful(id),
    };
    let lesser = findings.iter().filter(|finding| !finding.kind().is_fault());
    check.warnings(lesser.map(|finding| warning(finding.kind()))).needing(findings.iter().filter_map(|f| needed(&f)))
}

/// The tolerance that a defect of a file may be allowed by.
fn tolerance(defect: Defect) -> Option<Tolerance> {
    match defect {
        Defect::ComUnicodeMissing => Some(Tolerance::MissingUnicodeVersion),
        Defect::ComListMissing => Some(Tolerance::MissingDataGroupList),
        Defect::ChipInfoMissing => Some(Tolerance::MissingChipAuthenticationInfo),
        _ => None,
    }
}

/// The most findings told of one file.
const TOLD: usize = 8;

fn sentences(findings: &[&Finding]) -> String {
    findings.iter().take(TOLD).map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn reason(kind: Kind) -> Reason {
    match kind {
        Kind::CheckDigit => Reason::CheckDigit,
        Kind::UnknownVersion => Reason::UnknownVersion,
        Kind::NoImage => Reason::NoImage,
        Kind::BadKey => Reason::BadKey,
        _ => Reason::Malformed,
    }
}

fn warning(kind: Kind) -> Warning {
    match kind {
        Kind::LaxEncoding => Warning::LaxEncoding,
        Kind::TrailingBytes => Warning::TrailingBytes,
        Kind::UnknownEntries => Warning::UnknownEntries,
        Kind::OddCharacters => Warning::OddCharacters,
        Kind::PartialDate => Warning::PartialDate,
        Kind::DuplicateField => Warning::DuplicateField,
        Kind::MissingChipAuthenticationInfo => Warning::MissingChipAuthenticationInfo,
        _ => Warning::Unusual,
    }
}

/// The document's expiry against the date of checking (UTC); the day of expiry itself is still good.
fn expiry(values: &Values<'_>) -> Check {
    let id = CheckId::LdsExpiry;
    match values.expiry() {
        Some(Some(date)) if date < values.at => {
            Check::failed(id, Reason::Expired).comparing(format!("expired after {date}"))
        }
        Some(Some(date)) => Check::successful(id).comparing(format!("valid until {date}")),
        Some(None) => Check::successful(id).comparing("does not expire"),
        None => Check::undetermined(id, Reason::DateUnknown),
    }
}
