//! Does each module import only from modules declared above it in `src/lib.rs`, and each file of a room only from
//! files declared above it in its `mod.rs`?
//!
//! The order of the `mod` lines is the architecture. Every `use crate::…` under `src/` must point up the page;
//! `super::` stays within its top-level room; `crate::` paths stand in `use` lines only, outside of tests and docs.

#[path = "order/files.rs"]
mod files;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The top-level modules, in the order of the page.
fn order(lib: &str) -> Vec<String> {
    code(lib)
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let module = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?;
            module.strip_suffix(';').map(str::to_owned)
        })
        .collect()
}

/// The source without comments, text literals and test modules; lines keep their numbers.
fn code(source: &str) -> String {
    let out = without_texts(source);
    match out.find("#[cfg(test)]\nmod tests {") {
        Some(tests) => out[..tests].to_owned(),
        None => out,
    }
}

/// The source without comments and text literals; lines keep their numbers.
fn without_texts(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            // A raw literal's mark must begin a word.
            if first.is_alphanumeric() || first == '_' {
                let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                out.push_str(&rest[..word]);
                rest = &rest[word..];
            }
            continue;
        };
        out.extend(rest[..taken].chars().filter(|c| *c == '\n'));
        rest = &rest[taken..];
    }
    out
}

/// The length of the text or character literal that the rest begins with.
fn literal(rest: &str) -> Option<usize> {
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'));
    if let Some(raw) = raw
        && let Some(hashes) = raw.find('"')
        && raw[..hashes].bytes().all(|b| b == b'#')
    {
        let end = format!("\"{}", &raw[..hashes]);
        let begin = rest.len() - raw.len() + hashes + 1;
        return Some(rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len()));
    }
    if rest.starts_with('"') {
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return Some(at + 1),
                _ => {}
            }
        }
        return Some(rest.len());
    }
    // A character, not a lifetime.
    let mut chars = rest.strip_prefix('\'')?.char_indices();
    match chars.next()? {
        (_, '\\') => {
            let (after, _) = chars.next()?;
            rest[1 + after..].char_indices().skip(1).find(|(_, c)| *c == '\'').map(|(end, _)| after + end + 2)
        }
        _ => chars.next().filter(|(_, c)| *c == '\'').map(|(end, _)| end + 2),
    }
}

