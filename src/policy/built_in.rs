//! The policies `strict` and `field`, a line for each check of the library and a word for each warning: the compiler sees
//! that none is forgotten.
//!
//! Where they differ: what `strict` refers and `field` accepts (or rejects and refers) is said at the line.

use super::claims_line::ClaimsLine;
use super::decision::Outcome;
use super::lines::{Condition, Line};
use super::policy::Policy;
use crate::checks::{CheckId, Reason, State, Tolerances, Warning};
use crate::report::Verdict;

impl Policy {
    /// The names of those that are built in.
    pub const BUILT_IN: [&'static str; 2] = ["strict", "field"];

    /// To the letter of the standards: the chip proven, nothing left open, no tolerance. What the standards call deprecated
    /// or what a list would have to say, a person decides.
    pub fn strict() -> Self {
        strict()
    }

    /// What documents in the field need: data alone may be authentic, revocation need not have been checked, all named
    /// tolerances are allowed (and then a person decides).
    pub fn field() -> Self {
        field()
    }

    /// The built-in one of this name.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::strict()),
            "field" => Some(Self::field()),
            _ => None,
        }
    }
}

pub(super) fn strict() -> Policy {
    policy("strict", Kind::Strict, Verdict::Genuine, Tolerances::none())
}

pub(super) fn field() -> Policy {
    policy("field", Kind::Field, Verdict::DataAuthentic, Tolerances::field())
}

