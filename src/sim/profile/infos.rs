//! The SecurityInfos of a profile: those of EF.CardAccess, and EF.DG14 (9303-11 §9.2).

use super::super::chip_authentication::chip_authentication_protocol;
use super::super::der;
use super::super::issuer::{AgreementKey, CurveForm, KeyKind, Scheme};
use super::super::quirks::Quirk;
use super::defect::PlantedDefect;
use super::plan::{ActiveAuthenticationPlan, ChipAuthenticationPlan, Profile};
use crate::crypto::{CryptoError, GroupId};
use crate::oid::{self, Oid};
use crate::tlv::{self, Tag};

impl Profile {
    /// The infos of EF.CardAccess, in the order of DER.
    pub(super) fn card_access_infos(&self) -> Vec<Vec<u8>> {
        let mut infos = self.open_infos();
        if infos.is_empty() {
            return infos;
        }
        if self.quirks.has(Quirk::CardAccessUnknownInfos) {
            infos.extend((1..=3).map(|length| unknown_info(UNKNOWN_INFO, length * 7)));
        }
        if let Some(due) = self.sizes.card_access {
            infos.extend(filler(FILLER_OF_CARD_ACCESS, &infos, due, |infos| tlv::encode(Tag::SET, &infos.concat())));
        }
        infos.sort();
        infos
    }

    /// The infos of EF.CardAccess that count.
    fn open_infos(&self) -> Vec<Vec<u8>> {
        let hidden = [Quirk::CardAccessWithoutPace, Quirk::CardAccessAbsent6a82, Quirk::CardAccessAbsent6a88];
        let mut infos = Vec::new();
        if self.full_card_access {
            infos.push(self.terminal_authentication_info());
            infos.extend(self.chip_authentication_infos());
        }
        if !hidden.iter().any(|quirk| self.quirks.has(*quirk)) {
            // PACEInfo ::= SEQUENCE { protocol, version 2, parameterId }  (9303-11 §9.2.1)
            infos.extend(self.pace.iter().map(|suite| info(suite.oid(), &[2, suite.parameter_id()])));
        }
        infos
    }

    /// The ChipAuthenticationInfos of the keys that are for chip authentication alone.
    fn chip_authentication_infos(&self) -> Vec<Vec<u8>> {
        self.chip_authentication.iter().filter_map(|plan| self.chip_authentication_info(plan)).collect()
    }

    /// ChipAuthenticationInfo ::= SEQUENCE { protocol, version 1, keyId OPTIONAL }  (9303-11 §9.2.5).
    fn chip_authentication_info(&self, plan: &ChipAuthenticationPlan) -> Option<Vec<u8>> {
        let version = match self.defect {
            Some(PlantedDefect::CaInfoVersion10) => Some(10),
            Some(PlantedDefect::CaInfoWithoutVersion) => None,
            _ => Some(1),
        };
        let numbers: Vec<u8> = version.into_iter().chain(plan.key_id).collect();
        let protocol = match (self.defect, plan.group) {
            (Some(PlantedDefect::CaInfoUnknown), GroupId::Curve(_)) => CA_ECDH_UNKNOWN,
            (Some(PlantedDefect::CaInfoUnknown), GroupId::Dh(_)) => CA_DH_UNKNOWN,
            _ => chip_authentication_protocol(plan.group, plan.cipher),
        };
        (!self.quirks.has(Quirk::CaWithoutInfo)).then(|| info(protocol, &numbers))
    }

    /// EF.DG14: all of EF.CardAccess, the keys of chip authentication, the algorithm of active authentication.
    pub(super) fn dg14(&self) -> Result<Option<Vec<u8>>, CryptoError> {
        let mut infos = match self.defect {
            Some(PlantedDefect::Dg14WithoutInfos) => Vec::new(),
            _ => self.card_access_infos(),
        };
        infos.extend(self.chip_authentication_infos());
        if self.terminal_authentication.is_some() {
            infos.push(self.terminal_authentication_info());
        }
        for (index, plan) in self.chip_authentication.iter().enumerate() {
            let key_id = match self.defect {
                Some(PlantedDefect::CaKeyOtherId) => Some(plan.key_id.unwrap_or(0).wrapping_add(5)),
                _ => plan.key_id,
            };
            infos.push(self.chip_key_info(&Self::chip_key(index, plan)?, plan.form, key_id));
        }
        for (plan, key) in self.shared_keys()? {
            infos.extend(self.chip_authentication_info(&plan));
            infos.push(self.chip_key_info(&key, plan.form, plan.key_id));
        }
        if let Some(ActiveAuthenticationPlan { kind: KeyKind::Ec(_), digest }) = self.active_authentication {
            // ActiveAuthenticationInfo ::= SEQUENCE { protocol, version 1, signatureAlgorithm OID }  (9303-11 §9.2.10)
            let protocol = der::oid(oid::ID_ICAO_AA_PROTOCOL_OBJECT);
            let version = tlv::encode(Tag::INTEGER, &[1]);
            let algorithm = match self.defect {
                Some(PlantedDefect::AaInfoOfRsa) => Scheme::RsaPkcs1(digest).algorithm_identifier(),
                Some(PlantedDefect::AaInfoUnknown) => tlv::encode(Tag::SEQUENCE, &der::oid(UNKNOWN_INFO)),
                _ => Scheme::EcdsaPlain(digest).algorithm_identifier(),
            };
            // The identifier alone, without parameters.
            let identifier = tlv::Reader::new(&algorithm).next().map(|outer| outer.children().next());
            let algorithm = identifier.ok().and_then(Result::ok).map(|oid| oid.raw.to_vec()).unwrap_or_default();
            infos.push(der::sequence(&[&protocol, &version, &algorithm]));
        }
        if infos.is_empty() {
            return Ok(None);
        }
        infos.sort();
        infos.dedup();
        let around = |infos: &[Vec<u8>]| tlv::encode(Tag(0x6E), &tlv::encode(Tag::SET, &infos.concat()));
        if let Some(due) = self.sizes.dg14 {
            infos.extend(filler(FILLER_OF_DG14, &infos, due, around));
            infos.sort();
        }
        Ok(Some(around(&infos)))
    }

