//! `chipid read`: the whole job, from a card in a reader, or the built-in one, to the report.

use crate::arguments::{Keep, KeyArguments, Plan, ReadArguments};
use crate::console_text::{paragraph, plain};
use crate::evidence::EvidenceTarget;
use crate::failure::Failure;
use crate::files::unwritable;
use crate::judged::Judged;
use crate::output::Output;
use crate::password::{self, Answer};
use crate::progress::Progress;
use crate::saved_document::{DocumentTarget, PROOFS, portrait_name};
use crate::trust::Signers;
use crate::{console_image, inspection_terminal, policy, report_text, report_words, simulated_card, statements, trust};
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

pub fn run(output: &Output, mut arguments: ReadArguments) -> Result<u8, Failure> {
    // Errors that need no card are found before one is asked for.
    let policy = arguments.policy.as_deref().map(policy::load).transpose()?;
    let mut store = trust::store(&arguments.trust, Signers::default(), policy.as_ref(), SystemTime::now(), output)?;
    let prepare = || -> Result<_, Failure> {
        let folder = arguments.save.as_deref().map(DocumentTarget::prepare).transpose()?;
        Ok((folder, arguments.evidence.as_deref().map(EvidenceTarget::prepare).transpose()?))
    };
    let KeyArguments { can, claims, ask: asks, demo } = std::mem::take(&mut arguments.key);
    let given = password::given(claims, can.as_deref())?;
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
            // The key is asked for only where a reader can use it.
            if asks {
                readers(arguments.reader.as_deref(), arguments.wait)?;
            }
            let password = if asks { ask(output, &mut 0, None)? } else { given.password(can)? };
            let target = prepare()?;
            (wait_for_card(output, arguments.reader.as_deref(), arguments.wait)?, password, target, own_terminal)
        }
    };
    let mut progress = Progress::new(output);
    let mut session = open(output, Card::connect(link)?, password, asks, &mut progress)?;
    if let Some(terminal) = terminal {
        session = session.with_terminal(terminal);
    }
    let document = session.read(&plan(arguments.plan), &mut |event| progress.show(event)).map_err(|read| read.error)?;
    let document = document.with_claims(claims).with_statements(statements);
    progress.finish();
    let at = SystemTime::now();
    let judged = Judged::new(&document, &store, at, policy.as_ref());
    let is_standard = matches!(evidence_target, Some(EvidenceTarget::Standard));
    if let Some(target) = evidence_target {
        target.write(&evidence(&document, &store, at, arguments.keep, policy.as_ref())?)?;
    }
    let portrait = match (target, &arguments.save) {
        (Some(target), Some(folder)) => save(target, folder, &document, &judged.report)?,
        _ => None,
    };
    if is_standard {
        // Standard output holds the evidence and nothing else.
        report_words::summary(&judged, &output.messages).iter().for_each(|sentence| output.hint(&plain(sentence)));
    } else {
        show(output, &judged, portrait.as_deref(), &arguments);
    }
    Ok(judged.exit())
}

fn show(output: &Output, judged: &Judged, portrait: Option<&Path>, arguments: &ReadArguments) {
    if output.is_json() {
        return output.json(&judged.json(portrait));
    }
    output.text(&report_text::text(judged, portrait, &output.messages));
    if let Some(file) = &arguments.evidence {
        output.message("label.evidence", &[("file", &file.display())]);
    }
    if !arguments.no_portrait {
        console_image::show_portrait(output, &judged.report);
    }
    if let Some(folder) = &arguments.save {
        output.message("label.saved", &[("dir", &folder.display())]);
    }
}

fn plan(plan: Plan) -> ReadPlan {
    match plan {
        Plan::Full => ReadPlan::full(),
        Plan::Fastest => ReadPlan::fastest(),
        Plan::Age => ReadPlan::age_and_portrait(),
        Plan::Number => ReadPlan::number(),
        Plan::Residence => ReadPlan::residence(),
    }
}

/// Asks for a password, after a failure again, until so many answers were wrong.
fn ask(output: &Output, tries: &mut u32, mut failure: Option<Failure>) -> Result<Password, Failure> {
    loop {
        if let Some(failure) = failure {
            if *tries >= password::TRIES {
                return Err(failure);
            }
            let (message, _) = failure.message_and_remedy(&output.messages);
            let text = paragraph(&output.messages.fill("phase.try_again", &[("message", &message)]), 0);
            output.hint(text.trim_end());
        }
        *tries += 1;
        match password::ask(&output.messages)? {
            Answer::Password(password) => return Ok(*password),
            Answer::Mistyped(mistyped) => failure = Some(mistyped),
        }
    }
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

/// Opens the chip; with `--ask` a wrong password may be given again without lifting the card.
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
        let failure = Failure::from(refused.error);
        card = *refused.card;
        progress.finish();
        if !is_wrong || !asks {
            return Err(failure);
        }
        password = ask(output, &mut tries, Some(failure))?;
    }
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
    let kept = policy.into_iter().fold(kept, EvidencePolicy::under);
    let clock = Clock { read_at: at, source: "system clock".into() };
    let evidence = document.to_evidence(store, at, &kept, &clock);
    evidence.map_err(|error| Failure::other("evidence", &[("why", &error)]))
}

/// Saves the document; the place of its portrait.
fn save(
    target: DocumentTarget,
    folder: &Path,
    document: &Document,
    report: &Report,
) -> Result<Option<PathBuf>, Failure> {
    let mut files: Vec<(String, Vec<u8>)> =
        document.files().map(|(id, bytes)| (id.file_name().to_owned(), bytes.to_vec())).collect();
    let proofs = serde_json::to_vec_pretty(&document.proofs())
        .map_err(|error| unwritable(&folder.join(PROOFS), &std::io::Error::other(error)))?;
    files.push((PROOFS.to_owned(), proofs));
    let portrait = report.portrait().map(|portrait| (portrait_name(portrait), portrait.image.clone()));
    let path = portrait.as_ref().map(|(name, _)| folder.join(name));
    files.extend(portrait);
    target.save(&files)?;
    Ok(path)
}
