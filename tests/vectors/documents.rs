//! What is printed on documents and stored in their files: the MRZ, its names, EF.CardAccess, and Vietnam's card.

use crate::format::{Failure, Vector, same};
use chipid::lds::{FileId, Mrz, PaceInfo, PartialDate, SecurityInfos};
use chipid::vietnam::{Dg13, Dg13Field, Qr, td1_number};

fn same_text(vector: &Vector, key: &str, computed: &str) -> Result<(), Failure> {
    same(key, computed.as_bytes(), vector.text(key)?.as_bytes())
}

/// A text that the vector may state; what it does not state is not compared.
fn same_if_stated(vector: &Vector, key: &str, computed: &str) -> Result<(), Failure> {
    vector.optional(key).map_or(Ok(()), |stated| same(key, computed.as_bytes(), stated.as_bytes()))
}

/// A whole MRZ (9303-3 §4): refused if it cannot be read or if a finding is a fault.
pub fn mrz(vector: &Vector) -> Result<(), Failure> {
    let lines: String = ["line_1", "line_2", "line_3"].iter().filter_map(|line| vector.optional(line)).collect();
    let findings = vector.optional("findings").unwrap_or_default();
    let mrz = Mrz::parse(&lines).map_err(|error| Failure::Refused(error.to_string()))?;
    same_text(vector, "document_code", mrz.document_code())?;
    same_text(vector, "issuing_state", mrz.issuing_state())?;
    same_text(vector, "document_number", &mrz.document_number())?;
    same_text(vector, "primary", &mrz.name().primary)?;
    same_text(vector, "secondary", &mrz.name().secondary)?;
    same_text(vector, "expiry", &mrz.expiry_date().map(|date| date.to_text()).unwrap_or_default())?;
    same_if_stated(vector, "personal_number", td1_number(&mrz).as_ref().map_or("", |found| found.number.as_str()))?;
    same_if_stated(vector, "can", td1_number(&mrz).as_ref().map_or("", |found| found.number.can()))?;
    same("information", mrz.information().expose(), vector.text("information")?.as_bytes())?;
    let found: Vec<&str> = mrz.findings().iter().map(|finding| finding.defect.as_str()).collect();
    same("findings", found.join(" ").as_bytes(), findings.as_bytes())?;
    match mrz.findings().iter().find(|finding| finding.kind().is_fault()) {
        None => Ok(()),
        Some(fault) => Err(Failure::Refused(fault.to_string())),
    }
}

/// A printed line with a name (9303-4 §4.2.3, 9303-5 §4.2.3, 9303-6 §4.2.3), in an MRZ around it; no check digit covers
/// a name.
pub fn mrz_name(vector: &Vector) -> Result<(), Failure> {
    let line = vector.text("line")?;
    let text = match line.len() {
        44 => format!("{line}L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        36 => format!("{line}D231458907UTO7408122F1204159<<<<<<<6"),
        30 => format!("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6{line}"),
        _ => return Err(Failure::Malformed("line is of no format".into())),
    };
    let name = Mrz::parse(&text).map_err(|error| Failure::Refused(error.to_string()))?.name();
    same_text(vector, "primary", &name.primary)?;
    same_text(vector, "secondary", &name.secondary)?;
    same_text(vector, "may_be_cut", if name.may_be_cut { "yes" } else { "no" })
}

/// EF.CardAccess (9303-11 §9.2): its PACEInfos, and what is found.
pub fn card_access(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let (pace, findings) =
        (vector.optional("pace").unwrap_or_default(), vector.optional("findings").unwrap_or_default());
    let infos = SecurityInfos::parse(FileId::CardAccess, &file).map_err(|error| Failure::Refused(error.to_string()))?;
    let suite = |info: &PaceInfo| {
        let group = format!("{:?}", info.suite.agreement).to_lowercase();
        let parameter = info.parameter_id.map_or("none".into(), |id| id.to_string());
        format!("{group} {} {} {parameter}", info.suite.mapping.name(), info.suite.cipher.name())
    };
    let found: Vec<String> = infos.pace().map(|(_, info)| suite(info)).collect();
    same("pace", found.join(", ").as_bytes(), pace.as_bytes())?;
    let found: Vec<&str> = infos.findings.iter().map(|finding| finding.defect.as_str()).collect();
    same("findings", found.join(" ").as_bytes(), findings.as_bytes())
}

/// EF.DG13 of Vietnam's card: its fields by number, empty where they hold nothing.
pub fn dg13_vn(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let dg13 = Dg13::parse(&file).map_err(|error| Failure::Refused(error.to_string()))?;
    for field in Dg13Field::ALL {
        same_text(vector, &format!("field_{:02}", field.number()), dg13.text(field).unwrap_or_default())?;
    }
    same_text(vector, "mother", dg13.mother().unwrap_or_default())?;
    let found: Vec<&str> = dg13.findings().iter().map(|finding| finding.defect.as_str()).collect();
    same("findings", found.join(" ").as_bytes(), vector.text("findings")?.as_bytes())
}

/// The QR code of Vietnam's card.
pub fn qr_vn(vector: &Vector) -> Result<(), Failure> {
    let text = vector.text("text")?;
    let qr = Qr::parse(text).map_err(|error| Failure::Refused(error.to_string()))?;
    let date = |date: Option<PartialDate>| date.map(|date| date.to_text()).unwrap_or_default();
    same_text(vector, "number", qr.number.as_str())?;
    same_text(vector, "former_number", qr.former_number.as_deref().unwrap_or_default())?;
    same_text(vector, "name", qr.name.as_deref().unwrap_or_default())?;
    same_text(vector, "birth", &date(qr.birth_date))?;
    same_text(vector, "sex", qr.sex.map_or("", |sex| sex.as_str()))?;
    same_text(vector, "residence", qr.residence.as_deref().unwrap_or_default())?;
    same_text(vector, "issued", &date(qr.issue_date))?;
    same_text(vector, "rest", &qr.rest.join("|"))
}
