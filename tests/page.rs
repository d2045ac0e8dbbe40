//! Is the report page what a clerk needs, in a real browser: no script, nothing from outside, both languages, and what
//! stands on a card shown as text?
//!
//! Headless Chromium prints the page's document as it stands after loading, its console, and a log of all it asked the
//! network for. Without a Chromium the test says so and passes; the test command installs one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/program.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod program;
#[path = "support/reading.rs"]
mod reading;

use chipid::sim::Profile;
use chipid::sim::profile::vn;
use chipid::{Document, ReadPlan};
use program::{Folder, run};
use reading::{Issued, read_over};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn chromium() -> Option<PathBuf> {
    let found = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| {
        let path = Path::new("/usr/bin").join(name);
        path.exists().then_some(path)
    });
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "the test command installs chromium");
        println!("skipped: there is no Chromium in /usr/bin");
    }
    found
}

/// What the browser made of a page: its document, its console, and the addresses that it asked for.
struct Shown {
    document: String,
    console: String,
    asked: Vec<String>,
}

fn show(browser: &Path, folder: &Folder, page: &str) -> Shown {
    let log = folder.at("net.json");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.at("browser")))
        .arg(format!("--log-net-log={log}"))
        .arg(format!("file://{page}"))
        .output()
        .unwrap();
    let console = String::from_utf8_lossy(&output.stderr);
    let console: String = console.lines().filter(|line| line.contains("CONSOLE")).map(|l| format!("{l}\n")).collect();
    let asked = fs::read_to_string(&log).unwrap_or_default();
    let asked = asked.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    Shown { document: String::from_utf8(output.stdout).unwrap(), console, asked: asked.collect() }
}

/// What the page asked for beyond its own file; what the browser asks for by itself, of its maker, is no matter of the page.
fn outside(shown: &Shown) -> Vec<&String> {
    let own = ["file:", "data:", "chrome", "about:", "devtools:"];
    let makers = [".google.com/", ".googleapis.com/", ".gvt1.com/", ".gstatic.com/"];
    let is_own =
        |url: &str| own.iter().any(|scheme| url.starts_with(scheme)) || makers.iter().any(|at| url.contains(at));
    shown.asked.iter().filter(|url| !is_own(url)).collect()
}

/// A saved document, and the certificate to trust.
fn saved(folder: &Folder, profile: Profile) -> (String, String) {
    let issued = Issued::new(profile);
    let document = read_over(Box::new(issued.card()), &issued.password(), &ReadPlan::full(), None).unwrap();
    let place = folder.at("document");
    fs::create_dir(&place).unwrap();
    for (file, bytes) in Document::files(&document) {
        fs::write(Path::new(&place).join(file.file_name()), bytes).unwrap();
    }
    let proofs = serde_json::to_vec(&document.proofs()).unwrap();
    fs::write(Path::new(&place).join("proofs.json"), proofs).unwrap();
    let csca = folder.at("csca.der");
    fs::write(&csca, issued.profile.csca().unwrap()).unwrap();
    (place, csca)
}

fn page(folder: &Folder, place: &str, trust: &[&str]) -> String {
    let page = folder.at("report.html");
    let run = run(&[&["report", place, "--out", &page], trust].concat());
    assert!([0, 4, 11].contains(&run.code), "{} {}", run.out, run.err);
    page
}

#[test]
fn the_page_shows_verdict_portrait_and_fields_in_both_languages_and_asks_nobody() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new("page");
    let (place, csca) = saved(&folder, vn());
    let path = page(&folder, &place, &["--trust", &csca]);
    let shown = show(&browser, &folder, &path);
    assert_eq!(shown.console, "");
    assert_eq!(outside(&shown), Vec::<&String>::new());
    for words in [
        "THẺ THẬT",
        "GENUINE",
        "Nguyễn Thị Mẫu",
        "999199000001",
        "Họ và tên / Full name",
        "Giới tính / Sex",
        "csca.der",
        "data:image/jpeg;base64,",
    ] {
        assert!(shown.document.contains(words), "{words}");
    }
    // The verdict comes before all else that is shown.
    let body = shown.document.split("<body>").nth(1).unwrap();
    assert!(body.trim_start().starts_with("<div class=\"verdict genuine\">"), "{}", &body[..80]);
    for forbidden in ["<script", "src=\"http", "href=", "@import", "url("] {
        assert!(!shown.document.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_page_prints_on_one_sheet_of_a4_also_where_much_is_open() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new("page-print");
    let (place, csca) = saved(&folder, vn());
    for trust in [&["--trust", csca.as_str()][..], &[]] {
        let path = page(&folder, &place, trust);
        let pdf = folder.at("report.pdf");
        let status = Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"])
            .arg(format!("--user-data-dir={}", folder.at("printer")))
            .arg(format!("--print-to-pdf={pdf}"))
            .arg(format!("file://{path}"))
            .output()
            .unwrap();
        assert!(status.status.success());
        let pdf = fs::read(pdf).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        let pages = text.matches("/Type /Page\n").count() + text.matches("/Type /Page ").count();
        assert_eq!(pages, 1, "pages");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn without_trust_the_page_says_so_first() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new("page-untrusted");
    let (place, _) = saved(&folder, vn());
    let path = page(&folder, &place, &[]);
    let shown = show(&browser, &folder, &path);
    assert!(shown.document.contains("<div class=\"verdict undetermined\">"));
    assert!(shown.document.contains("nothing was trusted"));
}

#[test]
fn markup_and_control_characters_of_a_card_are_shown_as_text() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new("page-markup");
    let evil = "<script>document.title='x'</script><img src=http://192.0.2.1/a onerror=alert(1)>\u{202E}&amp;\u{7}";
    let mut profile = vn();
    profile.person.national.as_mut().unwrap().full_name = evil.to_owned();
    let (place, csca) = saved(&folder, profile);
    let path = page(&folder, &place, &["--trust", &csca]);
    let shown = show(&browser, &folder, &path);
    assert_eq!(shown.console, "");
    assert!(shown.document.contains("&lt;script&gt;document.title"), "the name is shown as text");
    assert!(shown.document.contains("\\u{202e}") && shown.document.contains("\\u{7}"));
    assert!(!shown.document.contains("<script") && !shown.document.contains("<img src=\"http"));
    assert_eq!(outside(&shown), Vec::<&String>::new());
}

#[test]
fn a_page_that_does_ask_is_seen_to_ask() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new("page-control");
    let path = folder.at("control.html");
    fs::write(&path, "<img src=http://192.0.2.1/a><script>console.error('here')</script>").unwrap();
    let shown = show(&browser, &folder, &path);
    assert!(shown.console.contains("here"), "{}", shown.console);
    assert!(outside(&shown).iter().any(|url| url.contains("192.0.2.1")), "{:?}", shown.asked);
}
