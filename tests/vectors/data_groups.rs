//! The data groups as values: what each field holds, and what is found. A key that the vector does not have says that the
//! field is absent.

use crate::format::{Failure, Vector, same};
use chipid::internals::tlv::TlvError;
use chipid::lds::{
    DateTime, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg16, Dimensions, Finding, Image, ImageFormat, PartialDate, Text,
};
use chipid::national::OptionalDetails;

fn refused(error: TlvError) -> Failure {
    Failure::Refused(error.to_string())
}

/// The value of a key, or that it is absent.
fn same_field(vector: &Vector, key: &str, computed: Option<String>) -> Result<(), Failure> {
    match (computed, vector.optional(key)) {
        (None, None) => Ok(()),
        (Some(computed), Some(stated)) => same(key, computed.as_bytes(), stated.as_bytes()),
        (computed, _) => {
            let which = if computed.is_some() { "there" } else { "absent" };
            Err(Failure::Differs(format!("{key} is {which}")))
        }
    }
}

fn same_findings(vector: &Vector, findings: &[Finding]) -> Result<(), Failure> {
    let found: Vec<&str> = findings.iter().map(|finding| finding.defect.as_str()).collect();
    same("findings", found.join(" ").as_bytes(), vector.text("findings")?.as_bytes())
}

fn text(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.text().into_owned())
}

fn parts(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.parts().join("|"))
}

