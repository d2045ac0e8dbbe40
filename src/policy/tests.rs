//! What holds of every policy that a file can say, over any findings: not only those that a document can give.

use super::claims_line::ClaimsLine;
use super::lines::{Condition, Line};
use super::*;
use crate::checks::{Check, CheckId, Tolerances, Warning};
use crate::checks::{Reason, State, Tolerance};
use crate::document::ClaimsOutcome;
use crate::report::{ClaimsResult, UsedTolerance, Verdict};
use crate::verification::{Gate, gate};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeMap;

/// The checks that the arbitrary reports draw from: those that gate each in its way, and those that do not.
const CHECKS: [CheckId; 8] = [
    CheckId::PaChain,
    CheckId::PaRevocation,
    CheckId::PaCountry,
    CheckId::ChipActiveAuthentication,
    CheckId::LdsCom,
    CheckId::LdsExpiry,
    CheckId::VnName,
    CheckId::OnlineConfirmation,
];
const REASONS: [Reason; 5] =
    [Reason::Tolerance, Reason::NotRead, Reason::PinnedSigner, Reason::Expired, Reason::RevocationNotChecked];
const WARNINGS: [Warning; 3] = [Warning::Sha1, Warning::ShortRsaKey, Warning::Unusual];
const VERDICTS: [Verdict; 4] = [Verdict::Failed, Verdict::Undetermined, Verdict::DataAuthentic, Verdict::Genuine];

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        4 => select(&State::ALL[..]).prop_map(Condition::State),
        4 => (select(&State::ALL[..]), select(&REASONS[..])).prop_map(|(state, why)| Condition::Because(state, why)),
        1 => Just(Condition::Missing),
        1 => select(&WARNINGS[..]).prop_map(Condition::Warning),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    select(&Outcome::ALL[..])
}

/// A line that a file may have: its success is accepted more often than not, so that much else may be.
fn line(id: CheckId) -> impl Strategy<Value = Line> {
    let rules = btree_map(condition(), outcome(), 0..6);
    (rules, prop_oneof![3 => Just(Outcome::Accept), 1 => outcome()]).prop_map(move |(rules, success)| {
        let all = rules.into_iter().fold(Line::default(), |line, (condition, outcome)| {
            let with = line.clone().with(condition, outcome);
            if with.clone().with(Condition::State(State::Successful), success).breach(id).is_none() {
                with
            } else {
                line
            }
        });
        let whole = all.clone().with(Condition::State(State::Successful), success);
        if whole.breach(id).is_none() { whole } else { Line::default() }
    })
}

/// A policy that a file can say: most checks have a line.
fn policy() -> impl Strategy<Value = Policy> {
    let lines: Vec<_> = CHECKS.iter().map(|id| option::weighted(0.9, line(*id).prop_map(|line| (*id, line)))).collect();
    let verdicts = prop_oneof![
        Just((Verdict::DataAuthentic, Verdict::Undetermined)),
        Just((Verdict::Genuine, Verdict::Undetermined)),
        Just((Verdict::Genuine, Verdict::Genuine)),
    ];
    let warnings = btree_map(select(&WARNINGS[..]), outcome(), 0..4);
    let tolerances = subsequence(Tolerance::ALL, 0..Tolerance::ALL.len());
    (lines, verdicts, warnings, tolerances, option::of(claims_line())).prop_map(
        |(lines, (accept, refer), warnings, tolerances, claims)| {
            let lines: BTreeMap<_, _> = lines.into_iter().flatten().collect();
            Policy {
                name: "arbitrary".into(),
                accept,
                refer,
                claims: claims.unwrap_or_else(|| ClaimsLine::built_in(&lines)),
                lines,
                warnings,
                tolerances: tolerances.into_iter().collect(),
            }
        },
    )
}

/// A line about claims that a file may have.
fn claims_line() -> impl Strategy<Value = ClaimsLine> {
    let differs = select(&[Outcome::Reject, Outcome::Refer][..]);
    (outcome(), outcome(), outcome(), differs).prop_map(|(not_given, not_recorded, not_comparable, differs)| {
        ClaimsLine { not_given, not_recorded, not_comparable, differs }
    })
}

