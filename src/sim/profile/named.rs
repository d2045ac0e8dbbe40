//! The profiles by their names.

use super::super::access::{Mapping, PaceSuite};
use super::super::issuer::{CurveForm, IssuerPlan, KeyKind, KeyPlan, TerminalAuthorityPlan};
use super::super::person::{Layout, Person};
use super::super::quirks::Quirks;
use super::plan::{
    ActiveAuthenticationPlan, CardSecurityPlan, ChipAuthenticationPlan, LengthInfo, Profile, Sizes, TerminalPlan,
};
use crate::crypto::{Cipher, CurveId, DhGroupId, DigestAlgorithm, GroupId};
use crate::oid;

/// The Vietnamese chip ID card.
pub fn vn() -> Profile {
    let csca = KeyPlan::ecdsa(CurveId::BrainpoolP512r1, DigestAlgorithm::Sha512);
    let ds = KeyPlan::ecdsa(CurveId::BrainpoolP384r1, DigestAlgorithm::Sha256);
    Profile {
        name: "vn",
        person: Person::vietnamese(),
        layout: Layout::Td1Vietnam,
        bac: true,
        pace: vec![PaceSuite::generic(CurveId::BrainpoolP256r1, Cipher::Aes128)],
        pace_with_mrz: true,
        can: Some("000001".to_owned()),
        full_card_access: true,
        card_security: None,
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(CurveId::BrainpoolP256r1),
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        terminal_authentication: None,
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Rsa(2048),
            digest: DigestAlgorithm::Sha256,
        }),
        fingers: true,
        more_groups: Vec::new(),
        issuer: IssuerPlan::new("VN", "VNM", "Invented ID Authority", csca, ds),
        lengths: LengthInfo::True,
        max_command: 2_048,
        max_answer: 4_096,
        sizes: Sizes { dg2: Some(15_000), ..Sizes::default() },
        quirks: Quirks::default(),
        defect: None,
        seed: None,
    }
}

/// A passport of the older kind: TD3, BAC, chip authentication with 3DES, active authentication, RSA throughout, short
/// lengths only.
pub fn passport() -> Profile {
    let csca = KeyPlan::rsa(3072, DigestAlgorithm::Sha256);
    let ds = KeyPlan::rsa(2048, DigestAlgorithm::Sha256);
    let mut issuer = IssuerPlan::new("UT", "UTO", "Invented Passport Office", csca, ds);
    issuer.document_types = vec!["P".to_owned()];
    Profile {
        name: "passport",
        person: Person::utopian(),
        layout: Layout::Td3,
        pace: Vec::new(),
        can: None,
        full_card_access: false,
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(CurveId::Secp256r1),
            cipher: Cipher::TripleDes,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Rsa(1536),
            digest: DigestAlgorithm::Sha1,
        }),
        fingers: false,
        issuer,
        lengths: LengthInfo::Absent,
        max_command: 255,
        max_answer: 256,
        sizes: Sizes::default(),
        ..vn()
    }
}

/// A card with PACE only (BAC refused), AES-256 and brainpoolP512r1 throughout.
pub fn hardened() -> Profile {
    let curve = CurveId::BrainpoolP512r1;
    let key = KeyPlan::ecdsa(curve, DigestAlgorithm::Sha512);
    Profile {
        name: "hardened",
        person: Person { document_code: "ID".into(), document_number: "L00000026".into(), ..Person::utopian() },
        layout: Layout::Td1,
        bac: false,
        pace: vec![PaceSuite::generic(curve, Cipher::Aes256)],
        can: Some("424242".to_owned()),
        full_card_access: false,
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(curve),
            cipher: Cipher::Aes256,
            key_id: Some(1),
            form: CurveForm::Explicit,
        }],
        active_authentication: Some(ActiveAuthenticationPlan {
            kind: KeyKind::Ec(curve),
            digest: DigestAlgorithm::Sha512,
        }),
        fingers: false,
        issuer: IssuerPlan {
            lds_version: 1,
            signer_by_key_id: true,
            states_signing_time: true,
            ..IssuerPlan::new("UT", "UTO", "Invented ID Office", key, key)
        },
        max_command: 65_535,
        max_answer: 65_536,
        sizes: Sizes::default(),
        ..vn()
    }
}

/// A card without access control and without chip proofs.
pub fn plain() -> Profile {
    Profile { name: "plain", bac: false, chip_authentication: Vec::new(), active_authentication: None, ..passport() }
}

/// The card that exchanges are counted on: EF.CardAccess 90 bytes, EF.SOD 2 200, EF.DG2 15 000, EF.DG13 500, EF.DG14 300.
pub fn reference() -> Profile {
    let base = vn();
    Profile {
        name: "reference",
        fingers: false,
        chip_authentication: base
            .chip_authentication
            .into_iter()
            .map(|plan| ChipAuthenticationPlan { form: CurveForm::Named, ..plan })
            .collect(),
        max_command: 65_535,
        max_answer: 65_536,
        sizes: Sizes { card_access: Some(90), dg2: Some(15_000), dg13: Some(500), dg14: Some(300), sod: Some(2_200) },
        ..vn()
    }
}

/// A card with PACE by chip authentication mapping, whose key stands in EF.CardSecurity; no other chip proof.
pub fn cam() -> Profile {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    Profile {
        name: "cam",
        pace: vec![PaceSuite::new(Mapping::ChipAuthentication, curve, Cipher::Aes128)],
        full_card_access: false,
        card_security: Some(CardSecurityPlan::new()),
        chip_authentication: Vec::new(),
        active_authentication: None,
        ..hardened()
    }
}

/// A card with PACE by integrated mapping.
pub fn im() -> Profile {
    let curve = GroupId::Curve(CurveId::BrainpoolP256r1);
    Profile { name: "im", pace: vec![PaceSuite::new(Mapping::Integrated, curve, Cipher::Aes128)], ..hardened() }
}

/// A card that agrees on its keys in a DH group throughout.
pub fn dh() -> Profile {
    let group = GroupId::Dh(DhGroupId::Modp2048Prime256);
    Profile {
        name: "dh",
        pace: vec![PaceSuite::new(Mapping::Generic, group, Cipher::Aes128)],
        chip_authentication: vec![ChipAuthenticationPlan {
            group,
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        ..hardened()
    }
}

/// A card whose EF.DG3 and EF.DG4 are guarded by terminal authentication, after PACE and chip authentication.
pub fn eac() -> Profile {
    let curve = CurveId::BrainpoolP256r1;
    let authority = TerminalAuthorityPlan::new("UT", KeyKind::Ec(curve), oid::ID_TA_ECDSA_SHA256);
    Profile {
        name: "eac",
        pace: vec![PaceSuite::generic(curve, Cipher::Aes128)],
        chip_authentication: vec![ChipAuthenticationPlan {
            group: GroupId::Curve(curve),
            cipher: Cipher::Aes128,
            key_id: None,
            form: CurveForm::Explicit,
        }],
        terminal_authentication: Some(TerminalPlan::new(authority)),
        ..hardened()
    }
}

impl Profile {
    /// The profile of this name: `vn`, `passport`, `hardened`, `plain`, `reference`, `cam`, `im`, `dh`,
    /// `eac`.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [vn(), passport(), hardened(), plain(), reference(), cam(), im(), dh(), eac()];
        all.into_iter().find(|profile| profile.name == name)
    }
}
