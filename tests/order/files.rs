//! The order among the files of a room: a file imports only from files declared above it in its `mod.rs`.
//!
//! An import of `super::X` counts against the file that defines `X`, also through re-exports of the `mod.rs` files.
//! A path that enters another file of the room counts against that file, whatever the file re-exports.

use crate::without_texts;
use std::collections::{BTreeMap, BTreeSet};

/// Names from the crate's root, outermost first.
type Path = Vec<String>;

/// A breach of the order: `file:line: text`, and the room to which it belongs.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    pub file: String,
    pub line: usize,
    pub text: String,
}

impl Breach {
    pub fn room(&self) -> &str {
        let file = self.file.split('/').next().unwrap_or_default();
        file.strip_suffix(".rs").unwrap_or(file)
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "src/{}:{}: {}", self.file, self.line, self.text)
    }
}

/// All breaches among the given files, sorted; a file is given by its path below `src/` and its source.
pub fn breaches(files: &[(String, String)]) -> Vec<Breach> {
    let mut tree = Tree::default();
    let mut found = Vec::new();
    for (file, source) in files {
        let tokens = without_test_items(&tokens(source));
        tree.add(file, &tokens);
        if file.ends_with("/mod.rs") && !in_tests(file) {
            found.extend(code_in_mod_rs(file, &tokens));
        }
    }
    for reference in &tree.references {
        found.extend(tree.judge(reference));
    }
    found.sort();
    found.dedup();
    found
}

fn in_tests(file: &str) -> bool {
    file.split('/').any(|part| part == "tests.rs" || part == "tests")
}

// ---- Tokens -------------------------------------------------------------------------------------------------------

/// A word, `::`, or any other single character, with its line.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    line: usize,
}

fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(without_texts(source).lines()) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            found.push(Token { text: rest[..length].to_owned(), line });
            rest = rest[length..].trim_start();
        }
    }
    found
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The index after the bracket that closes the one at `at`.
fn after_group(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// The index after the attribute at `at`, if there is one.
fn after_attribute(tokens: &[Token], at: usize) -> Option<usize> {
    let bracket = match (text(tokens, at), text(tokens, at + 1)) {
        ("#", "[") => at + 1,
        ("#", "!") if text(tokens, at + 2) == "[" => at + 2,
        _ => return None,
    };
    Some(after_group(tokens, bracket))
}

/// The index of the word after a visibility.
fn after_visibility(tokens: &[Token], at: usize) -> usize {
    match (text(tokens, at), text(tokens, at + 1)) {
        ("pub", "(") => after_group(tokens, at + 1),
        ("pub", _) => at + 1,
        _ => at,
    }
}

/// The index after the item, statement, field or match arm at `at`.
fn after_item(tokens: &[Token], at: usize) -> usize {
    let first = text(tokens, after_visibility(tokens, at));
    let ends_with_semicolon = ["const", "static", "type", "use", "let"].contains(&first);
    let is_item = ["fn", "async", "unsafe", "impl", "struct", "enum", "union", "trait", "mod"].contains(&first);
    let mut index = at;
    while index < tokens.len() {
        match text(tokens, index) {
            ")" | "]" | "}" => return index,
            ";" => return index + 1,
            "," if !is_item && !ends_with_semicolon => return index + 1,
            "{" if !ends_with_semicolon => return after_group(tokens, index),
            "(" | "[" | "{" => index = after_group(tokens, index),
            _ => index += 1,
        }
    }
    index
}

/// The tokens without items under `#[cfg(test)]`.
fn without_test_items(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match after_attribute(tokens, at) {
            Some(after) if is_test_only(&tokens[at..after]) => {
                at = after;
                while let Some(after) = after_attribute(tokens, at) {
                    at = after;
                }
                at = after_item(tokens, at);
            }
            _ => {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    kept
}

fn is_test_only(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.text == word);
    text(attribute, 2) == "cfg" && has("test") && !has("any") && !has("not")
}

/// Items of a `mod.rs` that are neither `mod name;` nor `use`.
fn code_in_mod_rs(file: &str, tokens: &[Token]) -> Vec<Breach> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(after) = after_attribute(tokens, at) {
            at = after;
            continue;
        }
        let word = after_visibility(tokens, at);
        let allowed = match text(tokens, word) {
            ";" | "use" => true,
            "mod" => text(tokens, word + 2) == ";",
            _ => false,
        };
        if !allowed {
            let text = format!("code in mod.rs: `{} {} …`", text(tokens, word), text(tokens, word + 1));
            found.push(Breach { file: file.to_owned(), line: tokens[at].line, text });
        }
        at = after_item(tokens, at).max(at + 1);
    }
    found
}

