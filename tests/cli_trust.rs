//! The program's commands on trust, as a new user tries them: revocation lists and bundles given with `--trust`, the age of
//! a bundle, what a country is covered by, what differs between two editions; each with wrong input too.

mod support {
    pub mod program;
    pub mod shared;
}

use chipid::internals::crypto::DigestAlgorithm;
use chipid::internals::issuer::{
    DeviationFields, Extension, Issuer, IssuerPlan, KeyPlan, RevocationListFields, RevokedEntry, Scheme,
    deviation_list_content,
};
use chipid::internals::oid;
use chipid::internals::pki::Certificate;
use chipid::sim::profile;
use serde_json::Value;
use std::fs;
use support::program::{Folder, Run, run};
use support::shared::shared_data;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// The moment that the documents here are judged for.
const AT: &str = "2026-06-01T12:00:00Z";
const ISSUED: OffsetDateTime = datetime!(2026-05-01 0:00 UTC);

/// A saved document of the built-in card, and files of its invented issuer.
struct Office {
    folder: Folder,
    issuer: Issuer,
    document: String,
    csca: String,
}

impl Office {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let document = folder.at("document");
        let read = run(&["read", "--demo", "--save", &document, "--quiet"]);
        assert_eq!(read.code, 0, "{} {}", read.out, read.err);
        let issuer = profile::vn().issuer().unwrap();
        let csca = folder.at("csca.cer");
        fs::write(&csca, issuer.csca()).unwrap();
        Self { folder, issuer, document, csca }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.at(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn list(&self, name: &str, revoked: Vec<RevokedEntry>) -> String {
        let fields = self.issuer.revocation_list_fields(ISSUED);
        let list = self.issuer.sign_revocation_list(&RevocationListFields { revoked, ..fields }).unwrap();
        self.file(name, &list)
    }

    fn revoking(&self) -> String {
        let serial = Certificate::parse(self.issuer.ds()).unwrap().serial().to_vec();
        self.list("revoking.crl", vec![RevokedEntry::new(&serial, ISSUED)])
    }

    fn verify(&self, more: &[&str]) -> Run {
        run(&[&["verify", &self.document, "--at", AT, "--format", "json"][..], more].concat())
    }

    /// A bundle of these files, made at this moment.
    fn bundle(&self, name: &str, made: &str, files: &[&str]) -> String {
        let out = self.folder.at(name);
        let run = run(&[&["csca", "bundle", "--out", &out, "--made", made][..], files].concat());
        assert_eq!(run.code, 0, "{} {}", run.out, run.err);
        out
    }
}

fn check<'v>(result: &'v Value, id: &str) -> &'v Value {
    let checks = result["checks"].as_array().unwrap_or_else(|| panic!("{result}"));
    checks.iter().find(|check| check["id"] == id).unwrap_or(&Value::Null)
}

#[test]
fn a_revocation_list_is_given_as_anything_else_that_is_trusted() {
    let office = Office::new("crl");
    let silent = office.list("silent.crl", Vec::new());
    let good = office.verify(&["--trust", &office.csca, "--trust", &silent]);
    assert_eq!((good.code, &check(&good.json(), "pa.revocation")["state"]), (0, &"successful".into()), "{}", good.out);
    let revoked = office.verify(&["--trust", &office.revoking(), "--trust", &office.csca]);
    assert_eq!(revoked.code, 3, "{}", revoked.out);
    assert_eq!(check(&revoked.json(), "pa.revocation")["reason"], "revoked");
    for (language, word) in [("en", "revoked"), ("vi", "thu hồi")] {
        let text = run(&[
            "verify",
            &office.document,
            "--at",
            AT,
            "--trust",
            &office.csca,
            "--trust",
            &office.revoking(),
            "--lang",
            language,
        ]);
        assert!(text.code == 3 && text.out.contains(word), "{}", text.out);
    }
    // Alone it is no trust, and nobody vouches for it: said on standard error.
    let alone = office.verify(&["--trust", &silent]);
    assert_eq!(alone.code, 4, "{}", alone.out);
    assert!(alone.err.contains("this list is not consulted (no anchor is the issuer"), "{}", alone.err);
}

