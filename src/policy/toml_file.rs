//! A policy from a file: TOML, read strictly. A word, key or rule that is not known or that no policy may say is an error
//! with its line; nothing is skipped and nothing is guessed.

use super::built_in::EARLIER;
use super::claims_line::ClaimsLine;
use super::decision::Outcome;
use super::error::{PolicyError, PolicyFault};
use super::lines::{Breach, Condition, Line, UnknownWord};
use super::policy::Policy;
use super::toml_text::SCHEMA;
use crate::bounds::BOUNDS;
use crate::checks::{CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::report::Verdict;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The longest name of a policy, in characters.
const MAX_NAME: usize = 64;
/// The most words that an error offers.
const MAX_CHOICES: usize = 12;

impl Policy {
    /// The policy of a file.
    ///
    /// A line of `[checks]` names conditions: a state (`successful`, `failed`, `undetermined`, `not_supported`, `aborted`), a
    /// state with its reason code, which comes before the state alone, `missing`, or `warning:` and a code, which comes before
    /// `[warnings]`. The line replaces the whole line of what is extended. What it does not name is rejected.
    ///
    /// ```
    /// let policy = chipid::Policy::from_toml(r#"
    ///     schema = "chipid.policy/1"
    ///     name = "counter"
    ///     extends = "strict"              # or "field"; without it only what stands here holds
    ///     tolerances = ["ds_without_aki"] # what is allowed; where it was needed a person decides
    ///
    ///     [verdict]
    ///     accept = "data_authentic"       # the least verdict that is accepted
    ///     refer = "undetermined"          # the least that a person may decide upon
    ///
    ///     [warnings]                      # each warning, wherever it stands
    ///     sha1 = "accept"
    ///     short_rsa_key = "reject"
    ///
    ///     [checks]
    ///     "pa.revocation" = { accept = ["successful", "undetermined:revocation_not_checked"] }
    ///     "lds.expiry" = { accept = ["successful"], refer = ["failed:expired"] }
    ///     "online.confirmation" = { accept = ["successful"], refer = ["missing", "undetermined:no_answer"] }
    ///
    ///     [claims]                        # optional; without a key the built-in line holds
    ///     not_given = "refer"             # no number, QR code or MRZ of the person was supplied
    ///     not_recorded = "refer"          # a stored document without a record of claims
    ///     not_comparable = "reject"       # the files read hold nothing to compare the claims with
    ///     differs = "reject"              # another person's document: refer or reject
    /// "#)?;
    /// # assert_eq!(policy.name(), "counter");
    /// # Ok::<(), chipid::policy::PolicyError>(())
    /// ```
    ///
    /// # Errors
    /// [`PolicyError`], with line and key, for whatever is not known and for rules that no policy may have.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let file = File { text };
        if text.len() > BOUNDS.policy_octets {
            return Err(file.error(0..0, "", PolicyFault::TooLong));
        }
        let root = DeTable::parse(text).map_err(|error| {
            let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            file.error(error.span().unwrap_or_default(), "", PolicyFault::Syntax(message))
        })?;
        file.policy(root.get_ref())
    }
}

/// A file in the reading.
struct File<'a> {
    text: &'a str,
}

