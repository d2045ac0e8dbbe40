//! Does each module import only from modules declared above it in `src/lib.rs`?
//!
//! The order of the `mod` lines there is the architecture. Every `use crate::…` under `src/` must point up the page;
//! `super::` stays within its top-level room; `crate::` paths stand in `use` lines only, outside of tests and docs.

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
    match out.find("#[cfg(test)]\nmod tests {") {
        Some(tests) => out[..tests].to_owned(),
        None => out,
    }
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

mod the_test_itself {
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
