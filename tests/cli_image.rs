//! Does `chipid image` write and show pictures as it says, and do `read` and `verify` show the portrait to a person only?

#[path = "support/program.rs"]
mod program;
#[path = "support/shared.rs"]
mod shared;

use chipid::image::{ImageLimits, decode};
use chipid::sim::person::PORTRAIT;
use program::{Folder, command, run};
use std::fs;
use std::path::Path;

/// The half block that pictures are drawn with.
const BLOCK: char = '▀';

fn saved(folder: &Folder) -> String {
    let document = folder.at("document");
    let read = run(&["read", "--demo", "--save", &document, "--quiet"]);
    assert_eq!(read.code, 0, "{} {}", read.out, read.err);
    document
}

/// The portrait as `read --save` wrote it.
fn portrait(document: &str) -> Vec<u8> {
    fs::read(Path::new(document).join("portrait.jpg")).unwrap()
}

/// What the program says on a terminal; `None`, with a printed line, where no program makes one.
fn on_a_terminal(arguments: &[&str], environment: &[(&str, &str)]) -> Option<String> {
    let line: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
    let mut script = std::process::Command::new("script");
    script.args(["-q", "-e", "-c", &format!("'{}' {}", program::program().display(), line.join(" ")), "/dev/null"]);
    script.env_remove("NO_COLOR").env_remove("CLICOLOR").env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    script.env("COLORTERM", "truecolor").envs(environment.iter().copied()).stdin(std::process::Stdio::null());
    match script.output() {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap()),
        Err(_) => {
            println!("skipped: there is no program `script`");
            None
        }
    }
}