#[test]
fn a_bundle_is_made_and_trusted() {
    let office = Office::new("bundle");
    let revoking = office.revoking();
    let nonsense = office.file("nonsense.txt", b"hello");
    let out = office.folder.at("all.chipid-trust");
    let arguments =
        ["csca", "bundle", "--out", &out, "--made", "2026-05-20T00:00:00Z", &office.csca, &revoking, &nonsense];
    let made = run(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(made.code, 4, "something is left out: {} {}", made.out, made.err);
    let told = made.json();
    assert_eq!((&told["made"], told["parts"].as_array().unwrap().len()), (&"2026-05-20T00:00:00Z".into(), 2));
    assert_eq!(told["refused"][0]["subject"], "nonsense.txt");
    assert!(told["parts"].as_array().unwrap().iter().any(|part| part["signer"].as_str().unwrap().contains("CSCA")));
    let first = fs::read(&out).unwrap();
    // The same again is the same; another one does not replace it unasked.
    assert_eq!(run(&arguments).code, 4);
    assert_eq!(fs::read(&out).unwrap(), first);
    let other = ["csca", "bundle", "--out", &out, "--made", "2026-05-21T00:00:00Z", &office.csca];
    assert_eq!(run(&other).code, 2);
    assert_eq!(fs::read(&out).unwrap(), first);
    let text = run(&[&other[..], &["--force", "--lang", "vi"]].concat());
    assert!(text.code == 0 && text.out.contains("gói gồm 1 tệp"), "{} {}", text.out, text.err);
    fs::write(&out, &first).unwrap();
    assert_eq!(office.verify(&["--trust", &out]).code, 3, "its revocation list counts");
    for action in ["list", "show", "check"] {
        let told = run(&["csca", action, &out]);
        assert_eq!(told.code, 0, "{} {}", told.out, told.err);
        assert!(told.out.contains("Revocation list 1 of C=VN"), "{}", told.out);
    }
    // A bundle among the files is unpacked, and what comes of it is as old.
    let whole = office.folder.at("whole");
    let again = ["csca", "bundle", "--out", &whole, "--made", "2026-05-28T00:00:00Z", &out, "--format", "json"];
    let again = run(&again);
    assert_eq!((again.code, &again.json()["made"]), (0, &"2026-05-20T00:00:00Z".into()), "{}", again.out);
    assert_eq!(fs::read(&whole).unwrap(), first);
}

#[test]
fn what_is_given_as_trusted_and_not_used_stands_in_the_report() {
    let office = Office::new("unused");
    // A list of another key under the same name, a file of nonsense, a link that its issuer disowns.
    let stranger = Issuer::new(IssuerPlan { label: "stranger".into(), ..office.issuer.plan().clone() }).unwrap();
    let list = stranger.sign_revocation_list(&stranger.revocation_list_fields(ISSUED)).unwrap();
    let link = stranger.sign_with_csca(&stranger.link_fields(&office.issuer)).unwrap();
    let folder = office.folder.at("folder");
    fs::create_dir(&folder).unwrap();
    office.file("folder/a-link.cer", &link);
    office.file("folder/a-list.crl", &list);
    office.file("folder/csca.cer", office.issuer.csca());
    office.file("folder/nonsense.txt", b"hello");
    let report = office.verify(&["--trust", &folder, "--quiet"]);
    assert_eq!((report.code, report.err.as_str()), (0, ""), "{}", report.out);
    let unused = report.json()["unused_trust"].as_array().unwrap().clone();
    let of = |name: &str| {
        let found = unused.iter().find(|one| one["source"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("{name}: {unused:?}"))["why"].as_str().unwrap()
    };
    assert!(of("a-link.cer").contains("does not verify under the key of its issuer"));
    assert!(of("a-list.crl").contains("no anchor is the issuer") || of("a-list.crl").contains("does not verify"));
    assert!(of("nonsense.txt").contains("neither a certificate nor a list"));
    assert_eq!(unused.len(), 3, "{unused:?}");
    for (language, heading, path) in [
        ("en", "Given as trusted, and NOT USED:", "Certificates, from the signer up:"),
        ("vi", "KHÔNG DÙNG ĐƯỢC:", "Các chứng thư, từ chứng thư ký giấy tờ trở lên:"),
    ] {
        let text = run(&["verify", &office.document, "--at", AT, "--trust", &folder, "--lang", language, "--quiet"]);
        let words = text.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.matches(heading).count(), 3, "{}", text.out);
        assert!(words.contains(path) && words.contains("CSCA (invented), 2020-01-01"), "{}", text.out);
    }
    // A path of which nothing is left once all are there is an error, whatever the order.
    let link = office.folder.at("folder/a-link.cer");
    for trust in [[&link, &office.csca], [&office.csca, &link]] {
        let refused = office.verify(&["--trust", trust[0], "--trust", trust[1]]);
        assert_eq!((refused.code, refused.json()["code"].as_str()), (1, Some("no_certificate")), "{}", refused.out);
        assert!(
            refused.json()["message"].as_str().unwrap().contains("does not verify under the key of its issuer"),
            "{}",
            refused.out
        );
        let shown = run(&["csca", "show", "--country", "VN", trust[0], trust[1], "--format", "json"]);
        assert_eq!(shown.code, 1, "{}", shown.out);
    }
}

#[test]
fn a_link_certificate_is_an_anchor_only_with_the_option_that_names_it() {
    let office = Office::new("link-as-anchor");
    let old = Issuer::new(IssuerPlan { label: "old".into(), ..office.issuer.plan().clone() }).unwrap();
    let link = office.file("link.cer", &office.issuer.link(&old).unwrap());
    let root = office.file("old.cer", old.csca());
    let roles = |run: &Run| -> Vec<String> {
        let path = run.json()["certificate_path"].as_array().unwrap().clone();
        path.iter().map(|one| one["role"].as_str().unwrap().to_owned()).collect()
    };
    // Alone it leads nowhere, and the remedy names the option.
    let refused = office.verify(&["--trust", &link]);
    assert_eq!((refused.code, refused.json()["code"].as_str()), (1, Some("link_without_anchor")), "{}", refused.out);
    assert!(refused.json()["remedy"].as_str().unwrap().contains("--trust-link-as-anchor"), "{}", refused.out);
    // Beside its issuer it leads to an anchor.
    for trust in [[&link, &root], [&root, &link]] {
        let led = office.verify(&["--trust", trust[0], "--trust", trust[1]]);
        assert_eq!(led.code, 0, "{}", led.out);
        assert_eq!(roles(&led), ["document_signer", "link", "csca"]);
    }
    // Trusted by itself it is an anchor, and the report names it.
    let report = office.verify(&["--trust-link-as-anchor", &link]);
    assert_eq!(report.code, 0, "{}", report.out);
    let json = report.json();
    let chain = check(&json, "pa.chain");
    assert_eq!(roles(&report), ["document_signer", "link_as_anchor"]);
    assert!(chain["compared"].as_str().unwrap().contains("a link certificate that the caller trusts"), "{chain}");
    for (language, words) in [("en", "trusted as an anchor whoever signed it"), ("vi", "bất kể ai đã ký")] {
        let arguments = ["verify", &office.document, "--at", AT, "--trust-link-as-anchor", &link, "--lang", language];
        let text = run(&arguments).out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{text}");
    }
    let wrong = office.verify(&["--trust-link-as-anchor", &office.file("ds.cer", office.issuer.ds())]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (1, Some("no_certificate")), "{}", wrong.out);
}

#[test]
fn a_policy_brings_its_tolerance_of_lists() {
    let Some(path) = shared_data("csca/ICAO_ml_September2023.ml") else { return };
    let list = path.display().to_string();
    let office = Office::new("policy-list");
    let with = |policy: &str| office.verify(&["--trust", &list, "--policy", policy]);
    assert_eq!(with("strict").json()["code"].as_str(), Some("list_tolerance"));
    let field = with("field");
    assert_eq!(field.code, 14, "no authority of the card is in it: {} {}", field.out, field.err);
}

#[test]
fn an_old_bundle_is_told_then_refused_and_a_damaged_one_refused() {
    let office = Office::new("age");
    let fresh = office.bundle("fresh", "2026-05-20T00:00:00Z", &[&office.csca]);
    let stale = office.bundle("stale", "2026-04-20T00:00:00Z", &[&office.csca]);
    let old = office.bundle("old", "2026-01-20T00:00:00Z", &[&office.csca]);
    let run_fresh = office.verify(&["--trust", &fresh]);
    assert_eq!((run_fresh.code, &check(&run_fresh.json(), "trust.age")["state"]), (0, &"successful".into()));
    assert_eq!(run_fresh.err, "");
    let run_stale = office.verify(&["--trust", &stale]);
    assert_eq!((run_stale.code, &check(&run_stale.json(), "trust.age")["reason"]), (0, &"trust_stale".into()));
    assert!(run_stale.err.contains("was made on 2026-04-20, 42 days ago"), "{}", run_stale.err);
    let run_old = office.verify(&["--trust", &old]);
    assert_eq!((run_old.code, run_old.json()["code"].as_str()), (1, Some("bundle_too_old")), "{}", run_old.out);
    assert!(run_old.json()["remedy"].as_str().unwrap().contains("--trust-refuse-after"));
    let patient = ["--trust", &old, "--trust-refuse-after", "365", "--trust-warn-after", "200"];
    let run_patient = office.verify(&patient);
    assert_eq!((run_patient.code, &check(&run_patient.json(), "trust.age")["state"]), (0, &"successful".into()));
    assert_eq!(office.verify(&["--trust", &fresh, "--trust-warn-after", "soon"]).code, 2);
    // What was trusted then is old by nature.
    let evidence = office.folder.at("evidence");
    assert_eq!(run(&["read", "--demo", "--evidence", &evidence, "--quiet"]).code, 0);
    let then = run(&["verify", &evidence, "--trust", &office.csca, "--trust-then", &old, "--format", "json"]);
    assert!([0, 11, 4].contains(&then.code), "{} {}", then.out, then.err);
    let mut bytes = fs::read(&fresh).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = office.file("damaged", &bytes);
    let run_damaged = office.verify(&["--trust", &damaged]);
    assert_eq!((run_damaged.code, run_damaged.json()["code"].as_str()), (1, Some("bundle_damaged")));
    assert!(run_damaged.json()["message"].as_str().unwrap().contains("it was damaged or altered"));
}

#[test]
fn a_country_is_told_in_words_what_is_covered_and_what_is_not() {
    let office = Office::new("country");
    let list = office.list("silent.crl", vec![RevokedEntry::new(&[5], ISSUED)]);
    let ask = |country: &str, more: &[&str]| {
        run(&[&["csca", "show", "--country", country, "--at", AT, &office.csca, &list][..], more].concat())
    };
    let vn = ask("vn", &[]);
    assert_eq!(vn.code, 0, "{} {}", vn.out, vn.err);
    let words = vn.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "VN: authorities 1, in force on 2026-06-01: 1",
        "CSCA (invented), 2020-01-01 – 2045-01-01",
        "NOT covered: the chip ID card (CCCD). Its authority is in no public list",
        "Revocation list 1 of C=VN",
        "1 revoked – in force",
        "Known defects: no list that speaks for this country",
    ] {
        assert!(words.contains(part), "{part}: {}", vn.out);
    }
    assert!(ask("VN", &["--lang", "vi"]).out.contains("KHÔNG có: thẻ căn cước gắn chip"));
    let json = ask("VN", &["--format", "json"]).json();
    assert_eq!((&json["schema"], &json["in_force"]), (&"chipid.csca_country/1".into(), &1.into()));
    assert_eq!(json["covers"]["revocation"], true);
    assert_eq!(json["lists"][0]["currency"], "current");
    let nothing = ask("DE", &[]);
    assert_eq!(nothing.code, 4);
    assert!(nothing.out.contains("DE: nothing is covered."), "{}", nothing.out);
    let wrong = ask("Germany", &["--format", "json"]);
    assert_eq!((wrong.code, wrong.json()["code"].as_str()), (2, Some("usage.country")));
    // A pinned signer of cards covers them.
    let bundle = office.folder.at("pinned");
    let ds = office.file("ds.cer", office.issuer.ds());
    assert_eq!(run(&["csca", "bundle", "--out", &bundle, "--pin", &ds, &office.csca]).code, 0);
    let pinned = run(&["csca", "show", "--country", "VN", "--at", AT, &bundle]);
    let words = pinned.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Pinned document signer: C=VN") && words.contains(", for documents I"), "{}", pinned.out);
    assert!(!words.contains("NOT covered: the chip ID card"), "{}", pinned.out);
    let stray = run(&["csca", "show", "--at", AT, &office.csca]);
    assert_eq!(stray.code, 2, "--at is for a country only");
}