// ---- Modules ------------------------------------------------------------------------------------------------------

/// A module: a file, or an inline module of a file.
#[derive(Debug, Default)]
struct Module {
    /// The module of the file that holds it.
    file: Path,
    /// Child modules in the order of their declaration.
    children: Vec<String>,
    items: BTreeSet<String>,
    /// Words in macros and their calls at the module's top: any of them may be the name of an item.
    macro_words: BTreeSet<String>,
    imports: Vec<Import>,
}

/// One name of a `use`.
#[derive(Clone, Debug)]
struct Import {
    path: Path,
    /// The name under which it is known; `None` for a glob.
    name: Option<String>,
    line: usize,
}

/// A path in a module, in a `use` or in code.
#[derive(Debug)]
struct Reference {
    module: Path,
    display: String,
    path: Path,
    glob: bool,
    line: usize,
}

#[derive(Default)]
struct Tree {
    modules: BTreeMap<Path, Module>,
    references: Vec<Reference>,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Module(Path),
    /// Another room, or another crate.
    Outside,
    Unknown,
}

impl Tree {
    fn add(&mut self, file: &str, tokens: &[Token]) {
        let mut own: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if own.last().is_some_and(|last| last == "mod" || last == "lib") {
            own.pop();
        }
        let mut scan = Scan { tree: self, display: file, file: own.clone(), exempt: in_tests(file) };
        scan.module(own, tokens);
    }

    /// A module; `None` also where re-exports lead in a circle.
    fn module(&self, path: &[String], depth: usize) -> Option<&Module> {
        if depth < 20 { self.modules.get(path) } else { None }
    }

    /// The breach of a path, if it leads to a file that is not above its own.
    fn judge(&self, reference: &Reference) -> Option<Breach> {
        let file = &self.modules.get(&reference.module)?.file;
        let shown = reference.path.join("::") + if reference.glob { "::*" } else { "" };
        let breach = |text| Breach { file: reference.display.clone(), line: reference.line, text };
        self.resolve(&reference.module, &reference.path, file, 0).into_iter().find_map(|target| {
            let target = match target {
                Target::Outside => return None,
                Target::Unknown => return Some(breach(format!("`{shown}`: no file found that defines it"))),
                Target::Module(target) => self.modules.get(&target)?.file.clone(),
            };
            if target == *file || (target.starts_with(file) && !reference.glob) {
                return None;
            }
            let common = target.iter().zip(file).take_while(|(a, b)| a == b).count();
            let siblings = &self.modules.get(&file[..common])?.children;
            let branch = file.get(common)?;
            let place = |name: &String| siblings.iter().position(|sibling| sibling == name);
            match target.get(common) {
                None if reference.glob => {
                    let below = siblings.iter().skip_while(|sibling| *sibling != branch).nth(1)?;
                    Some(breach(format!("`{shown}` covers `{below}`, which is declared below `{branch}`")))
                }
                None => Some(breach(format!("`{shown}` is defined in the mod.rs of `{}`", target.join("::")))),
                Some(other) if place(other) < place(branch) && place(other).is_some() => None,
                Some(other) => {
                    Some(breach(format!("`{shown}` leads to `{other}`, which is declared below `{branch}`")))
                }
            }
        })
    }

