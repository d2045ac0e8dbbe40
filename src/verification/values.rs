//! The files as values, each parsed once.

use crate::checks::Reason;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::Files;
use crate::lds::{
    CardSecurity, CardSecurityError, Com, DataGroup, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg14, Dg15, Dg16, FileId,
    Mrz, MrzField,
};
use crate::tlv::{self, Tag, TlvError};
use crate::vietnam::{Dg13, Dg13Field, transliterate};
use time::{Date, OffsetDateTime};

/// A file that was read, as a value or as the place of its defect; `None` where it was not read.
pub(super) type Value<T> = Option<Result<T, TlvError>>;

/// The files of a document as values.
pub(crate) struct Values<'a> {
    /// The files themselves.
    pub(super) files: &'a Files,
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
    pub(crate) fn of(files: &'a Files, at: OffsetDateTime) -> Self {
        let group = |group| files.group(group);
        let mrz = group(DataGroup::DG1).map(Mrz::from_dg1);
        // DG13 is national: it is Vietnam's where the document is (9303-10 §4.7.13).
        let is_vietnamese = matches!(&mrz, Some(Ok(mrz)) if mrz.issuing_state() == VIETNAM) || mrz.is_none();
        Self {
            files,
            com: files.bytes(FileId::Com).map(Com::parse),
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
            card_security: files.bytes(FileId::CardSecurity).map(CardSecurity::parse),
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
    pub(super) fn expiry(&self) -> Option<Option<Date>> {
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
    pub(super) fn issued(&self) -> Option<OffsetDateTime> {
        let date = self.dg13()?.issue_date()?.date()?;
        Some(date.midnight().assume_utc())
    }
}

/// Dates of expiry of a machine readable zone that say there is none (field note §2).
const NO_EXPIRY: [&str; 2] = ["999999", "<<<<<<"];

/// What DG13 says instead of a date, without its marks: "Không thời hạn".
const WITHOUT_TERM: &str = "KHONG THOI HAN";

/// Vietnam, as a machine readable zone names it (9303-3 §5).
pub(super) const VIETNAM: &str = "VNM";
