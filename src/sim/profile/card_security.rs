//! EF.CardSecurity (9303-11 §9.2.11).

use super::super::issuer::{AgreementKey, CurveForm};
use super::defect::PlantedDefect;
use super::infos::{UNKNOWN_INFO, info, unknown_info};
use super::plan::Profile;
use crate::crypto::{CryptoError, CurveId, DhGroupId, GroupId};

impl Profile {
    /// The public keys of chip authentication mapping, numbered as their domain parameters (9303-11 App. I.1).
    fn mapping_key_infos(&self) -> Result<Vec<Vec<u8>>, CryptoError> {
        let form = self.card_security.map_or(CurveForm::Standardized, |plan| plan.form);
        let of = |(curve, key): &(CurveId, AgreementKey)| self.chip_key_info(key, form, curve.parameter_id());
        Ok(self.mapping_keys()?.iter().map(of).collect())
    }

    /// EF.CardSecurity: all of EF.CardAccess and the keys of chip authentication mapping, signed (9303-11 §9.2.11).
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not, or a scheme that its key cannot do.
    pub fn card_security(&self) -> Result<Option<Vec<u8>>, CryptoError> {
        let Some(plan) = self.card_security else {
            return Ok(None);
        };
        let mut infos = self.card_access_infos();
        let mut keys = self.mapping_key_infos()?;
        match self.defect {
            Some(PlantedDefect::CardSecurityFewerInfos) => infos.clear(),
            Some(PlantedDefect::CardSecurityOtherInfos) => {
                infos = self.pace.iter().map(|suite| info(suite.oid(), &[2, suite.parameter_id() ^ 1])).collect();
            }
            Some(PlantedDefect::CardSecurityMoreInfos) => infos.push(unknown_info(UNKNOWN_INFO, 50)),
            Some(PlantedDefect::CardSecurityNoKey) => keys.clear(),
            Some(PlantedDefect::CardSecurityOtherKey) => keys = self.other_keys(plan.form)?,
            Some(PlantedDefect::CardSecurityKeyOfDh) => {
                let key = AgreementKey::of(GroupId::Dh(DhGroupId::Modp2048Prime256), "another")?;
                keys = vec![self.chip_key_info(&key, plan.form, None)];
            }
            _ => {}
        }
        infos.extend(keys);
        if self.terminal_authentication.is_some() {
            infos.push(self.terminal_authentication_info());
        }
        infos.sort();
        infos.dedup();
        let issuer = self.issuer()?;
        let mut fields = issuer.card_security_fields(&infos);
        if self.defect == Some(PlantedDefect::CardSecurityWrongHash) {
            // The attributes are those of another content.
            let other = issuer.card_security_fields(&[]);
            fields.signed_attributes = other.signed_attributes;
        }
        let mut file = issuer.sign_card_security(&fields)?;
        if self.defect == Some(PlantedDefect::CardSecurityWrongSignature) {
            file.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        Ok(Some(file))
    }

    /// Keys on the same curves that are not the chip's.
    fn other_keys(&self, form: CurveForm) -> Result<Vec<Vec<u8>>, CryptoError> {
        let other = |curve: CurveId| {
            let key = AgreementKey::of(GroupId::Curve(curve), "another")?;
            Ok(self.chip_key_info(&key, form, curve.parameter_id()))
        };
        self.mapping_keys()?.into_iter().map(|(curve, _)| other(curve)).collect()
    }
}
