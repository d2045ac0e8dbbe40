//! Basic access control: a challenge, an answer, the keys (9303-11 §4.3).

use super::super::faults::Deviation;
use super::super::secure_messaging::Session;
use super::password::Passwords;
use crate::crypto::{Cipher, DigestAlgorithm, KeyUse, Random, Secret, equal, kdf};
use crate::iso7816::StatusWord;

/// Basic access control: one challenge, one answer.
#[derive(Default)]
pub(crate) struct Bac {
    rnd_ic: Option<[u8; 8]>,
}

impl Bac {
    /// GET CHALLENGE.
    pub(crate) fn challenge(&mut self, random: &mut dyn Random) -> Result<Vec<u8>, StatusWord> {
        let mut rnd_ic = [0; 8];
        random.fill(&mut rnd_ic).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
        self.rnd_ic = Some(rnd_ic);
        Ok(rnd_ic.to_vec())
    }

    /// EXTERNAL AUTHENTICATE: the answer and the session it opens (9303-11 §4.3.3).
    pub(crate) fn authenticate(
        &mut self,
        data: &[u8],
        passwords: &Passwords,
        random: &mut dyn Random,
        deviation: Option<Deviation>,
    ) -> Result<(Vec<u8>, Session), StatusWord> {
        let rnd_ic = self.rnd_ic.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let (e_ifd, m_ifd) = data.split_at_checked(32).ok_or(StatusWord::WRONG_LENGTH)?;
        // K_seed = SHA-1(MRZ information), its first 16 bytes  (9303-11 §9.7.2)
        let hash = DigestAlgorithm::Sha1.digest(&[passwords.mrz.expose()]);
        let seed = Secret::from_slice(hash.get(..16).unwrap_or_default());
        let k_enc = kdf(Cipher::TripleDes, seed.expose(), KeyUse::Enc);
        let k_mac = kdf(Cipher::TripleDes, seed.expose(), KeyUse::Mac);
        let broken = |_| StatusWord::NO_DIAGNOSIS;
        if !equal(&Cipher::TripleDes.mac(&k_mac, e_ifd).map_err(broken)?, m_ifd) {
            return Err(StatusWord::VERIFICATION_FAILED);
        }
        // S = RND.IFD ‖ RND.IC ‖ K.IFD
        let s = Secret::new(Cipher::TripleDes.decrypt_cbc(&k_enc, &[0; 8], e_ifd).map_err(broken)?);
        let (rnd_ifd, rest) = s.expose().split_at_checked(8).ok_or(StatusWord::WRONG_LENGTH)?;
        let (echoed, k_ifd) = rest.split_at_checked(8).ok_or(StatusWord::WRONG_LENGTH)?;
        if !equal(echoed, &rnd_ic) {
            return Err(StatusWord::VERIFICATION_FAILED);
        }
        let mut k_ic = [0; 16];
        random.fill(&mut k_ic).map_err(broken)?;
        // R = RND.IC ‖ RND.IFD ‖ K.IC
        let mut r = [&rnd_ic, rnd_ifd, &k_ic].concat();
        if deviation == Some(Deviation::BacOtherChallenge) {
            r.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        let e_ic = Cipher::TripleDes.encrypt_cbc(&k_enc, &[0; 8], &r).map_err(broken)?;
        let mut m_ic = Cipher::TripleDes.mac(&k_mac, &e_ic).map_err(broken)?;
        if deviation == Some(Deviation::BacWrongMac) {
            m_ic.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        }
        // K_seed = K.IFD ⊕ K.IC; SSC = the last four bytes of RND.IC ‖ those of RND.IFD
        let seed: Vec<u8> = k_ifd.iter().zip(k_ic).map(|(a, b)| a ^ b).collect();
        let ssc = [rnd_ic.get(4..).unwrap_or_default(), rnd_ifd.get(4..).unwrap_or_default()].concat();
        Ok(([e_ic, m_ic.to_vec()].concat(), Session::after_bac(&seed, ssc)))
    }
}
