//! Does the simulated card answer as the standard has it?
//!
//! The worked examples of Doc 9303-11 (App. D and G.1 here, the others in the modules) are laid on the card byte by byte; what the issuer makes is given
//! to the openssl command line. The reader has no part here.

mod active;
mod chip;
mod eac;
mod pace;
#[path = "../support/shared.rs"]
mod support;
mod terminal;

use chipid::TransportError;
use chipid::internals::crypto::{Cipher, CurveId, DigestAlgorithm, ScriptedRandom};
use chipid::internals::issuer::{CurveForm, Framing, Issuer, IssuerPlan, KeyPlan, Scheme};
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::person::{Layout, Person};
use chipid::sim::profile::{self, Profile};
use chipid::sim::{File, Folder, PaceSuite, SimulatedCard};
use chipid::transport::Transport;
use std::path::{Path, PathBuf};
use std::process::Command;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(char::is_whitespace, "")).unwrap()
}

/// Sends a command and compares the whole answer.
fn exchange(card: &mut SimulatedCard, command: &str, answer: &str) {
    let got = hex::encode_upper(card.transmit(&bytes(command)).unwrap());
    assert_eq!(got, answer.replace(char::is_whitespace, "").to_uppercase(), "{command}");
}

/// The holder of the examples in 9303-11 App. D and G.1.
fn example(document_number: &str, birth: &str, expiry: &str) -> Profile {
    let person = Person {
        document_number: document_number.into(),
        birth: birth.into(),
        expiry: expiry.into(),
        ..Person::utopian()
    };
    Profile { person, layout: Layout::Td2, ..profile::passport() }
}

// 9303-11 App. D.3 and D.4
fn bac_example() -> SimulatedCard {
    let mut card = example("L898902C<", "690806", "940623").card().unwrap();
    for file in card.files_mut().iter_mut().filter(|file| (file.folder, file.fid) == (Folder::Application, 0x011E)) {
        *file = File::application(0x011E, bytes("60145F0104303130365F36063034303030305C026175"));
    }
    card.set_random(Box::new(ScriptedRandom::new([
        bytes("4608F91988702212"),
        bytes("0B4F80323EB3191CB04970CB4052790B"),
    ])));
    exchange(&mut card, "00A4040C07A0000002471001", "9000");
    exchange(&mut card, "0084000008", "4608F919887022129000");
    card
}

const EXTERNAL_AUTHENTICATE: &str = "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2\
                                     5F1448EEA8AD90A728";
const SM_SELECT: &str = "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800";

#[test]
fn answers_the_worked_example_of_bac_and_secure_messaging() {
    let mut card = bac_example();
    exchange(
        &mut card,
        EXTERNAL_AUTHENTICATE,
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000",
    );
    exchange(&mut card, SM_SELECT, "990290008E08FA855A5D4C50A8ED9000");
    exchange(
        &mut card,
        "0CB000000D9701048E08ED6705417E96BA5500",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
    );
    exchange(
        &mut card,
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
    );
}

#[test]
fn bac_refuses_a_wrong_code_and_takes_no_challenge_twice() {
    let mut card = bac_example();
    let mut wrong = bytes(EXTERNAL_AUTHENTICATE);
    wrong[40] ^= 1;
    exchange(&mut card, &hex::encode(wrong), "6300");
    exchange(&mut card, EXTERNAL_AUTHENTICATE, "6985");
    exchange(&mut card, "00B09E0004", "6982");
}

#[test]
fn secure_messaging_ends_with_a_wrong_code_and_its_keys_are_gone() {
    let mut card = bac_example();
    card.transmit(&bytes(EXTERNAL_AUTHENTICATE)).unwrap();
    let mut wrong = bytes(SM_SELECT);
    wrong[18] ^= 1;
    exchange(&mut card, &hex::encode(wrong), "6988");
    exchange(&mut card, SM_SELECT, "6988");
    exchange(&mut card, "00B09E0004", "6982");
}

#[test]
fn a_plain_command_ends_secure_messaging() {
    let mut card = bac_example();
    card.transmit(&bytes(EXTERNAL_AUTHENTICATE)).unwrap();
    exchange(&mut card, "00B09E0004", "6982");
    exchange(&mut card, SM_SELECT, "6988");
}

