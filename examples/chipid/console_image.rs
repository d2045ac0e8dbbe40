//! A picture drawn with characters: two pixels to a character, an upper half block in the colour of the upper pixel on
//! the colour of the lower one.

use crate::output::Output;
use chipid::image::{ImageLimits, Picture, decode};
use chipid::{Report, State};
use console::{Style, Term};
use std::io::IsTerminal;

/// The most columns that a picture takes.
const COLUMNS: u32 = 48;
/// The most lines.
const LINES: u32 = 40;

/// Shows the portrait of a report where a person looks on: never one whose file failed its check.
pub fn show_portrait(output: &Output, report: &Report) {
    let Some(portrait) = report.portrait() else { return };
    if !is_shown(output) {
        return;
    }
    if portrait.state == State::Failed {
        return output.hint(output.messages.get("label.picture.altered"));
    }
    match decode(&portrait.image, &ImageLimits::default()) {
        Ok(picture) => show(output, &picture),
        Err(error) => output.hint_message("label.picture.not_shown", &[("why", &error)]),
    }
}

/// Whether pictures are shown: to a person, on a terminal with colours.
pub fn is_shown(output: &Output) -> bool {
    !output.is_json() && std::io::stdout().is_terminal() && console::colors_enabled()
}

/// Draws a picture on the terminal of standard output.
pub fn show(output: &Output, picture: &Picture) {
    let (_, columns) = Term::stdout().size();
    output.text(&drawn(picture, u32::from(columns).min(COLUMNS), console::true_colors_enabled()));
}

/// The picture as text of at most so many columns.
fn drawn(picture: &Picture, columns: u32, true_colors: bool) -> String {
    let (width, height) = scaled(picture.width(), picture.height(), columns.max(1));
    let mut out = String::new();
    for line in 0..height.div_ceil(2) {
        for x in 0..width {
            let style = Style::new().force_styling(true);
            let upper = mean(picture, (x, width), (2 * line, height));
            let style = if true_colors {
                style.true_color(upper[0], upper[1], upper[2])
            } else {
                style.color256(color256(upper))
            };
            // Below an odd last row there is nothing.
            let style = match (2 * line + 1 < height).then(|| mean(picture, (x, width), (2 * line + 1, height))) {
                Some([red, green, blue]) if true_colors => style.on_true_color(red, green, blue),
                Some(lower) => style.on_color256(color256(lower)),
                None => style,
            };
            out.push_str(&style.apply_to('▀').to_string());
        }
        out.push('\n');
    }
    out
}

/// The size in pixels at which the picture fits, never larger than it is.
fn scaled(width: u32, height: u32, columns: u32) -> (u32, u32) {
    let (wide, high) = (u64::from(width), u64::from(height));
    let columns = u64::from(columns).min(wide).min((u64::from(2 * LINES) * wide / high).max(1));
    let lines = (high * columns / wide).clamp(1, u64::from(2 * LINES));
    (u32::try_from(columns).unwrap_or(1), u32::try_from(lines).unwrap_or(1))
}

/// The mean colour of what one of so many columns and one of so many rows cover.
fn mean(picture: &Picture, (x, columns): (u32, u32), (y, rows): (u32, u32)) -> [u8; 3] {
    let part = |at: u32, of: u32, all: u32| {
        let edge = |at: u32| usize::try_from(u64::from(all) * u64::from(at) / u64::from(of)).unwrap_or(usize::MAX);
        edge(at)..edge(at + 1).max(edge(at) + 1)
    };
    let (across, down) = (part(x, columns, picture.width()), part(y, rows, picture.height()));
    let row_len = usize::try_from(picture.width()).unwrap_or(usize::MAX).saturating_mul(3);
    let pixels = || {
        let rows = picture.rgb().chunks_exact(row_len).skip(down.start).take(down.len());
        rows.flat_map(|row| row.chunks_exact(3).skip(across.start).take(across.len()))
    };
    let count = u64::try_from(pixels().count()).unwrap_or(u64::MAX).max(1);
    [0, 1, 2].map(|colour| {
        let sum: u64 = pixels().filter_map(|pixel| pixel.get(colour)).map(|value| u64::from(*value)).sum();
        u8::try_from(sum / count).unwrap_or(u8::MAX)
    })
}

/// The nearest colour of the cube of 6 × 6 × 6 that terminals have at 16.
fn color256(rgb: [u8; 3]) -> u8 {
    // The cube's steps are 0, 95, 135, 175, 215, 255.
    let [red, green, blue] = rgb.map(|value| if value < 48 { 0 } else { (value.saturating_sub(35) / 40).max(1) });
    16 + 36 * red + 6 * green + blue
}
