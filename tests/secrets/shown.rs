//! Every public type that has a Debug output and can hold bytes or text: it is shown with canaries in it, or its reason
//! stands here. The sources are read, so that a new type is not forgotten.

use crate::canaries;
use crate::leaks;
use crate::reading;
use chipid::internals::crypto::{Number, Point, PublicKey};
use chipid::internals::iso7816::{Command, Response, StatusWord};
use chipid::internals::passive_authentication::{Inputs, passive_authentication, provisional};
use chipid::internals::pki::{Certificate, SignedData};
use chipid::internals::tlv::Reader;
use chipid::lds::{
    AtrInfo, CardSecurity, Com, Cvca, DataGroup, Dg2, Dg3, Dg4, Dg5, Dg7, Dg11, Dg12, Dg14, Dg15, Dg16, Dir, FileId,
    Mrz, OpaqueGroup, SecurityInfos, SecurityObject,
};
use chipid::national::OptionalDetails;
use chipid::vietnam::{Dg13, PersonalNumber, Qr};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;

/// Types that are shown by this test or by `leaks`, with canaries in them.
const SHOWN: &[&str] = &[
    "ActiveAuthentication",
    "Authenticated",
    "Certificate",
    "Check",
    "ChipAuthenticationPublicKeyInfo",
    "ChipKey",
    "ChipMapping",
    "Command",
    "DateTime",
    "DocumentFacts",
    "Dg13",
    "Dg15",
    "Dir",
    "Document",
    "Evidence",
    "EvidenceSignature",
    "Face",
    "FaceRepresentation",
    "FacialInformation",
    "Field",
    "FileState",
    "HashMatches",
    "Image",
    "InputFile",
    "Inputs",
    "LdsSecurityObject",
    "Mrz",
    "MrzName",
    "Number",
    "OnlineCheck",
    "OpaqueGroup",
    "OpenError",
    "OptionalDetails",
    "FileOutcome",
    "PartialDate",
    "PersonalNumber",
    "Picture",
    "Point",
    "Portrait",
    "Proofs",
    "Qr",
    "RawObject",
    "ReadError",
    "Reader",
    "Response",
    "SecurityInfo",
    "SignedData",
    "SignerInfo",
    "Text",
    "Tlv",
    "Transcript",
    "VnField",
];

/// Types that hold nothing of a holder or of a key, each with what they hold.
const HARMLESS: &[(&str, &str)] = &[
    ("AccessSummary", "names of protocols and of what the chip offered"),
    ("AlternativeName", "the place and the code of an authority"),
    ("Angle", "how a face was turned"),
    ("BundlePart", "a file of an operator's anchors"),
    ("CertificateReference", "the name of a terminal's certificate"),
    ("Change", "names of readers"),
    ("Claims", "whether there are any"),
    ("Clock", "when, by whose clock"),
    ("Consent", "when, and the operator's purpose"),
    ("ConsultedList", "issuer, number and hash of a public list"),
    ("CvCertificate", "a certificate of a terminal"),
    ("DataGroup", "a number from 1 to 16"),
    ("DecidedBy", "name and hash of a policy"),
    ("DateToCompare", "nothing"),
    ("Decision", "what a policy says of the checks"),
    ("DecisionReason", "what a policy says of one check"),
    ("DefectList", "a public list; of document numbers only how many"),
    ("DsaPublicKey", "a key of a document signer"),
    ("EvidenceSigningError", "what the caller's signer says"),
    ("Examination", "public certificates of authorities"),
    ("ExaminationFinding", "the subject of a public certificate, or the name of a file"),
    ("Extensions", "of a public certificate"),
    ("FaceAnswer", "a result, the vendor and the threshold"),
    ("FaceComparison", "when, a result, the vendor and the threshold"),
    ("FaceQuestion", "nothing"),
    ("FeaturePoint", "a place in a face, as a number"),
    ("FhirError", "which field is missing"),
    ("HolderNames", "nothing"),
    ("Identification", "when, and by which scheme"),
    ("ImageFormat", "a kind of image"),
    ("IrisImageRecord", "how an iris was taken, and by which device"),
    ("KeyId", "the number of a chip's key"),
    ("KnownDefect", "which defect a public list names"),
    ("Listed", "a public list and who vouches for it"),
    ("List", "name, date and hash of a public list"),
    ("Name", "of an authority"),
    ("Oid", "of a standard"),
    ("OnlineAnswer", "a hash over a question with a nonce, and who signed it"),
    ("OnlineQuestion", "nothing"),
    ("OnlineSignature", "of whoever answers for the issuer"),
    ("PaceDomainParameterInfo", "parameters of a kind of card"),
    ("PathEntry", "the name and hash of a certificate of an authority"),
    ("Policy", "an operator's rules"),
    ("PolicyError", "a line of an operator's policy"),
    ("PolicyFault", "a word of an operator's policy"),
    ("ProofsError", "why a file is none; a word of the schema at most"),
    ("ReadPlan", "what is asked for; a challenge that the caller chose"),
    ("ReaderInfo", "name of a reader, answer to reset of a kind of card"),
    ("Refused", "a public certificate, and why it is no anchor"),
    ("RevocationList", "a public list"),
    ("Sex", "one of four words"),
    ("SignerId", "the name of a document signer"),
    ("SigningError", "what the caller's signer says"),
    ("Source", "where a caller's anchors come from"),
    ("StatusWord", "two bytes of status"),
    ("Tag", "of a standard"),
    ("Tolerances", "names of tolerances"),
    ("TerminalError", "which of the caller's files is no certificate"),
    ("TrustStore", "public certificates of authorities"),
    ("UnusedTrust", "name and fault of what the caller handed in as trusted"),
];

