//! `chipid`: reads and verifies chip ID cards from the command line, as an example of the library.
//!
//! One file a command; a file imports only from files declared above it. Results go to standard output, progress and
//! errors to standard error; with `--format json` errors are objects on standard output too. The exit code is that of the
//! verdict or of the error (see the README).

// Texts, the command line, failures and output.
mod messages;
mod console_text;
mod arguments;
mod failure;
mod output;
mod interrupt;
mod moment;
mod progress;
mod console_image;

// What commands read and write.
mod files;
mod saved_document;
mod evidence;
mod password;
mod statements;
mod inspection_terminal;
mod simulated_card;
mod policy;
mod trust;

// A judged document and its report.
mod judged;
mod report_words;
mod report_text;
mod report_page;

// Commands.
mod read;
mod verify;
mod report;
mod mrz_qr;
mod image;
#[cfg(feature = "pcsc")]
mod readers;
#[cfg(feature = "pcsc")]
mod watch;
mod simulate;

// The commands of `chipid csca`.
mod trust_words;
mod csca_check;
mod csca_list;
mod csca_country;
mod csca_diff;
mod csca_bundle;
mod csca;

use arguments::Command;
use failure::Failure;
use messages::{Language, Messages};
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let (language, format) = arguments::peek(&line);
    let messages = Messages::new(language.unwrap_or_else(Language::of_environment));
    let arguments = match arguments::parse(&line, &messages) {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            output::print(&error.to_string());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let output = Output { format, quiet: false, messages };
            return output.failure(&Failure::Line(Box::new(error)));
        }
    };
    let output = Output { format: arguments.common.format, quiet: arguments.common.quiet, messages };
    interrupt::listen();
    let done = match arguments.command {
        Command::Read(arguments) => read::run(&output, arguments),
        Command::Verify(arguments) => verify::run(&output, arguments),
        #[cfg(feature = "pcsc")]
        Command::Readers => readers::run(&output),
        #[cfg(feature = "pcsc")]
        Command::Watch => watch::run(&output),
        #[cfg(not(feature = "pcsc"))]
        Command::Readers | Command::Watch => Err(Failure::no_pcsc()),
        Command::Evidence(arguments) => evidence::run(&output, arguments),
        Command::Report(arguments) => report::run(&output, arguments),
        Command::Policy(command) => policy::run(&output, command),
        Command::Schema => report::schema(&output),
        Command::Mrz(arguments) => mrz_qr::mrz(&output, arguments),
        Command::Qr(arguments) => mrz_qr::qr(&output, arguments),
        Command::Image(arguments) => image::run(&output, arguments),
        Command::Csca(arguments) => csca::run(&output, arguments),
        Command::Simulate(arguments) => simulate::run(&output, arguments),
    };
    match done {
        Ok(exit) => ExitCode::from(exit),
        Err(failure) => output.failure(&failure),
    }
}
