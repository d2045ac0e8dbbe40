//! The command line. Its help texts are in the message catalogues, under `help.*`, and are added here.

use crate::messages::{Language, Messages};
use clap::{Arg, ArgAction, ArgGroup, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "chipid", version, disable_help_subcommand = true, subcommand_required = true)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
pub struct Common {
    #[arg(long, global = true, value_enum, default_value = "text", hide_default_value = true)]
    pub format: Format,
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Language>,
    #[arg(long, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Subcommand)]
pub enum Command {
    Read(ReadArguments),
    Verify(VerifyArguments),
    #[command(subcommand)]
    Evidence(EvidenceAction),
    Report(ReportArguments),
    #[command(subcommand)]
    Policy(PolicyAction),
    Schema,
    Mrz(ScanArguments),
    Qr(ScanArguments),
    Image(ImageArguments),
    Readers,
    Watch,
    #[command(subcommand)]
    Csca(CscaAction),
    Simulate(SimulateArguments),
}

#[derive(Args)]
pub struct ReadArguments {
    #[command(flatten)]
    pub key: KeyArguments,
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u32>,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Option<String>,
    #[arg(long, value_enum, default_value = "full", hide_default_value = true)]
    pub plan: Plan,
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    #[arg(long, value_name = "FILE|-")]
    pub evidence: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "all", hide_default_value = true, requires = "evidence")]
    pub keep: Keep,
    #[arg(long, value_name = "DIR")]
    pub terminal: Option<PathBuf>,
    #[arg(long)]
    pub no_portrait: bool,
    #[command(flatten)]
    pub statements: StatementArguments,
}

/// What the operator states of the reading.
#[derive(Args, Default)]
pub struct StatementArguments {
    #[arg(long, value_name = "PURPOSE")]
    pub consent: Option<String>,
    #[arg(long, value_name = "SCHEME")]
    pub identified_by: Option<String>,
    #[arg(long, value_enum, value_name = "RESULT", requires_all = ["face_vendor", "face_threshold"])]
    pub face: Option<Face>,
    #[arg(long, value_name = "NAME", requires = "face")]
    pub face_vendor: Option<String>,
    #[arg(long, value_name = "VALUE", requires = "face")]
    pub face_threshold: Option<String>,
}

/// The result of a face comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Face {
    Match,
    NoMatch,
    NotConcluded,
}

/// How the chip is opened. Number, QR code and MRZ are claims as well.
#[derive(Args, Default)]
pub struct KeyArguments {
    #[arg(long, value_name = "DIGITS|-", conflicts_with_all = ["ask", "demo"])]
    pub can: Option<String>,
    #[command(flatten)]
    pub claims: ClaimArguments,
    #[arg(long, conflicts_with = "demo")]
    pub ask: bool,
    #[arg(long, value_enum, value_name = "PROFILE", num_args = 0..=1, default_missing_value = "vn")]
    pub demo: Option<Profile>,
}

/// Who was asked for.
#[derive(Args, Clone, Default)]
#[group(multiple = true)]
pub struct ClaimArguments {
    #[arg(long, value_name = "TEXT|-")]
    pub mrz: Option<String>,
    #[arg(long, value_name = "DIGITS|-")]
    pub number: Option<String>,
    #[arg(long, value_name = "TEXT|-")]
    pub qr: Option<String>,
}

/// Who is trusted.
#[derive(Args, Default)]
pub struct TrustArguments {
    #[arg(long, value_name = "PATH")]
    pub trust: Vec<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub trust_ds: Vec<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub trust_link_as_anchor: Vec<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub trust_lister: Vec<PathBuf>,
    #[arg(long, value_name = "DAYS")]
    pub trust_warn_after: Option<u32>,
    #[arg(long, value_name = "DAYS")]
    pub trust_refuse_after: Option<u32>,
    #[command(flatten)]
    pub lists: ListArguments,
}

/// What is tolerated of lists.
#[derive(Args, Clone, Default)]
pub struct ListArguments {
    #[arg(long, value_enum, value_name = "NAME")]
    pub tolerate_list: Vec<ListTolerance>,
}

