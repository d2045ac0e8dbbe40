//! Vectors of the room `crypto`.

use crate::format::{Failure, Vector, same};
use chipid::internals::crypto::{
    Cipher, CurveId, DhGroupId, DigestAlgorithm, DsaPrivateKey, DsaPublicKey, Element, GroupId, KeyUse, PublicKey,
    RsaPublicKey, ScriptedRandom, Secret, verify_iso9796_2,
};

pub fn cipher_of(vector: &Vector) -> Result<Cipher, Failure> {
    vector.named("cipher", &Cipher::ALL, Cipher::name)
}

pub fn digest_of(vector: &Vector) -> Result<DigestAlgorithm, Failure> {
    vector.named("algorithm", &DigestAlgorithm::ALL, DigestAlgorithm::name)
}

pub fn curve_of(vector: &Vector) -> Result<CurveId, Failure> {
    vector.named("curve", &CurveId::ALL, CurveId::name)
}

pub fn group_of(vector: &Vector) -> Result<GroupId, Failure> {
    vector.named("group", &GroupId::all().collect::<Vec<_>>(), GroupId::name)
}

/// `algorithm`, `message` in hexadecimal digits or `message_ascii`, `digest`.
pub fn digest(vector: &Vector) -> Result<(), Failure> {
    let message = match vector.optional("message_ascii") {
        Some(text) => text.as_bytes().to_vec(),
        None => vector.hex("message")?,
    };
    same("digest", &digest_of(vector)?.digest(&[&message]), &vector.hex("digest")?)
}

/// `cipher`, `secret`, `use` (enc, mac, password), `key`.
pub fn kdf(vector: &Vector) -> Result<(), Failure> {
    let uses = [KeyUse::Enc, KeyUse::Mac, KeyUse::Password];
    let key_use = vector.named("use", &uses, |key_use| match key_use {
        KeyUse::Enc => "enc",
        KeyUse::Mac => "mac",
        KeyUse::Password => "password",
    })?;
    let key = chipid::internals::crypto::kdf(cipher_of(vector)?, &vector.hex("secret")?, key_use);
    same("key", key.expose(), &vector.hex("key")?)
}

/// `cipher`, `key`, `iv`, `plain`, `encrypted`: both ways.
pub fn cbc(vector: &Vector) -> Result<(), Failure> {
    let (cipher, key, iv) = (cipher_of(vector)?, Secret::new(vector.hex("key")?), vector.hex("iv")?);
    let (plain, encrypted) = (vector.hex("plain")?, vector.hex("encrypted")?);
    same("encrypted", &cipher.encrypt_cbc(&key, &iv, &plain)?, &encrypted)?;
    same("plain", &cipher.decrypt_cbc(&key, &iv, &encrypted)?, &plain)
}

/// `cipher`, `key`, `data`, `padded` (yes: the data is whole blocks already), `mac`.
pub fn mac(vector: &Vector) -> Result<(), Failure> {
    let (cipher, key, data) = (cipher_of(vector)?, Secret::new(vector.hex("key")?), vector.hex("data")?);
    let (padded, expected) = (vector.text("padded")? == "yes", vector.hex("mac")?);
    let mac = if padded { cipher.mac_padded(&key, &data) } else { cipher.mac(&key, &data) };
    same("mac", &mac?, &expected)
}

/// `curve`, `private_a`, `public_a`, `private_b`, `public_b`, `shared_x`: both public keys, both agreements.
pub fn ecdh(vector: &Vector) -> Result<(), Failure> {
    let curve = curve_of(vector)?.curve();
    let pair = |side: &str| {
        let private = Secret::new(vector.hex(&format!("private_{side}"))?);
        Ok::<_, Failure>((private, vector.hex(&format!("public_{side}"))?))
    };
    let ((private_a, public_a), (private_b, public_b)) = (pair("a")?, pair("b")?);
    let shared_x = vector.hex("shared_x")?;
    let public = |private: &Secret| curve.multiply(private, &curve.generator());
    let (point_a, point_b) = (curve.decode_point(&public_a)?, curve.decode_point(&public_b)?);
    same("public_a", &curve.encode_point(&public(&private_a)?), &public_a)?;
    same("public_b", &curve.encode_point(&public(&private_b)?), &public_b)?;
    same("shared_x of a", curve.multiply(&private_a, &point_b)?.x(), &shared_x)?;
    same("shared_x of b", curve.multiply(&private_b, &point_a)?.x(), &shared_x)
}

