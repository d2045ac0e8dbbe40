//! What must hold in every case, whatever befell: seven oracles, each of which is shown able to fail.

use crate::case::{Case, Outcome};
use crate::catalogue::{Group, is_secured};
use crate::wire::{EXCHANGES, Planned, Seen};
use chipid::Verdict;
use std::collections::BTreeMap;
use std::time::Duration;

/// Exchanges that may follow a fault: two new beginnings, and the whole card read in short lengths after them.
const MAX_AFTER: usize = 450;
/// What a reading with a fault may take longer on a real line: a lost card is waited for twice, ten seconds each, a silent one for twenty.
const MAX_CLOCK: Duration = Duration::from_secs(90);
/// What a case may take in this process.
pub const MAX_ELAPSED: Duration = Duration::from_secs(60);

/// An oracle: the case, what came of it, and what came of it when it was run again.
pub type Oracle = fn(&Case, &Outcome, Option<&Outcome>) -> Result<(), String>;

/// All of them, by name.
pub const ORACLES: [(&str, Oracle); 7] = [
    ("comes to an end", comes_to_an_end),
    ("never better than the truth", never_better_than_the_truth),
    ("an error is typed and repeats", an_error_is_typed_and_repeats),
    ("a session that broke is over", a_session_that_broke_is_over),
    ("tells nothing personal", tells_nothing_personal),
    ("only the line is retryable", only_the_line_is_retryable),
    ("one attempt a password", one_attempt_a_password),
];

/// What the oracles find, each in a line.
pub fn findings(case: &Case, outcome: &Outcome, again: Option<&Outcome>) -> Vec<String> {
    let find = |(name, oracle): &(&str, Oracle)| oracle(case, outcome, again).err().map(|why| format!("{name}: {why}"));
    ORACLES.iter().filter_map(find).collect()
}

fn holds(condition: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(why()) }
}

/// An exchange: the command, the answer where one came, and what followed.
struct Exchange<'a> {
    command: &'a [u8],
    answer: Option<&'a [u8]>,
    next: Option<&'a Seen>,
}

fn exchanges(outcome: &Outcome) -> Vec<Exchange<'_>> {
    let mut exchanges = Vec::new();
    for (index, seen) in outcome.seen.iter().enumerate() {
        if let Seen::Exchange { command, answer } = seen {
            let next = outcome.seen.get(index + 1);
            exchanges.push(Exchange { command, answer: answer.as_deref().ok(), next });
        }
    }
    exchanges
}

/// 1. No panic, no hang; so many exchanges and so much time after the fault at the most.
pub fn comes_to_an_end(case: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    if let Some(panic) = &outcome.panic {
        return Err(format!("panic: {panic}"));
    }
    let first = case.faults.iter().map(|planned| planned.at).min().unwrap_or(1);
    let after = exchanges(outcome).len().saturating_sub(first);
    let drips = case.faults.iter().any(|planned| planned.row.name == "length-one-byte-reads");
    let most = if drips { usize::try_from(EXCHANGES).unwrap() } else { MAX_AFTER };
    holds(after <= most, || format!("{after} exchanges after the fault"))?;
    let clock = outcome.clock;
    holds(clock <= case.bench.truth.clock + MAX_CLOCK, || format!("{clock:?} on the line"))?;
    holds(outcome.elapsed <= MAX_ELAPSED, || format!("{:?} in this process", outcome.elapsed))
}

/// 2. The verdict is never better than the truth, what was cut off is never more than undetermined, and no check is
///    successful that is not so in truth.
pub fn never_better_than_the_truth(case: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    let truth = &case.bench.truth;
    let Some(verdict) = outcome.verdict else {
        return holds(outcome.successful.is_empty(), || "checks of a chip that was not opened".to_owned());
    };
    holds(verdict <= truth.verdict, || format!("{verdict:?}, in truth {:?}", truth.verdict))?;
    holds(outcome.is_whole || verdict <= Verdict::Undetermined, || format!("{verdict:?} of what was cut off"))?;
    let more: Vec<_> = outcome.successful.difference(&truth.successful).collect();
    holds(more.is_empty(), || format!("successful here, and not in truth: {more:?}"))
}

