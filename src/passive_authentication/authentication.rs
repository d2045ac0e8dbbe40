//! The findings of passive authentication, and the data groups that it authenticates.

use super::certificates::PathCertificate;
use super::hashes;
use super::inputs::{InputFile, Inputs};
use super::revocation::ConsultedList;
use super::security_object::security_object;
use super::signer::{self, Judgement, laxities};
use crate::checks::{Check, CheckId, Reason, State};
use crate::lds::{DataGroup, SecurityObject};
use crate::pki::{Certificate, SignatureBudget};
use time::OffsetDateTime;

/// The findings of passive authentication.
#[derive(Clone, Debug)]
pub struct PassiveAuthentication<'a> {
    checks: Vec<Check>,
    data_groups: Vec<DataGroup>,
    document_signer: Option<Certificate>,
    anchor: Option<Certificate>,
    path: Vec<PathCertificate>,
    signing_time: Option<OffsetDateTime>,
    consulted: Vec<ConsultedList>,
    authenticated: Vec<Authenticated<'a>>,
}

/// The bytes of a data group whose hash stands in an EF.SOD signed by a trusted signer. Only passive authentication can
/// make one; chip proofs take their keys from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authenticated<'a> {
    group: DataGroup,
    bytes: &'a [u8],
}

/// `Debug` output omits the contents.
impl core::fmt::Debug for Authenticated<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Authenticated({}, {} bytes)", self.group, self.bytes.len())
    }
}

impl<'a> Authenticated<'a> {
    /// The data group.
    pub fn group(&self) -> DataGroup {
        self.group
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a> PassiveAuthentication<'a> {
    /// All findings: those of the security object first, then one of each data group that was read or is listed.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The finding with this id.
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Whether the security object is a trusted signer's word: *failed* if a check on it failed, *successful* if each one
    /// that trust rests on is successful, else *undetermined*. Data groups, a revocation that could not be looked up, and what
    /// there was nothing to compare with do not enter.
    pub fn authenticity(&self) -> State {
        let state = |id: &CheckId| self.check(*id).map_or(State::Undetermined, |check| check.state);
        if SIGNED.iter().chain(&BESIDE).any(|id| state(id) == State::Failed) {
            State::Failed
        } else if SIGNED.iter().all(|id| state(id) == State::Successful) {
            State::Successful
        } else {
            State::Undetermined
        }
    }

    /// The data groups that EF.SOD lists.
    pub fn data_groups(&self) -> &[DataGroup] {
        &self.data_groups
    }

    /// The document signer's certificate, as far as it is known; whether to trust it is in the checks.
    pub fn document_signer(&self) -> Option<&Certificate> {
        self.document_signer.as_ref()
    }

    /// The anchor that verifies it.
    pub fn anchor(&self) -> Option<&Certificate> {
        self.anchor.as_ref()
    }

    /// The revocation lists that were consulted.
    pub fn consulted_lists(&self) -> &[ConsultedList] {
        &self.consulted
    }

    /// The certificates from the document signer's to the anchor's; without an anchor the first alone.
    pub fn path(&self) -> &[PathCertificate] {
        &self.path
    }

    /// When EF.SOD was signed, by the signer's own word.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signing_time
    }

    /// The data group, if its bytes are authentic.
    pub fn authenticated(&self, group: DataGroup) -> Option<Authenticated<'a>> {
        self.authenticated.iter().copied().find(|one| one.group == group)
    }
}

/// What must be successful for bytes to be authentic.
const SIGNED: [CheckId; 4] =
    [CheckId::PaSecurityObject, CheckId::PaSignature, CheckId::PaChain, CheckId::PaCertificates];
/// What must not have failed besides.
const BESIDE: [CheckId; 3] = [CheckId::PaValidity, CheckId::PaRevocation, CheckId::PaCountry];

/// Judges a document's security object and its data groups.
pub fn passive_authentication<'a>(inputs: &Inputs<'a>) -> PassiveAuthentication<'a> {
    let file = match inputs.sod {
        InputFile::Read(file) => file,
        InputFile::Absent => {
            return without_security_object(inputs, State::Failed, Reason::Missing, "EF.SOD is not there");
        }
        InputFile::Refused => {
            return without_security_object(inputs, State::Failed, Reason::Refused, "the chip refuses EF.SOD");
        }
        InputFile::CutOff => {
            return without_security_object(inputs, State::Aborted, Reason::CutOff, "EF.SOD was not read whole");
        }
        InputFile::NotRead | InputFile::NeedsTerminalAuthentication | InputFile::Removed(_) => {
            return without_security_object(inputs, State::Undetermined, Reason::NotRead, "EF.SOD was not read");
        }
        InputFile::NotHeld(_) | InputFile::NotKept(_) => {
            let compared = "EF.SOD is missing from the stored document";
            return without_security_object(inputs, State::Undetermined, Reason::NotHeld, compared);
        }
    };
    let sod = match SecurityObject::parse(file) {
        Ok(sod) => sod,
        Err(error) => return without_security_object(inputs, State::Failed, Reason::Malformed, &error.to_string()),
    };
    let mut budget = SignatureBudget::new(SignatureBudget::DOCUMENT);
    let Judgement {
        signature,
        chain,
        certificates,
        validity,
        revocation,
        consulted,
        country,
        document_signer,
        anchor,
        path,
    } = signer::judge(sod.signed_data(), inputs, &mut budget);
    let security_object = security_object(&sod, &inputs.tolerances).warnings(laxities(sod.signed_data().laxities()));
    let mut findings = PassiveAuthentication {
        checks: vec![security_object, signature, chain, certificates, validity, revocation, country],
        data_groups: sod.data_groups().collect(),
        document_signer,
        anchor,
        consulted,
        path,
        signing_time: sod.signed_data().only_signer().ok().and_then(|signer| signer.signing_time()),
        authenticated: Vec::new(),
    };
    let trusted = findings.authenticity() == State::Successful;
    let (checks, matching) = hashes::compare(sod.content(), &inputs.files);
    findings.checks.extend(checks);
    if trusted {
        findings.authenticated =
            matching.into_iter().map(|one| Authenticated { group: one.group(), bytes: one.bytes() }).collect();
    }
    findings
}

/// The checks of a document whose security object says nothing: each could not be concluded.
fn without_security_object<'a>(
    inputs: &Inputs<'a>,
    state: State,
    reason: Reason,
    compared: &str,
) -> PassiveAuthentication<'a> {
    let object = Check::new(CheckId::PaSecurityObject, state, Some(reason)).comparing(compared);
    let rest = [CheckId::PaSignature, CheckId::PaChain, CheckId::PaCertificates, CheckId::PaValidity];
    let rest = rest.into_iter().chain([CheckId::PaRevocation, CheckId::PaCountry, CheckId::PaDataGroups]);
    let read = inputs.files.iter().filter(|(_, state)| matches!(state, InputFile::Read(_)));
    let groups = read.filter_map(|(group, _)| CheckId::data_group(group.number()));
    let checks = rest.chain(groups).map(|id| Check::undetermined(id, Reason::NothingToCompare));
    PassiveAuthentication {
        checks: core::iter::once(object).chain(checks).collect(),
        data_groups: Vec::new(),
        document_signer: None,
        anchor: None,
        path: Vec::new(),
        signing_time: None,
        consulted: Vec::new(),
        authenticated: Vec::new(),
    }
}
