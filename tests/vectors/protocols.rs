//! Whole protocol runs of the worked examples, computed step by step from the primitives.

use crate::crypto::{cipher_of, curve_of, xy};
use crate::format::{Failure, Vector, same};
use chipid::crypto::{Cipher, KeyUse, Secret, kdf};

/// Basic access control (9303-11 §4.3.3): cryptograms of both sides, session keys, send sequence counter.
pub fn bac(vector: &Vector) -> Result<(), Failure> {
    let (rnd_ic, rnd_ifd) = (vector.hex("rnd_ic")?, vector.hex("rnd_ifd")?);
    let (k_ic, k_ifd) = (vector.hex("k_ic")?, vector.hex("k_ifd")?);
    let (k_enc, k_mac) = (Secret::new(vector.hex("k_enc")?), Secret::new(vector.hex("k_mac")?));
    let cryptogram = |parts: &[&[u8]]| {
        let encrypted = Cipher::TripleDes.encrypt_cbc(&k_enc, &[0; 8], &parts.concat())?;
        let mac = Cipher::TripleDes.mac(&k_mac, &encrypted)?;
        Ok::<_, Failure>((encrypted, mac))
    };
    let (e_ifd, m_ifd) = cryptogram(&[&rnd_ifd, &rnd_ic, &k_ifd])?;
    same("e_ifd", &e_ifd, &vector.hex("e_ifd")?)?;
    same("m_ifd", &m_ifd, &vector.hex("m_ifd")?)?;
    let (e_ic, m_ic) = cryptogram(&[&rnd_ic, &rnd_ifd, &k_ic])?;
    same("e_ic", &e_ic, &vector.hex("e_ic")?)?;
    same("m_ic", &m_ic, &vector.hex("m_ic")?)?;
    // K_seed = K_IFD ⊕ K_IC
    let seed: Vec<u8> = k_ifd.iter().zip(&k_ic).map(|(a, b)| a ^ b).collect();
    same("k_seed", &seed, &vector.hex("k_seed")?)?;
    same("ks_enc", kdf(Cipher::TripleDes, &seed, KeyUse::Enc).expose(), &vector.hex("ks_enc")?)?;
    same("ks_mac", kdf(Cipher::TripleDes, &seed, KeyUse::Mac).expose(), &vector.hex("ks_mac")?)?;
    // SSC = RND.IC (4 least significant octets) ‖ RND.IFD (4 least significant octets)
    same("ssc", &[&rnd_ic[4..], &rnd_ifd[4..]].concat(), &vector.hex("ssc")?)
}

/// PACE with generic mapping over ECDH (9303-11 §4.4): nonce, mapping, agreement, keys, tokens.
pub fn pace_gm(vector: &Vector) -> Result<(), Failure> {
    let (curve, cipher) = (curve_of(vector)?.curve(), cipher_of(vector)?);
    let zeros = vec![0; cipher.block_len()];
    // K_π = KDF(K, 3), z = E(K_π, s)
    let k_pi = kdf(cipher, &vector.hex("k")?, KeyUse::Password);
    same("k_pi", k_pi.expose(), &vector.hex("k_pi")?)?;
    let nonce = Secret::new(cipher.decrypt_cbc(&k_pi, &zeros, &vector.hex("z")?)?);
    same("s", nonce.expose(), &vector.hex("s")?)?;
    let secret = |key: &str| Ok::<_, Failure>(Secret::new(vector.hex(key)?));
    // H = SK · PK, G' = s·G + H
    let (map_ifd, map_ic) = (secret("map_sk_ifd")?, secret("map_sk_ic")?);
    let (public_ifd, public_ic) =
        (curve.multiply(&map_ifd, &curve.generator())?, { curve.multiply(&map_ic, &curve.generator())? });
    same("map_pk_ifd", &xy(&public_ifd), &vector.hex("map_pk_ifd")?)?;
    same("map_pk_ic", &xy(&public_ic), &vector.hex("map_pk_ic")?)?;
    let h = curve.multiply(&map_ifd, &public_ic)?;
    same("h", &xy(&h), &vector.hex("h")?)?;
    same("h of the chip", &xy(&curve.multiply(&map_ic, &public_ifd)?), &xy(&h))?;
    let mapped = curve.add(&curve.multiply(&nonce, &curve.generator())?, &h)?;
    same("mapped_g", &xy(&mapped), &vector.hex("mapped_g")?)?;
    // K = KA(SK', PK', G')
    let (sk_ifd, sk_ic) = (secret("sk_ifd")?, secret("sk_ic")?);
    let (pk_ifd, pk_ic) = (curve.multiply(&sk_ifd, &mapped)?, curve.multiply(&sk_ic, &mapped)?);
    same("pk_ifd", &xy(&pk_ifd), &vector.hex("pk_ifd")?)?;
    same("pk_ic", &xy(&pk_ic), &vector.hex("pk_ic")?)?;
    let shared = curve.multiply(&sk_ifd, &pk_ic)?;
    same("shared", shared.x(), &vector.hex("shared")?)?;
    let (ks_enc, ks_mac) = (kdf(cipher, shared.x(), KeyUse::Enc), kdf(cipher, shared.x(), KeyUse::Mac));
    same("ks_enc", ks_enc.expose(), &vector.hex("ks_enc")?)?;
    same("ks_mac", ks_mac.expose(), &vector.hex("ks_mac")?)?;
    // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD), each within 7F49 with the protocol's identifier
    let (input_ifd, input_ic) = (vector.hex("token_input_ifd")?, vector.hex("token_input_ic")?);
    same("t_ifd", &cipher.mac(&ks_mac, &input_ifd)?, &vector.hex("t_ifd")?)?;
    same("t_ic", &cipher.mac(&ks_mac, &input_ic)?, &vector.hex("t_ic")?)?;
    let holds = |input: &[u8], point: &[u8]| if input.ends_with(point) { "yes" } else { "no" };
    same("point in token_input_ifd", holds(&input_ifd, &curve.encode_point(&pk_ic)).as_bytes(), b"yes")?;
    same("point in token_input_ic", holds(&input_ic, &curve.encode_point(&pk_ifd)).as_bytes(), b"yes")
}