#[test]
fn two_editions_are_compared_by_country() {
    let office = Office::new("diff");
    let plan = |label: &str, country: &str| IssuerPlan {
        label: label.to_owned(),
        country: country.to_owned(),
        ..office.issuer.plan().clone()
    };
    let issuer = |label: &str, country: &str| Issuer::new(plan(label, country)).unwrap();
    let (gone, come) = (issuer("gone", "DE"), issuer("come", "FR"));
    // The same key, certified anew for longer.
    let mut renewed = office.issuer.csca_fields();
    renewed.not_after += Duration::days(365);
    let renewed = office.issuer.sign_with_csca(&renewed).unwrap();
    for folder in ["before", "after"] {
        fs::create_dir(office.folder.at(folder)).unwrap();
    }
    let before = office.folder.at("before");
    let after = office.folder.at("after");
    office.file("before/vn.cer", office.issuer.csca());
    office.file("before/de.cer", gone.csca());
    office.file("after/vn.cer", &renewed);
    office.file("after/fr.cer", come.csca());
    office.file("after/list.crl", &fs::read(office.list("x.crl", Vec::new())).unwrap());
    let json = run(&["csca", "diff", &before, &after, "--format", "json"]);
    assert_eq!(json.code, 0, "{} {}", json.out, json.err);
    let told = json.json();
    let count = |country: &str, what: &str| told["countries"][country][what].as_array().unwrap().len();
    assert_eq!([count("DE", "went"), count("DE", "came"), count("FR", "came"), count("VN", "changed")], [1, 0, 1, 1]);
    assert_eq!(told["countries"]["VN"]["changed"][0]["what"], "validity");
    assert_eq!(told["lists"]["came"].as_array().unwrap().len(), 1);
    let text = run(&["csca", "diff", &before, &after]);
    for part in ["2 authorities before, 2 after: 1 came, 1 went, 1 changed", "+ C=FR", "- C=DE", "+ revocation list 1"]
    {
        assert!(text.out.contains(part), "{part}: {}", text.out);
    }
    let same = run(&["csca", "diff", &before, &before, "--lang", "vi"]);
    assert!(same.code == 0 && same.out.contains("Không có khác biệt."), "{}", same.out);
    assert_eq!(run(&["csca", "diff", &before, "/no/such/file"]).code, 2);
    assert_eq!(run(&["csca", "diff", &before]).code, 2);
    let nonsense = office.file("nonsense", b"hello");
    assert_eq!(run(&["csca", "diff", &before, &nonsense]).code, 1);
}