/// The built-in policies of earlier versions, by name and hash: files that were written from them keep their names, and
/// reject what the library learned to check or to warn of since.
#[cfg(feature = "policy")]
pub(super) const EARLIER: [(&str, &str); 2] = [
    ("strict", "465be379fb820d5f3029ad5dd0adb0535f1093fbdf1bd74abdfd0c2ec9838cd9"),
    ("field", "7766c67cfa0a34c3ddf4b65536fa5471dd604a4fbf4e8f53bde7b95e83ffd1e6"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Strict,
    Field,
}

fn policy(name: &str, kind: Kind, accept: Verdict, tolerances: Tolerances) -> Policy {
    let lines = CheckId::ALL.iter().map(|id| (*id, line(*id, kind))).collect();
    Policy {
        name: name.to_owned(),
        accept,
        refer: Verdict::Undetermined,
        claims: ClaimsLine::built_in(&lines),
        lines,
        warnings: Warning::ALL.iter().map(|warning| (*warning, of_warning(*warning, kind))).collect(),
        tolerances,
    }
}

const SUCCESSFUL: Condition = Condition::State(State::Successful);
const FAILED: Condition = Condition::State(State::Failed);
const UNDETERMINED: Condition = Condition::State(State::Undetermined);
const NOT_SUPPORTED: Condition = Condition::State(State::NotSupported);
const ABORTED: Condition = Condition::State(State::Aborted);
const MISSING: Condition = Condition::Missing;

const fn open(reason: Reason) -> Condition {
    Condition::Because(State::Undetermined, reason)
}

const fn without(reason: Reason) -> Condition {
    Condition::Because(State::NotSupported, reason)
}

fn line(id: CheckId, kind: Kind) -> Line {
    let of = |accept: &[Condition], refer: &[Condition]| Line::new(accept, refer);
    let field = kind == Kind::Field;
    match id {
        // What trust rests on.
        CheckId::PaSecurityObject
        | CheckId::PaSignature
        | CheckId::PaCertificates
        | CheckId::PaValidity
        | CheckId::PaDataGroups => cut_off(of(&[SUCCESSFUL], &[UNDETERMINED]), field),
        // A pinned document signer is trust without an authority: `field` accepts it.
        CheckId::PaChain => {
            let pinned = Condition::Because(State::Successful, Reason::PinnedSigner);
            let line = of(&[SUCCESSFUL], &[UNDETERMINED]);
            cut_off(if field { line } else { line.with(pinned, Outcome::Refer) }, field)
        }
        // Where no list was consulted, `field` accepts.
        CheckId::PaRevocation => {
            if field {
                of(&[SUCCESSFUL, open(Reason::RevocationNotChecked)], &[UNDETERMINED, NOT_SUPPORTED])
            } else {
                of(&[SUCCESSFUL], &[UNDETERMINED, NOT_SUPPORTED])
            }
        }
        // Made where there is such a list; an entry that bears on the document is for a person.
        CheckId::PaKnownDefects => of(&[SUCCESSFUL, MISSING], &[UNDETERMINED, NOT_SUPPORTED]),
        // Made where there is a bundle. What is older than it should be: `field` accepts; what is older than it may be is
        // rejected.
        CheckId::TrustAge => {
            let line = of(&[SUCCESSFUL, MISSING], &[UNDETERMINED]);
            if field { line.with(open(Reason::TrustStale), Outcome::Accept) } else { line }
        }
        // Where a plan left DG1 out no country is named: `field` accepts. Where DG1 is missing from a stored document the
        // verdict is undetermined, and a person decides.
        CheckId::PaCountry => {
            if field {
                of(&[SUCCESSFUL, open(Reason::NothingToCompare)], &[UNDETERMINED])
            } else {
                of(&[SUCCESSFUL], &[UNDETERMINED])
            }
        }
        // Not every document has every group, and a purpose may leave one out: both policies accept. Where a trusted reader
        // attests that it read the group before it was removed, or the caller states that the archive does not keep it,
        // `field` accepts and `strict` refers. One that is missing otherwise (`not_held`) makes the verdict undetermined:
        // both refer.
        CheckId::PaDg1
        | CheckId::PaDg2
        | CheckId::PaDg3
        | CheckId::PaDg4
        | CheckId::PaDg5
        | CheckId::PaDg6
        | CheckId::PaDg7
        | CheckId::PaDg8
        | CheckId::PaDg9
        | CheckId::PaDg10
        | CheckId::PaDg11
        | CheckId::PaDg12
        | CheckId::PaDg13
        | CheckId::PaDg14
        | CheckId::PaDg15
        | CheckId::PaDg16 => {
            let behind_terminal = without(Reason::NeedsTerminalAuthentication);
            let line = of(&[SUCCESSFUL, MISSING, open(Reason::NotRead), behind_terminal], &[UNDETERMINED]);
            // Without DG1 nothing says whose document it is.
            let line =
                if id == CheckId::PaDg1 && !field { line.with(open(Reason::NotRead), Outcome::Refer) } else { line };
            cut_off(if field { accounted_for(line) } else { line }, field)
        }
        // BAC after PACE had failed: `strict` rejects it, also where the caller allowed it. A file cannot show how the chip
        // was opened: `field` accepts.
        CheckId::AccessProtocol => {
            let line = of(&[SUCCESSFUL, without(Reason::NoAccessControl)], &[UNDETERMINED]);
            if field { by_file(line) } else { line.with(open(Reason::DowngradeAllowed), Outcome::Reject) }
        }
        // Old chips have no signed copy of what they offer: `field` accepts.
        CheckId::AccessCardAccess => {
            let line = of(&[SUCCESSFUL], &[UNDETERMINED]);
            if field { by_file(line).with(open(Reason::NoSignedPaceInfo), Outcome::Accept) } else { line }
        }
        CheckId::AccessCardSecurity => {
            of(&[SUCCESSFUL, without(Reason::NotPresent), without(Reason::NotRead)], &[UNDETERMINED])
        }
        // Fingers and irises are for authorities: that they could not be read says nothing of the document.
        CheckId::AccessTerminal => {
            if field {
                of(&[SUCCESSFUL, NOT_SUPPORTED, FAILED, UNDETERMINED, ABORTED], &[])
            } else {
                of(&[SUCCESSFUL, NOT_SUPPORTED], &[FAILED, UNDETERMINED, ABORTED])
            }
        }
        // Which proofs are due, the verdict knows. What a file cannot prove again: `field` accepts.
        CheckId::ChipPaceCam | CheckId::ChipActiveAuthentication | CheckId::ChipChipAuthentication => {
            let not_needed = [without(Reason::NotDue), without(Reason::ShownByMapping)];
            let line = of(&[&[SUCCESSFUL][..], &not_needed].concat(), &[UNDETERMINED]);
            let line = if field { accounted_for(by_file(line)) } else { line };
            cut_off(line, field)
        }
        // Evidence without a signature, or with that of an unknown signer, is as good as a stored document: `field` accepts.
        CheckId::EvidenceSignature => {
            if field {
                of(&[SUCCESSFUL, MISSING, UNDETERMINED, without(Reason::NotSigned)], &[])
            } else {
                of(&[SUCCESSFUL, MISSING], &[UNDETERMINED, without(Reason::NotSigned)])
            }
        }
        // Where a service was asked, it must have confirmed; a policy of the operator may require the question.
        CheckId::OnlineConfirmation => of(&[SUCCESSFUL, MISSING], &[UNDETERMINED]),
        // A time stamp is kept for others to verify.
        CheckId::EvidenceTimestamp => of(&[SUCCESSFUL, MISSING, open(Reason::NotVerified)], &[UNDETERMINED]),
        // Nobody signed EF.COM; the fastest plan does not read it.
        CheckId::LdsCom => {
            let line = of(&[SUCCESSFUL, open(Reason::NotRead)], &[UNDETERMINED]);
            cut_off(if field { line.with(open(Reason::NotPresent), Outcome::Accept) } else { line }, field)
        }
        // Made where it was read; it is not signed, and the chip reads in short lengths all the same: `field` accepts.
        CheckId::LdsAtrInfo => {
            if field {
                by_file(of(&[SUCCESSFUL, MISSING, FAILED], &[UNDETERMINED, NOT_SUPPORTED]))
            } else {
                of(&[SUCCESSFUL, MISSING], &[UNDETERMINED, NOT_SUPPORTED])
            }
        }
        // A file that the issuer signed, and that is not as the standard has it: `field` refers it.
        CheckId::LdsDg1
        | CheckId::LdsDg2
        | CheckId::LdsDg3
        | CheckId::LdsDg4
        | CheckId::LdsDg5
        | CheckId::LdsDg7
        | CheckId::LdsDg11
        | CheckId::LdsDg12
        | CheckId::LdsDg13
        | CheckId::LdsDg14
        | CheckId::LdsDg15
        | CheckId::LdsDg16 => {
            if field {
                of(&[SUCCESSFUL, MISSING], &[UNDETERMINED, FAILED])
            } else {
                of(&[SUCCESSFUL, MISSING], &[UNDETERMINED])
            }
        }
        // An expired document: `field` refers it.
        CheckId::LdsExpiry => {
            if field {
                of(&[SUCCESSFUL], &[UNDETERMINED, Condition::Because(State::Failed, Reason::Expired)])
            } else {
                of(&[SUCCESSFUL], &[UNDETERMINED])
            }
        }
        // A reading with a purpose may have one of the two only.
        CheckId::VnNumber => of(&[SUCCESSFUL, MISSING, open(Reason::NothingToCompare)], &[UNDETERMINED]),
        CheckId::VnName | CheckId::VnBirthDate | CheckId::VnSex | CheckId::VnExpiry => {
            of(&[SUCCESSFUL, MISSING, open(Reason::NothingToCompare)], &[UNDETERMINED, FAILED])
        }
        // The law promises twelve digits and nothing else.
        CheckId::VnNumberStructure => of(&[SUCCESSFUL, MISSING, UNDETERMINED], &[FAILED]),
        // Another card than the one that was typed or scanned: `field` refers it.
        CheckId::VnNumberGiven | CheckId::VnQrNumber | CheckId::LdsDg1Printed => {
            if field {
                by_file(of(&[SUCCESSFUL, MISSING], &[UNDETERMINED, FAILED]))
            } else {
                of(&[SUCCESSFUL, MISSING], &[UNDETERMINED])
            }
        }
        CheckId::VnQrName | CheckId::VnQrBirthDate | CheckId::VnQrOther => {
            let line = of(&[SUCCESSFUL, MISSING, open(Reason::NothingToCompare)], &[UNDETERMINED, FAILED]);
            if field { by_file(line) } else { line }
        }
    }
}

/// What was begun and cut off: `field` refers it.
fn cut_off(line: Line, field: bool) -> Line {
    if field { line.with(ABORTED, Outcome::Refer) } else { line }
}

/// A file that a trusted reader saw before it was removed, or that the archive does not keep, is accepted.
fn accounted_for(line: Line) -> Line {
    line.with(open(Reason::Removed), Outcome::Accept).with(open(Reason::NotKept), Outcome::Accept)
}

/// What a file cannot prove again is accepted.
fn by_file(line: Line) -> Line {
    line.with(open(Reason::FromFile), Outcome::Accept).with(open(Reason::AttestedByReader), Outcome::Accept)
}

fn of_warning(warning: Warning, kind: Kind) -> Outcome {
    match warning {
        // Legal, and known from real documents.
        Warning::UnknownEntries
        | Warning::PartialDate
        | Warning::Unusual
        | Warning::NumberSex
        | Warning::NumberYear
        | Warning::NumberProvince
        | Warning::BasicAccessControl
        | Warning::OtherSetAtForm => Outcome::Accept,
        // Weak, or not in the one form of the standard.
        Warning::Sha1
        | Warning::ShortRsaKey
        | Warning::ShortDsaKey
        | Warning::SmallExponent
        | Warning::LaxEncoding
        | Warning::IndefiniteLength
        | Warning::NullParameter
        | Warning::TrailingBytes
        | Warning::KnownDefect
        | Warning::CertificateProfile
        // A clone with the key and EF.CardSecurity of another chip of the product passes with this warning.
        | Warning::UnboundChipKey
        | Warning::OldAnswer
        | Warning::OddCharacters => match kind {
            Kind::Strict => Outcome::Refer,
            Kind::Field => Outcome::Accept,
        },
        Warning::SignerIdMismatch
        | Warning::LegacyLdsOid
        | Warning::SignedAttributesUnsorted
        | Warning::NoAuthorityKeyIdentifier
        | Warning::DuplicateField
        | Warning::MissingChipAuthenticationInfo
        | Warning::DerSignature => Outcome::Refer,
    }
}
