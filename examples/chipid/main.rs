//! `chipid`: reads and verifies chip ID cards from the command line, as an example of the library.
//!
//! One file a command. Results go to standard output, progress and errors to standard error; with `--format json`
//! errors are objects on standard output too. The exit code tells the verdict or what went wrong (see the README).

mod arguments;
mod csca_bundle;
mod csca_country;
mod csca;
mod csca_diff;
mod simulated_card;
mod evidence;
mod failure;
mod saved_document;
mod image;
mod interrupt;
mod password;
mod messages;
mod output;
mod report_page;
mod console_image;
mod policy;
mod progress;
mod read;
#[cfg(feature = "pcsc")]
mod readers;
mod report_text;
mod report;
mod mrz_qr;
mod simulate;
mod statements;
mod inspection_terminal;
mod console_text;
mod trust;
mod verify;
#[cfg(feature = "pcsc")]
mod watch;

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