#[test]
fn lists_of_every_kind_are_checked() {
    let office = Office::new("check");
    let purpose = Extension::extended_key_usage(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY);
    let entry = DeviationFields {
        numbers: Some(vec!["000000001".into()]),
        defects: vec![(oid::ID_DEVIATION_DG_HASH_WRONG, Some(12))],
        ..Default::default()
    };
    let fields = office.issuer.list_fields(oid::ID_ICAO_DEVIATION_LIST, deviation_list_content(&[entry]), &[purpose]);
    let deviations = office.file("deviations", &office.issuer.sign_list(&fields.unwrap()).unwrap());
    let list = office.list("list.crl", Vec::new());
    let all = run(&["csca", "check", &office.csca, &list, &deviations, "--format", "json"]);
    assert_eq!(all.code, 0, "{} {}", all.out, all.err);
    let lists = all.json()["lists"].clone();
    let kinds: Vec<&str> = lists.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["revocation_list", "deviation_list"]);
    assert!(lists.as_array().unwrap().iter().all(|one| one["authority"].is_string() && one["refused"].is_null()));
    assert_eq!(lists[1]["defects"][0], "id-Deviation-LDS-DGHashWrong (EF.DG12)");
    // Without their authority they are open; altered they fail.
    for path in [&list, &deviations] {
        let alone = run(&["csca", "check", path]);
        assert_eq!(alone.code, 4, "{} {}", alone.out, alone.err);
        assert!(alone.out.contains("NOT CONSULTED"), "{}", alone.out);
        assert_eq!(run(&["csca", "list", path]).code, 0);
        assert_eq!(run(&["csca", "show", path]).code, 0);
        let mut bytes = fs::read(path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        let altered = office.file("altered", &bytes);
        let run = run(&["csca", "check", &office.csca, &altered]);
        assert_eq!(run.code, 3, "{} {}", run.out, run.err);
    }
}