/// 3. An error says what, in which step and at which exchange, and the same fault gives the same error.
pub fn an_error_is_typed_and_repeats(case: &Case, outcome: &Outcome, again: Option<&Outcome>) -> Result<(), String> {
    holds(outcome.is_whole != outcome.error.is_some(), || "neither an end nor an error, or both".to_owned())?;
    if let Some(again) = again {
        holds(again.error == outcome.error, || format!("{:?}, and again {:?}", outcome.error, again.error))?;
        let verdicts = (outcome.verdict, again.verdict);
        holds(verdicts.0 == verdicts.1, || format!("{:?}, and again {:?}", verdicts.0, verdicts.1))?;
    }
    let Some(error) = &outcome.error else { return Ok(()) };
    holds(!error.code.is_empty() && !error.text.is_empty() && !error.remedy.is_empty(), || format!("{error:?}"))?;
    holds(error.place.during.is_some(), || format!("no step: {error:?}"))?;
    let sent = exchanges(outcome).len();
    let at = usize::try_from(error.place.exchange).unwrap();
    holds(at == sent, || format!("placed at exchange {at}, {sent} were sent"))?;
    let first = case.faults.iter().map(|planned| planned.at).min().unwrap_or(1);
    holds(at >= first, || format!("placed at exchange {at}, before the fault at {first}"))
}

/// 4. After an answer under secure messaging that is not authentic nothing more is sent in that session: the reader ends,
///    or begins anew with a reset.
pub fn a_session_that_broke_is_over(case: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    let exchanges = exchanges(outcome);
    let befell = case.faults.iter().zip(&outcome.befell).filter(|(_, befell)| **befell).map(|(planned, _)| planned);
    let befell: Vec<_> = befell.collect();
    // Of two at one exchange the second alters what the first made: it may seal anew what that one had broken.
    let is_last = |at: usize, planned: &Planned| !befell.iter().skip(at + 1).any(|later| later.at == planned.at);
    // Where the first has moved the exchanges, what is played back can be the very answer: the keys are drawn alike here.
    let is_moved = |at: usize, planned: &Planned| at > 0 && planned.row.is_played_back();
    let is_sure = |at: usize, planned: &Planned| is_last(at, planned) && !is_moved(at, planned);
    let all = befell.iter().enumerate().filter(|(at, planned)| is_sure(*at, planned)).map(|(_, planned)| planned);
    for planned in all.filter(|planned| planned.row.ends_session) {
        let from = planned.at.saturating_sub(1);
        let Some(here) = exchanges.get(from) else { continue };
        // Second faults are not chosen by what they befall: without DO'87' nothing can be wrong with it.
        let is_touched = !planned.row.is_of_data() || matches!(here.answer, Some([0x85 | 0x87, ..]));
        if !is_secured(here.command) || here.answer.is_none() || !is_touched {
            continue;
        }
        // The parts of one answer are collected; they are no new command.
        let rest = exchanges.get(from + 1..).unwrap_or_default();
        let parts = rest.iter().take_while(|part| part.command.get(1) == Some(&0xC0)).count();
        let next = exchanges.get(from + parts).and_then(|last| last.next);
        let is_over = !matches!(next, Some(Seen::Exchange { .. }));
        holds(is_over, || format!("another command followed exchange {} in the same session", planned.at))?;
    }
    Ok(())
}

/// 5. No message, `Debug` form or check holds the MRZ, the CAN, a number or a name of the holder.
pub fn tells_nothing_personal(case: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    for text in outcome.texts.iter().chain(&outcome.panic) {
        let found = case.bench.canaries.iter().find(|canary| text.contains(canary.as_str()));
        // The finding itself is printed: it must not hold what it found.
        holds(found.is_none(), || format!("a text of {} characters holds a canary", text.len()))?;
    }
    Ok(())
}

/// 6. A lost line is worth another try, a broken rule is none; and a good card on the same reader is then as good as ever.
pub fn only_the_line_is_retryable(case: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    let Some(error) = &outcome.error else { return Ok(()) };
    holds(error.is_retryable == error.is_transport, || format!("retryable or not: {error:?}"))?;
    let only =
        |group| case.faults.iter().all(|planned| planned.row.group == group && planned.row.name != "answers-late");
    if only(Group::Transport) {
        holds(error.is_transport, || format!("a fault of the line is told as {}", error.code))?;
    }
    if only(Group::SecureMessaging) || only(Group::Replay) || only(Group::Status) || only(Group::StatusInside) {
        holds(!error.is_transport, || format!("a broken rule is told as {}", error.code))?;
    }
    match &outcome.retry {
        Some(Err(why)) => Err(format!("a good card on the same reader afterwards: {why}")),
        Some(Ok(verdict)) => holds(*verdict == case.bench.truth.verdict, || format!("{verdict:?} afterwards")),
        None => Ok(()),
    }
}

