//! Whole protocol runs of the worked examples, computed step by step from the primitives.

use crate::crypto::{cipher_of, group_of, printed};
use crate::format::{Failure, Vector, same};
use chipid::internals::crypto::{Cipher, Curve, Element, GroupId, KeyUse, Modulus, Residue, Secret, kdf, unpad};

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

/// PACE with generic mapping (9303-11 §4.4): nonce, mapping, agreement, keys, tokens.
pub fn pace_gm(vector: &Vector) -> Result<(), Failure> {
    let pace = Pace::of(vector)?;
    let (mapped, _) = pace.generic_mapping()?;
    pace.agreement(&mapped).map(drop)
}

/// PACE with chip authentication mapping (9303-11 §4.4.3.5): generic mapping, and what the chip shows of itself.
pub fn pace_cam(vector: &Vector) -> Result<(), Failure> {
    let pace = Pace::of(vector)?;
    let (mapped, map_public_ic) = pace.generic_mapping()?;
    let ks_enc = pace.agreement(&mapped)?;
    // A_IC = E(KS_Enc, CA_IC), IV = E(KS_Enc, −1);  PK_map,IC = CA_IC · PK_IC
    let iv = pace.cipher.encrypt_cbc(&ks_enc, &pace.zeros(), &vec![0xFF; pace.cipher.block_len()])?;
    same("iv", &iv, &vector.hex("iv")?)?;
    let padded = pace.cipher.decrypt_cbc(&ks_enc, &iv, &vector.hex("a_ic")?)?;
    let ca_ic = unpad(&padded).ok_or(Failure::Refused("CA_IC is not padded".into()))?;
    same("ca_ic", ca_ic, &vector.hex("ca_ic")?)?;
    let public_ic = pace.element("static_pk_ic")?;
    let shown = pace.group.power(&Secret::from_slice(ca_ic), &public_ic)?;
    same("CA_IC · PK_IC", &printed(&shown), &printed(&map_public_ic))
}

/// PACE with integrated mapping (9303-11 §4.4.3.3.2, Appendix B), computed here a second time: the library's own mapping
/// is out of reach for callers, and whole sessions test it.
pub fn pace_im(vector: &Vector) -> Result<(), Failure> {
    let pace = Pace::of(vector)?;
    let (t, s) = (pace.secret("t")?, pace.nonce()?);
    let r = pseudo_random(pace.cipher, &s, t, pace.prime())?;
    same("r", &r, &vector.hex("r")?)?;
    let p = Modulus::new(pace.prime()).ok_or(Failure::Malformed("the prime is even".into()))?;
    same("r_p", &p.encode(&p.reduce(&r)), &vector.hex("r_p")?)?;
    let mapped = match pace.group {
        GroupId::Curve(curve) => Element::Point(curve.curve().decode_point(&to_curve(curve.curve(), &p, &r)?)?),
        GroupId::Dh(group) => Element::Number(group.into_subgroup(&r)?),
    };
    same("mapped_g", &printed(&mapped), &vector.hex("mapped_g")?)?;
    pace.agreement(&mapped).map(drop)
}

/// A run of PACE with the keys of both sides.
struct Pace<'a> {
    vector: &'a Vector,
    group: GroupId,
    cipher: Cipher,
}

impl<'a> Pace<'a> {
    fn of(vector: &'a Vector) -> Result<Self, Failure> {
        Ok(Self { vector, group: group_of(vector)?, cipher: cipher_of(vector)? })
    }

    fn secret(&self, key: &str) -> Result<Secret, Failure> {
        Ok(Secret::new(self.vector.hex(key)?))
    }

    /// An element as it is printed.
    fn element(&self, key: &str) -> Result<Element, Failure> {
        let printed = self.vector.hex(key)?;
        let form: &[u8] = if matches!(self.group, GroupId::Curve(_)) { &[0x04] } else { &[] };
        Ok(self.group.decode(&[form, &printed].concat())?)
    }