/// Every value that these bytes are, in every parser, as Debug says it; every error too.
pub fn file_values(bytes: &[u8], say: &mut dyn FnMut(String)) {
    let mut value = |value: &dyn Debug| {
        say(format!("{value:?}"));
        say(format!("{value:#?}"));
    };
    macro_rules! parse {
        ($($parser:expr),* $(,)?) => {
            $(match $parser {
                Ok(found) => value(&found),
                Err(why) => {
                    value(&why);
                    value(&why.to_string());
                }
            })*
        };
    }
    parse!(
        Com::parse(bytes),
        Cvca::parse(bytes),
        Mrz::from_dg1(bytes),
        Dg2::parse(bytes),
        Dg3::parse(bytes),
        Dg4::parse(bytes),
        Dg5::parse(bytes),
        Dg7::parse(bytes),
        Dg11::parse(bytes),
        Dg12::parse(bytes),
        Dg13::parse(bytes),
        Dg14::parse(bytes),
        Dg15::parse(bytes),
        Dg16::parse(bytes),
        SecurityInfos::parse(FileId::CardAccess, bytes),
        SecurityObject::parse(bytes),
        CardSecurity::parse(bytes),
        SignedData::parse(bytes),
        Certificate::parse(bytes),
        PublicKey::from_spki(bytes),
    );
    for group in DataGroup::all() {
        parse!(OpaqueGroup::parse(group, bytes));
    }
    value(&OptionalDetails::parse(bytes, Some("VNM")));
    value(&OptionalDetails::parse(bytes, None));
    value(&(AtrInfo::parse(bytes), Dir::parse(bytes)));
    if let Ok(dg13) = Dg13::parse(bytes) {
        value(&dg13.fields());
    }
    if let Ok(mrz) = Mrz::from_dg1(bytes) {
        value(&(mrz.name(), mrz.birth_date(time::Date::MIN), mrz.findings()));
    }
    if let Ok(dg2) = Dg2::parse(bytes) {
        dg2.faces.iter().for_each(|face| value(&(face, &face.details, &face.header)));
    }
    let mut reader = Reader::ber(bytes);
    value(&reader);
    if let Ok(object) = reader.next() {
        value(&(&object, object.children(), object.children().next()));
    }
}

