//! How the chip was opened.

use crate::access::{AccessProtocol, AccessRecord, Offer};
use crate::iso7816::StatusWord;
use crate::lds::AtrInfo;

/// How the chip was opened, and which lengths it states.
#[derive(Default)]
pub(crate) struct Opening {
    access: Option<AccessRecord>,
    lengths: Option<LengthRecord>,
    is_downgraded_by_file: bool,
}

impl Opening {
    /// Of a card that was opened.
    pub(crate) fn of_card(access: AccessRecord, lengths: Option<LengthRecord>) -> Self {
        Self { access: Some(access), lengths, is_downgraded_by_file: false }
    }

    /// Of a stored document that records whether BAC was used after PACE had failed.
    pub(crate) fn of_file(is_downgraded: bool) -> Self {
        Self { is_downgraded_by_file: is_downgraded, ..Self::default() }
    }

    /// The access protocol; `None` for a stored document.
    pub(crate) fn access(&self) -> Option<&AccessRecord> {
        self.access.as_ref()
    }

    /// The chip was opened again in the same reading: once downgraded, the reading stays so.
    pub(crate) fn reopened(&mut self, mut access: AccessRecord) {
        access.downgraded |= self.access.as_ref().is_some_and(|access| access.downgraded);
        self.access = Some(access);
    }

    /// What the chip states of lengths, where it was asked.
    pub(crate) fn lengths(&self) -> Option<&LengthRecord> {
        self.lengths.as_ref()
    }

    /// Whether a stored document records that BAC was used after PACE had failed.
    pub(crate) fn is_downgraded_by_file(&self) -> bool {
        self.is_downgraded_by_file
    }
}

/// What a chip states of the lengths that it takes.
#[derive(Clone)]
pub(crate) struct LengthRecord {
    /// The historical bytes announce that EF.ATR/INFO states them.
    pub(crate) announced: bool,
    /// EF.ATR/INFO, or how the chip refused it.
    pub(crate) file: Result<AtrInfo, StatusWord>,
}

/// How the chip was opened, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AccessSummary {
    /// `pace`, `bac`, `none`.
    pub protocol: &'static str,
    /// `gm`, `im`, `cam`.
    pub mapping: Option<&'static str>,
    /// `can`, `mrz`.
    pub password: Option<&'static str>,
    /// The curve or group: `brainpoolP256r1`, `modp-2048-256`.
    pub parameter: Option<&'static str>,
    /// `3des`, `aes-128`, `aes-192`, `aes-256`.
    pub cipher: Option<&'static str>,
    /// BAC was used after PACE had failed, because the caller allowed it.
    pub downgraded: bool,
    /// Every suite that the chip offered: protocol identifier, and parameter identifier where it stands.
    pub offered: Vec<String>,
}

impl AccessSummary {
    pub(crate) fn of(record: &AccessRecord) -> Self {
        let (protocol, mapping, parameter) = match &record.protocol {
            AccessProtocol::None => ("none", None, None),
            AccessProtocol::Bac => ("bac", None, None),
            AccessProtocol::Pace(suite) => ("pace", Some(suite.mapping.name()), Some(suite.group.name())),
        };
        Self {
            protocol,
            mapping,
            password: record.password.map(|kind| kind.as_str()),
            parameter,
            cipher: record.cipher.map(|cipher| cipher.name()),
            downgraded: record.downgraded,
            offered: record.offered.iter().map(offer).collect(),
        }
    }
}

fn offer(offer: &Offer) -> String {
    match offer.parameter_id {
        Some(id) => format!("{} {id}", offer.protocol),
        None => offer.protocol.to_string(),
    }
}