    /// Where a path of `module` leads, as seen from the module `file`: the first module that does not hold `file`.
    fn resolve(&self, module: &[String], path: &[String], file: &[String], depth: usize) -> Vec<Target> {
        let mut base = module.to_vec();
        let mut rest = path;
        let mut relative = true;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => break,
            }
            relative = false;
            rest = after;
        }
        // A room's own order ends at the crate's root: the order among rooms is checked apart.
        if base.is_empty() {
            match rest.split_first() {
                Some((room, after)) if file.first() == Some(room) => {
                    base.push(room.clone());
                    rest = after;
                }
                _ => return vec![Target::Outside],
            }
        }
        let targets = self.step(&base, rest, file, depth);
        if !targets.is_empty() {
            targets
        } else if relative {
            vec![Target::Outside]
        } else {
            vec![Target::Unknown]
        }
    }

    /// Where the rest of a path leads from `base`; empty if nothing of that name is there.
    fn step(&self, base: &[String], rest: &[String], file: &[String], depth: usize) -> Vec<Target> {
        let here = Target::Module(base.to_vec());
        let Some((name, after)) = rest.split_first() else { return vec![here] };
        let Some(module) = self.module(base, depth) else { return Vec::new() };
        let mut targets = Vec::new();
        if module.children.contains(name) {
            let child = [base, std::slice::from_ref(name)].concat();
            if file.starts_with(&child) {
                targets.extend(self.step(&child, after, file, depth + 1));
            } else {
                targets.push(Target::Module(child));
            }
        }
        if module.items.contains(name) {
            targets.push(here.clone());
        }
        // A file's own imports are judged where they stand.
        if file == module.file && targets.is_empty() && module.imports.iter().any(|i| i.name.as_ref() == Some(name)) {
            targets.push(here.clone());
        }
        for import in module.imports.iter().filter(|import| import.name.as_ref() == Some(name)) {
            if file != module.file && import.path != [name.clone()] {
                targets.extend(self.resolve(base, &import.path, file, depth + 1));
            }
        }
        if targets.is_empty() {
            for import in module.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve(base, &import.path, file, depth + 1) {
                    match target {
                        Target::Module(target) if self.has(&target, name, depth + 1) => {
                            targets.push(Target::Module(target));
                        }
                        _ => {}
                    }
                }
            }
        }
        if targets.is_empty() && module.macro_words.contains(name) {
            targets.push(here);
        }
        targets
    }

    /// Whether a module has an item of that name, its own or re-exported.
    fn has(&self, module: &[String], name: &String, depth: usize) -> bool {
        let Some(found) = self.module(module, depth) else { return false };
        found.children.contains(name)
            || found.items.contains(name)
            || found.macro_words.contains(name)
            || found.imports.iter().any(|import| match &import.name {
                Some(known) => known == name,
                None => self.resolve(module, &import.path, module, depth + 1).iter().any(|target| match target {
                    Target::Module(target) => target != module && self.has(target, name, depth + 1),
                    _ => false,
                }),
            })
    }
}

/// Collects the modules and references of one file.
struct Scan<'a> {
    tree: &'a mut Tree,
    display: &'a str,
    file: Path,
    exempt: bool,
}

