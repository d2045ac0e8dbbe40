//! A patient of FHIR R4, from a report: what a hospital's system takes at check-in (feature `json`).
//!
//! Only what is authentic leaves: a field whose file is not signed by a trusted issuer is left out, and of a document that
//! is not authentic there is no patient. The identifier systems are those of the health ministry's guide.

use crate::checks::State;
use crate::document::ClaimsOutcome;
use crate::national::{parse_date, parse_sex, province_of_residence};
use crate::report::{Field, Report, Verdict};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// The system of the personal number on the card.
const NATIONAL_ID: &str = "http://fhir.ehealth.gov.vn/core/sid/national_id";
/// The system of the former number (CMND): `citizen_id` means that one in the ministry's guide.
const CITIZEN_ID: &str = "http://fhir.ehealth.gov.vn/core/sid/citizen_id";
/// The system of a passport's number, before the issuing state (FHIR R4, identifier systems).
const PASSPORT: &str = "http://hl7.org/fhir/sid/passport-";
/// The codes of identifier types (HL7 v2 table 0203).
const IDENTIFIER_TYPES: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// Why there is no patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FhirError {
    /// The document is not authentic, or it could not be concluded.
    #[error("the verdict is {}: only an authentic document gives a patient", .0.as_str())]
    NotAuthentic(Verdict),
    /// The document belongs to another person than the one who was asked for.
    #[error("the document is not that of the person who was asked for: no patient is made of it")]
    ClaimDiffers,
}

/// The resource `Patient` of FHIR R4 (hl7.org/fhir/R4/patient.html), with the portrait where it is asked for.
///
/// # Errors
/// [`FhirError::NotAuthentic`] where the verdict is neither genuine nor data authentic, [`FhirError::ClaimDiffers`] where
/// it is another person's document.
pub fn patient(report: &Report, with_photo: bool) -> Result<Value, FhirError> {
    if report.claims().outcome() == ClaimsOutcome::Differs {
        return Err(FhirError::ClaimDiffers);
    }
    if report.verdict() < Verdict::DataAuthentic {
        return Err(FhirError::NotAuthentic(report.verdict()));
    }
    let field = |name| report.holder().field(name).filter(|field| field.state == State::Successful);
    let text = |name| field(name).map(|field: &Field| field.value.as_str());
    let mut patient = Map::new();
    patient.insert("resourceType".into(), json!("Patient"));
    let identifiers = identifiers(&text);
    if !identifiers.is_empty() {
        patient.insert("identifier".into(), json!(identifiers));
    }
    if let Some(name) = name(&text) {
        patient.insert("name".into(), json!([name]));
    }
    if let Some(gender) = text("sex").and_then(gender) {
        patient.insert("gender".into(), json!(gender));
    }
    if let Some(date) = text("date_of_birth").and_then(date) {
        patient.insert("birthDate".into(), json!(date));
    }
    if let Some(residence) = text("place_of_residence").or_else(|| text("permanent_address")) {
        let mut address = Map::new();
        address.insert("use".into(), json!("home"));
        address.insert("text".into(), json!(residence));
        if let Some(province) = province_of_residence(residence) {
            address.insert("state".into(), json!(province));
        }
        patient.insert("address".into(), json!([address]));
    }
    if let Some(portrait) = report.portrait().filter(|portrait| with_photo && portrait.state == State::Successful) {
        let photo = json!({"contentType": portrait.mime, "data": BASE64_STANDARD.encode(&portrait.image)});
        patient.insert("photo".into(), json!([photo]));
    }
    Ok(Value::Object(patient))
}

fn identifiers<'a>(text: &impl Fn(&'static str) -> Option<&'a str>) -> Vec<Value> {
    let kind = |code| json!({"coding": [{"system": IDENTIFIER_TYPES, "code": code}]});
    let mut identifiers = Vec::new();
    if let Some(number) = text("personal_number") {
        identifiers.push(json!({"use": "official", "type": kind("NI"), "system": NATIONAL_ID, "value": number}));
    }
    if let Some(number) = text("former_number") {
        identifiers.push(json!({"use": "old", "type": kind("NI"), "system": CITIZEN_ID, "value": number}));
    }
    // On an ID card that has a personal number, the document number may be a part of it.
    if let (Some(number), None) = (text("document_number"), text("personal_number")) {
        let state = text("issuing_state").unwrap_or_default();
        identifiers.push(if text("document_code").is_some_and(|code| code.starts_with('P')) {
            let system = format!("{PASSPORT}{state}");
            json!({"use": "official", "type": kind("PPN"), "system": system, "value": number})
        } else {
            json!({"use": "official", "value": number, "assigner": {"display": state}})
        });
    }
    identifiers
}

fn name<'a>(text: &impl Fn(&'static str) -> Option<&'a str>) -> Option<Value> {
    let mut name = Map::new();
    name.insert("use".into(), json!("official"));
    name.insert("text".into(), json!(text("full_name")?));
    if let Some(surname) = text("surname") {
        name.insert("family".into(), json!(surname));
    }
    let given: Vec<&str> = text("given_names").unwrap_or_default().split_whitespace().collect();
    if !given.is_empty() {
        name.insert("given".into(), json!(given));
    }
    Some(Value::Object(name))
}

/// The codes of hl7.org/fhir/R4/valueset-administrative-gender.html.
fn gender(text: &str) -> Option<&'static str> {
    match parse_sex(text).map_or(text, |sex| sex.as_str()) {
        "male" => Some("male"),
        "female" => Some("female"),
        "unspecified" => Some("unknown"),
        _ => None,
    }
}

/// A date of FHIR, as exact as it is known: `1999-01-31`, `1999-01`, `1999`.
fn date(text: &str) -> Option<String> {
    let is_iso = matches!(text.split('-').map(str::len).collect::<Vec<_>>().as_slice(), [4, 2, 2]);
    let whole = if is_iso { text.to_owned() } else { parse_date(text)?.to_text() };
    Some(known(&whole)).filter(|date| !date.is_empty())
}

/// The parts before the first unknown one.
fn known(date: &str) -> String {
    date.split('-').take_while(|part| !part.contains('X')).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_exact_as_they_are_known() {
        for (text, expected) in [
            ("01/02/1999", Some("1999-02-01")),
            ("02/1999", Some("1999-02")),
            ("1999", Some("1999")),
            ("1999-01-31", Some("1999-01-31")),
            ("1999-XX-XX", Some("1999")),
            ("XXXX-XX-XX", None),
            ("Không thời hạn", None),
        ] {
            assert_eq!(date(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_sex_is_a_word_of_fhir() {
        let words = ["Nam", "Nữ", "female", "unspecified", "x"].map(gender);
        assert_eq!(words, [Some("male"), Some("female"), Some("female"), Some("unknown"), None]);
    }
}