fn several(texts: &[Text<'_>]) -> Option<String> {
    let all: Vec<_> = texts.iter().map(Text::text).collect();
    (!all.is_empty()).then(|| all.join("|"))
}

fn date(date: Option<PartialDate>) -> Option<String> {
    date.map(|date| date.to_text())
}

/// `jpg 60x80`; without a size where the image has none.
fn shown(format: ImageFormat, dimensions: Option<Dimensions>) -> String {
    let size = dimensions.map_or(String::new(), |size| format!(" {}x{}", size.width, size.height));
    format!("{}{size}", format.extension())
}

fn image(image: Option<Image<'_>>) -> Option<String> {
    image.map(|image| shown(image.format, image.dimensions))
}

/// EF.DG11 (9303-10 §4.7.11).
pub fn dg11(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let dg11 = Dg11::parse(&file).map_err(refused)?;
    let name = dg11.full_name.map(|name| name.name());
    same_field(vector, "full_name", text(dg11.full_name))?;
    same_field(vector, "primary", name.as_ref().map(|name| name.primary.clone()))?;
    same_field(vector, "secondary", name.map(|name| name.secondary))?;
    same_field(vector, "other_names", several(&dg11.other_names))?;
    same_field(vector, "personal_number", text(dg11.personal_number))?;
    same_field(vector, "full_date_of_birth", date(dg11.full_date_of_birth))?;
    same_field(vector, "place_of_birth", parts(dg11.place_of_birth))?;
    same_field(vector, "permanent_address", parts(dg11.permanent_address))?;
    same_field(vector, "telephone", text(dg11.telephone))?;
    same_field(vector, "profession", text(dg11.profession))?;
    same_field(vector, "title", text(dg11.title))?;
    same_field(vector, "personal_summary", text(dg11.personal_summary))?;
    same_field(vector, "proof_of_citizenship", image(dg11.proof_of_citizenship))?;
    same_field(vector, "other_valid_td_numbers", parts(dg11.other_valid_td_numbers))?;
    same_field(vector, "custody_information", text(dg11.custody_information))?;
    let others: Vec<String> = dg11.others.iter().map(|other| other.tag.to_string()).collect();
    same_field(vector, "others", (!others.is_empty()).then(|| others.join(" ")))?;
    same_findings(vector, &dg11.findings)
}

/// EF.DG12 (9303-10 §4.7.12).
pub fn dg12(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let dg12 = Dg12::parse(&file).map_err(refused)?;
    same_field(vector, "issuing_authority", text(dg12.issuing_authority))?;
    same_field(vector, "date_of_issue", date(dg12.date_of_issue))?;
    same_field(vector, "other_persons", several(&dg12.other_persons))?;
    same_field(vector, "endorsements", text(dg12.endorsements))?;
    same_field(vector, "tax_exit_requirements", text(dg12.tax_exit_requirements))?;
    same_field(vector, "image_of_front", image(dg12.image_of_front))?;
    same_field(vector, "image_of_rear", image(dg12.image_of_rear))?;
    same_field(vector, "personalization_time", dg12.personalization_time.as_ref().map(DateTime::to_text))?;
    same_field(vector, "personalization_serial_number", text(dg12.personalization_serial_number))?;
    same_findings(vector, &dg12.findings)
}

/// EF.DG16 (9303-10 §4.7.16): each person as `date; name; telephone; address`, `-` for what is absent.
pub fn dg16(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let dg16 = Dg16::parse(&file).map_err(refused)?;
    let persons = dg16.persons.iter().map(|person| {
        let fields = [
            date(person.date_data_recorded),
            text(person.name_of_person),
            text(person.telephone),
            text(person.address),
        ];
        fields.map(|field| field.unwrap_or_else(|| "-".into())).join("; ")
    });
    same_numbered(vector, "person", persons.collect())?;
    same_findings(vector, &dg16.findings)
}

/// The keys `name_1`, `name_2` and so on, no more and no fewer.
fn same_numbered(vector: &Vector, name: &str, values: Vec<String>) -> Result<(), Failure> {
    let next = format!("{name}_{}", values.len() + 1);
    for (number, value) in (1..).zip(values) {
        same_field(vector, &format!("{name}_{number}"), Some(value))?;
    }
    same_field(vector, &next, None)
}

/// The images of EF.DG2 to EF.DG5 and EF.DG7, each as `format, its own size, of the size that the record states, whose`.
pub fn images(vector: &Vector) -> Result<(), Failure> {
    let group = vector.text("group")?;
    let file = vector.hex("file")?;
    let whole = |image: String, size: Option<(u16, u16)>, whose: &str| {
        let size = size.map_or(String::new(), |(width, height)| format!(" of {width}x{height}"));
        let whose = if whose.is_empty() { String::new() } else { format!(", {whose}") };
        format!("{image}{size}{whose}")
    };
    let plain = |images: &[Image<'_>]| images.iter().map(|one| shown(one.format, one.dimensions)).collect();
    let (instances, images, findings) = match group {
        "2" => {
            let dg2 = Dg2::parse(&file).map_err(refused)?;
            let faces = dg2.faces.iter().map(|face| whole(shown(face.format, face.dimensions), face.size, ""));
            (None, faces.collect(), dg2.findings)
        }
        "3" => {
            let dg3 = Dg3::parse(&file).map_err(refused)?;
            let fingers = dg3.fingers.iter().map(|finger| {
                let whose = finger.position.map_or("", |position| position.as_str());
                whole(shown(finger.image.format, finger.image.dimensions), finger.size, whose)
            });
            (dg3.instances, fingers.collect(), dg3.findings.clone())
        }
        "4" => {
            let dg4 = Dg4::parse(&file).map_err(refused)?;
            let irises = dg4.irises.iter().map(|iris| {
                let whose = iris.eye.map_or(String::new(), |eye| format!("{eye:?} eye").to_lowercase());
                whole(shown(iris.image.format, iris.image.dimensions), iris.size, &whose)
            });
            (dg4.instances, irises.collect(), dg4.findings.clone())
        }
        "5" => {
            let dg5 = Dg5::parse(&file).map_err(refused)?;
            (dg5.instances, plain(&dg5.displayed_portraits), dg5.findings)
        }
        "7" => {
            let dg7 = Dg7::parse(&file).map_err(refused)?;
            (dg7.instances, plain(&dg7.displayed_signatures), dg7.findings)
        }
        other => return Err(Failure::Malformed(format!("no images in the data group {other}"))),
    };
    same_field(vector, "instances", instances.map(|instances| instances.to_string()))?;
    same_numbered(vector, "image", images)?;
    same_findings(vector, &findings)
}

/// EF.DG13 by the profile of its country (9303-10 §4.7.13).
pub fn optional_details(vector: &Vector) -> Result<(), Failure> {
    let file = vector.hex("file")?;
    let details = OptionalDetails::parse(&file, vector.optional("issuing_state"));
    let (form, objects) = match &details {
        OptionalDetails::Opaque(group) => {
            let tags = group
                .objects
                .as_ref()
                .map(|objects| objects.iter().map(|object| object.tag.to_string()).collect::<Vec<_>>().join(" "));
            ("opaque", Some(tags.unwrap_or_else(|| "none".into())))
        }
        OptionalDetails::Bytes(bytes) => {
            same("bytes", bytes, &file)?;
            ("bytes", None)
        }
        known => (known.country().map_or("of no profile", |country| country.name), None),
    };
    same("form", form.as_bytes(), vector.text("form")?.as_bytes())?;
    same_field(vector, "objects", objects)
}