#[test]
fn debug_outputs_hold_nothing() {
    let mut texts = Vec::new();
    let mut show = |value: &dyn Debug| texts.extend([format!("{value:?}"), format!("{value:#?}")]);
    let profile = canaries::vn();
    let contents = profile.contents().unwrap();
    let trust = reading::trust(&profile);
    let group =
        |number: u8| contents.groups.iter().find(|(own, _)| *own == number).map(|(_, file)| file.as_slice()).unwrap();
    let sod = contents.file(chipid::sim::Folder::Application, 0x011D).unwrap();
    let name = "ZYQXWVOLAND";

    let command = Command::new(0, 0xA4, 4, 12).with_data(name.as_bytes()).expecting(16);
    show(&command);
    show(&Response { data: group(1).to_vec(), status: StatusWord::SUCCESS });
    show(&chipid::internals::channel::FileOutcome::Read(group(1).to_vec()));
    show(&chipid::document::FileState::Read(group(13).to_vec()));
    show(&PersonalNumber::parse(canaries::NUMBER).unwrap());
    show(&Qr::parse(&profile.qr_text().unwrap()).unwrap());

    let object = SecurityObject::parse(sod).unwrap();
    show(&provisional(&object, DataGroup::DG1, group(1)));
    let read = |bytes| chipid::internals::passive_authentication::InputFile::Read(bytes);
    let numbers =
        contents.groups.iter().filter_map(|(number, file)| Some((DataGroup::new(*number)?, read(file.as_slice()))));
    let inputs = Inputs {
        sod: read(sod),
        files: numbers.collect::<BTreeMap<_, _>>(),
        trust: &trust,
        at: reading::now().into(),
        issued: None,
        issuing_state: Some("VNM"),
        presumed_state: None,
        document_code: Some("ID"),
        tolerances: chipid::checks::Tolerances::default(),
    };
    show(&inputs);
    let judged = passive_authentication(&inputs);
    show(&judged);
    show(&judged.authenticated(DataGroup::DG1));

    let countries = ["VN".to_owned()];
    show(&chipid::internals::signed_lists::DocumentFacts {
        signer: judged.document_signer(),
        countries: &countries,
        document_code: Some("ID"),
        number: Some(&profile.person.document_number),
        issued: judged.signing_time(),
        signed: judged.signing_time(),
    });

    // Keys: the secrets of `leaks` are among the canaries; these two may be shared secrets.
    let (point, number): (Point, Number) = canaries::shared_secrets();
    show(&(point, number));
    show(&chipid::image::decode(chipid::sim::person::PORTRAIT, &chipid::image::ImageLimits::default()).unwrap());

    contents.files.iter().for_each(|file| file_values(&file.content, &mut |text| texts.push(text)));
    let text = texts.concat();
    assert!(text.len() > 10_000);
    let found = chipid_found(&text);
    let lines: Vec<&String> = texts.iter().filter(|text| !chipid_found(text).is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}\n{lines:#?}");
}

fn chipid_found(text: &str) -> BTreeSet<String> {
    canaries::find(leaks::all(), text)
}

/// The two tables and the sources name the same types.
#[test]
fn every_type_with_bytes_or_text_is_shown_or_harmless() {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if !path.is_dir() {
                found.extend(types_with_content(&std::fs::read_to_string(path).unwrap()));
            } else if !path.ends_with("src/sim") {
                // The simulated card holds keys and persons for tests; it is not part of a program in use.
                folders.push(path);
            }
        }
    }
    let known: BTreeSet<String> =
        SHOWN.iter().copied().chain(HARMLESS.iter().map(|(name, _)| *name)).map(str::to_owned).collect();
    let missing: Vec<_> = found.difference(&known).collect();
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(missing.is_empty() && stale.is_empty(), "in no table: {missing:#?}\nin a table only: {stale:#?}");
    assert!(SHOWN.iter().all(|name| !HARMLESS.iter().any(|(other, _)| other == name)));
}

/// The public types of a source file that have a Debug output and bytes or text in their fields, or write their own.
fn types_with_content(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = Vec::new();
    let mut attributes = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let declared = ["pub struct ", "pub enum "].iter().find_map(|start| line.strip_prefix(start));
        let Some(declared) = declared else {
            if line.starts_with("#[") {
                attributes.push_str(line);
            } else if !line.starts_with("//") {
                attributes.clear();
            }
            continue;
        };
        let end = declared.find(|mark: char| !mark.is_alphanumeric()).unwrap_or(declared.len());
        let name = &declared[..end];
        let mut body = declared[end..].to_owned();
        if !body.ends_with(';') && !body.ends_with('}') {
            for line in lines.by_ref().take_while(|line| *line != "}") {
                if !line.trim_start().starts_with("//") {
                    body.push_str(line);
                }
            }
        }
        let body = body.replace("&'static str", "");
        let has_content = ["String", "[u8]", "Vec<u8>", "str", "[u8; "].iter().any(|kind| body.contains(kind));
        let written =
            source.contains(&format!("Debug for {name} {{")) || source.contains(&format!("Debug for {name}<"));
        if written || (has_content && attributes.contains("Debug")) {
            found.push(name.to_owned());
        }
        attributes.clear();
    }
    found
}