#[test]
fn the_icao_list_needs_its_option_and_the_remedy_names_it() {
    let Some(path) = shared_data("csca/ICAO_ml_September2023.ml") else { return };
    let list = path.display().to_string();
    let office = Office::new("icao");
    let out = office.folder.at("bundle");
    for arguments in [
        &["csca", "list", &list][..],
        &["csca", "show", "--country", "VN", &list],
        &["csca", "check", &list],
        &["csca", "diff", &list, &list],
        &["csca", "bundle", "--out", &out, &list],
        &["verify", &office.document, "--trust", &list],
    ] {
        let refused = run(&[arguments, &["--format", "json"]].concat());
        assert_eq!((refused.code, refused.json()["code"].as_str()), (1, Some("list_tolerance")), "{arguments:?}");
        assert!(refused.json()["remedy"].as_str().unwrap().contains("--tolerate-list digest_info_without_null"));
        let tolerated = run(&[arguments, &["--tolerate-list", "digest_info_without_null"]].concat());
        assert_ne!(tolerated.code, 1, "{arguments:?}: {}", tolerated.err);
    }
    assert_eq!(run(&["csca", "check", &list, "--tolerate-list", "all"]).code, 2);
}

#[test]
fn the_real_lists_say_what_vietnam_is_covered_by() {
    let Some(path) = shared_data("csca/DE_ML_2026-05-28-08-28-45.ml") else { return };
    let list = path.display().to_string();
    let vn = run(&["csca", "show", "--country", "VN", "--at", AT, &list]);
    assert_eq!(vn.code, 0, "{} {}", vn.out, vn.err);
    let words = vn.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "VN: authorities 1, in force on 2026-06-01: 1",
        "Covered, passports: authorities that bear them in their name",
        "CN=CSCA ePassport Vietnam",
        "NOT covered: the chip ID card (CCCD)",
        "NOT covered, revocation: no revocation list of this country",
    ] {
        assert!(words.contains(part), "{part}: {}", vn.out);
    }
}

