//! EF.CardAccess, EF.DG14 and EF.DG15: security infos and the keys in them.

use super::certificates::public_key;
use chipid::BOUNDS;
use chipid::internals::tlv::{Tag, encode};
use chipid::lds::{Dg14, Dg15, FileId, SecurityInfos};

pub fn all(bytes: &[u8]) {
    card_access(bytes);
    dg14(bytes);
    dg15(bytes);
    public_key(bytes);
}

fn check(infos: &SecurityInfos, file: &[u8]) {
    assert!(infos.infos.len() <= BOUNDS.security_infos);
    for info in &infos.infos {
        assert!(infos.contains(&info.raw));
        assert!(file.windows(info.raw.len()).any(|window| window == info.raw), "an info is a piece of the file");
        let _ = format!("{info:?}");
    }
    // Explicit parameters alone are an offer too, though no PACEInfo.
    assert!(infos.offers_pace() || infos.pace_raw().next().is_none());
    assert!(infos.pace().count() <= infos.pace_raw().count());
    for (_, info) in infos.pace() {
        let _ = info.is_standard();
    }
    assert!(infos.findings.iter().all(|finding| finding.at <= file.len()));
}

fn card_access(bytes: &[u8]) {
    let Ok(infos) = SecurityInfos::parse(FileId::CardAccess, bytes) else { return };
    check(&infos, bytes);
    // The infos alone, put together again, give the same infos.
    let raw: Vec<u8> = infos.infos.iter().flat_map(|info| info.raw.clone()).collect();
    let again = SecurityInfos::parse(FileId::CardAccess, &encode(Tag::SET, &raw)).expect("infos in a SET");
    assert!(again.infos.iter().map(|info| &info.raw).eq(infos.infos.iter().map(|info| &info.raw)));
}

fn dg14(bytes: &[u8]) {
    let Ok(dg14) = Dg14::parse(bytes) else { return };
    check(&dg14.security_infos, bytes);
    assert!(dg14.chip_keys.len() <= dg14.security_infos.infos.len());
    let _ = format!("{dg14:?}");
}

fn dg15(bytes: &[u8]) {
    let Ok(dg15) = Dg15::parse(bytes) else { return };
    if dg15.key.is_ok() {
        public_key(&dg15.spki);
    }
    let _ = format!("{dg15:?}");
}