#[test]
fn the_portrait_is_written_as_a_png_for_its_owner_alone() {
    let folder = Folder::new("image-png");
    let document = saved(&folder);
    let out = folder.at("portrait.png");
    let run = run(&["image", &document, "--out", &out, "--format", "json"]);
    assert_eq!(run.code, 0, "{} {}", run.out, run.err);
    let told = run.json();
    assert_eq!(told["schema"], "chipid.image/1");
    assert_eq!((told["mime"].as_str(), told["file"].as_str()), (Some("image/jpeg"), Some(out.as_str())));
    assert_eq!((told["width"].as_u64(), told["height"].as_u64()), (Some(360), Some(480)));
    assert_eq!(told["bytes"].as_u64(), u64::try_from(portrait(&document).len()).ok());
    let picture = decode(&portrait(&document), &ImageLimits::default()).unwrap();
    assert!(fs::read(&out).unwrap() == picture.to_png());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn nothing_is_overwritten_unless_it_is_the_same_or_is_to_be() {
    let folder = Folder::new("image-force");
    let document = saved(&folder);
    let out = folder.at("portrait.png");
    assert_eq!(run(&["image", &document, "--out", &out]).code, 0);
    let written = fs::read(&out).unwrap();
    assert_eq!(run(&["image", &document, "--out", &out]).code, 0, "the same again");
    let other = run(&["image", &document, "--out", &out, "--raw", "--format", "json"]);
    assert_eq!((other.code, other.json()["code"].as_str()), (2, Some("usage.exists")));
    assert!(fs::read(&out).unwrap() == written);
    assert_eq!(run(&["image", &document, "--out", &out, "--raw", "--force"]).code, 0);
    assert!(fs::read(&out).unwrap() == portrait(&document));
    // Neither through a link nor over a folder.
    let (link, target) = (folder.at("link.png"), folder.at("target.png"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(run(&["image", &document, "--out", &link]).code, 2);
        assert!(!Path::new(&target).exists());
    }
    assert_ne!(run(&["image", &document, "--out", &folder.at(""), "--force"]).code, 0);
    assert_ne!(run(&["image", &document, "--out", &folder.at("none/portrait.png")]).code, 0);
    let names: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
}

#[test]
fn an_image_comes_from_a_folder_a_file_of_it_or_itself() {
    let folder = Folder::new("image-from");
    let document = saved(&folder);
    for name in ["", "EF_DG2.bin", "portrait.jpg"] {
        let out = folder.at(&format!("raw-{name}"));
        let path = Path::new(&document).join(name).display().to_string();
        let run = run(&["image", &path, "--raw", "--out", &out]);
        assert_eq!(run.code, 0, "{name}: {} {}", run.out, run.err);
        assert!(fs::read(&out).unwrap() == portrait(&document), "{name}");
    }
    for (file, size) in [
        ("specimens/synthetic-dg/EF_DG5.bin", "413 × 531"),
        ("specimens/bsi-tr03105-5-2008/EF_DG2.bin", "413 × 531"),
        ("biometrics/iso39794-5-face/ICAO_39794_5_AP_DG2_AllFields.dat", "413 × 531"),
        ("biometrics/iso19794-5-face/bsi_1.jp2", "413 × 531"),
    ] {
        let Some(path) = shared::shared_data(file) else { continue };
        let run = run(&["image", &path.display().to_string()]);
        assert_eq!(run.code, 0, "{file}: {} {}", run.out, run.err);
        assert!(run.out.contains(size) && run.out.contains("image/jp2"), "{file}: {}", run.out);
        assert!(run.out.contains("Not verified"), "{}", run.out);
    }
}

#[test]
fn what_gives_no_picture_is_told_with_its_remedy() {
    let folder = Folder::new("image-wrong");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.at(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let empty = folder.at("empty-folder");
    fs::create_dir(&empty).unwrap();
    let part = folder.at("part");
    fs::create_dir(&part).unwrap();
    fs::write(Path::new(&part).join("EF_DG1.bin"), [0x61, 0]).unwrap();
    let bomb = [
        &[0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0x11, 0][..],
        &[0xFF, 0xDA, 0, 8, 1, 0, 0, 0, 63, 0, 0xFF, 0xD9],
    ]
    .concat();
    for (path, exit, code) in [
        (folder.at("none"), 2, "usage.path"),
        (empty, 1, "no_document"),
        (part, 1, "no_image"),
        (file("empty", &[]), 1, "no_image"),
        (file("dg2", &[0x75, 0x02, 0x01, 0x00]), 1, "no_image"),
        (file("dg2-of-nothing", &[0x75, 0x06, 0x7F, 0x61, 0x03, 0x02, 0x01, 0x00]), 1, "no_image"),
        (file("dg5-of-nothing", &[0x65, 0x03, 0x02, 0x01, 0x00]), 1, "no_image"),
        (file("dg5-too-short", &[0x65, 0x03, 0x02]), 1, "no_image"),
        (file("text", b"no image"), 1, "not_decoded"),
        (file("wsq", &[0xFF, 0xA0, 0xFF, 0xA8]), 1, "not_decoded"),
        (file("cut", &PORTRAIT[..PORTRAIT.len() - 2]), 1, "no_picture"),
        (file("bomb", &bomb), 1, "no_picture"),
    ] {
        for language in ["en", "vi"] {
            let run = run(&["image", &path, "--lang", language, "--format", "json"]);
            assert_eq!((run.code, run.json()["code"].as_str()), (exit, Some(code)), "{path}: {}", run.out);
            assert!(!run.json()["remedy"].as_str().unwrap().is_empty(), "{path}");
        }
    }
    // As it is it can be had all the same.
    let out = folder.at("wsq-out");
    assert_eq!(run(&["image", &folder.at("wsq"), "--raw", "--out", &out]).code, 0);
    assert_eq!(fs::read(&out).unwrap(), [0xFF, 0xA0, 0xFF, 0xA8]);
    let wrong: [&[&str]; 5] = [
        &["image"],
        &["image", "a", "b"],
        &["image", "a", "--raw"],
        &["image", "a", "--force"],
        &["image", "a", "--out"],
    ];
    for arguments in wrong {
        let run = run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err);
        assert!(run.err.contains("What to do"), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn no_picture_is_drawn_where_nobody_looks() {
    let folder = Folder::new("image-pipe");
    let document = saved(&folder);
    for arguments in [&["image", &document][..], &["verify", &document], &["read", "--demo"]] {
        let run = run(arguments);
        assert!(!run.out.contains([BLOCK, '\u{1b}']), "{arguments:?}");
    }
    // Not even where colours are forced.
    let mut forced = command(&["image", &document]);
    forced.env("CLICOLOR_FORCE", "1");
    assert!(!program::finish(forced, "").out.contains(BLOCK));
}

#[test]
fn a_person_sees_the_portrait_unless_told_otherwise() {
    let folder = Folder::new("image-terminal");
    let document = saved(&folder);
    let lines: [&[&str]; 3] = [&["image", &document], &["verify", &document], &["read", "--demo"]];
    for arguments in lines {
        let Some(shown) = on_a_terminal(arguments, &[]) else { return };
        let drawn: Vec<&str> = shown.lines().filter(|line| line.contains(BLOCK)).collect();
        assert_eq!(drawn.len(), 32, "{arguments:?}");
        assert!(drawn.iter().all(|line| line.matches(BLOCK).count() == 48), "{arguments:?}");
        assert!(drawn.iter().all(|line| line.contains("\u{1b}[38;2;")), "{arguments:?}");
        // Without so many colours, those of a table.
        let few = on_a_terminal(arguments, &[("COLORTERM", "")]).unwrap();
        assert!(few.contains("\u{1b}[38;5;") && !few.contains("\u{1b}[38;2;"), "{arguments:?}");
        for (flags, environment) in
            [(&["--no-portrait"][..], &[][..]), (&["--format", "json"], &[]), (&[], &[("NO_COLOR", "1")])]
        {
            let hidden = on_a_terminal(&[arguments, flags].concat(), environment).unwrap();
            assert!(!hidden.contains(BLOCK), "{arguments:?} {flags:?}");
        }
    }
}

#[test]
fn an_altered_portrait_is_not_shown_beside_the_verdict() {
    let folder = Folder::new("image-altered");
    let document = saved(&folder);
    let path = Path::new(&document).join("EF_DG2.bin");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 100;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    let Some(shown) = on_a_terminal(&["verify", &document], &[]) else { return };
    assert!(shown.contains("FAILED") && !shown.contains(BLOCK), "{shown}");
    assert!(shown.contains("The portrait is not shown"), "{shown}");
}