/// An entry of a table: its key and place, and its value.
type Entry<'a, 'b> = (&'a str, Range<usize>, &'a Spanned<DeValue<'b>>);

const ROOT: [&str; 8] = ["schema", "name", "extends", "tolerances", "verdict", "warnings", "checks", "claims"];
const VERDICT: [&str; 2] = ["accept", "refer"];
const VERDICTS: [Verdict; 3] = [Verdict::Undetermined, Verdict::DataAuthentic, Verdict::Genuine];

impl File<'_> {
    fn policy(&self, root: &DeTable<'_>) -> Result<Policy, PolicyError> {
        let entries = entries(root);
        if let Some((key, at, _)) = entries.iter().find(|(key, ..)| !ROOT.contains(key)) {
            return Err(self.unknown(at.clone(), "", PolicyFault::UnknownKey((*key).to_owned()), key, ROOT));
        }
        let find = |key| entries.iter().find(|(own, ..)| *own == key).map(|(_, _, value)| *value);
        let due = |key| find(key).ok_or_else(|| self.error(0..0, "", PolicyFault::MissingKey(key)));
        let schema = due("schema")?;
        if self.word(schema, "schema")? != SCHEMA {
            return Err(self.error(schema.span(), "schema", PolicyFault::Schema));
        }
        let (name_at, name) = (due("name")?, self.word(due("name")?, "name")?);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_plain) {
            return Err(self.error(name_at.span(), "name", PolicyFault::Name));
        }
        let base = find("extends").map(|value| self.base(value)).transpose()?;
        let mut policy = match base {
            Some(base) => Policy { name: name.to_owned(), ..base },
            None => Policy {
                name: name.to_owned(),
                accept: Verdict::Genuine,
                refer: Verdict::Genuine,
                lines: BTreeMap::new(),
                warnings: BTreeMap::new(),
                tolerances: Tolerances::none(),
                claims: ClaimsLine::built_in(&BTreeMap::new()),
            },
        };
        if let Some(value) = find("tolerances") {
            policy.tolerances = self.tolerances(value)?;
        }
        match (find("verdict"), find("extends")) {
            (Some(value), _) => self.verdicts(value, &mut policy)?,
            (None, None) => return Err(self.error(0..0, "", PolicyFault::MissingKey("verdict"))),
            (None, Some(_)) => {}
        }
        if let Some(value) = find("warnings") {
            self.warnings(value, &mut policy)?;
        }
        if let Some(value) = find("checks") {
            self.checks(value, &mut policy)?;
        }
        policy.claims = self.claims(find("claims"), ClaimsLine::built_in(&policy.lines))?;
        let is_earlier = || EARLIER.contains(&(name, hex::encode(policy.sha256()).as_str()));
        match Policy::built_in(name) {
            Some(known) if known != policy && !is_earlier() => {
                Err(self.error(name_at.span(), "name", PolicyFault::ReservedName(name.to_owned())))
            }
            _ => Ok(policy),
        }
    }

    fn warnings(&self, value: &Spanned<DeValue<'_>>, policy: &mut Policy) -> Result<(), PolicyError> {
        for (code, at, value) in entries_of(self, value, "warnings")? {
            let (warning, key) = (Warning::from_code(code), format!("warnings.{code}"));
            let codes = Warning::ALL.iter().map(|warning| warning.as_str());
            let unknown = || self.unknown(at, &key, PolicyFault::UnknownWarning(code.to_owned()), code, codes);
            policy.warnings.insert(warning.ok_or_else(unknown)?, self.outcome(value, &key)?);
        }
        Ok(())
    }

    fn checks(&self, value: &Spanned<DeValue<'_>>, policy: &mut Policy) -> Result<(), PolicyError> {
        for (code, at, value) in entries_of(self, value, "checks")? {
            let key = format!("checks.\"{code}\"");
            let codes = CheckId::ALL.iter().map(|id| id.as_str());
            let unknown = || self.unknown(at, &key, PolicyFault::UnknownCheck(code.to_owned()), code, codes);
            let id = CheckId::from_code(code).ok_or_else(unknown)?;
            policy.lines.insert(id, self.line(id, value, &key)?);
        }
        Ok(())
    }

    /// The line about claims; what it does not say is as in the built-in line.
    fn claims(&self, value: Option<&Spanned<DeValue<'_>>>, mut line: ClaimsLine) -> Result<ClaimsLine, PolicyError> {
        let Some(value) = value else { return Ok(line) };
        for (key, at, value) in entries_of(self, value, "claims")? {
            let path = format!("claims.{key}");
            let unknown = || self.unknown(at, "claims", PolicyFault::UnknownKey(key.to_owned()), key, ClaimsLine::KEYS);
            *line.at(key).ok_or_else(unknown)? = self.outcome(value, &path)?;
            if line.differs == Outcome::Accept {
                return Err(self.error(value.span(), &path, PolicyFault::AcceptsOtherPerson));
            }
        }
        Ok(line)
    }

    fn base(&self, value: &Spanned<DeValue<'_>>) -> Result<Policy, PolicyError> {
        let name = self.word(value, "extends")?;
        Policy::built_in(name).ok_or_else(|| {
            let fault = PolicyFault::UnknownPolicy(name.to_owned());
            self.unknown(value.span(), "extends", fault, name, Policy::BUILT_IN)
        })
    }

    fn tolerances(&self, value: &Spanned<DeValue<'_>>) -> Result<Tolerances, PolicyError> {
        let key = "tolerances";
        let mut allowed = Tolerances::none();
        for item in self.list(value, key)? {
            let word = self.word(item, key)?;
            let Some(tolerance) = Tolerance::from_code(word) else {
                let codes = Tolerance::ALL.iter().map(|tolerance| tolerance.as_str());
                return Err(self.unknown(
                    item.span(),
                    key,
                    PolicyFault::UnknownTolerance(word.to_owned()),
                    word,
                    codes,
                ));
            };
            if allowed.allows(tolerance) {
                return Err(self.error(item.span(), key, PolicyFault::Twice(word.to_owned())));
            }
            allowed = allowed.with(tolerance);
        }
        Ok(allowed)
    }

    /// Both verdicts stand there where nothing is extended.
    fn verdicts(&self, value: &Spanned<DeValue<'_>>, policy: &mut Policy) -> Result<(), PolicyError> {
        let entries = entries_of(self, value, "verdict")?;
        if let Some((key, at, _)) = entries.iter().find(|(key, ..)| !VERDICT.contains(key)) {
            return Err(self.unknown(at.clone(), "verdict", PolicyFault::UnknownKey((*key).to_owned()), key, VERDICT));
        }
        let is_whole = VERDICT.iter().all(|key| entries.iter().any(|(own, ..)| own == key));
        // Half of it would leave the other half to a base that is not there.
        if !is_whole && policy.lines.is_empty() {
            let missing = VERDICT.into_iter().find(|key| !entries.iter().any(|(own, ..)| own == key));
            let fault = PolicyFault::MissingKey(missing.unwrap_or_default());
            return Err(self.error(value.span(), "verdict", fault));
        }
        for (key, _, value) in entries {
            let path = format!("verdict.{key}");
            let word = self.word(value, &path)?;
            let known = VERDICTS.into_iter().find(|verdict| verdict.as_str() == word);
            let too_low = || self.error(value.span(), &path, PolicyFault::VerdictTooLow(word.to_owned()));
            match (key, known) {
                ("accept", Some(Verdict::Undetermined)) => return Err(too_low()),
                (_, None) if word == Verdict::Failed.as_str() => return Err(too_low()),
                ("accept", Some(verdict)) => policy.accept = verdict,
                (_, Some(verdict)) => policy.refer = verdict,
                (_, None) => {
                    let words = VERDICTS.iter().map(|verdict| verdict.as_str());
                    let fault = PolicyFault::UnknownVerdict(word.to_owned());
                    return Err(self.unknown(value.span(), &path, fault, word, words));
                }
            }
        }
        if policy.refer > policy.accept {
            Err(self.error(value.span(), "verdict", PolicyFault::VerdictOrder))
        } else {
            Ok(())
        }
    }

    fn line(&self, id: CheckId, value: &Spanned<DeValue<'_>>, key: &str) -> Result<Line, PolicyError> {
        let mut rules: Vec<(Condition, Outcome, Range<usize>, String)> = Vec::new();
        for (word, at, value) in entries_of(self, value, key)? {
            let words = || Outcome::ALL.iter().map(|outcome| outcome.as_str());
            let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word);
            let unknown = || self.unknown(at, key, PolicyFault::UnknownDecision(word.to_owned()), word, words());
            let outcome = outcome.ok_or_else(unknown)?;
            let path = format!("{key}.{outcome}");
            for item in self.list(value, &path)? {
                let condition = self.condition(item, &path)?;
                if rules.iter().any(|(known, ..)| *known == condition) {
                    return Err(self.error(item.span(), &path, PolicyFault::Twice(condition.to_string())));
                }
                rules.push((condition, outcome, item.span(), path.clone()));
            }
        }
        let of = |outcome| {
            let those = rules.iter().filter(move |(_, own, ..)| *own == outcome);
            those.map(|(condition, ..)| *condition).collect::<Vec<_>>()
        };
        let line = Line::new(&of(Outcome::Accept), &of(Outcome::Refer));
        let line = of(Outcome::Reject).into_iter().fold(line, |line, condition| line.with(condition, Outcome::Reject));
        let Some((condition, breach)) = line.breach(id) else { return Ok(line) };
        let word = condition.to_string();
        let fault = match breach {
            Breach::TakesFailure => PolicyFault::TakesFailure(word),
            Breach::AcceptsOpen => PolicyFault::AcceptsOpen(word),
            Breach::AboveSuccess => PolicyFault::AboveSuccess(word),
        };
        let place = rules.into_iter().find(|(own, ..)| *own == condition);
        let (at, path) = place.map_or((value.span(), key.to_owned()), |(_, _, at, path)| (at, path));
        Err(self.error(at, &path, fault))
    }

    fn condition(&self, item: &Spanned<DeValue<'_>>, path: &str) -> Result<Condition, PolicyError> {
        let word = self.word(item, path)?;
        Condition::parse(word).map_err(|unknown| {
            let (front, back) = word.split_once(':').unwrap_or((word, ""));
            let (fault, word, words): (_, _, Vec<&'static str>) = match unknown {
                UnknownWord::State => {
                    let states = State::ALL.iter().map(|state| state.as_str()).chain(["missing", "warning"]).collect();
                    (PolicyFault::UnknownState(front.to_owned()), front, states)
                }
                UnknownWord::Reason => {
                    let reasons = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
                    (PolicyFault::UnknownReason(back.to_owned()), back, reasons)
                }
                UnknownWord::Warning => {
                    let warnings = Warning::ALL.iter().map(|warning| warning.as_str()).collect();
                    (PolicyFault::UnknownWarning(back.to_owned()), back, warnings)
                }
            };
            self.unknown(item.span(), path, fault, word, words)
        })
    }

    fn outcome(&self, value: &Spanned<DeValue<'_>>, key: &str) -> Result<Outcome, PolicyError> {
        let word = self.word(value, key)?;
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word).ok_or_else(|| {
            let words = Outcome::ALL.iter().map(|outcome| outcome.as_str());
            self.unknown(value.span(), key, PolicyFault::UnknownDecision(word.to_owned()), word, words)
        })
    }

    fn word<'v>(&self, value: &'v Spanned<DeValue<'_>>, key: &str) -> Result<&'v str, PolicyError> {
        value.get_ref().as_str().ok_or_else(|| self.error(value.span(), key, PolicyFault::WrongKind("a text")))
    }

    fn list<'v, 'b>(
        &self,
        value: &'v Spanned<DeValue<'b>>,
        key: &str,
    ) -> Result<impl Iterator<Item = &'v Spanned<DeValue<'b>>>, PolicyError> {
        let list = value.get_ref().as_array();
        Ok(list.ok_or_else(|| self.error(value.span(), key, PolicyFault::WrongKind("a list")))?.iter())
    }

    fn error(&self, at: Range<usize>, key: &str, fault: PolicyFault) -> PolicyError {
        let breaks = self.text.bytes().take(at.start).filter(|octet| *octet == b'\n').count();
        PolicyError { line: breaks + 1, key: key.to_owned(), fault, choices: Vec::new() }
    }

    /// The same, offering the words that could have been meant.
    fn unknown(
        &self,
        at: Range<usize>,
        key: &str,
        fault: PolicyFault,
        word: &str,
        words: impl IntoIterator<Item = &'static str>,
    ) -> PolicyError {
        PolicyError { choices: near(word, words), ..self.error(at, key, fault) }
    }
}

