//! `chipid read`: the whole job, from a card in a reader, or the built-in one, to the report.

use crate::arguments::{Keep, KeyArguments, Plan, ReadArguments};
use crate::evidence;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;
use crate::saved_document::{PROOFS, Target, unwritable};
use crate::{
    console_image, console_text, inspection_terminal, password, policy, report_text, saved_document, simulated_card,
    statements, trust, verify,
};
use chipid::error::Error;
#[cfg(feature = "pcsc")]
use chipid::error::TransportError;
#[cfg(feature = "pcsc")]
use chipid::pcsc::Readers;
use chipid::transport::Transport;
use chipid::trust::TrustStore;
use chipid::{Card, Clock, Document, Evidence, EvidencePolicy, Password, Policy, ReadPlan, Report, Session};
use std::path::{Path, PathBuf};
#[cfg(feature = "pcsc")]
use std::time::Duration;
use std::time::SystemTime;

/// How long a card is waited for unless the command line says otherwise.
#[cfg(feature = "pcsc")]
const WAIT: u32 = 60;

pub fn run(output: &Output, arguments: ReadArguments) -> Result<u8, Failure> {
    // What can be wrong without a card is found before one is asked for.
    let policy = arguments.policy.as_deref().map(policy::load).transpose()?;
    let mut store =
        trust::store(&arguments.trust, trust::Signers::default(), policy.as_ref(), SystemTime::now(), output)?;
    let prepare = || -> Result<_, Failure> {
        let folder = arguments.save.as_deref().map(Target::prepare).transpose()?;
        Ok((folder, arguments.evidence.as_deref().map(evidence::Target::prepare).transpose()?))
    };
    let KeyArguments { can, claims, ask: asks, demo } = arguments.key;
    let given = password::given(claims, can.as_deref())?;
    // What is not of its kind is found before a card is asked for.
    let claims = given.claims()?;
    let statements = statements::of(&arguments.statements, SystemTime::now())?;
    let own_terminal = arguments.terminal.as_deref().map(inspection_terminal::load).transpose()?;
    let (link, password, (target, evidence_target), terminal) = match demo {
        Some(profile) => {
            let demo = simulated_card::card(profile, &[], None)?;
            let mut builder = store.to_builder();
            builder.add_certificate(&demo.csca).map_err(|refusal| simulated_card::failed(&refusal))?;
            store = builder.build();
            let password = demo.password()?;
            let link: Box<dyn Transport> = Box::new(demo.card);
            output.hint(output.messages.get("label.demo"));
            (link, password, prepare()?, own_terminal.or(demo.terminal))
        }
        None => {
            // Nobody is asked for a key that no reader can use.
            if asks {
                readers(arguments.reader.as_deref(), arguments.wait)?;
            }
            let password = if asks { first_password(output)? } else { given.password(can)? };
            let target = prepare()?;
            (wait_for_card(output, arguments.reader.as_deref(), arguments.wait)?, password, target, own_terminal)
        }
    };
    let plan = match arguments.plan {
        Plan::Full => ReadPlan::full(),
        Plan::Fastest => ReadPlan::fastest(),
        Plan::Age => ReadPlan::age_and_portrait(),
        Plan::Number => ReadPlan::number(),
        Plan::Residence => ReadPlan::residence(),
    };
    let mut progress = Progress::new(output);
    let session = open(output, Card::connect(link)?, password, asks, &mut progress)?;
    let session = match terminal {
        Some(terminal) => session.with_terminal(terminal),
        None => session,
    };
    let document =
        session.read(&plan, &mut |event| progress.show(event)).map_err(|broken| broken.error)?.with_claims(claims);
    let document = document.with_statements(statements);
    progress.finish();
    let at = SystemTime::now();
    let (report, decision) = verify::judge(&document, &store, at, policy.as_ref());
    let is_standard = matches!(evidence_target, Some(evidence::Target::Standard));
    if let Some(target) = evidence_target {
        target.write(&evidence(&document, &store, at, arguments.keep, policy.as_ref())?)?;
    }
    let portrait = match (target, &arguments.save) {
        (Some(target), Some(folder)) => save(target, folder, &document, &report)?,
        _ => None,
    };
    let mut value = report_text::value(&report, portrait.as_deref());
    report_text::decided(&mut value, decision.as_ref());
    if is_standard {
        // Standard output holds the evidence and nothing else.
        if let Some(decision) = report_text::decision(&value, &output.messages) {
            output.hint(&decision);
        }
        output.hint(&report_text::sentence(&value, &output.messages));
        report_text::claims(&value, &output.messages)
            .iter()
            .for_each(|sentence| output.hint(&console_text::plain(sentence)));
    } else if output.is_json() {
        output.json(&value);
    } else {
        output.text(&report_text::text(&value, &output.messages));
        if let Some(file) = &arguments.evidence {
            let file = console_text::plain(&file.display().to_string());
            output.text(&console_text::paragraph(&output.messages.fill("label.evidence", &[("file", &file)]), 0));
        }
        if !arguments.no_portrait {
            console_image::show_portrait(output, &report);
        }
        if let Some(folder) = &arguments.save {
            let folder = console_text::plain(&folder.display().to_string());
            output.text(&console_text::paragraph(&output.messages.fill("label.saved", &[("dir", &folder)]), 0));
        }
    }
    Ok(report_text::exit(&report, decision.as_ref()))
}

