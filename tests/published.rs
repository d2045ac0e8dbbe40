//! The published vectors of the shared test data that are too many for `test-vectors/`: another library's (MACs, 3DES,
//! ECDH, ECDSA, PSS, explicit curves) and RFC 6932's points. Each test skips with a printed line where they are missing.

#[path = "support/shared.rs"]
mod support;

use chipid::internals::crypto::{
    Cipher, CryptoError, CurveId, DigestAlgorithm, PrivateKey, PublicKey, RsaPublicKey, Secret, SeededRandom,
    SignatureAlgorithm,
};
use std::collections::BTreeMap;

/// The `key = value` records of a file, each with the section and the values that stand before it; a record ends with
/// its `last` key.
fn records(file: &str, last: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let text = std::fs::read_to_string(support::shared_data("vectors/botan")?.join(file)).unwrap();
    let (mut held, mut records) = (BTreeMap::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            held = BTreeMap::from([("section".to_owned(), section.to_owned())]);
        } else if !line.starts_with('#')
            && let Some((key, value)) = line.split_once('=')
        {
            held.insert(key.trim().to_owned(), value.trim().to_owned());
            if key.trim() == last {
                records.push(held.clone());
                held.remove("Valid");
            }
        }
    }
    Some(records)
}

fn octets(record: &BTreeMap<String, String>, key: &str) -> Vec<u8> {
    digits(record[key].trim_start_matches("0x"))
}

fn digits(digits: &str) -> Vec<u8> {
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    hex::decode(even).unwrap()
}

fn curve(name: &str) -> Option<CurveId> {
    let name = name.replace("brainpool", "brainpoolP");
    CurveId::ALL.into_iter().find(|id| id.name() == name)
}

/// A number in decimal digits, as unsigned big-endian octets.
fn decimal(digits: &str) -> Vec<u8> {
    let mut number = vec![0_u8];
    for digit in digits.bytes() {
        let mut carry = u32::from(digit - b'0');
        for octet in number.iter_mut().rev() {
            let value = u32::from(*octet) * 10 + carry;
            *octet = value.to_le_bytes()[0];
            carry = value >> 8;
        }
        if carry > 0 {
            number.insert(0, carry.to_le_bytes()[0]);
        }
    }
    number
}

fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut product = vec![0_u8; a.len() + b.len()];
    for (i, x) in a.iter().rev().enumerate() {
        let mut carry = 0_u32;
        for (j, y) in b.iter().rev().chain(std::iter::repeat_n(&0, 1)).enumerate() {
            let at = product.len() - 1 - i - j;
            let value = u32::from(product[at]) + u32::from(*x) * u32::from(*y) + carry;
            product[at] = value.to_le_bytes()[0];
            carry = value >> 8;
        }
    }
    product
}

#[test]
fn retail_mac_and_cmac() {
    let (Some(retail), Some(cmac)) = (records("x919_mac.vec", "Out"), records("cmac.vec", "Out")) else { return };
    let mut run = (0, 0);
    for record in &retail {
        let mut key = octets(record, "Key");
        // X9.19 with a single DES key is the same with that key twice, and fills up with zeros.
        if key.len() == 8 {
            key = key.repeat(2);
        }
        let mut data = octets(record, "In");
        data.resize(data.len().next_multiple_of(8), 0);
        let mac = Cipher::TripleDes.mac_padded(&Secret::new(key), &data).unwrap();
        assert_eq!(mac.as_slice(), octets(record, "Out"));
        run.0 += 1;
    }
    for record in cmac.iter().filter(|record| record["section"].contains("AES")) {
        let cipher = match record["section"].as_str() {
            "CMAC(AES-128)" => Cipher::Aes128,
            "CMAC(AES-192)" => Cipher::Aes192,
            _ => Cipher::Aes256,
        };
        let mac = cipher.mac(&Secret::new(octets(record, "Key")), &octets(record, "In")).unwrap();
        assert!(octets(record, "Out").starts_with(&mac));
        run.1 += 1;
    }
    println!("retail MAC: {} run, AES-CMAC: {} run", run.0, run.1);
    assert!(run.0 >= 6 && run.1 >= 20);
}

#[test]
fn triple_des() {
    let Some(records) = records("des.vec", "Out") else { return };
    let (mut run, mut skipped) = (0, 0);
    for record in records.iter().filter(|record| record["section"] == "TripleDES") {
        let (key, data) = (octets(record, "Key"), octets(record, "In"));
        // One block of CBC with a zero initialisation vector is the cipher itself; only two keys are ours.
        if key.len() != 16 || data.len() != 8 {
            skipped += 1;
            continue;
        }
        let encrypted = Cipher::TripleDes.encrypt_cbc(&Secret::new(key), &[0; 8], &data).unwrap();
        assert_eq!(encrypted, octets(record, "Out"));
        run += 1;
    }
    println!("3DES: {run} run, {skipped} skipped (three keys, or several blocks)");
    assert!(run > 0);
}

