//! Basic access control (9303-11 §4.3, worked example in Appendix D).

use super::password::{Password, is_wrong_password};
use crate::channel::Channel;
use crate::crypto::{self, Cipher, CryptoError, KeyUse, Random, Secret};
use crate::error::{Broken, Error, NeededPassword, Step};
use crate::event::Show;
use crate::iso7816::{Command, StatusWord};
use crate::secure_messaging::SecureMessaging;

const DURING: Step = Step::Bac;
/// Bytes of RND.IC and of RND.IFD.
const CHALLENGE: usize = 8;
/// Bytes of K.IFD and of K.IC.
const KEY: usize = 16;
/// Bytes of `E_IC` and of the plain `R`.
const CRYPTOGRAM: usize = 32;

/// Opens the selected application by the MRZ; the channel is protected afterwards.
///
/// `None`: the chip does not know GET CHALLENGE or does not want it: it may have no access control.
///
/// # Errors
/// [`Error::WrongPassword`] where the chip refuses the cryptogram; [`Error::Protocol`] where its answer is not authentic.
pub(crate) fn basic_access_control(
    channel: &mut Channel,
    password: &Password,
    random: &mut dyn Random,
    show: &mut Show<'_>,
) -> Result<Option<()>, Error> {
    let broken = |broken| Error::Protocol { during: DURING, broken };
    let crypto_error = |_: CryptoError| broken(Broken::Crypto);
    let Some(k_seed) = password.bac_seed() else { return Err(Error::PasswordNeeded(NeededPassword::Mrz)) };
    let challenge = channel.send(&Command::get_challenge(), DURING, show)?;
    if !challenge.status.is_success() {
        return Ok(None);
    }
    let rnd_ic: [u8; CHALLENGE] = challenge.data.try_into().map_err(|_| broken(Broken::BadAnswer))?;

    // K_Enc = KDF(K_seed, 1), K_MAC = KDF(K_seed, 2)  (9303-11 §9.7.2)
    let k_enc = crypto::kdf(Cipher::TripleDes, k_seed.expose(), KeyUse::Enc);
    let k_mac = crypto::kdf(Cipher::TripleDes, k_seed.expose(), KeyUse::Mac);
    let rnd_ifd: [u8; CHALLENGE] = fresh(random)?;
    let k_ifd = Secret::new(fresh::<KEY>(random)?.to_vec());

    // S = RND.IFD ‖ RND.IC ‖ K.IFD;  E_IFD = E(K_Enc, S);  M_IFD = MAC(K_MAC, E_IFD)  (9303-11 §4.3.1)
    let s = Secret::new([rnd_ifd.as_slice(), &rnd_ic, k_ifd.expose()].concat());
    let zero = [0; CHALLENGE];
    let e_ifd = Cipher::TripleDes.encrypt_cbc(&k_enc, &zero, s.expose()).map_err(crypto_error)?;
    let m_ifd = Cipher::TripleDes.mac(&k_mac, &e_ifd).map_err(crypto_error)?;
    let command = Command::external_authenticate(&[e_ifd.as_slice(), &m_ifd].concat());
    let answer = channel.send(&command, DURING, show)?;
    match answer.status {
        StatusWord::SUCCESS => {}
        status if is_wrong_password(status) => {
            return Err(Error::WrongPassword { password: "MRZ", attempts_left: status.tries_left() });
        }
        status => return Err(Error::Refused { during: DURING, status }),
    }

    // R = RND.IC ‖ RND.IFD ‖ K.IC;  E_IC = E(K_Enc, R);  M_IC = MAC(K_MAC, E_IC)
    let (e_ic, m_ic) = answer.data.split_at_checked(CRYPTOGRAM).ok_or(broken(Broken::BadAnswer))?;
    let expected = Cipher::TripleDes.mac(&k_mac, e_ic).map_err(crypto_error)?;
    if !crypto::equal(&expected, m_ic) {
        return Err(broken(Broken::WrongToken));
    }
    let r = Secret::new(Cipher::TripleDes.decrypt_cbc(&k_enc, &zero, e_ic).map_err(crypto_error)?);
    let (nonces, k_ic) = r.expose().split_at_checked(2 * CHALLENGE).ok_or(broken(Broken::BadAnswer))?;
    if !crypto::equal(nonces, &[rnd_ic, rnd_ifd].concat()) {
        return Err(broken(Broken::WrongToken));
    }

    // K_seed = K.IFD ⊕ K.IC;  SSC = RND.IC[4..8] ‖ RND.IFD[4..8]  (9303-11 §4.3.2, §9.8.6.2)
    let seed = Secret::new(k_ifd.expose().iter().zip(k_ic).map(|(ifd, ic)| ifd ^ ic).collect());
    let ks_enc = crypto::kdf(Cipher::TripleDes, seed.expose(), KeyUse::Enc);
    let ks_mac = crypto::kdf(Cipher::TripleDes, seed.expose(), KeyUse::Mac);
    let [.., a, b, c, d] = rnd_ic;
    let [.., e, f, g, h] = rnd_ifd;
    let ssc = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    channel.protect(SecureMessaging::after_bac(ks_enc, ks_mac, ssc));
    Ok(Some(()))
}

fn fresh<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    random.fill(&mut bytes).map_err(|_| Error::Protocol { during: DURING, broken: Broken::Crypto })?;
    Ok(bytes)
}