impl ListArguments {
    pub fn tolerates_without_null(&self) -> bool {
        self.tolerate_list.contains(&ListTolerance::DigestInfoWithoutNull)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListTolerance {
    #[value(name = "digest_info_without_null")]
    DigestInfoWithoutNull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Plan {
    Full,
    Fastest,
    Age,
    Number,
    Residence,
}

/// What evidence keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    All,
    NoBiometrics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    Vn,
    Passport,
    Hardened,
    Plain,
    Cam,
    Im,
    Dh,
    Eac,
}

/// How a stored document is judged.
#[derive(Args)]
pub struct JudgeArguments {
    #[arg(long, value_name = "PATH")]
    pub trust_reader: Vec<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub trust_online: Vec<PathBuf>,
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Option<String>,
    #[arg(long, value_name = "NUMBERS")]
    pub kept: Option<String>,
}

#[derive(Args)]
pub struct VerifyArguments {
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub claims: ClaimArguments,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[arg(long, value_name = "RFC3339")]
    pub at: Option<String>,
    #[command(flatten)]
    pub judge: JudgeArguments,
    #[arg(long, value_name = "PATH")]
    pub trust_then: Vec<PathBuf>,
    #[arg(long, value_name = "COUNT")]
    pub jobs: Option<usize>,
    #[arg(long)]
    pub no_portrait: bool,
}

#[derive(Subcommand)]
pub enum EvidenceAction {
    Show {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    Remove(RemoveArguments),
}

#[derive(Args)]
pub struct RemoveArguments {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long, value_name = "1-16", required = true)]
    pub group: Vec<u8>,
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct ImageArguments {
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[arg(long, requires = "out")]
    pub raw: bool,
    #[arg(long, requires = "out")]
    pub force: bool,
    #[arg(long)]
    pub no_portrait: bool,
}

#[derive(Args)]
pub struct ReportArguments {
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    #[command(flatten)]
    pub claims: ClaimArguments,
    #[arg(long, value_name = "FILE|-")]
    pub out: PathBuf,
    #[arg(long = "as", value_enum, default_value = "html", hide_default_value = true)]
    pub form: Form,
    #[arg(long)]
    pub force: bool,
    #[arg(long)]
    pub photo: bool,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub judge: JudgeArguments,
    #[arg(long, value_name = "RFC3339")]
    pub at: Option<String>,
}

#[derive(Subcommand)]
pub enum PolicyAction {
    Show(NamedPolicy),
    Check(NamedPolicy),
}

#[derive(Args)]
pub struct NamedPolicy {
    #[arg(value_name = "NAME|FILE")]
    pub policy: String,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Html,
    Json,
    Fhir,
}

#[derive(Args)]
pub struct ScanArguments {
    #[arg(value_name = "TEXT|-")]
    pub text: String,
}

#[derive(Subcommand)]
pub enum CscaAction {
    List(Paths),
    Show(ShowArguments),
    Check(Paths),
    Diff(DiffArguments),
    Bundle(BundleArguments),
}

#[derive(Args)]
pub struct ShowArguments {
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "XX")]
    pub country: Option<String>,
    #[arg(long, value_name = "RFC3339", requires = "country")]
    pub at: Option<String>,
    #[command(flatten)]
    pub lists: ListArguments,
}

#[derive(Args)]
pub struct DiffArguments {
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    #[command(flatten)]
    pub lists: ListArguments,
}

#[derive(Args)]
pub struct BundleArguments {
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[arg(long, value_name = "PATH")]
    pub pin: Vec<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub lister: Vec<PathBuf>,
    #[arg(long, value_name = "RFC3339")]
    pub made: Option<String>,
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub lists: ListArguments,
}

#[derive(Args)]
pub struct Paths {
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub lists: ListArguments,
}

#[derive(Args)]
pub struct SimulateArguments {
    #[arg(long, value_enum, default_value = "vn", hide_default_value = true)]
    pub profile: Profile,
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963", hide_default_value = true)]
    pub vpcd: String,
    #[arg(long, value_name = "NAME")]
    pub quirk: Vec<String>,
    #[arg(long, value_name = "BYTES")]
    pub max_answer: Option<u32>,
    #[arg(long, value_name = "FILE")]
    pub csca_out: Option<PathBuf>,
}

/// Language and format of the command line before it is parsed: an error in it is reported with them.
pub fn peek(line: &[OsString]) -> (Option<Language>, Format) {
    let (mut language, mut format) = (None, Format::Text);
    let words: Vec<&str> = line.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    for (at, word) in words.iter().enumerate() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, words.get(at + 1).copied()),
        };
        match (name, value) {
            ("--lang", Some(value)) => language = Language::from_str(value, false).ok().or(language),
            ("--format", Some(value)) => format = Format::from_str(value, false).unwrap_or(format),
            _ => {}
        }
    }
    (language, format)
}

/// Parses the command line.
pub fn parse(line: &[OsString], messages: &Messages) -> Result<Arguments, clap::Error> {
    let matches = command(messages).try_get_matches_from(line)?;
    Arguments::from_arg_matches(&matches)
}

/// The command, with its help texts in this language.
pub fn command(messages: &Messages) -> clap::Command {
    let keys = ArgGroup::new("key").args(["can", "mrz", "number", "qr", "ask", "demo"]).required(true).multiple(true);
    describe(Arguments::command().mut_subcommand("read", |read| read.group(keys)), "", messages)
}

/// Adds the help texts of a command and of its subcommands.
fn describe(mut command: clap::Command, path: &str, messages: &Messages) -> clap::Command {
    let key = |name: &str| format!("help.{path}{name}");
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    command = command.disable_help_flag(true).disable_version_flag(true).arg(help);
    if path.is_empty() {
        command = command.arg(Arg::new("version").short('V').long("version").action(ArgAction::Version));
    }
    command = command
        .subcommand_help_heading(messages.find("help.commands").unwrap_or_default())
        .help_template(template(messages));
    if let Some(text) = messages.find(&key("about")) {
        command = command.about(text).long_about(None::<&str>);
    }
    let names: Vec<(String, bool)> =
        command.get_arguments().map(|arg| (arg.get_id().to_string(), arg.is_positional())).collect();
    for (name, positional) in names {
        let common = ["format", "lang", "quiet", "help", "version"].contains(&name.as_str());
        let text_key = if common { format!("help.common.{name}") } else { key(&name) };
        let heading = if common {
            "help.common"
        } else if positional {
            "help.arguments"
        } else {
            "help.options"
        };
        let (text, heading) = (messages.find(&text_key), messages.find(heading).unwrap_or_default());
        command = command.mut_arg(name, |arg| {
            let takes_values = arg.get_action().takes_values();
            let arg = arg.hide_possible_values(takes_values).help_heading(heading);
            if let Some(text) = text { arg.help(text).long_help(None::<&str>) } else { arg }
        });
    }
    let below: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in below {
        let path = format!("{path}{name}.");
        command = command.mut_subcommand(name, |below| describe(below, &path, messages));
    }
    command
}

fn template(messages: &Messages) -> String {
    format!("{{about}}\n\n{} {{usage}}\n\n{{all-args}}", messages.get("help.usage"))
}