/// The key; a mistyped answer to `--ask` may be given again before the card is laid down.
fn first_password(output: &Output) -> Result<Password, Failure> {
    let mut given = password::ask(&output.messages);
    for _ in 1..password::TRIES {
        match given {
            Err(failure) if password::is_mistyped(&failure) => {
                again(output, &failure);
                given = password::ask(&output.messages);
            }
            done => return done,
        }
    }
    given
}

/// Without PC/SC there is no reader.
#[cfg(not(feature = "pcsc"))]
fn readers(_: Option<&str>, _: Option<u32>) -> Result<(), Failure> {
    Err(Failure::no_pcsc())
}

/// Without PC/SC no card comes.
#[cfg(not(feature = "pcsc"))]
fn wait_for_card(_: &Output, _: Option<&str>, _: Option<u32>) -> Result<Box<dyn Transport>, Failure> {
    Err(Failure::no_pcsc())
}

/// The readers. A wait that is asked for may also bring the reader that is missing; without one it must be there now.
#[cfg(feature = "pcsc")]
fn readers(reader: Option<&str>, wait: Option<u32>) -> Result<Readers, Failure> {
    let readers = Readers::connect()?;
    if wait.is_none() {
        let known = readers.list()?;
        if known.is_empty() {
            return Err(TransportError::NoReader.into());
        }
        if reader.is_some_and(|name| !known.iter().any(|known| known.name.contains(name))) {
            return Err(TransportError::UnknownReader.into());
        }
    }
    Ok(readers)
}

#[cfg(feature = "pcsc")]
fn wait_for_card(output: &Output, reader: Option<&str>, wait: Option<u32>) -> Result<Box<dyn Transport>, Failure> {
    let readers = readers(reader, wait)?;
    let timeout = Duration::from_secs(u64::from(wait.unwrap_or(WAIT)));
    let mut progress = Progress::new(output);
    let show = &mut |event: chipid::event::Event<'_>| progress.show(event);
    Ok(match reader {
        Some(name) => readers.wait_for_card_in(name, timeout, show)?,
        None => readers.wait_for_card(timeout, show)?,
    })
}

/// Opens the chip; with `--ask` a wrong key may be given again without lifting the card.
fn open(
    output: &Output,
    mut card: Card,
    mut password: Password,
    asks: bool,
    progress: &mut Progress<'_>,
) -> Result<Session, Failure> {
    let mut tries = 1;
    loop {
        let refused = match card.open(&password, &mut |event| progress.show(event)) {
            Ok(session) => return Ok(session),
            Err(refused) => refused,
        };
        let is_wrong = matches!(refused.error, Error::WrongPassword { .. } | Error::PasswordNeeded(_));
        let mut failure = Failure::from(refused.error);
        card = *refused.card;
        progress.finish();
        let mut is_open = is_wrong && asks;
        loop {
            if !is_open || tries >= password::TRIES {
                return Err(failure);
            }
            tries += 1;
            again(output, &failure);
            match password::ask(&output.messages) {
                Ok(given) => {
                    password = given;
                    break;
                }
                Err(mistyped) => (is_open, failure) = (password::is_mistyped(&mistyped), mistyped),
            }
        }
    }
}

fn again(output: &Output, failure: &Failure) {
    let (message, _) = failure.tell(&output.messages);
    let text = console_text::paragraph(&output.messages.fill("phase.try_again", &[("message", &message)]), 0);
    output.hint(text.trim_end());
}

/// Evidence of the reading, by this computer's clock.
fn evidence(
    document: &Document,
    store: &TrustStore,
    at: SystemTime,
    keep: Keep,
    policy: Option<&Policy>,
) -> Result<Evidence, Failure> {
    let kept = match keep {
        Keep::All => EvidencePolicy::all(),
        Keep::NoBiometrics => EvidencePolicy::without_biometrics(),
    };
    let kept = match policy {
        Some(policy) => kept.under(policy),
        None => kept,
    };
    let clock = Clock { read_at: at, source: "system clock".into() };
    let evidence = document.to_evidence(store, at, &kept, &clock);
    evidence.map_err(|error| Failure::other("evidence", vec![("why", error.to_string())]))
}

/// Saves the document; the place of its portrait.
fn save(target: Target, folder: &Path, document: &Document, report: &Report) -> Result<Option<PathBuf>, Failure> {
    let mut files: Vec<(String, Vec<u8>)> =
        document.files().map(|(id, bytes)| (id.file_name().to_owned(), bytes.to_vec())).collect();
    let proofs = serde_json::to_vec_pretty(&document.proofs())
        .map_err(|error| unwritable(&folder.join(PROOFS), &std::io::Error::other(error)))?;
    files.push((PROOFS.to_owned(), proofs));
    let portrait = report.portrait().map(|portrait| (saved_document::portrait_name(portrait), portrait.image.clone()));
    let path = portrait.as_ref().map(|(name, _)| folder.join(name));
    files.extend(portrait);
    target.save(&files)?;
    Ok(path)
}