/// What breaks the rule in a file; `room` is its top-level module, `depth` how many modules below it the file is.
fn breaches(order: &[String], room: &str, depth: usize, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(own) = order.iter().position(|name| name == room) else {
        return vec![format!("`{room}` is not declared in src/lib.rs")];
    };
    let code = code(source);
    let mut in_use = false;
    for (number, line) in (1..).zip(code.lines()) {
        let words = line.trim_start();
        let begins = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|u| words.starts_with(u));
        in_use |= begins;
        for (at, _) in line.match_indices("crate::") {
            // `$crate::` of a macro, `some_crate::`.
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            if !in_use {
                found.push(format!("line {number}: a `crate::` path outside of `use`"));
            }
            let after = &line[at + "crate::".len()..];
            if !after.starts_with(|c: char| c.is_ascii_lowercase()) {
                found.push(format!("line {number}: `crate::` must name one module: one `use` each"));
                continue;
            }
            let module: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            match order.iter().position(|name| *name == module) {
                None => found.push(format!("line {number}: `{module}` is not declared in src/lib.rs")),
                Some(other) if other > own => {
                    found.push(format!("line {number}: `{room}` imports from `{module}`, which stands below it"));
                }
                Some(_) => {}
            }
        }
        let supers = line.match_indices("super::").filter(|(at, _)| !line[..*at].ends_with("super::"));
        for (at, _) in supers {
            let mut steps = 0;
            let mut rest = &line[at..];
            while let Some(after) = rest.strip_prefix("super::") {
                steps += 1;
                rest = after;
            }
            if steps > depth {
                found.push(format!("line {number}: `super::` leaves the room `{room}`"));
            }
        }
        in_use &= !line.contains(';');
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The top-level room of a file, and how many modules below the room it is.
fn place(file: &Path) -> (String, usize) {
    let mut parts: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    (parts[0].clone(), parts.len() - 1)
}

#[test]
fn every_module_imports_only_from_modules_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order = order(&fs::read_to_string(src.join("lib.rs")).unwrap());
    assert!(order.len() > 10 && order.contains(&"transport".to_owned()), "{order:?}");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let file = path.strip_prefix(&src).unwrap();
        if file != Path::new("lib.rs") {
            let (room, depth) = place(file);
            let source = fs::read_to_string(&path).unwrap();
            found.extend(
                breaches(&order, &room, depth, &source).into_iter().map(|b| format!("{}: {b}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_imports_only_from_files_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths.sort();
    let files: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let parts: Vec<_> = path.strip_prefix(&src).unwrap().iter().map(|part| part.to_string_lossy()).collect();
            (parts.join("/"), fs::read_to_string(path).unwrap())
        })
        .collect();
    let found = files::breaches(&files);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for breach in &found {
        println!("{breach}");
        *counts.entry(breach.room()).or_default() += 1;
    }
    assert!(found.is_empty(), "imports down the page, listed above: {counts:?}");
}

mod the_test_of_rooms {
    use super::*;

    const LIB: &str =
        "//! mod ghost;\npub mod low;\n#[cfg(feature = \"x\")]\npub mod middle;\nmod high;\npub use middle::X;\n";

    fn found(room: &str, depth: usize, source: &str) -> Vec<String> {
        breaches(&order(LIB), room, depth, source)
    }

    #[test]
    fn reads_the_order_of_the_page() {
        assert_eq!(order(LIB), ["low", "middle", "high"]);
    }

    #[test]
    fn allows_an_import_up_the_page() {
        assert!(found("high", 0, "use crate::low::A;\nuse crate::middle::{B,\n    C};\n").is_empty());
        assert!(found("middle", 1, "use crate::middle::other::A;\nuse super::B;\n").is_empty());
        assert!(found("middle", 2, "use super::super::B;\nfn f() { super::super::g() }\n").is_empty());
    }

    #[test]
    fn refuses_an_import_down_the_page() {
        assert_eq!(found("low", 0, "use crate::middle::A;\n").len(), 1);
        assert_eq!(found("low", 0, "pub use crate::high;\n").len(), 1);
        assert_eq!(found("low", 0, "pub(crate) use crate::high::A;\n").len(), 1);
        assert_eq!(found("middle", 0, "fn f() {\n    use crate::high::A;\n}\n").len(), 1);
    }

    #[test]
    fn refuses_super_that_leaves_the_room() {
        assert_eq!(found("middle", 0, "use super::low::A;\n").len(), 1);
        assert_eq!(found("middle", 1, "use super::super::high::A;\n").len(), 1);
        assert_eq!(found("middle", 1, "fn f() { super::super::high::g() }\n").len(), 1);
    }

    #[test]
    fn refuses_a_path_outside_of_use() {
        assert_eq!(found("high", 0, "fn f() -> crate::low::A { g() }\n").len(), 1);
        assert_eq!(found("high", 0, "use crate::low::A;\nfn f() { crate::low::g() }\n").len(), 1);
        assert_eq!(found("low", 0, "fn f() { crate::high::g() }\n").len(), 2);
        assert_eq!(found("high", 0, "pub(in crate::low) fn f() {}\n").len(), 1);
    }

    #[test]
    fn refuses_several_modules_in_one_import_and_unknown_ones() {
        assert_eq!(found("high", 0, "use crate::{low::A, middle::B};\n").len(), 1);
        assert_eq!(found("high", 0, "use crate::*;\n").len(), 1);
        assert_eq!(found("high", 0, "use crate::ghost::A;\n").len(), 1);
        assert_eq!(found("ghost", 0, "").len(), 1);
    }

    #[test]
    fn looks_past_comments_texts_and_tests() {
        assert!(found("low", 0, "//! [`x`](crate::high::X)\n/* crate::high */\n").is_empty());
        assert!(found("low", 0, "const A: &str = \"crate::high \\\" crate::high\";\n").is_empty());
        assert!(found("low", 0, "const A: &str = r#\"a \" crate::high\"#;\nconst B: char = '\"';\n").is_empty());
        assert!(found("low", 0, "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::high::A;\n}\n").is_empty());
        assert_eq!(found("low", 0, "const A: char = '\"'; fn f() { crate::low::g() }\n").len(), 1);
        assert_eq!(found("low", 0, "const A: char = '\\''; fn f<'a>() { crate::low::g() }\n").len(), 1);
        assert_eq!(found("low", 0, "const A: &[u8] = b\"\\\\\"; fn f() { crate::low::g() }\n").len(), 1);
    }
}

mod the_test_of_files {
    use super::files;

    /// The breaches in a room `room` with the given files, as `file:line: text` without the room's folder.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(String, String)> =
            files.iter().map(|(file, source)| (format!("room/{file}"), (*source).to_owned())).collect();
        let found = files::breaches(&files);
        assert!(found.iter().all(|breach| breach.room() == "room"));
        found.iter().map(|breach| breach.to_string().replace("src/room/", "")).collect()
    }

    const MOD: &str = "//! A room.\n#![doc(hidden)]\npub mod a;\nmod b;\nmod c;\n\npub use a::A;\npub use b::{B, b as renamed};\n\
                       pub(crate) use c::*;\nuse std::fmt;\n";

    #[test]
    fn allows_imports_from_files_above() {
        let a = "use crate::other::X;\nuse std::fmt;\npub struct A;\n";
        let b = "use super::A;\nuse super::fmt::Debug;\nuse super::a::{self, A as Z};\npub struct B;\npub fn b() {}\n";
        let c =
            "use crate::room::{B, a::A};\nuse super::renamed;\npub fn c() { super::a::f(); self::d() }\nfn d() {}\n";
        assert!(found(&[("mod.rs", MOD), ("a.rs", a), ("b.rs", b), ("c.rs", c)]).is_empty());
    }

    #[test]
    fn refuses_super_through_a_re_export() {
        let rest = [("mod.rs", MOD), ("b.rs", "pub struct B;\npub fn b() {}\n"), ("c.rs", "")];
        let with = |a| found(&[&rest[..], &[("a.rs", a)]].concat());
        let down = "leads to `b`, which is declared below `a`";
        assert_eq!(with("\nuse super::B;\n"), [format!("a.rs:2: `super::B` {down}")]);
        assert_eq!(with("use super::renamed;\n"), [format!("a.rs:1: `super::renamed` {down}")]);
        assert_eq!(with("use super::{A,\n    B as C};\n"), [format!("a.rs:2: `super::B` {down}")]);
        assert_eq!(with("use crate::room::B;\n"), [format!("a.rs:1: `crate::room::B` {down}")]);
        assert_eq!(with("use super::B::Variant;\n"), [format!("a.rs:1: `super::B::Variant` {down}")]);
        assert_eq!(with("fn f() {\n    use super::B;\n}\n"), [format!("a.rs:2: `super::B` {down}")]);
        assert_eq!(with("pub use super::b;\n"), [format!("a.rs:1: `super::b` {down}")]);
    }

    #[test]
    fn refuses_a_path_in_code() {
        let rest = [("mod.rs", MOD), ("b.rs", "pub fn b() {}\n"), ("c.rs", "")];
        let with = |a| found(&[&rest[..], &[("a.rs", a)]].concat());
        let down = "leads to `b`, which is declared below `a`";
        assert_eq!(with("fn f() { super::b::b() }\n"), [format!("a.rs:1: `super::b::b` {down}")]);
        assert_eq!(with("fn f() { super::renamed() }\n"), [format!("a.rs:1: `super::renamed` {down}")]);
        assert_eq!(with("fn f() { crate::room::b::b() }\n"), [format!("a.rs:1: `crate::room::b::b` {down}")]);
        assert_eq!(with("fn f() { self::super::b::b() }\n"), [format!("a.rs:1: `self::super::b::b` {down}")]);
        assert_eq!(with("mod inner {\n    fn f() { super::super::b::b() }\n}\n").len(), 1);
        assert!(with("mod inner {\n    pub fn g() { super::f() }\n}\nfn f() { self::inner::g() }\n").is_empty());
        assert!(with("macro_rules! m {\n    ($n:ident) => { mod $n { use super::*; } };\n}\n").is_empty());
        assert_eq!(with("macro_rules! m {\n    () => { super::b::b() };\n}\n").len(), 1);
        assert!(with("pub(in super::super) fn f() {}\n// super::b::b()\nconst A: &str = \"super::b\";\n").is_empty());
    }

    #[test]
    fn refuses_a_glob_that_covers_a_file_below() {
        let rest = [("mod.rs", MOD), ("c.rs", "pub struct C;\nmake!(Made, 1);\n")];
        let with = |a, b| found(&[&rest[..], &[("a.rs", a), ("b.rs", b)]].concat());
        let down = "leads to `c`, which is declared below `a`";
        assert_eq!(with("use super::C;\n", ""), [format!("a.rs:1: `super::C` {down}")]);
        assert_eq!(with("use super::Made;\n", ""), [format!("a.rs:1: `super::Made` {down}")]);
        assert_eq!(with("use super::c::*;\n", ""), [format!("a.rs:1: `super::c::*` {down}")]);
        assert_eq!(with("", "use super::*;\n"), ["b.rs:1: `super::*` covers `c`, which is declared below `b`"]);
        assert!(with("pub enum E { X }\nuse self::E::*;\n", "use super::a::*;\n").is_empty());
    }

    #[test]
    fn refuses_an_order_broken_in_or_out_of_a_folder() {
        let room = "mod a;\nmod folder;\nmod z;\npub use z::Z;\npub use folder::{X, Y};\n";
        let folder = "mod x;\nmod y;\npub use x::X;\npub use y::Y;\n";
        let with = |file, source| {
            let mut files = vec![("mod.rs", room), ("a.rs", "pub struct A;\n"), ("z.rs", "pub struct Z;\n")];
            files.extend([("folder/mod.rs", folder), ("folder/x.rs", ""), ("folder/y.rs", "pub struct Y;\n")]);
            files.retain(|(name, _)| *name != file);
            files.push((file, source));
            found(&files)
        };
        let out = "leads to `z`, which is declared below `folder`";
        let inside = "leads to `y`, which is declared below `x`";
        assert_eq!(with("folder/x.rs", "use super::super::Z;\n"), [format!("folder/x.rs:1: `super::super::Z` {out}")]);
        assert_eq!(with("folder/x.rs", "use super::super::z::f;\n").len(), 1);
        assert_eq!(with("folder/x.rs", "use super::Y;\n"), [format!("folder/x.rs:1: `super::Y` {inside}")]);
        assert_eq!(with("folder/x.rs", "use super::super::Y;\n").len(), 1);
        assert_eq!(with("folder/x.rs", "use crate::room::folder::y::Y;\n").len(), 1);
        assert_eq!(with("a.rs", "use super::X;\npub struct A;\n").len(), 1);
        let re_export = format!("{folder}use super::z::Z;\n");
        assert_eq!(with("folder/mod.rs", &re_export), [format!("folder/mod.rs:5: `super::z::Z` {out}")]);
        assert!(with("folder/y.rs", "use super::X;\nuse super::super::a::A;\npub struct Y;\n").is_empty());
        assert!(with("z.rs", "use super::{X, folder::Y};\npub struct Z;\n").is_empty());
    }

    #[test]
    fn refuses_code_in_a_mod_rs() {
        let with = |code: &str| found(&[("mod.rs", &format!("mod a;\n{code}")), ("a.rs", "")]);
        assert!(with("#[cfg(test)]\nmod tests;\n#[cfg(feature = \"x\")]\npub(crate) mod b;\n").is_empty());
        assert!(with("#[cfg(test)]\nmod tests {\n    use super::*;\n    fn f() {}\n}\n").is_empty());
        assert_eq!(with("pub struct S;\n"), ["mod.rs:2: code in mod.rs: `struct S …`"]);
        assert_eq!(with("const A: [u8; 2] = { [1, 2] };\nfn f() { g(); }\nimpl S {\n    fn g() {}\n}\n").len(), 3);
        assert_eq!(with("mod inline {\n    pub fn f() {}\n}\nmacro_rules! m { () => {} }\n").len(), 2);
    }

    #[test]
    fn refuses_an_import_of_what_a_mod_rs_defines() {
        let files = [("mod.rs", "mod a;\npub struct S;\n"), ("a.rs", "use super::S;\nuse super::Ghost;\n")];
        let expected = [
            "a.rs:1: `super::S` is defined in the mod.rs of `room`",
            "a.rs:2: `super::Ghost`: no file found that defines it",
            "mod.rs:2: code in mod.rs: `struct S …`",
        ];
        assert_eq!(found(&files), expected);
        assert_eq!(found(&[("mod.rs", "mod a;\n"), ("a.rs", "use crate::room;\n")]).len(), 1);
    }

    #[test]
    fn exempts_tests() {
        let files = [
            ("mod.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod tests;\n"),
            (
                "a.rs",
                "#[cfg(test)]\nuse super::b::B;\n#[cfg(test)]\nmod tests {\n    use super::super::b::B;\n}\nfn f() {}\n",
            ),
            ("b.rs", "pub struct B {\n    #[cfg(test)]\n    a: super::tests::T,\n}\n"),
            ("tests.rs", "use super::*;\nuse super::b::B;\n"),
        ];
        assert!(found(&files).is_empty());
        let hidden = "#[cfg(test)]\nfn f<A, B>() {}\n#[cfg(not(test))]\nuse super::b::B;\n";
        assert_eq!(found(&[("mod.rs", "mod a;\nmod b;\n"), ("a.rs", hidden), ("b.rs", "pub struct B;\n")]).len(), 1);
    }
}