#[test]
fn secure_messaging_refuses_missing_doubled_and_unknown_objects() {
    for (body, status) in [
        ("8709016375432908C044F6", "6987"),
        ("8709016375432908C044F68709016375432908C044F68E08BF8B92D635FF24F8", "6988"),
        ("8709016375432908C044F68E08BF8B92D635FF24F8990190", "6988"),
        ("81028E088E08BF8B92D635FF24F8", "6988"),
        ("8709016375432908C044F68E07BF8B92D635FF24", "6988"),
    ] {
        let mut card = bac_example();
        card.transmit(&bytes(EXTERNAL_AUTHENTICATE)).unwrap();
        let command = format!("0CA4020C{:02X}{body}00", body.len() / 2);
        exchange(&mut card, &command, status);
    }
}

// 9303-11 App. G.1
fn pace_example() -> SimulatedCard {
    let mut example = example("T22000129", "640812", "101031");
    example.pace = vec![PaceSuite::generic(CurveId::BrainpoolP256r1, Cipher::Aes128)];
    let mut card = example.card().unwrap();
    card.set_random(Box::new(ScriptedRandom::new([
        bytes("3F00C4D39D153F2B2A214A078D899B22"),
        bytes("498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560"),
        bytes("107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A"),
    ])));
    card
}

const PACE: [(&str, &str); 5] = [
    ("0022C1A40F800A04007F00070202040202830101", "9000"),
    ("10860000027C0000", "7C12801095A3A016522EE98D01E76CB6B98B42C39000"),
    (
        "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B5\
         5C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
        "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB8\
         7A0A0C709A49DC63719363CCD13C549000",
    ),
    (
        "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F\
         6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
        "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852\
         E111B768B326904B59A0193776F0949000",
    ),
    ("008600000C7C0A8508C2B0BD78D94BA86600", "7C0A86083ABB9674BCE93C089000"),
];

#[test]
fn answers_the_worked_example_of_pace() {
    let mut card = pace_example();
    for (command, answer) in PACE {
        exchange(&mut card, command, answer);
    }
}

#[test]
fn pace_refuses_a_wrong_token_and_begins_anew() {
    let mut card = pace_example();
    for (command, answer) in &PACE[..4] {
        exchange(&mut card, command, answer);
    }
    exchange(&mut card, "008600000C7C0A8508C2B0BD78D94BA86700", "6300");
    exchange(&mut card, PACE[4].0, "6985");
}

#[test]
fn pace_refuses_steps_out_of_order_and_points_off_the_curve() {
    for (first, wrong, status) in [
        (1, PACE[2].0.to_owned(), "6A80"),
        (2, PACE[3].0.to_owned(), "6A80"),
        (2, PACE[4].0.to_owned(), "6985"),
        (2, PACE[2].0.replace("922D00", "922E00"), "6A80"),
        (3, PACE[2].0.to_owned(), "6A80"),
    ] {
        let mut card = pace_example();
        for (command, answer) in &PACE[..first] {
            exchange(&mut card, command, answer);
        }
        exchange(&mut card, &wrong, status);
        exchange(&mut card, PACE[1].0, "6985");
    }
}

#[test]
fn pace_refuses_what_it_does_not_offer() {
    let mut card = pace_example();
    // An unknown protocol, the CAN where there is none, another curve, no password.
    exchange(&mut card, "0022C1A40F800A04007F00070202040204830101", "6A80");
    exchange(&mut card, "0022C1A40F800A04007F00070202040202830102", "6A88");
    exchange(&mut card, "0022C1A412800A04007F0007020204020283010184010C", "6A88");
    exchange(&mut card, "0022C1A40C800A04007F00070202040202", "6A88");
    exchange(&mut card, "0022C1A412800A04007F0007020204020283010184010D", "9000");
}

