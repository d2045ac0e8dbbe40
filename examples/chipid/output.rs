//! Results go to standard output, everything else to standard error, all of it safe for a terminal.

use crate::arguments::Format;
use crate::console_text::{paragraph, plain, plain_json, plain_paragraph};
use crate::failure::{EXIT_OTHER, Failure};
use crate::messages::Messages;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// The form and the language of what the program writes.
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
        print(&plain_json(&value.to_string()));
        print("\n");
    }

    /// A text of the result; its lines end with a line feed.
    pub fn text(&self, text: &str) {
        print(text);
    }

    /// A text of the catalogue as a paragraph of the result.
    pub fn message(&self, key: &str, values: &[(&str, &dyn Display)]) {
        print(&plain_paragraph(&self.messages.fill(key, values), 0));
    }

    /// A hint on standard error, unless the program is to be quiet.
    pub fn hint(&self, text: &str) {
        if !self.quiet {
            // A closed standard error ends nothing.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// A text of the catalogue as a hint.
    pub fn hint_message(&self, key: &str, values: &[(&str, &dyn Display)]) {
        self.hint(&plain(&self.messages.fill(key, values)));
    }

    /// Writes the message and the remedy of a failure; its exit code.
    pub fn failure(&self, failure: &Failure) -> ExitCode {
        let (message, remedy) = failure.message_and_remedy(&self.messages);
        if self.is_json() {
            self.json(&json!({
                "schema": "chipid.error/1", "code": failure.code(), "message": message, "remedy": remedy,
            }));
        } else {
            let mut text = paragraph(&self.messages.fill("error.line", &[("message", &message)]), 0);
            if !remedy.is_empty() {
                text.push_str(&paragraph(&self.messages.fill("remedy.line", &[("remedy", &remedy)]), 0));
            }
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
        ExitCode::from(failure.exit())
    }
}

/// Writes to standard output; where the reader has closed it (`chipid … | head`) the program ends without a message.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(i32::from(EXIT_OTHER));
    }
}