    fn prime(&self) -> &'static [u8] {
        match self.group {
            GroupId::Curve(curve) => curve.curve().prime(),
            GroupId::Dh(group) => group.prime(),
        }
    }

    fn zeros(&self) -> Vec<u8> {
        vec![0; self.cipher.block_len()]
    }

    /// `private · base`, which the vector states under `key`.
    fn power(&self, key: &str, private: &Secret, base: &Element) -> Result<Element, Failure> {
        let public = self.group.power(private, base)?;
        same(key, &printed(&public), &self.vector.hex(key)?)?;
        Ok(public)
    }

    /// K_π = KDF(K, 3), s = D(K_π, z); K where the source states it.
    fn nonce(&self) -> Result<Secret, Failure> {
        let k_pi = self.secret("k_pi")?;
        if self.vector.optional("k").is_some() {
            let derived = kdf(self.cipher, &self.vector.hex("k")?, KeyUse::Password);
            same("k_pi", derived.expose(), k_pi.expose())?;
        }
        let (s, z) = (self.vector.hex("s")?, self.vector.hex("z")?);
        same("z", &self.cipher.encrypt_cbc(&k_pi, &self.zeros(), &s)?, &z)?;
        let nonce = Secret::new(self.cipher.decrypt_cbc(&k_pi, &self.zeros(), &z)?);
        same("s", nonce.expose(), &s)?;
        Ok(nonce)
    }

    /// H = SK_map · PK_map from both sides, Ĝ = s·G + H; gives Ĝ and PK_map,IC.
    fn generic_mapping(&self) -> Result<(Element, Element), Failure> {
        let (nonce, generator) = (self.nonce()?, self.group.generator());
        let (map_ifd, map_ic) = (self.secret("map_sk_ifd")?, self.secret("map_sk_ic")?);
        let public_ifd = self.power("map_pk_ifd", &map_ifd, &generator)?;
        let public_ic = self.power("map_pk_ic", &map_ic, &generator)?;
        let h = self.power("h", &map_ifd, &public_ic)?;
        self.power("h", &map_ic, &public_ifd)?;
        // s may exceed the order: s·G = s_hi·(2¹²⁸·G) + s_lo·G
        let (hi, lo) = nonce.expose().split_at(nonce.len().saturating_sub(16));
        let mut s_g = self.group.power(&Secret::from_slice(lo), &generator)?;
        if !hi.is_empty() {
            let shift = Secret::new([&[1], [0; 16].as_slice()].concat());
            let shifted = self.group.power(&shift, &generator)?;
            s_g = self.group.combine(&self.group.power(&Secret::from_slice(hi), &shifted)?, &s_g)?;
        }
        let mapped = self.group.combine(&s_g, &h)?;
        same("mapped_g", &printed(&mapped), &self.vector.hex("mapped_g")?)?;
        Ok((mapped, public_ic))
    }

    /// K = KA(SK, PK, Ĝ) from both sides, the keys and the tokens; gives KS_Enc.
    fn agreement(&self, mapped: &Element) -> Result<Secret, Failure> {
        let (sk_ifd, sk_ic) = (self.secret("sk_ifd")?, self.secret("sk_ic")?);
        let (pk_ifd, pk_ic) = (self.power("pk_ifd", &sk_ifd, mapped)?, self.power("pk_ic", &sk_ic, mapped)?);
        let shared = self.group.power(&sk_ifd, &pk_ic)?.shared_secret();
        same("shared", shared.expose(), &self.vector.hex("shared")?)?;
        same("shared of the chip", self.group.power(&sk_ic, &pk_ifd)?.shared_secret().expose(), shared.expose())?;
        let ks_enc = kdf(self.cipher, shared.expose(), KeyUse::Enc);
        let ks_mac = kdf(self.cipher, shared.expose(), KeyUse::Mac);
        same("ks_enc", ks_enc.expose(), &self.vector.hex("ks_enc")?)?;
        same("ks_mac", ks_mac.expose(), &self.vector.hex("ks_mac")?)?;
        // T_IFD = MAC(KS_MAC, PK_IC), T_IC = MAC(KS_MAC, PK_IFD), each within 7F49 with the protocol's identifier
        for (side, public) in [("ifd", &pk_ic), ("ic", &pk_ifd)] {
            let input = self.vector.hex(&format!("token_input_{side}"))?;
            same("token", &self.cipher.mac(&ks_mac, &input)?, &self.vector.hex(&format!("t_{side}"))?)?;
            let holds = if input.ends_with(&self.group.encode(public)) { "yes" } else { "no" };
            same("public key in the token's input", holds.as_bytes(), b"yes")?;
        }
        Ok(ks_enc)
    }
}

