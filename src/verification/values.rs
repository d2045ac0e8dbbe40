//! The files as values, each parsed once.

use crate::checks::Reason;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::Files;
use crate::lds::{
    CardSecurity, CardSecurityError, Com, DataGroup, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg14, Dg15, Dg16, FileId, Mrz,
};
use crate::national::{self, Expiry, OptionalDetails, StatedDetails};
use crate::tlv::{self, Tag, TlvError};
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
    pub(super) dg13: Value<OptionalDetails<'a>>,
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
        // A file of another issuing State than DG1 names is not read by a profile, nor one beside a malformed DG1.
        let dg13 = group(DataGroup::DG13).and_then(|file| match &mrz {
            Some(Ok(mrz)) => OptionalDetails::of_country(file, Some(mrz.issuing_state())),
            Some(Err(_)) => None,
            None => OptionalDetails::of_country(file, None),
        });
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
            dg13,
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

    /// The files that the profile of a country compares.
    pub(super) fn national_files(&self) -> national::Files<'_> {
        let dg13 = self.dg13.as_ref().and_then(|dg13| dg13.as_ref().ok());
        national::Files { mrz: self.mrz(), dg11: self.dg11(), dg13 }
    }

    pub(super) fn dg11(&self) -> Option<&Dg11<'a>> {
        self.dg11.as_ref()?.as_ref().ok()
    }

    /// What DG13 states.
    pub(super) fn stated(&self) -> Option<StatedDetails<'_>> {
        self.national_files().stated()
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

    /// The date of expiry: of DG13 where it states one, otherwise of DG1.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        let stated = self.stated().and_then(|stated| stated.expiry);
        let is_known = |expiry: &Expiry| !matches!(expiry, Expiry::On(date) if date.latest().is_none());
        stated.filter(is_known).or_else(|| match self.mrz()? {
            mrz if mrz.does_not_expire() => Some(Expiry::Never),
            mrz => mrz.expiry_date().map(Expiry::On),
        })
    }

    /// The date of issue, at midnight, where DG13 states it.
    pub(super) fn issued(&self) -> Option<OffsetDateTime> {
        let date = self.stated()?.issue_date?.date()?;
        Some(date.midnight().assume_utc())
    }
}
