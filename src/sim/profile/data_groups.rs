//! The data groups of a profile, and the issuer that signs them.

use super::super::biometrics;
use super::super::issuer::{CurveForm, Holder, Issuer, IssuerPlan, SigningKey};
use super::super::person::{self, PORTRAIT};
use super::super::quirks::Quirk;
use super::plan::Profile;
use crate::crypto::CryptoError;
use crate::tlv::{self, Tag};
use time::Duration;

impl Profile {
    /// The data groups, in order.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn groups(&self) -> Result<Vec<(u8, Vec<u8>)>, CryptoError> {
        let separator = if self.quirks.has(Quirk::LineBreaksInMrz) { "\n" } else { "" };
        let dg2_length = if self.quirks.has(Quirk::LargeDg2) { Some(40_000) } else { self.sizes.dg2 };
        let mut groups = vec![(1, person::dg1(&self.mrz_lines(), separator)), (2, person::dg2(PORTRAIT, dg2_length))];
        if self.terminal_authentication.is_some() {
            groups.extend([(3, biometrics::dg3()), (4, biometrics::dg4())]);
        } else if self.fingers {
            // A template of no fingers: nobody ever sees it.
            let none = tlv::encode(Tag(0x7F61), &tlv::encode(Tag::INTEGER, &[0]));
            groups.push((3, tlv::encode(Tag(0x63), &none)));
        }
        if let Some(national) = &self.person.national {
            groups.push((13, person::dg13(&self.person.optional, national, self.sizes.dg13)));
        }
        groups.extend(self.dg14()?.map(|file| (14, file)));
        if let Some(plan) = self.active_authentication {
            let key = SigningKey::of(plan.kind, Holder::Chip, "active authentication")?;
            groups.push((15, tlv::encode(Tag(0x6F), &key.spki(CurveForm::Explicit))));
        }
        groups.extend(self.more_groups.iter().cloned());
        groups.sort_by_key(|(number, _)| *number);
        Ok(groups)
    }

    /// The issuing state, with a document signer of its own where EF.SOD is to have a given length.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn issuer(&self) -> Result<Issuer, CryptoError> {
        let groups = self.groups()?;
        let groups: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        // Another second in the certificate draws another signature, whose length varies by a byte or two.
        let (from, to) = self.issuer.ds_validity;
        let with = |path_letters, second| {
            let ds_validity = (from + Duration::seconds(second), to);
            Issuer::new(IssuerPlan { path_letters, ds_validity, ..self.issuer.clone() })
        };
        let mut issuer = with(self.issuer.path_letters, 0)?;
        let Some(due) = self.sizes.sod else {
            return Ok(issuer);
        };
        let mut letters = due.saturating_sub(issuer.sod(&groups)?.len());
        for second in 0..32 {
            issuer = with(letters, second)?;
            let length = issuer.sod(&groups)?.len();
            match length.cmp(&due) {
                core::cmp::Ordering::Equal => break,
                core::cmp::Ordering::Greater => letters = letters.saturating_sub(length - due),
                core::cmp::Ordering::Less => letters += due - length,
            }
        }
        Ok(issuer)
    }

    /// The CSCA certificate, DER: what a reader must trust.
    ///
    /// # Errors
    /// [`CryptoError`] where the plan asks for a key that there is not.
    pub fn csca(&self) -> Result<Vec<u8>, CryptoError> {
        Ok(self.issuer()?.csca().to_vec())
    }
}