/// 7. No password is tried again once the chip has refused it, and every try begins from a reset.
pub fn one_attempt_a_password(_: &Case, outcome: &Outcome, _: Option<&Outcome>) -> Result<(), String> {
    let mut kind = 0;
    let mut steps = 0;
    let mut beginnings = 1;
    let mut attempts = 0;
    let mut refused: BTreeMap<u8, usize> = BTreeMap::new();
    for seen in &outcome.seen {
        let Seen::Exchange { command, answer } = seen else {
            beginnings += 1;
            continue;
        };
        let is_attempt = match command.as_slice() {
            [0x00, 0x22, 0xC1, 0xA4, data @ ..] => {
                (steps, kind) = (0, password_of(data));
                false
            }
            [0x00 | 0x10, 0x86, ..] => {
                steps += 1;
                steps == 4
            }
            [0x00, 0x82, ..] => {
                kind = 0;
                true
            }
            _ => false,
        };
        if is_attempt {
            attempts += 1;
            let is_refused = answer.as_ref().is_ok_and(|answer| !answer.ends_with(&[0x90, 0x00]));
            *refused.entry(kind).or_default() += usize::from(is_refused);
        }
    }
    let again = refused.values().find(|count| **count > 1);
    holds(again.is_none(), || format!("a password was tried {again:?} times and refused each time"))?;
    holds(attempts <= beginnings, || format!("{attempts} tries in {beginnings} contacts"))
}

