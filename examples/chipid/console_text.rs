//! Text for a terminal: nothing from a card or a file reaches it raw, and tables that fit its width.

/// Columns of a line of output.
pub const COLUMNS: usize = 80;

/// The text with every character that could steer a terminal or turn the reading direction written as `\u{…}`.
pub fn plain(text: &str) -> String {
    escaped(text, |c, out| out.extend(c.escape_unicode()))
}

/// JSON text with the same characters as `\uXXXX`: the value stays the same, the terminal is safe.
pub fn plain_json(json: &str) -> String {
    escaped(json, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// Control, formatting and bidirectional characters, line separators, and those that show nothing.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Columns that the text takes: combining marks take none, wide characters two.
pub fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{300}'..='\u{36F}' => 0,
            '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' => 2,
            '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFD}' => 2,
            _ => 1,
        })
        .sum()
}

/// The text broken into lines of at most so many columns, at spaces where there are any.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if width(&line) >= columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The text wrapped to the width of the output, each line after so many spaces.
pub fn paragraph(text: &str, indent: usize) -> String {
    wrap(text, COLUMNS.saturating_sub(indent)).iter().map(|line| format!("{:indent$}{line}\n", "")).collect()
}

/// A text from elsewhere as a paragraph.
pub fn plain_paragraph(text: &str, indent: usize) -> String {
    paragraph(&plain(text), indent)
}

/// A text from elsewhere as an item of a list.
pub fn item(text: &str) -> String {
    let lines = wrap(&plain(text), COLUMNS - 4);
    let marks = std::iter::once("  - ").chain(std::iter::repeat("    "));
    lines.iter().zip(marks).map(|(line, mark)| format!("{mark}{line}\n")).collect()
}

/// A table: every column as wide as its widest cell, but this one, which is wrapped to what the others leave of the line.
pub fn table(rows: &[Vec<String>], wrapped: usize, indent: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..count).map(widest).collect();
    let others: usize =
        widths.iter().enumerate().filter(|(column, _)| *column != wrapped).map(|(_, width)| width + 2).sum();
    if let Some(width) = widths.get_mut(wrapped) {
        *width = (*width).min(COLUMNS.saturating_sub(indent + others).max(20));
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| if column == wrapped { wrap(cell, *width) } else { vec![cell.clone()] })
            .collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut text = " ".repeat(indent);
            for (cell, columns) in cells.iter().zip(&widths) {
                let part = cell.get(line).map_or("", String::as_str);
                text.push_str(part);
                text.push_str(&" ".repeat(columns.saturating_sub(width(part)) + 2));
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
    out
}
