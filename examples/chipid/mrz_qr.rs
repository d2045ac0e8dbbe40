//! `chipid mrz` and `chipid qr`: the fields of a scanner's text. No card is read, and nothing of it is authentic.

use crate::arguments::ScanArguments;
use crate::console_text::{plain, table};
use crate::failure::Failure;
use crate::output::Output;
use crate::password;
use chipid::lds::{Mrz, PartialDate};
use chipid::vietnam::{Qr, is_vietnamese, td1_number};
use serde_json::{Map, Value, json};
use std::fmt::Display;
use time::OffsetDateTime;

/// The machine readable zone of a scanner's text.
pub fn mrz(output: &Output, arguments: ScanArguments) -> Result<u8, Failure> {
    let given = password::text_or_input(arguments.text)?;
    let mrz = Mrz::parse(&given).map_err(|error| refused("usage.mrz", &error))?;
    let name = mrz.name();
    let today = OffsetDateTime::now_utc().date();
    let date = |date: Option<PartialDate>| date.map(|date| date.to_text());
    let number = td1_number(&mrz).map(|found| found.number.as_str().to_owned());
    let optional = mrz.optional_data().trim_matches('<');
    let fields = [
        ("personal_number", number),
        ("document_code", Some(mrz.document_code().to_owned())),
        ("issuing_state", Some(mrz.issuing_state().to_owned())),
        ("document_number", Some(mrz.document_number())),
        ("surname", Some(name.primary.clone())),
        ("given_names", Some(name.secondary.clone())),
        ("date_of_birth", date(mrz.birth_date(today))),
        ("sex", Some(mrz.sex().as_str().to_owned())),
        ("date_of_expiry", date(mrz.expiry_date())),
        ("nationality", Some(mrz.nationality().to_owned())),
        ("optional_data", (!is_vietnamese(&mrz)).then(|| optional.to_owned())),
    ];
    let findings: Vec<String> = mrz.findings().iter().map(ToString::to_string).collect();
    show(output, "chipid.mrz/1", &fields, &findings);
    Ok(u8::from(!mrz.key_check_digits_hold()))
}

/// The QR code of a Vietnamese card.
pub fn qr(output: &Output, arguments: ScanArguments) -> Result<u8, Failure> {
    let given = password::text_or_input(arguments.text)?;
    let qr = Qr::parse(&given).map_err(|error| refused("usage.qr", &error))?;
    let date = |date: Option<PartialDate>| date.map(|date| date.to_text());
    let fields = [
        ("personal_number", Some(qr.number.as_str().to_owned())),
        ("former_number", qr.former_number.clone()),
        ("full_name", qr.name.clone()),
        ("date_of_birth", date(qr.birth_date)),
        ("sex", qr.sex.map(|sex| sex.as_str().to_owned())),
        ("place_of_residence", qr.residence.clone()),
        ("date_of_issue", date(qr.issue_date)),
        ("optional_data", Some(qr.rest.join("|")).filter(|rest| !rest.is_empty())),
    ];
    show(output, "chipid.qr/1", &fields, &[]);
    Ok(0)
}

fn show(output: &Output, schema: &str, fields: &[(&str, Option<String>)], findings: &[String]) {
    let given = fields.iter().filter_map(|(name, value)| Some((*name, value.as_ref().filter(|v| !v.is_empty())?)));
    if output.is_json() {
        let mut object: Map<String, Value> = given.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        object.insert("schema".into(), json!(schema));
        object.insert("findings".into(), json!(findings));
        output.json(&Value::Object(object));
        return;
    }
    let messages = &output.messages;
    let rows: Vec<Vec<String>> = given
        .map(|(name, value)| {
            let value = if name == "sex" { messages.word("sex", value) } else { value };
            vec![plain(messages.word("field", name)), plain(value)]
        })
        .collect();
    output.text(&table(&rows, 1, 2));
    for finding in findings {
        output.message("label.warning", &[("warning", finding)]);
    }
    output.hint(messages.get("scan.unsigned"));
}

fn refused(code: &'static str, why: &dyn Display) -> Failure {
    Failure::usage(code, &[("why", why)])
}