#[test]
fn the_vietnamese_profile_is_as_it_was_observed() {
    let profile = profile::vn();
    let contents = profile.contents().unwrap();
    let card_access = contents.file(Folder::Master, 0x011C).unwrap();
    assert_eq!(
        card_access,
        bytes(
            "3134 300D060804007F0007020202020101 300F060A04007F00070202030202020101 \
             3012060A04007F0007020204020202010202010D"
        )
    );
    assert_eq!(
        profile.mrz_lines(),
        ["IDVNM1990000014999199000001<<3", "9901018F3901016VNM<<<<<<<<<<<0", "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<"]
    );
    assert_eq!(profile.person.mrz_information(), "199000001499010183901016");
    assert_eq!((profile.can(), profile.number()), (Some("000001"), "999199000001"));
    let qr = "999199000001||Nguyễn Thị Mẫu|01011999|Nữ|Số 1, Phố Mẫu, Phường Mẫu, Quận Mẫu, Thành phố Mẫu|01072023";
    assert_eq!(profile.qr_text().as_deref(), Some(qr));
    let numbers: Vec<u8> = contents.groups.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2, 3, 13, 14, 15]);
    let length = |number: u16| contents.file(Folder::Application, 0x0100 | number).unwrap().len();
    assert_eq!((length(1), length(2), length(13), length(15)), (95, 15_000, 391, 298));
    assert_eq!(&contents.file(Folder::Application, 0x0102).unwrap()[84..87], [0xFF, 0xD8, 0xFF]);
    let dg13 = "6d8201833082017f020101060628d316010008318201703011020101130c39393931393930303030303130190201020c14\
                4e677579e1bb856e205468e1bb8b204de1baab75300f020103130a30312f30312f3139393930090201040c044ee1bbaf30\
                0f0201050c0a5669e1bb8774204e616d30090201060c044b696e68300b0201070c064b68c3b46e67302b0201080c2658c3\
                a3204de1baab752c20487579e1bb876e204de1baab752c2054e1bb896e68204de1baab75304b0201090c4653e1bb912031\
                2c205068e1bb91204de1baab752c205068c6b0e1bb9d6e67204de1baab752c205175e1baad6e204de1baab752c205468c3\
                a06e68207068e1bb91204de1baab75300f02010a0c0a4b68c3b46e672063c3b3300f02010b130a30312f30372f32303233\
                300f02010c0c0a30312f30312f32303339302d02010d30130c114e677579e1bb856e2056c4836e2043686130130c115472\
                e1baa76e205468e1bb8b204de1bab9300302010e300302010f3015020110131030313233343536373839414243444546";
    assert_eq!(contents.file(Folder::Application, 0x010D).unwrap(), bytes(dg13));
}

#[test]
fn the_files_of_the_reference_card_have_the_sizes_that_exchanges_are_counted_with() {
    let contents = profile::reference().contents().unwrap();
    let length = |folder, fid| contents.file(folder, fid).unwrap().len();
    assert_eq!(length(Folder::Master, 0x011C), 90);
    for (fid, bytes) in [(0x0101, 95), (0x0102, 15_000), (0x010D, 500), (0x010E, 300), (0x010F, 298), (0x011D, 2_200)] {
        assert_eq!(length(Folder::Application, fid), bytes, "{fid:04X}");
    }
}

#[test]
fn a_profile_makes_the_same_files_each_time() {
    for name in ["vn", "passport", "hardened", "plain", "reference", "cam", "im", "dh", "eac"] {
        let profile = Profile::by_name(name).unwrap();
        assert_eq!(profile.contents().unwrap(), profile.contents().unwrap(), "{name}");
        let lines = profile.mrz_lines();
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{lines:?}");
    }
    assert!(Profile::by_name("other").is_none());
}

#[test]
fn long_document_numbers_spill_into_the_optional_data() {
    // The example of 9303-5: D23145890734.
    let person = Person {
        document_code: "I".into(),
        document_number: "D23145890734".into(),
        primary: "STEVENSON".into(),
        secondary: "PETER JOHN".into(),
        birth: "340712".into(),
        sex: 'M',
        expiry: "950712".into(),
        ..Person::utopian()
    };
    let lines = person.mrz_lines(Layout::Td1);
    assert_eq!(lines[0], "I<UTOD23145890<7349<<<<<<<<<<<");
    assert_eq!(lines[1], "3407127M9507122UTO<<<<<<<<<<<2");
    assert_eq!(lines[2], "STEVENSON<<PETER<JOHN<<<<<<<<<");
    assert_eq!(person.mrz_information(), "D23145890734934071279507122");
}

#[test]
fn before_access_control_only_the_master_file_is_read() {
    let mut card = profile::vn().card().unwrap();
    let access = card.transmit(&bytes("00B09C0000")).unwrap();
    assert!(access.len() == 56 && access.ends_with(&[0x90, 0x00]));
    exchange(&mut card, "00B0810000", "47039401E07F660802020800020210009000");
    exchange(&mut card, "00A4040C07A0000002471001", "9000");
    exchange(&mut card, "00B09D0000", "6982");
    exchange(&mut card, "00A4020C020101", "6982");
    exchange(&mut card, "00A4020C02010B", "6A82");
    exchange(&mut card, "00B09C0000", "6A82");
    exchange(&mut card, "00A4000C023F00", "9000");
    exchange(&mut card, "00A4020C02011C", "9000");
    let again = card.transmit(&bytes("00B0000000")).unwrap();
    assert_eq!(again, access);
    exchange(&mut card, "00B0003010", "02010202010D9000");
}

