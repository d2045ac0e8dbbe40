//! Progress: a bar on a terminal's standard error, plain lines otherwise, nothing when quiet. Ctrl-C ends the work here.

use crate::interrupt;
use crate::output::Output;
use chipid::event::{Event, Phase};
use chipid::lds::FileId;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::ops::ControlFlow;

/// Follows a reading.
pub struct Progress<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    phase: Option<Phase>,
    waiting: bool,
    file: Option<FileId>,
}

impl<'a> Progress<'a> {
    /// Nothing has happened yet.
    pub fn new(output: &'a Output) -> Self {
        let bar = bar(output, 1).inspect(|bar| bar.set_style(style("{spinner} {msg}")));
        Self { output, bar, phase: None, waiting: false, file: None }
    }

    /// Takes an event; breaks off after Ctrl-C.
    pub fn show(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Waiting { .. } => {
                if !std::mem::replace(&mut self.waiting, true) {
                    self.say(self.output.messages.get("phase.waiting").to_owned());
                }
                self.tick();
            }
            Event::Phase(phase) => {
                self.waiting = false;
                if self.phase.replace(phase) != Some(phase) {
                    self.say(self.output.messages.get(phase_key(phase)).to_owned());
                }
            }
            Event::TriesLeft { password, left } => {
                self.output.hint_message("phase.tries_left", &[("password", &password), ("left", &left)]);
            }
            Event::Exchange { .. } => self.tick(),
            Event::Reading { file, done, total } => self.reading(file, done, total),
            _ => {}
        }
        interrupt::flow()
    }

    /// Clears the bar: the result, or a question, comes next.
    pub fn finish(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.phase = None;
        self.waiting = false;
    }

    fn tick(&self) {
        if let Some(bar) = &self.bar {
            bar.tick();
        }
    }

    fn say(&mut self, text: String) {
        match &self.bar {
            Some(bar) => {
                if bar.is_finished() {
                    bar.reset();
                }
                bar.set_style(style("{spinner} {msg}"));
                bar.set_message(text);
            }
            None => self.output.hint(&text),
        }
    }

    fn reading(&mut self, file: FileId, done: usize, total: usize) {
        let Some(bar) = &self.bar else {
            if done >= total && self.file.replace(file) != Some(file) {
                self.output.hint_message("phase.file_read", &[("file", &file.name()), ("bytes", &total)]);
            }
            return;
        };
        if self.file.replace(file) != Some(file) {
            bar.set_style(style("{msg} [{bar:30}] {bytes}/{total_bytes}"));
            bar.set_message(self.output.messages.fill("phase.file", &[("file", &file.name())]));
        }
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A bar of this length on standard error, where that is a terminal and the program is not to be quiet.
pub fn bar(output: &Output, length: usize) -> Option<ProgressBar> {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let new = || ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    (!output.quiet && std::io::stderr().is_terminal()).then(new)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()).progress_chars("=> ")
}

fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::CardAccess => "phase.card_access",
        Phase::AccessControl => "phase.access_control",
        Phase::SelectApplication => "phase.select_application",
        Phase::Resume => "phase.resume",
        Phase::SecurityObject => "phase.security_object",
        Phase::ChipAuthentication => "phase.chip_authentication",
        Phase::TerminalAuthentication => "phase.terminal_authentication",
        Phase::DataGroups => "phase.data_groups",
        Phase::ActiveAuthentication => "phase.active_authentication",
        _ => "phase.other",
    }
}