#[test]
fn a_folder_is_read_with_the_folders_in_it() {
    let office = Office::new("subfolders");
    let trust = office.folder.at("trust");
    for folder in ["trust/crl/old", "trust/.hidden", "trust/none"] {
        fs::create_dir_all(office.folder.at(folder)).unwrap();
    }
    office.file("trust/csca.cer", office.issuer.csca());
    office.file("trust/.hidden/nonsense", b"hello");
    let revoking = fs::read(office.revoking()).unwrap();
    office.file("trust/crl/old/revoking.crl", &revoking);
    let revoked = office.verify(&["--trust", &trust]);
    assert_eq!((revoked.code, revoked.err.as_str()), (3, ""), "{}", revoked.out);
    assert_eq!(check(&revoked.json(), "pa.revocation")["reason"], "revoked");
    let out = office.folder.at("bundle");
    let made = run(&["csca", "bundle", "--out", &out, &trust, "--format", "json"]);
    assert_eq!((made.code, made.json()["parts"].as_array().unwrap().len()), (0, 2), "{}", made.out);
    let listed = run(&["csca", "list", &trust, "--format", "json"]);
    let order: Vec<String> = listed.lines().iter().map(|line| line["path"].as_str().unwrap().to_owned()).collect();
    assert!(order.len() == 2 && order[0].ends_with("revoking.crl") && order[1].ends_with("csca.cer"), "{order:?}");
    for arguments in [&["csca", "check", &trust][..], &["csca", "show", "--country", "VN", &trust, "--at", AT]] {
        let told = run(arguments);
        assert!(told.code == 0 && told.out.contains("Revocation list 1 of C=VN"), "{} {}", told.out, told.err);
    }
    // Too deep is an error, and never half of it.
    fs::create_dir_all(office.folder.at("trust/a/b/c/d/e")).unwrap();
    for arguments in [
        &["verify", &office.document, "--trust", &trust][..],
        &["csca", "list", &trust],
        &["csca", "bundle", "--out", &out, "--force", &trust],
    ] {
        let deep = run(&[arguments, &["--format", "json"]].concat());
        assert_eq!((deep.code, deep.json()["code"].as_str()), (1, Some("too_deep")), "{arguments:?}: {}", deep.out);
        assert!(deep.json()["message"].as_str().unwrap().contains("d/e: "), "{}", deep.out);
    }
}

