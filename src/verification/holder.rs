//! Collects the holder's fields and portrait from the files, each with the state of its file.

use super::values::Values;
use crate::checks::{CheckId, State};
use crate::document::Scope;
use crate::lds::{DataGroup, Dg11, Dg12, Mrz, PartialDate, Text};
use crate::national;
use crate::passive_authentication::PassiveAuthentication;
use crate::report::{FIELD_NAMES, Field, Holder, Portrait, Source};
use zeroize::Zeroize;

/// The state of a data group's content.
fn state(pa: &PassiveAuthentication<'_>, group: DataGroup) -> State {
    if pa.authenticated(group).is_some() && pa.check(CheckId::PaValidity).is_some_and(|check| check.is_successful()) {
        return State::Successful;
    }
    let own = CheckId::data_group(group.number()).and_then(|id| pa.check(id)).map(|check| check.state);
    match (own, pa.authenticity()) {
        (Some(State::Failed), _) | (_, State::Failed) => State::Failed,
        _ => State::Undetermined,
    }
}

/// Fields and portrait of the files that were read.
///
/// Of a reading with a purpose only the fields that it names.
pub(super) fn of(scope: &Scope, values: &Values<'_>, pa: &PassiveAuthentication<'_>) -> (Holder, Option<Portrait>) {
    let mut found: Vec<(&'static str, Field)> = Vec::new();
    if let Some(stated) = values.stated() {
        let state = state(pa, DataGroup::DG13);
        for (name, text) in stated.fields {
            found.push((name, Field { value: text.to_owned(), source: Source::Dg13, state }));
        }
    }
    // Of two sources of a field the first one counts: names of DG11 have their diacritics, those of DG1 do not.
    let mut add = |source, group, texts: Vec<(&'static str, String)>| {
        let state = state(pa, group);
        for (name, mut value) in texts {
            let is_new = !value.is_empty() && !found.iter().any(|(own, _)| *own == name);
            if is_new {
                found.push((name, Field { value, source, state }));
            } else {
                value.zeroize();
            }
        }
    };
    if let Some(Ok(dg11)) = &values.dg11 {
        add(Source::Dg11, DataGroup::DG11, of_dg11(dg11));
    }
    if let Some(Ok(dg12)) = &values.dg12 {
        add(Source::Dg12, DataGroup::DG12, of_dg12(dg12));
    }
    if let Some(mrz) = values.mrz() {
        add(Source::Dg1, DataGroup::DG1, of_dg1(mrz, values));
    }
    found.retain_mut(|(name, field)| {
        let is_handed_out = scope.hands_out(name);
        if !is_handed_out {
            field.value.zeroize();
        }
        is_handed_out
    });
    found.sort_by_key(|(name, _)| FIELD_NAMES.iter().position(|own| own == name));
    (Holder(found), portrait(values, pa))
}

/// The personal number, whatever the plan hands out: of DG13, DG11 or DG1, as among the fields.
pub(super) fn personal_number(values: &Values<'_>) -> Option<String> {
    let dg13 = values.stated().and_then(|stated| stated.text("personal_number")).map(str::to_owned);
    let dg11 = values.dg11.as_ref().and_then(|dg11| dg11.as_ref().ok()?.personal_number);
    let dg11 = dg11.map(|text| text.text().into_owned()).filter(|number| !number.is_empty());
    dg13.or(dg11).or_else(|| national::personal_number_of_mrz(values.mrz()?).map(|number| number.as_str().to_owned()))
}

/// The place of residence, whatever the plan hands out.
pub(super) fn place_of_residence<'a>(values: &'a Values<'_>) -> Option<&'a str> {
    values.stated()?.text("place_of_residence")
}

fn of_dg11(dg11: &Dg11<'_>) -> Vec<(&'static str, String)> {
    let whole = |text: &Option<Text<'_>>| text.map(|text| text.text().into_owned()).unwrap_or_default();
    let parts = |text: &Option<Text<'_>>| text.map(|text| text.parts().join(", ")).unwrap_or_default();
    let others: Vec<String> = dg11.other_names.iter().map(|name| name.name().full()).collect();
    vec![
        ("full_name", dg11.full_name.map(|name| name.name().full()).unwrap_or_default()),
        ("other_names", others.join("; ")),
        ("personal_number", whole(&dg11.personal_number)),
        ("date_of_birth", dg11.full_date_of_birth.map(|date| date.to_text()).unwrap_or_default()),
        ("place_of_birth", parts(&dg11.place_of_birth)),
        ("permanent_address", parts(&dg11.permanent_address)),
        ("telephone", whole(&dg11.telephone)),
        ("profession", parts(&dg11.profession)),
        ("title", whole(&dg11.title)),
        ("personal_summary", parts(&dg11.personal_summary)),
        ("other_document_numbers", parts(&dg11.other_valid_td_numbers)),
        ("custody_information", parts(&dg11.custody_information)),
    ]
}

fn of_dg12(dg12: &Dg12<'_>) -> Vec<(&'static str, String)> {
    let whole = |text: &Option<Text<'_>>| text.map(|text| text.text().into_owned()).unwrap_or_default();
    let parts = |text: &Option<Text<'_>>| text.map(|text| text.parts().join(", ")).unwrap_or_default();
    let others: Vec<String> = dg12.other_persons.iter().map(|name| name.name().full()).collect();
    vec![
        ("issuing_authority", parts(&dg12.issuing_authority)),
        ("date_of_issue", dg12.date_of_issue.map(|date| date.to_text()).unwrap_or_default()),
        ("other_persons", others.join("; ")),
        ("endorsements", parts(&dg12.endorsements)),
        ("tax_exit_requirements", parts(&dg12.tax_exit_requirements)),
        ("personalization_time", dg12.personalization_time.map(|time| time.to_text()).unwrap_or_default()),
        ("personalization_serial_number", whole(&dg12.personalization_serial_number)),
    ]
}

fn of_dg1(mrz: &Mrz, values: &Values<'_>) -> Vec<(&'static str, String)> {
    let name = mrz.name();
    let date = |date: Option<PartialDate>| date.map(|date| date.to_text()).unwrap_or_default();
    let number = national::personal_number_of_mrz(mrz).map(|number| number.as_str().to_owned()).unwrap_or_default();
    let optional = national::optional_data(mrz);
    vec![
        ("personal_number", number),
        ("full_name", name.full()),
        ("date_of_birth", date(mrz.birth_date(values.at))),
        ("sex", mrz.sex().as_str().to_owned()),
        ("nationality", mrz.nationality().to_owned()),
        ("date_of_expiry", date(mrz.expiry_date())),
        ("document_number", mrz.document_number()),
        ("document_code", mrz.document_code().to_owned()),
        ("issuing_state", mrz.issuing_state().to_owned()),
        ("surname", name.primary),
        ("given_names", name.secondary),
        ("optional_data", optional.replace('<', " ").trim().to_owned()),
    ]
}

/// The first face of DG2.
fn portrait(values: &Values<'_>, pa: &PassiveAuthentication<'_>) -> Option<Portrait> {
    let face = values.dg2.as_ref()?.as_ref().ok()?.faces.first()?;
    Some(Portrait {
        mime: face.format.mime(),
        bytes: face.image.len(),
        extension: face.format.extension(),
        size: face.size,
        state: state(pa, DataGroup::DG2),
        image: face.image.to_vec(),
    })
}
