//! Does `emrtd`, which shares no code with us, read the simulated card through a real PC/SC stack?
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with the library's own tests")]
#[path = "../../support/mod.rs"]
mod support;

use chipid::sim::Folder;
use chipid::sim::profile::{self, Profile};
use emrtd::{EmrtdComms, get_jpeg_from_ef_dg2, other_mrz};
use pcsc::{Card, Context, Protocols, Scope, ShareMode};
use support::pcscd::until;
use support::sim_card;

/// EF.COM, EF.SOD and the data groups that it reads, by file identifier.
const FILES: [u16; 6] = [0x011E, 0x011D, 0x0101, 0x0102, 0x010E, 0x010F];

/// The card in the first reader, as `emrtd` wants it.
fn connect() -> Card {
    let context = Context::establish(Scope::User).unwrap();
    let mut card = None;
    until("the card is there", || {
        card = context.connect(c"Virtual PCD 00 00", ShareMode::Shared, Protocols::ANY).ok();
        card.is_some()
    });
    card.unwrap()
}

fn secret(profile: &Profile) -> String {
    let person = &profile.person;
    other_mrz(&person.document_number, &person.birth, &person.expiry).unwrap()
}

/// Reads the files and compares them byte for byte.
fn read_all(card: &mut EmrtdComms, profile: &Profile, secure: bool) {
    let contents = profile.contents().unwrap();
    for fid in FILES {
        let Some(expected) = contents.file(Folder::Application, fid) else { continue };
        card.select_ef(&fid.to_be_bytes(), "", secure).unwrap();
        let read = card.read_data_from_ef(secure).unwrap();
        assert_eq!(read, expected, "{fid:04X}");
        if fid == 0x0102 {
            assert!(get_jpeg_from_ef_dg2(&read).unwrap().starts_with(&[0xFF, 0xD8, 0xFF]));
        }
    }
}

beside_pcscd! {
    fn opens_the_passport_with_bac(service) {
        let profile = profile::passport();
        let _laid = sim_card::lay(0, profile.card().unwrap());
        let mut card = EmrtdComms::new(connect());
        card.select_emrtd_application().unwrap();
        card.establish_bac_session_keys(secret(&profile).as_bytes()).unwrap();
        read_all(&mut card, &profile, true);
    }

    fn opens_the_vietnamese_card_with_bac(service) {
        let profile = profile::vn();
        let _laid = sim_card::lay(0, profile.card().unwrap());
        let mut card = EmrtdComms::new(connect());
        card.select_ef(&[0x01, 0x1C], "EF.CardAccess", false).unwrap();
        let access = card.read_data_from_ef(false).unwrap();
        assert_eq!(access, profile.contents().unwrap().file(Folder::Master, 0x011C).unwrap());
        card.select_emrtd_application().unwrap();
        card.establish_bac_session_keys(secret(&profile).as_bytes()).unwrap();
        read_all(&mut card, &profile, true);
    }

    fn reads_a_plain_card(service) {
        let profile = profile::plain();
        let _laid = sim_card::lay(0, profile.card().unwrap());
        let mut card = EmrtdComms::new(connect());
        card.select_emrtd_application().unwrap();
        read_all(&mut card, &profile, false);
    }

    fn is_refused_with_a_wrong_mrz(service) {
        let mut profile = profile::passport();
        let _laid = sim_card::lay(0, profile.card().unwrap());
        let mut card = EmrtdComms::new(connect());
        card.select_emrtd_application().unwrap();
        profile.person.birth = "850413".into();
        assert!(card.establish_bac_session_keys(secret(&profile).as_bytes()).is_err());
        card.select_ef(&[0x01, 0x01], "EF.DG1", false).unwrap_or_default();
        assert!(card.read_data_from_ef(false).is_err());
    }
}
