//! The checks of an MRZ by itself: syntax, dates, check digits (9303-3 §4, 9303-4 §4.2, 9303-5 §4.2, 9303-6 §4.2).
//!
//! Each departure is a finding at the offset of its field. Whether the code of a state exists is not judged, only that
//! it looks like one.

use super::layout::{MrzField, MrzFormat};
use super::syntax::{ShortDate, check_digit, is_no_expiry};
use super::zone::Mrz;
use crate::lds::findings::{FileDefect, Findings};
use zeroize::Zeroizing;

pub(super) fn examine(mrz: &Mrz, findings: &mut Findings) {
    let mut due = |holds: bool, field: MrzField, defect: FileDefect| {
        if !holds {
            findings.add(mrz.offset(field), defect);
        }
    };
    let raw = |field| mrz.raw(field);

    due(is_document_code(mrz.format, raw(MrzField::DocumentCode)), MrzField::DocumentCode, FileDefect::MrzDocumentCode);
    due(is_state(raw(MrzField::IssuingState)), MrzField::IssuingState, FileDefect::MrzIssuingState);
    due(is_state(raw(MrzField::Nationality)), MrzField::Nationality, FileDefect::MrzNationality);

    let name = raw(MrzField::Name);
    let is_void = name.bytes().all(|mark| mark == b'<');
    due(!is_void, MrzField::Name, FileDefect::MrzNameVoid);
    let is_name = name.bytes().all(|mark| mark.is_ascii_uppercase() || mark == b'<') && !name.starts_with('<');
    due(is_void || is_name, MrzField::Name, FileDefect::MrzNameSyntax);

    document_number(mrz, &mut due);
    birth(mrz, &mut due);
    expiry(mrz, &mut due);

    match raw(MrzField::Sex) {
        "M" | "F" | "<" => {}
        "X" => due(false, MrzField::Sex, FileDefect::MrzSexX),
        _ => due(false, MrzField::Sex, FileDefect::MrzSex),
    }

    if mrz.format == MrzFormat::Td3 {
        let optional = raw(MrzField::OptionalData);
        let digit = raw(MrzField::OptionalDataCheckDigit);
        let is_empty = optional.bytes().all(|mark| mark == b'<');
        let holds = digit_holds(optional, digit) || (is_empty && digit == "<");
        due(holds, MrzField::OptionalDataCheckDigit, FileDefect::MrzOptionalCheckDigit);
    }
    let mut covered = Zeroizing::new(String::with_capacity(mrz.text.len()));
    mrz.format
        .composite()
        .iter()
        .filter_map(|range| mrz.text.get(range.clone()))
        .for_each(|part| covered.push_str(part));
    let holds = digit_holds(&covered, raw(MrzField::CompositeCheckDigit));
    due(holds, MrzField::CompositeCheckDigit, FileDefect::MrzCompositeCheckDigit);
}

fn document_number(mrz: &Mrz, due: &mut impl FnMut(bool, MrzField, FileDefect)) {
    let number = Zeroizing::new(mrz.document_number());
    let digit = mrz.document_number_check_digit();
    let is_number = !number.is_empty() && number.bytes().all(|mark| mark != b'?');
    // A filler in the place of the check digit, and no rest in the optional data: the number goes on nowhere.
    due(is_number && digit != '<', MrzField::DocumentNumber, FileDefect::MrzDocumentNumber);
    due(mrz.overflow().is_none(), MrzField::DocumentNumber, FileDefect::MrzLongNumber);
    // The check digit of a short number covers its fillers; they count 0 and change nothing.
    let holds = check_digit(&number) == Some(digit);
    due(holds || digit == '<', MrzField::DocumentNumberCheckDigit, FileDefect::MrzDocumentNumberCheckDigit);
}

fn birth(mrz: &Mrz, due: &mut impl FnMut(bool, MrzField, FileDefect)) {
    let raw = mrz.raw(MrzField::BirthDate);
    match ShortDate::read(raw) {
        None => due(false, MrzField::BirthDate, FileDefect::MrzBirthSyntax),
        Some(short) => {
            let date = short.in_century(2000);
            due(date.is_plausible(), MrzField::BirthDate, FileDefect::MrzBirthDate);
            due(date.is_complete(), MrzField::BirthDate, FileDefect::MrzBirthPartial);
        }
    }
    let holds = digit_holds(raw, mrz.raw(MrzField::BirthDateCheckDigit));
    due(holds, MrzField::BirthDateCheckDigit, FileDefect::MrzBirthCheckDigit);
}

fn expiry(mrz: &Mrz, due: &mut impl FnMut(bool, MrzField, FileDefect)) {
    let raw = mrz.raw(MrzField::ExpiryDate);
    let date = ShortDate::read(raw).map(|short| short.in_century(2000));
    if is_no_expiry(raw) {
        due(false, MrzField::ExpiryDate, FileDefect::MrzNoExpiry);
    } else {
        let date = date.filter(|date| date.is_complete());
        due(date.is_some(), MrzField::ExpiryDate, FileDefect::MrzExpirySyntax);
        due(date.is_none_or(|date| date.is_plausible()), MrzField::ExpiryDate, FileDefect::MrzExpiryDate);
    }
    let holds = digit_holds(raw, mrz.raw(MrzField::ExpiryDateCheckDigit));
    due(holds, MrzField::ExpiryDateCheckDigit, FileDefect::MrzExpiryCheckDigit);
}

fn digit_holds(covered: &str, digit: &str) -> bool {
    check_digit(covered).is_some_and(|computed| digit.chars().eq([computed]))
}

/// Passports begin with P (9303-4 §4.2.2.1), cards with A, C or I (9303-5 §4.2.2.1, 9303-6 §4.2.2.1).
fn is_document_code(format: MrzFormat, code: &str) -> bool {
    let mut marks = code.chars();
    let first = marks.next().unwrap_or('<');
    let is_kind = if format == MrzFormat::Td3 { first == 'P' } else { matches!(first, 'A' | 'C' | 'I') };
    is_kind && marks.all(|mark| mark != '?')
}

/// Three letters, or Germany's D (9303-3 §5).
fn is_state(code: &str) -> bool {
    code == "D<<" || code.bytes().all(|mark| mark.is_ascii_uppercase())
}
