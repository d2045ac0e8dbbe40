//! What is wrong with a policy file: the line, the key, and what to do about it.

use thiserror::Error;

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}{}{key}: {fault}", if key.is_empty() { "" } else { ", " })]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// The key, as a path: `checks."pa.chain".accept`; empty where there is none.
    pub key: String,
    /// What is wrong there.
    pub fault: PolicyFault,
    /// The words that could stand there instead, where they are few: the nearest ones of many.
    pub choices: Vec<&'static str>,
}

/// What is wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// Longer than is read.
    #[error("the file is longer than 64 KiB")]
    TooLong,
    /// No TOML; the text is the parser's.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A key that means nothing there.
    #[error("the key \"{0}\" is not known here")]
    UnknownKey(String),
    /// A key that must be there.
    #[error("the key \"{0}\" is missing")]
    MissingKey(&'static str),
    /// A value of another kind: `text`, `list`, `table`.
    #[error("{0} must stand here")]
    WrongKind(&'static str),
    /// Another form, or another version of it.
    #[error("the form is not chipid.policy/1")]
    Schema,
    /// A name that is empty, too long, or has other characters than letters, digits, `.`, `_` and `-`.
    #[error("a name has 1 to 64 letters, digits, \".\", \"_\" or \"-\"")]
    Name,
    /// The name of a built-in policy, for another one.
    #[error("\"{0}\" is the name of a built-in policy that says something else")]
    ReservedName(String),
    /// What it extends is not built in.
    #[error("there is no built-in policy \"{0}\"")]
    UnknownPolicy(String),
    /// A check that there is not.
    #[error("there is no check \"{0}\"")]
    UnknownCheck(String),
    /// A state that there is not.
    #[error("there is no state \"{0}\"")]
    UnknownState(String),
    /// A reason that there is not.
    #[error("there is no reason \"{0}\"")]
    UnknownReason(String),
    /// A warning that there is not.
    #[error("there is no warning \"{0}\"")]
    UnknownWarning(String),
    /// A tolerance that there is not.
    #[error("there is no tolerance \"{0}\"")]
    UnknownTolerance(String),
    /// Another word than accept, refer and reject.
    #[error("\"{0}\" is no decision")]
    UnknownDecision(String),
    /// A verdict that there is not.
    #[error("there is no verdict \"{0}\"")]
    UnknownVerdict(String),
    /// The same twice, or in two lists of a line.
    #[error("\"{0}\" stands here twice")]
    Twice(String),
    /// An accepted or referred *failed* verdict, or an accepted *undetermined* one.
    #[error("no policy can take the verdict \"{0}\" here")]
    VerdictTooLow(String),
    /// What is referred is better than what is accepted.
    #[error("what is referred must not be better than what is accepted")]
    VerdictOrder,
    /// A gating check that failed, accepted or referred.
    #[error("\"{0}\": a check that decides the verdict is rejected where it failed")]
    TakesFailure(String),
    /// Accepting where the verdict is undetermined at best.
    #[error("\"{0}\": without this check's success the verdict is undetermined at best, which is never accepted")]
    AcceptsOpen(String),
    /// Accepting a document of another person.
    #[error("a document of another person than the one who was asked for is never accepted")]
    AcceptsOtherPerson,
    /// A state above success.
    #[error("\"{0}\" must not stand above the check's success")]
    AboveSuccess(String),
}

impl PolicyFault {
    /// The stable codes of all of them.
    pub const CODES: [&'static str; 23] = [
        "policy.too_long",
        "policy.syntax",
        "policy.unknown_key",
        "policy.missing_key",
        "policy.wrong_kind",
        "policy.schema",
        "policy.name",
        "policy.reserved_name",
        "policy.unknown_policy",
        "policy.unknown_check",
        "policy.unknown_state",
        "policy.unknown_reason",
        "policy.unknown_warning",
        "policy.unknown_tolerance",
        "policy.unknown_decision",
        "policy.unknown_verdict",
        "policy.twice",
        "policy.verdict_too_low",
        "policy.verdict_order",
        "policy.takes_failure",
        "policy.accepts_open",
        "policy.accepts_other_person",
        "policy.above_success",
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "policy.too_long",
            Self::Syntax(_) => "policy.syntax",
            Self::UnknownKey(_) => "policy.unknown_key",
            Self::MissingKey(_) => "policy.missing_key",
            Self::WrongKind(_) => "policy.wrong_kind",
            Self::Schema => "policy.schema",
            Self::Name => "policy.name",
            Self::ReservedName(_) => "policy.reserved_name",
            Self::UnknownPolicy(_) => "policy.unknown_policy",
            Self::UnknownCheck(_) => "policy.unknown_check",
            Self::UnknownState(_) => "policy.unknown_state",
            Self::UnknownReason(_) => "policy.unknown_reason",
            Self::UnknownWarning(_) => "policy.unknown_warning",
            Self::UnknownTolerance(_) => "policy.unknown_tolerance",
            Self::UnknownDecision(_) => "policy.unknown_decision",
            Self::UnknownVerdict(_) => "policy.unknown_verdict",
            Self::Twice(_) => "policy.twice",
            Self::VerdictTooLow(_) => "policy.verdict_too_low",
            Self::VerdictOrder => "policy.verdict_order",
            Self::TakesFailure(_) => "policy.takes_failure",
            Self::AcceptsOpen(_) => "policy.accepts_open",
            Self::AcceptsOtherPerson => "policy.accepts_other_person",
            Self::AboveSuccess(_) => "policy.above_success",
        }
    }

    /// The word that it is about; empty where there is none.
    pub fn word(&self) -> &str {
        match self {
            Self::Syntax(word)
            | Self::UnknownKey(word)
            | Self::ReservedName(word)
            | Self::UnknownPolicy(word)
            | Self::UnknownCheck(word)
            | Self::UnknownState(word)
            | Self::UnknownReason(word)
            | Self::UnknownWarning(word)
            | Self::UnknownTolerance(word)
            | Self::UnknownDecision(word)
            | Self::UnknownVerdict(word)
            | Self::Twice(word)
            | Self::VerdictTooLow(word)
            | Self::TakesFailure(word)
            | Self::AcceptsOpen(word)
            | Self::AboveSuccess(word) => word,
            Self::MissingKey(word) | Self::WrongKind(word) => word,
            Self::TooLong | Self::Schema | Self::Name | Self::VerdictOrder | Self::AcceptsOtherPerson => "",
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLong => "a policy needs a line for each check and no more",
            Self::Syntax(_) => "correct the line; every key stands once, and texts stand in quotation marks",
            Self::UnknownKey(_) => "correct or remove the key",
            Self::MissingKey(_) => "add the key",
            Self::WrongKind(_) => "write it as the built-in policies have it",
            Self::Schema => "write schema = \"chipid.policy/1\", or look for a newer version of this program",
            Self::Name => "choose another name",
            Self::ReservedName(_) => "choose a name of your own",
            Self::UnknownPolicy(_) => "extend strict or field, or nothing",
            Self::UnknownCheck(_)
            | Self::UnknownState(_)
            | Self::UnknownReason(_)
            | Self::UnknownWarning(_)
            | Self::UnknownTolerance(_)
            | Self::UnknownVerdict(_) => "correct the word, or look for a newer version of this program",
            Self::UnknownDecision(_) => "write accept, refer or reject",
            Self::Twice(_) => "leave it where it is to stand",
            Self::VerdictTooLow(_) => "accept data_authentic or genuine; refer these or undetermined",
            Self::VerdictOrder => "refer from a verdict that is accepted, or from a lesser one",
            Self::TakesFailure(_) => "remove it: what is not named is rejected",
            Self::AcceptsOpen(_) => "refer it, or remove it: what is not named is rejected",
            Self::AcceptsOtherPerson => "write refer or reject",
            Self::AboveSuccess(_) => "let `successful` stand in a list that is as good",
        }
    }
}