/// R(s, t) = x_1 ‖ x_2 ‖ …, k_0 = E(t, s), x_i = E(k_{i−1}, c1), k_i = E(k_{i−1}, c0)  (9303-11 §4.4.3.3.2).
fn pseudo_random(cipher: Cipher, s: &Secret, t: Secret, prime: &[u8]) -> Result<Vec<u8>, Failure> {
    let [c0, c1] = match s.len() {
        16 => ["a668892a7c41e3ca739f40b057d85904", "a4e136ac725f738b01c1f60217c188ad"],
        _ => [
            "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
            "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
        ],
    }
    .map(|digits| hex::decode(digits).unwrap());
    let encrypt = |key: &Secret, data: &[u8]| cipher.encrypt_cbc(key, &vec![0; cipher.block_len()], data);
    let next = |key: &Secret, data: &[u8]| {
        encrypt(key, data).map(|block| Secret::from_slice(&block[..cipher.key_len().min(block.len())]))
    };
    let (mut key, mut r) = (next(&t, s.expose())?, Vec::new());
    while r.len() < prime.len() + 8 {
        r.extend(encrypt(&key, &c1)?);
        key = next(&key, &c0)?;
    }
    Ok(r)
}

/// A number of the field as a point, 04 ‖ x ‖ y (9303-11 §B.2), by the square root h2^((p+1)/4) of a quadratic residue.
fn to_curve(curve: &dyn Curve, p: &Modulus, r: &[u8]) -> Result<Vec<u8>, Failure> {
    let residue = |number: &[u8]| p.residue(number).unwrap();
    let (t, a, b) = (p.reduce(r), residue(curve.a()), residue(curve.b()));
    let times = |factors: &[&Residue]| factors.iter().fold(p.one(), |product, factor| p.multiply(&product, factor));
    let right = |x: &Residue| p.add(&p.add(&times(&[x, x, x]), &times(&[&a, x])), &b);
    let invert = |x: &Residue| p.invert(x).ok_or(Failure::Refused("no inverse".into()));
    // α = −t², x2 = −b/a · (1 + 1/(α + α²)), x3 = α·x2
    let minus = |x: &Residue| p.subtract(&residue(&[0]), x);
    let alpha = minus(&times(&[&t, &t]));
    let factor = p.add(&p.one(), &invert(&p.add(&alpha, &times(&[&alpha, &alpha])))?);
    let x2 = minus(&times(&[&b, &invert(&a)?, &factor]));
    let x3 = times(&[&alpha, &x2]);
    // (p + 1)/4 of a p that is 3 mod 4, from (p − 3)/4 by two shifts
    let mut quarter: Vec<u8> = curve.prime().to_vec();
    let mut carry = 0;
    for octet in &mut quarter {
        (*octet, carry) = (*octet >> 2 | carry, *octet << 6);
    }
    let root = |h: &Residue| p.multiply(&p.power(h, &Secret::from_slice(&quarter)), h);
    // y of x2 where x2 has one, else of x3
    let h2 = right(&x2);
    let y2 = root(&h2);
    if times(&[&y2, &y2]) == h2 {
        return Ok([vec![4], p.encode(&x2), p.encode(&y2)].concat());
    }
    // A = h2^(p−1−(p+1)/4) = 1/h2^((p+1)/4), y3 = A · t³ · h2
    let y3 = times(&[&invert(&y2)?, &t, &t, &t, &h2]);
    Ok([vec![4], p.encode(&x3), p.encode(&y3)].concat())
}
