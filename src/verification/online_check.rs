//! What an answer is worth.

use super::attested::Attested;
use super::certified_signature::verify_certified;
use super::holder;
use super::values::Values;
use crate::checks::{Check, CheckId, Reason, Warning};
use crate::crypto::DigestAlgorithm;
use crate::document::{LENGTH, OnlineAnswer, OnlineRecord, OnlineVerdict};
use crate::lds::{DataGroup, FileId};
use crate::national::province_of_residence;
use crate::passive_authentication::PassiveAuthentication;
use crate::trust::TrustStore;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// How far the clocks of asker and signer may be apart, the way of the question included, in seconds.
const MAX_DELAY: u64 = 15 * 60;

/// The files that the question was made of, beside EF.SOD.
const ASKED_ABOUT: [DataGroup; 3] = [DataGroup::DG1, DataGroup::DG11, DataGroup::DG13];

/// The check of the answer; none where nothing was asked.
pub(crate) fn check(
    record: Option<&OnlineRecord>,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
    trust: &TrustStore,
    attested: &Attested<'_>,
    at: OffsetDateTime,
) -> Option<Check> {
    let record = record?;
    let id = CheckId::OnlineConfirmation;
    let Some(answer) = &record.answer else { return Some(Check::undetermined(id, Reason::NoAnswer)) };
    let (signer, answered) = match signer(answer, trust) {
        Ok(signed) => signed,
        Err(reason) => return Some(Check::undetermined(id, reason)),
    };
    let compared = format!("signed by {signer} on {}", answered.date());
    let bound = match bound(record, answer, values, pa) {
        Ok(bound) => bound,
        Err(reason) => return Some(Check::undetermined(id, reason).comparing(compared)),
    };
    let check = match (answer.verdict, bound) {
        // The nonce is the question's own: a denial of it counts whatever the clocks say.
        (OnlineVerdict::Denied, _) => Check::failed(id, Reason::Denied),
        _ if answer.answered_at.abs_diff(record.asked_at) > MAX_DELAY => Check::undetermined(id, Reason::StaleAnswer),
        (OnlineVerdict::Confirmed, Bound::Here) => Check::successful(id),
        (OnlineVerdict::Confirmed, Bound::ByReader) => attested.vouch(Check::successful(id)),
    };
    // A kept answer counts, and its day is reported: a card can be withdrawn the day after.
    let is_old = (at - answered).abs() > Duration::DAY;
    Some(check.comparing(compared).warnings(is_old.then_some(Warning::OldAnswer)))
}

/// The signer and the moment, if the caller trusts the signer and its certificate was in force.
fn signer(answer: &OnlineAnswer, trust: &TrustStore) -> Result<(String, OffsetDateTime), Reason> {
    let signature = answer.signature.as_ref().ok_or(Reason::AnswerNotSigned)?;
    let (algorithm, certificate) = (&signature.algorithm, &signature.certificate);
    let certificate = verify_certified(algorithm, certificate, &signature.signature, &answer.message())?;
    if !trust.is_online_signer(&certificate) {
        return Err(Reason::ConfirmerNotTrusted);
    }
    let at = i64::try_from(answer.answered_at).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let at = at.ok_or(Reason::StaleAnswer)?;
    let period = certificate.validity();
    match (at < period.not_before, at > period.not_after) {
        (true, _) => Err(Reason::NotYetValid),
        (_, true) => Err(Reason::Lapsed),
        _ => Ok((certificate.subject().to_string(), at)),
    }
}

/// Who says that the answer is about this card.
enum Bound {
    /// The files do.
    Here,
    /// A file was removed from the evidence: the reader says what it asked.
    ByReader,
}

fn bound(
    record: &OnlineRecord,
    answer: &OnlineAnswer,
    values: &Values<'_>,
    pa: &PassiveAuthentication<'_>,
) -> Result<Bound, Reason> {
    let asked = OnlineFields::of(values, pa).map(|fields| fields.binding(&record.nonce));
    let is_removed = values.files.removed().any(|file| ASKED_ABOUT.map(FileId::DataGroup).contains(&file));
    match asked {
        Some(binding) if binding == answer.binding => Ok(Bound::Here),
        _ if is_removed && record.binding == answer.binding => Ok(Bound::ByReader),
        None => Err(Reason::NothingToCompare),
        Some(_) => Err(Reason::OtherQuestion),
    }
}

/// The three values of a question.
pub(crate) struct OnlineFields {
    pub(crate) personal_number: Zeroizing<String>,
    pub(crate) ds_certificate: Vec<u8>,
    pub(crate) province: Option<Zeroizing<String>>,
}

impl OnlineFields {
    pub(super) fn of(values: &Values<'_>, pa: &PassiveAuthentication<'_>) -> Option<Self> {
        let residence = holder::place_of_residence(values);
        Some(Self {
            personal_number: Zeroizing::new(holder::personal_number(values)?),
            ds_certificate: pa.document_signer()?.der().to_vec(),
            province: residence.and_then(province_of_residence).map(|province| Zeroizing::new(province.to_owned())),
        })
    }

    pub(crate) fn binding(&self, nonce: &[u8; LENGTH]) -> [u8; LENGTH] {
        let mut message = Zeroizing::new(b"chipid.online/1 question\0".to_vec());
        let province = self.province.as_ref().map(|province| province.as_bytes());
        for field in [Some(self.personal_number.as_bytes()), Some(&self.ds_certificate), province] {
            match field {
                Some(value) => {
                    message.push(1);
                    message.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
                    message.extend(value);
                }
                None => message.push(0),
            }
        }
        message.extend(nonce);
        let digest = DigestAlgorithm::Sha256.digest(&[&message]);
        digest.try_into().expect("a SHA-256 digest has 32 octets")
    }
}