impl Scan<'_> {
    fn module(&mut self, own: Path, tokens: &[Token]) {
        let mut module = Module { file: self.file.clone(), ..Module::default() };
        let mut depth = 0_usize;
        let mut at = 0;
        while at < tokens.len() {
            let (word, next) = (text(tokens, at), text(tokens, at + 1));
            match word {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                "use" if is_name(next) || next == "{" || next == "::" => {
                    let mut imports = Vec::new();
                    at = use_tree(tokens, at + 1, &Vec::new(), &mut imports);
                    for import in imports {
                        self.refer(&own, import.path.clone(), import.name.is_none(), import.line);
                        if depth == 0 {
                            module.imports.push(import);
                        }
                    }
                    continue;
                }
                "mod" if inline_module(tokens, at).is_some() => {
                    let brace = inline_module(tokens, at).unwrap();
                    let name = text(tokens, brace - 1).to_owned();
                    let end = after_group(tokens, brace);
                    self.module([own.as_slice(), std::slice::from_ref(&name)].concat(), &tokens[brace + 1..end - 1]);
                    module.children.push(name);
                    at = end;
                    continue;
                }
                "mod" if depth == 0 && is_name(next) => module.children.push(next.to_owned()),
                "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static"
                    if depth == 0 && is_name(next) && next != "fn" =>
                {
                    module.items.insert(next.to_owned());
                }
                "macro_rules" if depth == 0 && next == "!" => {
                    module.items.insert(text(tokens, at + 2).to_owned());
                    module.macro_words.extend(words(&tokens[at + 3..after_group(tokens, at + 3)]));
                }
                "super" | "self" | "crate" if next == "::" && !follows_path(tokens, at) => {
                    let mut path = vec![word.to_owned()];
                    let mut end = at + 1;
                    while text(tokens, end) == "::" && is_name(text(tokens, end + 1)) {
                        path.push(text(tokens, end + 1).to_owned());
                        end += 2;
                    }
                    self.refer(&own, path, false, tokens[at].line);
                    at = end;
                    continue;
                }
                _ if depth == 0 && is_name(word) && next == "!" && "([{".contains(text(tokens, at + 2)) => {
                    module.macro_words.extend(words(&tokens[at + 2..after_group(tokens, at + 2)]));
                }
                _ => {}
            }
            at += 1;
        }
        self.tree.modules.insert(own, module);
    }

    fn refer(&mut self, module: &Path, path: Path, glob: bool, line: usize) {
        let begins = path.first().map_or("", String::as_str);
        if !self.exempt && ["super", "self", "crate"].contains(&begins) {
            let display = self.display.to_owned();
            self.tree.references.push(Reference { module: module.clone(), display, path, glob, line });
        }
    }
}

/// The index of the brace that opens the inline module at `at`, whose name may be a parameter of a macro.
fn inline_module(tokens: &[Token], at: usize) -> Option<usize> {
    let name = if text(tokens, at + 1) == "$" { at + 2 } else { at + 1 };
    (is_name(text(tokens, name)) && text(tokens, name + 1) == "{").then_some(name + 1)
}

fn words(tokens: &[Token]) -> impl Iterator<Item = String> {
    tokens.iter().map(|token| token.text.clone()).filter(|word| is_name(word))
}

/// Whether the word at `at` continues a path, belongs to `$crate`, or names a visibility.
fn follows_path(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| ["::", "$", "in"].contains(&text(tokens, before)))
}

/// Reads one tree of a `use` and returns the index after it.
fn use_tree(tokens: &[Token], mut at: usize, prefix: &Path, imports: &mut Vec<Import>) -> usize {
    let mut path = prefix.clone();
    loop {
        let line = tokens.get(at).map_or(0, |token| token.line);
        match text(tokens, at) {
            "::" => at += 1,
            "*" => {
                imports.push(Import { path, name: None, line });
                return at + 1;
            }
            "{" => {
                let end = after_group(tokens, at) - 1;
                at += 1;
                while at < end {
                    at = use_tree(tokens, at, &path, imports);
                    at += usize::from(text(tokens, at) == ",");
                }
                return end + 1;
            }
            word if is_name(word) => {
                if word != "self" || path.is_empty() {
                    path.push(word.to_owned());
                }
                at += 1;
                if text(tokens, at) != "::" {
                    let mut name = path.last().cloned();
                    if text(tokens, at) == "as" {
                        name = Some(text(tokens, at + 1).to_owned());
                        at += 2;
                    }
                    imports.push(Import { path, name, line });
                    return at;
                }
            }
            _ => return at + 1,
        }
    }
}
