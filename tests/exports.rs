//! Does every report fit the published schema, and does a patient of FHIR hold what is authentic and nothing else?
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/reading.rs"]
mod reading;

use boon::{Compiler, SchemaIndex, Schemas};
use chipid::export::fhir::{FhirError, patient};
use chipid::sim::profile::{self, cam, dh, eac, hardened, im, passport, plain, vn};
use chipid::sim::{Profile, Quirk};
use chipid::trust::TrustStore;
use chipid::{Document, ReadPlan, Report, Verdict};
use reading::{Issued, now, read_over};
use serde_json::{Value, json};

fn compiled() -> (Schemas, SchemaIndex) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("result.json", Report::json_schema()).unwrap();
    let index = compiler.compile("result.json", &mut schemas).unwrap();
    (schemas, index)
}

fn read(issued: &Issued, plan: &ReadPlan) -> Document {
    read_over(Box::new(issued.card()), &issued.password(), plan, None).unwrap()
}

#[test]
fn every_report_fits_the_schema_and_an_altered_one_does_not() {
    let (schemas, index) = compiled();
    let fits = |value: &Value| schemas.validate(value, index).map_err(|error| error.to_string());
    let mut reports = 0;
    let quirks = [Quirk::CaRefused, Quirk::AaRefused, Quirk::CardAccessHidden, Quirk::LineBreaksInMrz];
    let profiles = [vn(), passport(), hardened(), plain(), cam(), im(), dh(), eac(), profile::reference()];
    let odd = quirks.map(|quirk| vn().with_quirk(quirk));
    for profile in profiles.into_iter().chain(odd) {
        let mut issued = Issued::new(profile);
        if issued.profile.quirks.has(Quirk::CardAccessHidden) {
            issued.profile.can = None;
        }
        for plan in [ReadPlan::full(), ReadPlan::fastest(), ReadPlan::age_and_portrait(), ReadPlan::residence()] {
            let document = read(&issued, &plan);
            let stored = Document::from_files(
                document.files().map(|(file, bytes)| (file, bytes.to_vec())).collect::<Vec<_>>(),
                Some(document.proofs()),
            );
            for report in
                [issued.report(&document), document.verify(&TrustStore::empty(), now()), issued.report(&stored)]
            {
                let value = serde_json::to_value(&report).unwrap();
                fits(&value).unwrap_or_else(|error| panic!("{}: {error}", issued.profile.name));
                reports += 1;
            }
        }
    }
    println!("{reports} reports");
    // Its refuse: one thing too much, too little, or of another kind.
    let value = serde_json::to_value(Issued::new(vn()).report(&read(&Issued::new(vn()), &ReadPlan::full()))).unwrap();
    for (place, altered) in [
        ("/verdict", json!("fine")),
        ("/checks/0/state", json!("good")),
        ("/checks/0/id", json!("pa.none")),
        ("/holder/full_name/source", json!("dg99")),
        ("/expired", json!("no")),
        ("/exchanges", json!(-1)),
        ("/schema", json!("chipid.result/2")),
    ] {
        let mut value = value.clone();
        *value.pointer_mut(place).unwrap() = altered;
        assert!(fits(&value).is_err(), "{place}");
    }
    let mut more = value.clone();
    more["surplus"] = json!(1);
    assert!(fits(&more).is_err());
}

#[test]
fn a_patient_has_the_numbers_name_and_residence_of_the_card() {
    let issued = Issued::new(vn());
    let report = issued.report(&read(&issued, &ReadPlan::full()));
    let patient_of = |photo| patient(&report, photo).unwrap();
    let value = patient_of(false);
    assert_eq!(value["resourceType"], "Patient");
    assert_eq!(value["identifier"][0]["system"], "http://fhir.ehealth.gov.vn/core/sid/national_id");
    assert_eq!(value["identifier"][0]["value"], "999199000001");
    assert_eq!(value["name"][0]["text"], "Nguyễn Thị Mẫu");
    assert_eq!((value["gender"].as_str(), value["birthDate"].as_str()), (Some("female"), Some("1999-01-01")));
    assert_eq!(value["address"][0]["state"], "Thành phố Mẫu");
    assert!(value.get("photo").is_none());
    assert_eq!(patient_of(true)["photo"][0]["contentType"], "image/jpeg");
    // A passport has another identifier, and surname and given names.
    let issued = Issued::new(passport());
    let report = issued.report(&read(&issued, &ReadPlan::full()));
    let value = patient(&report, false).unwrap();
    assert_eq!(value["identifier"][0]["system"], "http://hl7.org/fhir/sid/passport-UTO");
    assert_eq!(value["identifier"][0]["type"]["coding"][0]["code"], "PPN");
    assert!(value["name"][0]["family"].is_string() && value["name"][0]["given"].is_array());
}

#[test]
fn what_is_not_authentic_gives_no_patient() {
    let issued = Issued::new(vn());
    let document = read(&issued, &ReadPlan::full());
    let untrusted = document.verify(&TrustStore::empty(), now());
    assert_eq!(patient(&untrusted, false), Err(FhirError::NotAuthentic(Verdict::Undetermined)));
    // Only what was read stands in it.
    let report = issued.report(&read(&issued, &ReadPlan::number()));
    let value = patient(&report, true).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["identifier", "resourceType"]);
    let copied = Issued::new(Profile::with_quirk(vn(), Quirk::CaRefused6d00));
    let failed = copied.report(&read(&copied, &ReadPlan::full()));
    assert_eq!(patient(&failed, false), Err(FhirError::NotAuthentic(Verdict::Failed)));
}
