//! What is read, and in what order.

use crate::chip::ChallengeSource;
use crate::lds::DataGroup;
use std::collections::BTreeSet;

/// What a reading takes from the chip.
#[derive(Clone, Debug)]
pub struct ReadPlan {
    pub(crate) com: bool,
    pub(crate) chip_authentication: bool,
    pub(crate) active_authentication: bool,
    pub(crate) challenge: Option<[u8; 8]>,
    /// `None`: all that EF.SOD lists.
    pub(crate) groups: Option<BTreeSet<DataGroup>>,
    /// The fields of the holder that are handed out; `None`: all.
    pub(crate) fields: Option<BTreeSet<&'static str>>,
}

impl ReadPlan {
    /// Everything that EF.SOD lists, every proof, and EF.COM to compare with EF.SOD.
    pub fn full() -> Self {
        Self { com: true, ..Self::fastest() }
    }

    /// Everything that EF.SOD lists and every proof, without EF.COM: one exchange fewer; its check is then undetermined
    /// and caps nothing.
    pub fn fastest() -> Self {
        Self {
            com: false,
            chip_authentication: true,
            active_authentication: true,
            challenge: None,
            groups: None,
            fields: None,
        }
    }

    /// Is the holder old enough, and is it the holder: date of birth and portrait (DG1, DG2), no name and no number.
    pub fn age_and_portrait() -> Self {
        Self::full().only([DataGroup::DG1, DataGroup::DG2]).keeping(["date_of_birth"])
    }

    /// Whose card is it: the number alone (DG1).
    pub fn number() -> Self {
        Self::full().only([DataGroup::DG1]).keeping(["personal_number", "document_number"])
    }

    /// Where does the holder live: number, name and place of residence (DG11 or DG13).
    pub fn residence() -> Self {
        let groups = [DataGroup::DG11, DataGroup::DG13];
        Self::full().only(groups).keeping(["personal_number", "full_name", "place_of_residence", "permanent_address"])
    }

    /// The same, handing out these fields of the holder only ([`FIELD_NAMES`](crate::report::FIELD_NAMES)). A data
    /// group is read whole or not at all: its hash is over all of it.
    pub fn keeping(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        Self { fields: Some(fields.into_iter().collect()), ..self }
    }

    /// The same, with these data groups only (those that a proof needs are read all the same).
    pub fn only(self, groups: impl IntoIterator<Item = DataGroup>) -> Self {
        Self { groups: Some(groups.into_iter().collect()), ..self }
    }

    /// The same, with the caller's challenge for active authentication: eight bytes, never used twice.
    pub fn with_challenge(self, challenge: [u8; 8]) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// Who chooses the challenge.
    pub(crate) fn challenge_source(&self) -> ChallengeSource {
        if self.challenge.is_some() { ChallengeSource::Caller } else { ChallengeSource::Reader }
    }

    /// Whether a listed data group is read.
    pub(crate) fn wants(&self, group: DataGroup) -> bool {
        let proof = (group == DataGroup::DG14 && self.chip_authentication)
            || (group == DataGroup::DG15 && self.active_authentication);
        proof || self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }
}

/// The order of reading: what fills a form and what a proof needs first, the large images last.
pub(crate) fn reading_order(listed: &[DataGroup]) -> Vec<DataGroup> {
    let mut groups = listed.to_vec();
    groups.sort_by_key(|group| {
        let place = match group.number() {
            1 => 0,
            13 => 1,
            11 => 2,
            12 => 3,
            15 => 4,
            16 => 5,
            2 => 30,
            3..=10 => 20,
            _ => 10,
        };
        (place, group.number())
    });
    groups.dedup();
    groups
}