/// `group`, `private_a`, `public_a`, `private_b`, `public_b`, `shared`: both public keys, both agreements, as many octets
/// as p has; data objects hold public keys without leading zeros.
pub fn dh(vector: &Vector) -> Result<(), Failure> {
    let group = vector.named("group", &DhGroupId::ALL, DhGroupId::name)?;
    let pair = |side: &str| {
        let private = Secret::new(vector.hex(&format!("private_{side}"))?);
        Ok::<_, Failure>((private, vector.hex(&format!("public_{side}"))?))
    };
    let ((private_a, public_a), (private_b, public_b)) = (pair("a")?, pair("b")?);
    let shared = vector.hex("shared")?;
    let public = |private: &Secret| group.power(private, &group.generator());
    same("public_a", public(&private_a)?.padded(), &public_a)?;
    same("public_b", public(&private_b)?.padded(), &public_b)?;
    for (private, public) in [(&private_a, &public_b), (&private_b, &public_a)] {
        let significant: Vec<u8> = public.iter().copied().skip_while(|&octet| octet == 0).collect();
        same("unsigned", group.decode(public)?.unsigned(), &significant)?;
        for form in [public, &significant] {
            same("shared", group.power(private, &group.decode(form)?)?.padded(), &shared)?;
        }
    }
    Ok(())
}

/// `p`, `q`, `g`, `y`, `algorithm`, `message_ascii`, `r`, `s`: a signature; `x`, `k`: also how it was made.
pub fn dsa(vector: &Vector) -> Result<(), Failure> {
    let (p, q, g, y) = (vector.hex("p")?, vector.hex("q")?, vector.hex("g")?, vector.hex("y")?);
    let (r, s) = (vector.hex("r")?, vector.hex("s")?);
    let hash = digest_of(vector)?.digest(&[vector.text("message_ascii")?.as_bytes()]);
    let key = DsaPublicKey::new(&p, &q, &g, &y)?;
    if vector.optional("x").is_some() {
        let (x, k) = (Secret::new(vector.hex("x")?), vector.hex("k")?);
        let private = DsaPrivateKey::new([&p, &q, &g], x)?;
        same("y", private.public_key().public(), &y)?;
        let (made_r, made_s) = private.sign(&hash, &mut ScriptedRandom::new([k]))?;
        same("r", &made_r, &r)?;
        same("s", &made_s, &s)?;
    }
    Ok(key.verify(&hash, &r, &s)?)
}

/// `group`, `public`: a public key as a data object holds it.
pub fn group_element(vector: &Vector) -> Result<(), Failure> {
    let (group, public) = (group_of(vector)?, vector.hex("public")?);
    same("public", &group.encode(&group.decode(&public)?), &public)
}

/// `der`: a SubjectPublicKeyInfo; `key`: what it is (left out where it is refused).
pub fn spki(vector: &Vector) -> Result<(), Failure> {
    let (der, expected) = (vector.hex("der")?, vector.optional("key"));
    let key = PublicKey::from_spki(&der)?;
    same("key", key.describe().as_bytes(), expected.unwrap_or_default().as_bytes())
}

/// `n`, `e`, `challenge`, `signature`, `algorithm`: active authentication with RSA.
pub fn iso9796_2(vector: &Vector) -> Result<(), Failure> {
    let (n, e, challenge) = (vector.hex("n")?, vector.hex("e")?, vector.hex("challenge")?);
    let (signature, algorithm) = (vector.hex("signature")?, digest_of(vector)?);
    let found = verify_iso9796_2(&RsaPublicKey::new(&n, &e)?, &challenge, &signature)?;
    same("algorithm", found.name().as_bytes(), algorithm.name().as_bytes())
}

/// `algorithm`, `m1`, `challenge`, `digest`, `block`: the block alone, where the source gives no key.
pub fn iso9796_2_block(vector: &Vector) -> Result<(), Failure> {
    let (m1, challenge, expected) = (vector.hex("m1")?, vector.hex("challenge")?, vector.hex("digest")?);
    let digest = digest_of(vector)?.digest(&[&m1, &challenge]);
    same("digest", &digest, &expected)?;
    same("block", &[&[0x6A], m1.as_slice(), &digest, &[0xBC]].concat(), &vector.hex("block")?)
}

/// An element as the worked examples print it: x ‖ y, or the number as long as p.
pub fn printed(element: &Element) -> Vec<u8> {
    match element {
        Element::Point(point) => [point.x(), point.y()].concat(),
        Element::Number(number) => number.padded().to_vec(),
    }
}
