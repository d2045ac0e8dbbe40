//! Where words go: results to standard output, everything else to standard error, all of it safe for a terminal.

use crate::arguments::Format;
use crate::console_text;
use crate::failure::Failure;
use crate::messages::Messages;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// How the program speaks.
pub struct Output {
    pub format: Format,
    pub quiet: bool,
    pub messages: Messages,
}

impl Output {
    /// Whether results are JSON objects.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// One JSON object on a line of its own.
    pub fn json(&self, value: &Value) {
        print(&console_text::plain_json(&value.to_string()));
        print("\n");
    }

    /// A text of the result; its lines end with a line feed.
    pub fn text(&self, text: &str) {
        print(text);
    }

    /// A hint on standard error, unless the program is to be quiet.
    pub fn hint(&self, text: &str) {
        if !self.quiet {
            // A closed standard error ends nothing.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Tells what went wrong; the exit code for it.
    pub fn failure(&self, failure: &Failure) -> ExitCode {
        let (message, remedy) = failure.tell(&self.messages);
        if self.is_json() {
            self.json(&json!({
                "schema": "chipid.error/1", "code": failure.code(), "message": message, "remedy": remedy,
            }));
        } else {
            let mut text = console_text::paragraph(&self.messages.fill("error.line", &[("message", &message)]), 0);
            if !remedy.is_empty() {
                text.push_str(&console_text::paragraph(&self.messages.fill("remedy.line", &[("remedy", &remedy)]), 0));
            }
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
        ExitCode::from(failure.exit())
    }
}

/// Writes to standard output; a reader that has gone away (`chipid … | head`) ends the program quietly.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(i32::from(crate::failure::EXIT_OTHER));
    }
}