#[test]
fn an_empty_folder_is_called_empty() {
    let office = Office::new("empty-folder");
    let empty = office.folder.at("empty");
    fs::create_dir_all(office.folder.at("empty/.hidden")).unwrap();
    let out = office.folder.at("bundle");
    for arguments in [
        &["verify", &office.document, "--trust", &empty][..],
        &["verify", &office.document, "--trust", &office.csca, "--trust-ds", &empty],
        &["csca", "list", &empty],
        &["csca", "show", &empty],
        &["csca", "show", "--country", "VN", &empty],
        &["csca", "check", &empty],
        &["csca", "bundle", "--out", &out, &empty],
    ] {
        for (language, words) in [("en", "(the folder is empty)"), ("vi", "(thư mục trống)")] {
            let refused = run(&[arguments, &["--format", "json", "--lang", language]].concat());
            assert_eq!((refused.code, refused.json()["code"].as_str()), (1, Some("no_certificate")), "{arguments:?}");
            assert!(refused.json()["message"].as_str().unwrap().contains(words), "{arguments:?}: {}", refused.out);
        }
    }
}

#[test]
fn the_age_of_a_bundle_is_told_wherever_it_is_shown() {
    let office = Office::new("told-age");
    let day = |age: i64| (OffsetDateTime::now_utc() - Duration::days(age)).date();
    for (age, word, english, vietnamese) in [
        (2, "fresh", "", ""),
        (40, "stale", "STALE", "ĐÃ CŨ"),
        (100, "too_old", "TOO OLD", "QUÁ CŨ"),
        (-3, "early", "LATER than", "MUỘN HƠN"),
    ] {
        let made = format!("{}T00:00:00Z", day(age));
        let bundle = office.bundle(word, &made, &[&office.csca]);
        let now = format!("{}T12:00:00Z", day(0));
        let country = ["csca", "show", "--country", "VN", "--at", now.as_str(), &bundle];
        for arguments in
            [&["csca", "list", &bundle][..], &["csca", "show", &bundle], &["csca", "check", &bundle], &country]
        {
            for (language, mark) in [("en", english), ("vi", vietnamese)] {
                let told = run(&[arguments, &["--lang", language]].concat());
                let words = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(told.code, 0, "{arguments:?}: {} {}", told.out, told.err);
                assert!(words.contains(&day(age).to_string()) && words.contains(mark), "{arguments:?}: {words}");
            }
            let json = run(&[arguments, &["--format", "json"]].concat()).json();
            let expected = serde_json::json!([{ "path": bundle, "made": made, "age": word }]);
            assert_eq!(json["bundles"], expected, "{arguments:?}");
        }
    }
    // A country is told for its moment; what is no bundle has no age.
    let bundle = office.folder.at("fresh");
    let later = ["csca", "show", "--country", "VN", "--at", "2040-01-01T00:00:00Z", "--format", "json"];
    assert_eq!(run(&[&later[..], &[&bundle]].concat()).json()["bundles"][0]["age"], "too_old");
    assert_eq!(run(&["csca", "list", &office.csca, "--format", "json"]).json()["bundles"], serde_json::json!([]));
}