/// DO'83' of MSE:Set AT: which password.
fn password_of(data: &[u8]) -> u8 {
    data.windows(3).find(|three| three[..2] == [0x83, 0x01]).map_or(0, |three| three[2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripts::Script;
    use chipid::{CheckId, TransportError};

    /// A case that holds, to be altered.
    fn cut_off() -> (Case, Outcome) {
        let case = Script::parse("profile: gm-aes128-aa-ec\nat 30: sm-flipped-8e\n").unwrap().case;
        let outcome = case.run(true);
        assert!(findings(&case, &outcome, Some(&case.run(false))).is_empty());
        assert!(outcome.error.is_some() && outcome.verdict.is_some() && outcome.retry.is_some());
        (case, outcome)
    }

    /// A reading that came to its end.
    fn whole() -> (Case, Outcome) {
        let case = Script::parse("profile: plain\nat 20: 61xx/true\n").unwrap().case;
        let outcome = case.run(true);
        assert!(findings(&case, &outcome, Some(&case.run(false))).is_empty());
        assert!(outcome.is_whole && outcome.error.is_none());
        (case, outcome)
    }

    /// The oracle, and no other, finds something in what was altered.
    #[track_caller]
    fn finds((case, mut outcome): (Case, Outcome), name: &str, alter: impl FnOnce(&mut Outcome)) {
        let before = outcome.clone();
        alter(&mut outcome);
        let found = findings(&case, &outcome, Some(&before));
        assert!(!found.is_empty(), "nothing found");
        assert!(found.iter().all(|found| found.starts_with(name)), "{found:?}");
    }

    fn exchange(command: &[u8], answer: &[u8]) -> Seen {
        Seen::Exchange { command: command.to_vec(), answer: Ok(answer.to_vec()) }
    }

    #[test]
    fn a_panic_a_flood_and_a_delay_are_no_end() {
        let name = "comes to an end";
        finds(cut_off(), name, |outcome| outcome.panic = Some("index out of bounds".into()));
        finds(whole(), name, |outcome| {
            outcome.seen.extend(vec![exchange(&[0x00, 0xB0, 0x00, 0x00, 0x00], &[0x90, 0x00]); MAX_AFTER]);
        });
        let truth = cut_off().0.bench.truth.clock;
        finds(cut_off(), name, |outcome| outcome.clock = truth + MAX_CLOCK + Duration::from_millis(1));
        finds(cut_off(), name, |outcome| outcome.elapsed = MAX_ELAPSED + Duration::from_secs(1));
    }

    #[test]
    fn a_better_verdict_or_check_than_the_truth_is_found() {
        let name = "never better than the truth";
        let alone = |outcome: &mut Outcome, verdict| outcome.verdict = Some(verdict);
        for verdict in [Verdict::DataAuthentic, Verdict::Genuine] {
            let (case, mut outcome) = cut_off();
            alone(&mut outcome, verdict);
            assert!(never_better_than_the_truth(&case, &outcome, None).is_err(), "{verdict:?} of what was cut off");
        }
        let (case, mut outcome) = whole();
        alone(&mut outcome, Verdict::Genuine);
        assert!(never_better_than_the_truth(&case, &outcome, None).is_err(), "genuine, in truth data authentic");
        finds(whole(), name, |outcome| {
            outcome.successful.insert(CheckId::ChipActiveAuthentication);
        });
    }

    #[test]
    fn an_error_without_a_place_or_that_changes_is_found() {
        let name = "an error is typed and repeats";
        fn told(outcome: &mut Outcome) -> &mut crate::case::Told {
            outcome.error.as_mut().unwrap()
        }
        finds(cut_off(), name, |outcome| outcome.error = None);
        finds(cut_off(), name, |outcome| told(outcome).code.push('x'));
        finds(cut_off(), name, |outcome| told(outcome).place.during = None);
        finds(cut_off(), name, |outcome| told(outcome).place.exchange += 1);
        finds(whole(), name, |outcome| outcome.verdict = Some(Verdict::Failed));
        let (case, mut outcome) = cut_off();
        told(&mut outcome).text.clear();
        assert!(an_error_is_typed_and_repeats(&case, &outcome, None).is_err());
    }

    #[test]
    fn a_command_in_a_session_that_broke_is_found() {
        let (case, mut outcome) = cut_off();
        outcome.seen.push(exchange(&[0x0C, 0xB0, 0x00, 0x00, 0x00], &[0x69, 0x88]));
        assert!(a_session_that_broke_is_over(&case, &outcome, None).is_err());
        // After a reset it is another session.
        outcome.seen.insert(outcome.seen.len() - 1, Seen::Reset);
        assert!(a_session_that_broke_is_over(&case, &outcome, None).is_ok());
    }

    #[test]
    fn every_canary_is_found_in_every_text() {
        let (case, _) = cut_off();
        assert!(case.bench.canaries.len() >= 6);
        for canary in &case.bench.canaries {
            finds(cut_off(), "tells nothing personal", |outcome| outcome.texts.push(format!("the {canary} is wrong")));
        }
        let canary = case.bench.canaries[0].clone();
        let (case, mut outcome) = cut_off();
        outcome.panic = Some(canary);
        assert!(tells_nothing_personal(&case, &outcome, None).is_err());
    }

    #[test]
    fn a_retry_that_is_wrongly_offered_or_fails_is_found() {
        let name = "only the line is retryable";
        let (case, mut outcome) = cut_off();
        outcome.error.as_mut().unwrap().is_retryable = true;
        assert!(only_the_line_is_retryable(&case, &outcome, None).is_err());
        let (case, mut outcome) = cut_off();
        let error = outcome.error.as_mut().unwrap();
        (error.is_retryable, error.is_transport) = (true, true);
        assert!(only_the_line_is_retryable(&case, &outcome, None).is_err(), "a broken rule told as a lost line");
        let lost = Script::parse("profile: gm-aes128-aa-ec\nat 30: sharing-violation\n").unwrap().case;
        let mut outcome = lost.run(true);
        assert!(only_the_line_is_retryable(&lost, &outcome, None).is_ok());
        outcome.error.as_mut().unwrap().is_transport = false;
        outcome.error.as_mut().unwrap().is_retryable = false;
        assert!(only_the_line_is_retryable(&lost, &outcome, None).is_err(), "a lost line told as a broken rule");
        finds(cut_off(), name, |outcome| outcome.retry = Some(Err("the reader is gone".into())));
        finds(cut_off(), name, |outcome| outcome.retry = Some(Ok(Verdict::Undetermined)));
    }

    #[test]
    fn a_password_that_is_tried_twice_is_found() {
        let (case, outcome) = cut_off();
        let held = Outcome { seen: Vec::new(), ..outcome };
        let with = |seen: Vec<Seen>| one_attempt_a_password(&case, &Outcome { seen, ..held.clone() }, None);
        let bac = || exchange(&[0x00, 0x82, 0x00, 0x00], &[0x63, 0x00]);
        assert!(with(vec![bac()]).is_ok());
        assert!(with(vec![bac(), Seen::Reset, bac()]).is_err(), "refused twice");
        let pace = |password: u8, status: [u8; 2]| {
            let mut seen = vec![exchange(&[0x00, 0x22, 0xC1, 0xA4, 0x03, 0x83, 0x01, password], &[0x90, 0x00])];
            seen.extend((0..3).map(|_| exchange(&[0x10, 0x86, 0x00, 0x00], &[0x90, 0x00])));
            seen.push(exchange(&[0x00, 0x86, 0x00, 0x00], &status));
            seen
        };
        let reset = || vec![Seen::Reset];
        assert!(with([pace(2, [0x63, 0x00]), reset(), pace(1, [0x90, 0x00])].concat()).is_ok(), "another password");
        assert!(with([pace(2, [0x63, 0x00]), reset(), pace(2, [0x63, 0x00])].concat()).is_err(), "refused twice");
        assert!(with([pace(2, [0x90, 0x00]), pace(2, [0x90, 0x00])].concat()).is_err(), "twice in one contact");
        let lost = Seen::Exchange { command: vec![0x00, 0x82, 0, 0], answer: Err(TransportError::CardRemoved) };
        assert!(with(vec![lost, Seen::Reset, bac()]).is_ok(), "the line was lost over the first");
    }
}