fn matching() -> ClaimsResult {
    ClaimsResult::of_outcome(ClaimsOutcome::Matches)
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![1 => Just(Policy::strict()), 1 => Just(Policy::field()), 6 => policy()]
}

fn check(id: CheckId) -> impl Strategy<Value = Check> {
    let state = prop_oneof![3 => Just(State::Successful), 2 => select(&State::ALL[..])];
    (state, option::of(select(&REASONS[..])), vec(select(&WARNINGS[..]), 0..2))
        .prop_map(move |(state, reason, warnings)| Check::new(id, state, reason).warnings(warnings))
}

fn checks() -> impl Strategy<Value = Vec<Check>> {
    CHECKS.map(|id| option::weighted(0.9, check(id))).prop_map(|checks| checks.into_iter().flatten().collect())
}

fn used() -> impl Strategy<Value = Vec<UsedTolerance>> {
    vec((select(&CHECKS[..]), select(Tolerance::ALL)), 0..2)
        .prop_map(|used| used.into_iter().map(|(check, tolerance)| UsedTolerance { check, tolerance }).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_policy_takes_what_has_failed_or_accepts_what_is_open(
        policy in any_policy(), verdict in select(&VERDICTS[..]), checks in checks(), used in used(),
        claims in select(ClaimsOutcome::ALL),
    ) {
        let decision = policy.decide(verdict, &ClaimsResult::of_outcome(claims), &checks, &used);
        if claims == ClaimsOutcome::Differs {
            prop_assert!(decision.outcome() < Outcome::Accept);
        }
        let gating = checks.iter().any(|check| check.state == State::Failed && gate(check.id) != Gate::None);
        if verdict == Verdict::Failed || gating {
            prop_assert_eq!(decision.outcome(), Outcome::Reject);
        }
        let due = |check: &Check| gate(check.id) == Gate::MustSucceed && !check.is_successful();
        if verdict == Verdict::Undetermined || !used.is_empty() || checks.iter().any(due) {
            prop_assert!(decision.outcome() < Outcome::Accept);
        }
        // The worst reason is the decision, and it is told with its rule.
        prop_assert_eq!(decision.reasons().iter().map(|reason| reason.outcome).min(), Some(decision.outcome()));
        prop_assert!(decision.reasons().iter().all(|reason| !reason.rule.is_empty()));
        prop_assert_eq!(decision.tolerances(), &used[..]);
    }

    #[test]
    fn taking_a_success_away_never_improves_a_decision(
        policy in any_policy(), verdicts in (select(&VERDICTS[..]), select(&VERDICTS[..])), checks in checks(),
        at in any::<prop::sample::Index>(), state in select(&State::ALL[1..]), reason in option::of(select(&REASONS[..])),
        is_removed in any::<bool>(),
    ) {
        // A check that the policy does not name is rejected as long as it is there, and only then.
        let is_plain = |one: &Check| one.is_successful() && one.warnings.is_empty() && policy.lines.contains_key(&one.id);
        let plain: Vec<usize> = (0..checks.len()).filter(|at| is_plain(&checks[*at])).collect();
        prop_assume!(!plain.is_empty());
        let before = policy.decide(verdicts.0.max(verdicts.1), &matching(), &checks, &[]);
        let mut less = checks.clone();
        let at = plain[at.index(plain.len())];
        if is_removed {
            less.remove(at);
        } else {
            less[at].state = state;
            less[at].reason = reason;
        }
        let after = policy.decide(verdicts.0.min(verdicts.1), &matching(), &less, &[]);
        prop_assert!(after.outcome() <= before.outcome(), "{before:?}\n{after:?}");
    }

    #[test]
    fn what_a_policy_does_not_name_it_rejects(policy in policy(), checks in checks()) {
        let decision = policy.decide(Verdict::Genuine, &matching(), &checks, &[]);
        let of = |basis| decision.reasons().iter().filter(move |reason| reason.basis == basis);
        for check in &checks {
            let is_unknown = !policy.lines.contains_key(&check.id);
            prop_assert_eq!(of(Basis::UnknownCheck).any(|reason| reason.check == Some(check.id)), is_unknown);
            for warning in &check.warnings {
                let line = policy.lines.get(&check.id);
                let is_named = policy.warnings.contains_key(warning)
                    || line.is_some_and(|line| line.get(Condition::Warning(*warning)).is_some());
                let is_told =
                    of(Basis::UnknownWarning).any(|one| (one.check, one.warning) == (Some(check.id), Some(*warning)));
                prop_assert_eq!(is_told, !is_named && !is_unknown);
            }
        }
        for (id, line) in &policy.lines {
            let is_missing = !checks.iter().any(|check| check.id == *id);
            let is_allowed = line.get(Condition::Missing).unwrap_or(Outcome::Reject) == Outcome::Accept;
            prop_assert_eq!(of(Basis::Missing).any(|reason| reason.check == Some(*id)), is_missing && !is_allowed);
        }
        let refused = [Basis::UnknownCheck, Basis::UnknownWarning, Basis::NotListed];
        if refused.iter().any(|basis| of(*basis).next().is_some()) {
            prop_assert_eq!(decision.outcome(), Outcome::Reject);
        }
    }

    #[cfg(feature = "policy")]
    #[test]
    fn the_text_of_a_policy_is_the_policy(policy in any_policy()) {
        let again = Policy::from_toml(&policy.to_toml()).unwrap();
        prop_assert_eq!(again.sha256(), policy.sha256());
        prop_assert_eq!(again, policy);
    }
}

#[test]
fn the_built_in_policies_name_every_check_and_break_no_rule() {
    for policy in [Policy::strict(), Policy::field()] {
        assert_eq!(policy.unnamed_checks().count(), 0, "{}", policy.name());
        assert_eq!(policy.warnings.len(), Warning::ALL.len());
        for (id, line) in &policy.lines {
            assert_eq!(line.breach(*id), None, "{}: {id}", policy.name());
            let success = line.get(Condition::State(State::Successful));
            assert_eq!(success, Some(Outcome::Accept), "{}: {id}", policy.name());
        }
    }
    assert_eq!(Policy::strict().tolerances(), &Tolerances::none());
    assert_eq!(Policy::field().tolerances(), &Tolerances::field());
}

#[test]
fn the_built_in_claims_lines_are_those_of_the_table() {
    use Outcome::{Accept, Refer, Reject};
    let line = |policy: Policy| policy.claims.entries().map(|(_, outcome)| outcome);
    // not_given, not_recorded, not_comparable, differs
    assert_eq!(line(Policy::strict()), [Accept, Refer, Refer, Reject]);
    assert_eq!(line(Policy::field()), [Accept, Accept, Refer, Refer]);
}

#[test]
fn strict_is_never_milder_than_field() {
    let (strict, field) = (Policy::strict(), Policy::field());
    let milder = |strict: Outcome, field: Outcome| strict > field;
    for id in CheckId::ALL {
        let (strict, field) = (&strict.lines[id], &field.lines[id]);
        for state in State::ALL {
            for reason in core::iter::once(None).chain(Reason::ALL.iter().copied().map(Some)) {
                let of = |line: &Line| line.of(state, reason).map_or(Outcome::Reject, |(_, outcome)| outcome);
                assert!(!milder(of(strict), of(field)), "{id} {state:?} {reason:?}");
            }
        }
        let missing = |line: &Line| line.get(Condition::Missing).unwrap_or(Outcome::Reject);
        assert!(!milder(missing(strict), missing(field)), "{id} missing");
    }
    for (strict, field) in strict.claims.entries().iter().zip(field.claims.entries()) {
        assert!(!milder(strict.1, field.1), "claims.{}", strict.0);
    }
    for warning in Warning::ALL {
        assert!(!milder(strict.warnings[warning], field.warnings[warning]), "{warning}");
    }
}