/// The entries of a table, in the order of the file.
fn entries<'a, 'b>(table: &'a DeTable<'b>) -> Vec<Entry<'a, 'b>> {
    let mut entries: Vec<_> = table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
    entries.sort_by_key(|(_, at, _)| at.start);
    entries
}

fn entries_of<'a, 'b>(
    file: &File<'_>,
    value: &'a Spanned<DeValue<'b>>,
    key: &str,
) -> Result<Vec<Entry<'a, 'b>>, PolicyError> {
    let table = value.get_ref().as_table();
    Ok(entries(table.ok_or_else(|| file.error(value.span(), key, PolicyFault::WrongKind("a table")))?))
}

/// All words where they are few; else those nearest to this one.
fn near(word: &str, words: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let words: Vec<&str> = words.into_iter().collect();
    if words.len() <= MAX_CHOICES {
        return words;
    }
    let mut ranked: Vec<(usize, &str)> = words.into_iter().map(|known| (distance(word, known), known)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().take(3).map(|(_, known)| known).collect()
}

/// How many letters must be put in, taken out or changed to make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // A longer word is near to nothing.
    for (done, a) in a.chars().take(MAX_NAME).enumerate() {
        let mut next = vec![done + 1];
        for ((pair, b), left) in row.windows(2).zip(&b).zip(0..) {
            let (&[corner, above], Some(before)) = (pair, next.get::<usize>(left)) else { continue };
            next.push((corner + usize::from(a != *b)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