// What the issuer makes, judged by openssl.

/// A folder of its own for one test, gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chipid-sim-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn pem(&self, name: &str, der: &[u8]) -> String {
        let der = self.file(&format!("{name}.der"), der);
        let pem = self.path(name);
        let made = openssl(&["x509", "-inform", "DER", "-in", &der, "-out", &pem]);
        assert_eq!(made, Ok(()), "{name} is no certificate to openssl");
        pem
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn openssl(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("openssl").args(arguments).output().expect("these tests need openssl");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Who must have certified the signer.
#[derive(Clone, Copy)]
enum Trust<'a> {
    Authority(&'a str),
    Anybody,
}

/// Does openssl find the SignedData well signed, and with this content?
fn cms_verifies(scratch: &Scratch, trust: Trust<'_>, signed: &[u8], content: &[u8]) -> Result<(), String> {
    let signed = scratch.file("signed.der", signed);
    let out = scratch.path("content");
    let arguments = ["cms", "-verify", "-binary", "-inform", "DER", "-in", &signed, "-out", &out];
    let trust = match trust {
        Trust::Authority(path) => ["-auth_level", "0", "-purpose", "any", "-CAfile", path].to_vec(),
        Trust::Anybody => vec!["-noverify"],
    };
    openssl(&[arguments.as_slice(), &trust].concat())?;
    let got = std::fs::read(Path::new(&out)).unwrap();
    if got == content { Ok(()) } else { Err("another content".to_owned()) }
}

/// Does the ECDSA signature of the certificate verify under the key of the authority's?
fn signature_verifies(scratch: &Scratch, authority: &str, certificate: &[u8], scheme: Scheme) -> Result<(), String> {
    let mut parts = chipid::internals::tlv::Reader::new(certificate).next().unwrap().children();
    let signed = scratch.file("tbs", parts.next().unwrap().raw);
    parts.next().unwrap();
    let signature = scratch.file("signature", &parts.next().unwrap().value[1..]);
    let key = scratch.path("key.pem");
    openssl(&["x509", "-in", authority, "-noout", "-pubkey", "-out", &key])?;
    let digest = format!("-{}", scheme.digest().name().replace('-', "").to_lowercase());
    openssl(&["dgst", &digest, "-verify", &key, "-signature", &signature, &signed])
}

/// The SignedData inside EF.SOD.
fn inside(sod: &[u8]) -> &[u8] {
    chipid::internals::tlv::Reader::new(sod).next().unwrap().value
}

fn issuer(csca: KeyPlan, ds: KeyPlan) -> IssuerPlan {
    IssuerPlan::new("UT", "UTO", "Invented Office", csca, ds)
}

const GROUPS: [(u8, &[u8]); 2] = [(1, b"first"), (2, b"second")];

#[test]
fn openssl_accepts_certificates_and_signed_files_of_every_algorithm() {
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let mut plans = vec![
        KeyPlan::rsa(2048, Sha1),
        KeyPlan::rsa(2048, Sha224),
        KeyPlan::rsa(3072, Sha256),
        KeyPlan::rsa(4096, Sha512),
        KeyPlan::pss(2048, Sha1, 20),
        KeyPlan::pss(2048, Sha256, 32),
        KeyPlan::pss(3072, Sha384, 0),
        KeyPlan::pss(4096, Sha512, 64),
        KeyPlan::dsa(1024, Sha1),
        KeyPlan::dsa(2048, Sha224),
        KeyPlan::dsa(2048, Sha256),
    ];
    let mixed = Scheme::RsaPss { digest: Sha256, mgf: Sha1, salt: 20 };
    plans.push(KeyPlan { scheme: mixed, ..KeyPlan::pss(2048, Sha256, 20) });
    for (curve, digest) in CurveId::ALL.into_iter().zip([Sha1, Sha224, Sha256, Sha384, Sha512].into_iter().cycle()) {
        plans.push(KeyPlan::ecdsa(curve, digest));
        plans.push(KeyPlan { form: CurveForm::Named, ..KeyPlan::ecdsa(curve, digest) });
    }
    for (index, key) in plans.into_iter().enumerate() {
        let scratch = Scratch::new(&format!("algorithm-{index}"));
        // SHA-1 is below openssl's usual level.
        let issuer = Issuer::new(issuer(key, key)).unwrap();
        let authority = scratch.pem("csca.pem", issuer.csca());
        let signer = scratch.pem("ds.pem", issuer.ds());
        if key.form == CurveForm::Named {
            let chain = ["verify", "-auth_level", "0", "-check_ss_sig", "-CAfile", &authority, &authority, &signer];
            assert_eq!(openssl(&chain), Ok(()), "{key:?}");
        } else {
            // openssl trusts no chain with explicit parameters; it does verify with them.
            for certificate in [issuer.csca(), issuer.ds()] {
                assert_eq!(signature_verifies(&scratch, &authority, certificate, key.scheme), Ok(()), "{key:?}");
            }
        }
        let sod = issuer.sod(&GROUPS).unwrap();
        let content = issuer.sod_fields(&GROUPS).content.unwrap();
        let trust = if key.form == CurveForm::Named { Trust::Authority(&authority) } else { Trust::Anybody };
        assert_eq!(cms_verifies(&scratch, trust, inside(&sod), &content), Ok(()), "{key:?}");
    }
}

#[test]
fn openssl_accepts_every_form_of_the_signed_file_and_refuses_it_altered() {
    let key = KeyPlan { form: CurveForm::Named, ..KeyPlan::ecdsa(CurveId::Secp256r1, DigestAlgorithm::Sha256) };
    let scratch = Scratch::new("forms");
    for (by_key_id, time, version) in [(false, false, 0), (true, true, 1)] {
        let plan = IssuerPlan {
            signer_by_key_id: by_key_id,
            states_signing_time: time,
            lds_version: version,
            ..issuer(key, key)
        };
        let issuer = Issuer::new(plan).unwrap();
        let authority = scratch.pem("csca.pem", issuer.csca());
        let mut fields = issuer.sod_fields(&GROUPS);
        let content = fields.content.clone().unwrap();
        for framing in [Framing::Der, Framing::Indefinite] {
            fields.framing = framing;
            let sod = issuer.sign_sod(&fields).unwrap();
            assert_eq!(
                cms_verifies(&scratch, Trust::Authority(&authority), inside(&sod), &content),
                Ok(()),
                "{framing:?}"
            );
        }
        fields.framing = Framing::Der;
        let mut altered = inside(&issuer.sign_sod(&fields).unwrap()).to_vec();
        let at = altered.windows(content.len()).position(|window| window == content).unwrap();
        altered[at + content.len() - 1] ^= 1;
        assert!(cms_verifies(&scratch, Trust::Authority(&authority), &altered, &content).is_err());
        let other = Issuer::new(IssuerPlan { label: "two".into(), ..issuer.plan().clone() }).unwrap();
        let other = scratch.pem("other.pem", other.csca());
        assert!(
            cms_verifies(&scratch, Trust::Authority(&other), inside(&issuer.sign_sod(&fields).unwrap()), &content)
                .is_err()
        );
    }
}

#[test]
fn openssl_accepts_the_master_list() {
    let key = KeyPlan { form: CurveForm::Named, ..KeyPlan::ecdsa(CurveId::BrainpoolP384r1, DigestAlgorithm::Sha384) };
    let issuer = Issuer::new(issuer(key, key)).unwrap();
    let scratch = Scratch::new("master-list");
    let authority = scratch.pem("csca.pem", issuer.csca());
    let other = profile::passport().csca().unwrap();
    let certificates = [issuer.csca(), &other];
    let list = issuer.master_list(&certificates).unwrap();
    let content = chipid::internals::issuer::master_list_content(&certificates);
    assert_eq!(cms_verifies(&scratch, Trust::Authority(&authority), &list, &content), Ok(()));
}

#[test]
fn a_card_that_leaves_comes_back_when_the_line_reconnects() {
    let mut line = Faulty::new(profile::vn().card().unwrap(), 1, Fault::LeaveAndReturn);
    let select = bytes("00A4040C07A0000002471001");
    assert_eq!(line.transmit(&select).unwrap(), [0x90, 0x00]);
    assert!(matches!(line.transmit(&select), Err(TransportError::CardRemoved)));
    assert!(line.transmit(&select).is_err() && line.reset().is_err());
    let mut show = |_: chipid::Event<'_>| std::ops::ControlFlow::Continue(());
    line.reconnect(std::time::Duration::ZERO, &mut show).unwrap();
    // It comes back as after a reset: in the master file.
    assert_eq!(line.transmit(&bytes("00B0810001")).unwrap(), [0x47, 0x90, 0x00]);
    let mut gone = Faulty::new(profile::vn().card().unwrap(), 0, Fault::RemoveCard);
    assert!(gone.transmit(&select).is_err());
    assert!(gone.reconnect(std::time::Duration::ZERO, &mut show).is_err());
}