#[test]
fn explicit_curves() {
    let (Some(curves), Some(invalid), Some(keys)) = (
        records("ecc_explicit_curve.vec", "Result"),
        records("ecc_invalid.vec", "SubjectPublicKey"),
        records("ecdsa_explicit.vec", "Key"),
    ) else {
        return;
    };
    // Well-formed explicit parameters of curves outside the table are refused as all else is.
    let accepted: Vec<_> =
        curves.iter().filter_map(|record| PublicKey::from_spki(&octets(record, "Pubkey")).ok()).collect();
    assert_eq!(accepted.iter().map(PublicKey::describe).collect::<Vec<_>>(), ["EC secp256r1"]);
    for record in &invalid {
        PublicKey::from_spki(&octets(record, "SubjectPublicKey")).unwrap_err();
    }
    let (mut run, mut refused) = (0, Vec::new());
    let mut rng = SeededRandom::new([1; 32]);
    for record in &keys {
        let key = PrivateKey::from_pkcs8(&octets(record, "Key"));
        let Some(id) = curve(&record["section"]) else {
            assert_eq!(key.err(), Some(CryptoError::Unsupported));
            refused.push(record["section"].as_str());
            continue;
        };
        let (key, algorithm) =
            (key.unwrap(), SignatureAlgorithm::Ecdsa { digest: Some(DigestAlgorithm::Sha256), plain: false });
        assert_eq!(key.public_key().describe(), format!("EC {}", id.name()));
        let signature = key.sign(&algorithm, b"message", None, &mut rng).unwrap();
        algorithm.verify(&key.public_key(), b"message", &signature, None).unwrap();
        run += 1;
    }
    println!("explicit curves: {} public keys, {} invalid ones, {run} private keys", curves.len(), invalid.len());
    println!("refused, since they stand in no table: {refused:?}");
}

#[test]
fn ecdh_and_multiples_of_the_generator() {
    let Some(records) = records("ecdh.vec", "K") else { return };
    let (mut run, mut skipped) = (0, 0);
    for record in &records {
        let Some(curve) = curve(&record["section"]).map(CurveId::curve) else {
            skipped += 1;
            continue;
        };
        let public = curve.decode_point(&octets(record, "CounterKey")).unwrap();
        let shared = curve.multiply(&Secret::new(octets(record, "Secret")), &public).unwrap();
        assert_eq!(shared.x(), octets(record, "K"), "{}", record["section"]);
        run += 1;
    }
    let Some(path) = support::shared_data("vectors/rfc/rfc6932_brainpool_points.txt") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut points = 0;
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    for pair in lines.chunks_exact(2) {
        let (section, scalar) = pair[0].trim_start_matches("[bpP").split_once("] k = ").unwrap();
        let curve = CurveId::ALL.into_iter().find(|id| id.name() == format!("brainpoolP{section}")).unwrap().curve();
        let scalar = Secret::new(digits(scalar));
        let product = curve.multiply(&scalar, &curve.generator()).unwrap();
        let expected = pair[1].trim_start_matches("P = ").split_whitespace().next().unwrap();
        assert_eq!(curve.encode_point(&product), digits(expected));
        points += 1;
    }
    println!("ECDH: {run} run, {skipped} skipped (a curve that Doc 9303 does not use); RFC 6932: {points} points");
    assert!(run > 100 && points > 0);
}

#[test]
fn ecdsa_over_raw_digests() {
    let Some(records) = records("ecdsa_verify.vec", "Signature") else { return };
    let (mut run, mut skipped) = (0, 0);
    for record in &records {
        let Some(curve) = curve(&record["Group"]).map(CurveId::curve) else {
            skipped += 1;
            continue;
        };
        let signature = octets(record, "Signature");
        let point = [&[4], octets(record, "Px").as_slice(), &octets(record, "Py")].concat();
        let valid = record.get("Valid").is_none_or(|valid| valid == "1");
        let verified = curve.decode_point(&point).and_then(|public| {
            let (r, s) = signature.split_at_checked(curve.order_len()).ok_or(CryptoError::BadSignature)?;
            curve.verify_ecdsa(&public, &octets(record, "Msg"), r, s)
        });
        assert_eq!(verified.is_ok(), valid, "{record:?}");
        run += 1;
    }
    println!("ECDSA: {run} run, {skipped} skipped (a curve that Doc 9303 does not use)");
    assert!(run > 10);
}

#[test]
fn pss() {
    let Some(records) = records("rsa_pss.vec", "Signature") else { return };
    let (mut run, mut skipped) = (0, 0);
    let mut keys = BTreeMap::new();
    for record in &records {
        let Some(digest) = DigestAlgorithm::ALL.into_iter().find(|digest| digest.name() == record["Hash"]) else {
            skipped += 1;
            continue;
        };
        let (p, q) = (record["P"].clone(), record["Q"].clone());
        let key = keys
            .entry((p.clone(), q.clone()))
            .or_insert_with(|| RsaPublicKey::new(&product(&decimal(&p), &decimal(&q)), &octets(record, "E")).unwrap());
        let salt_len = octets(record, "Nonce").len();
        let algorithm = SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len };
        let (key, signature) = (PublicKey::Rsa(key.clone()), octets(record, "Signature"));
        let message = octets(record, "Msg");
        algorithm.verify(&key, &message, &signature, None).unwrap();
        // The salt's length is the caller's word: another one is refused.
        let other = SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: salt_len + 1 };
        assert_eq!(other.verify(&key, &message, &signature, None), Err(CryptoError::BadSignature));
        run += 1;
    }
    println!("PSS: {run} run, {skipped} skipped (SHA-3)");
    assert!(run > 70);
}