    /// TerminalAuthenticationInfo ::= SEQUENCE { protocol, version 1, efCVCA FileID OPTIONAL }  (9303-11 §9.2.9).
    pub(super) fn terminal_authentication_info(&self) -> Vec<u8> {
        let (fid, sfi) = self.cvca_place();
        let place = match self.defect {
            Some(PlantedDefect::TaInfoOtherFile) => Some((0x0121, 0x1B)),
            Some(PlantedDefect::TaInfoOtherShortId) => Some((fid, 0x1B)),
            _ => self.terminal_authentication.as_ref().and_then(|plan| plan.cvca_file).map(|_| (fid, sfi)),
        };
        let file = place.map(|(fid, sfi): (u16, u8)| {
            let octets = |octets: &[u8]| tlv::encode(Tag::OCTET_STRING, octets);
            der::sequence(&[&octets(&fid.to_be_bytes()), &octets(&[sfi])])
        });
        let protocol = der::oid(oid::ID_TA);
        let version = tlv::encode(Tag::INTEGER, &[1]);
        der::sequence(&[&protocol, &version, &file.unwrap_or_default()])
    }

    /// ChipAuthenticationPublicKeyInfo ::= SEQUENCE { protocol, SubjectPublicKeyInfo, keyId OPTIONAL }
    /// (9303-11 §9.2.6).
    pub(super) fn chip_key_info(&self, key: &AgreementKey, form: CurveForm, key_id: Option<u8>) -> Vec<u8> {
        let id = key_id.map(|id| tlv::encode(Tag::INTEGER, &[id])).unwrap_or_default();
        let protocol = match key.group {
            GroupId::Curve(_) => oid::ID_PK_ECDH,
            GroupId::Dh(_) => oid::ID_PK_DH,
        };
        let mut spki =
            key.spki(if self.defect == Some(PlantedDefect::CaParametersCorrupt) { CurveForm::Explicit } else { form });
        if self.defect == Some(PlantedDefect::CaParametersCorrupt) {
            corrupt_prime(&mut spki, key.group);
        }
        if self.defect == Some(PlantedDefect::CaKeyCorrupt) {
            spki.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        der::sequence(&[&der::oid(protocol), &spki, &id])
    }
}

/// Changes the prime of explicit parameters in its last bit but one, so that it stays odd.
fn corrupt_prime(spki: &mut [u8], group: GroupId) {
    let prime = match group {
        GroupId::Curve(curve) => curve.curve().prime(),
        GroupId::Dh(group) => group.prime(),
    };
    let at = spki.windows(prime.len()).position(|window| window == prime);
    if let Some(octet) = at.and_then(|at| spki.get_mut(at + prime.len() - 1)) {
        *octet ^= 2;
    }
}

/// Ciphers of chip authentication that there are not.
const CA_ECDH_UNKNOWN: Oid = Oid::of(&[0, 4, 0, 127, 0, 7, 2, 2, 3, 2, 9]);
const CA_DH_UNKNOWN: Oid = Oid::of(&[0, 4, 0, 127, 0, 7, 2, 2, 3, 1, 9]);

/// Identifiers of nobody (2.999 is for examples).
pub(super) const UNKNOWN_INFO: Oid = Oid::of(&[2, 999, 1]);
const FILLER_OF_CARD_ACCESS: Oid = Oid::of(&[2, 999, 2]);
const FILLER_OF_DG14: Oid = Oid::of(&[2, 999, 3]);

/// SecurityInfo ::= SEQUENCE { protocol, then small INTEGERs }.
pub(super) fn info(protocol: Oid, numbers: &[u8]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| tlv::encode(Tag::INTEGER, &[*number])).collect();
    der::sequence(&[&der::oid(protocol), &numbers])
}

/// A SecurityInfo that no reader knows, with so many octets in its OCTET STRING.
pub(super) fn unknown_info(protocol: Oid, octets: usize) -> Vec<u8> {
    let protocol = der::oid(protocol);
    der::sequence(&[&protocol, &tlv::encode(Tag::OCTET_STRING, &vec![0; octets])])
}

/// An unknown info that makes the file `around` these infos `due` octets long, where one can.
fn filler(protocol: Oid, infos: &[Vec<u8>], due: usize, around: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Option<Vec<u8>> {
    let with = |octets| unknown_info(protocol, octets);
    (0..due).map(with).find(|filler| around(&[infos, core::slice::from_ref(filler)].concat()).len() == due)
}