#[test]
fn a_list_that_needs_its_option_is_left_out_of_a_bundle_like_others() {
    let office = Office::new("left-out");
    let rsa = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let plan = IssuerPlan { label: "lister".into(), csca: rsa, ds: rsa, ..office.issuer.plan().clone() };
    let lister = Issuer::new(plan).unwrap();
    let mut fields = lister.master_list_fields(&[lister.csca()]).unwrap();
    fields.scheme = Scheme::RsaPkcs1WithoutNull(DigestAlgorithm::Sha256);
    let list = office.file("lax.ml", &lister.sign_list(&fields).unwrap());
    let out = office.folder.at("bundle");
    let bundle = |more: &[&str]| run(&[&["csca", "bundle", "--out", &out, "--force", &list][..], more].concat());
    let made = bundle(&[&office.csca, "--format", "json"]);
    assert_eq!((made.code, made.json()["parts"].as_array().unwrap().len()), (4, 1), "{} {}", made.out, made.err);
    assert_eq!(made.json()["refused"][0]["subject"], "lax.ml");
    assert!(made.json()["refused"][0]["reason"].as_str().unwrap().contains("digest_info_without_null"));
    assert!(made.err.contains("lax.ml") && made.err.contains("--tolerate-list digest_info_without_null"));
    assert_eq!(office.verify(&["--trust", &out]).code, 0, "what is left is written");
    let text = bundle(&[&office.csca]);
    assert!(text.code == 4 && text.out.contains("LEFT OUT lax.ml: "), "{}", text.out);
    let tolerated = bundle(&[&office.csca, "--tolerate-list", "digest_info_without_null", "--format", "json"]);
    assert_eq!((tolerated.code, tolerated.json()["parts"].as_array().unwrap().len()), (0, 2), "{}", tolerated.out);
    assert_eq!(tolerated.err, "");
    // Where nothing else is left there is no bundle.
    let alone = bundle(&["--format", "json"]);
    assert_eq!((alone.code, alone.json()["code"].as_str()), (1, Some("list_tolerance")), "{}", alone.out);
}
