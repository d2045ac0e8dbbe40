//! Wycheproof's vectors for every primitive and curve used: each set is run, or skipped with its reason, and counted.
//!
//! Where Wycheproof calls a vector *acceptable*, the test says which way this library goes. Two laxities stand against
//! Wycheproof's *invalid*: redundant leading zeros of r and s in an ECDSA or DSA signature (lossless, up to two octets), and
//! explicit curve parameters without the optional cofactor.
//!
//! Wycheproof has nothing for the DH groups of RFC 5114 nor for ISO/IEC 9796-2, and for brainpoolP192r1 nothing at all:
//! the kinds `dh`, `active-authentication` and `ecdh` of `test-vectors/` stand in.

use chipid::internals::crypto::{
    Cipher, CryptoError, CurveId, DigestAlgorithm, PublicKey, RsaPublicKey, Secret, SignatureAlgorithm,
};
use std::collections::BTreeMap;
use std::fmt::Debug;
use wycheproof::{EllipticCurve, HashFunction, TestResult};

/// What came of one set of vectors.
#[derive(Default)]
struct Tally {
    run: usize,
    passed: usize,
    skipped: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Tally {
    fn skip(&mut self, reason: &'static str, vectors: usize) {
        *self.skipped.entry(reason).or_default() += vectors;
    }

    /// Counts a vector whose outcome must be that which `expected` tells; `None` leaves it open.
    fn check(&mut self, id: usize, comment: &str, expected: Option<bool>, accepted: bool) {
        self.run += 1;
        if expected.is_none_or(|expected| expected == accepted) {
            self.passed += 1;
        } else {
            self.failures.push(format!("{id} ({comment}): accepted = {accepted}"));
        }
    }

    /// Prints the line of this set, and fails where a vector did not pass or is unaccounted for.
    fn finish(self, set: &dyn Debug, vectors: usize) -> (usize, usize) {
        let skipped: usize = self.skipped.values().sum();
        println!("{set:?}: {} run, {} passed, skipped {:?}", self.run, self.passed, self.skipped);
        assert_eq!(self.run + skipped, vectors, "{set:?} has vectors that are neither run nor skipped");
        assert!(self.failures.is_empty(), "{set:?}: {:#?}", self.failures);
        (self.run, skipped)
    }
}

const OTHER_CURVE: &str = "a curve that Doc 9303 does not use";
const OTHER_DIGEST: &str = "a digest that Doc 9303 does not use";

fn expected(result: TestResult) -> Option<bool> {
    match result {
        TestResult::Valid => Some(true),
        TestResult::Invalid => Some(false),
        TestResult::Acceptable => None,
    }
}

fn digest(hash: HashFunction) -> Option<DigestAlgorithm> {
    match hash {
        HashFunction::Sha1 => Some(DigestAlgorithm::Sha1),
        HashFunction::Sha2_224 => Some(DigestAlgorithm::Sha224),
        HashFunction::Sha2_256 => Some(DigestAlgorithm::Sha256),
        HashFunction::Sha2_384 => Some(DigestAlgorithm::Sha384),
        HashFunction::Sha2_512 => Some(DigestAlgorithm::Sha512),
        _ => None,
    }
}

fn curve(curve: EllipticCurve) -> Option<CurveId> {
    match curve {
        EllipticCurve::Secp192r1 => Some(CurveId::Secp192r1),
        EllipticCurve::Secp224r1 => Some(CurveId::Secp224r1),
        EllipticCurve::Secp256r1 => Some(CurveId::Secp256r1),
        EllipticCurve::Secp384r1 => Some(CurveId::Secp384r1),
        EllipticCurve::Secp521r1 => Some(CurveId::Secp521r1),
        EllipticCurve::Brainpool224r1 => Some(CurveId::BrainpoolP224r1),
        EllipticCurve::Brainpool256r1 => Some(CurveId::BrainpoolP256r1),
        EllipticCurve::Brainpool320r1 => Some(CurveId::BrainpoolP320r1),
        EllipticCurve::Brainpool384r1 => Some(CurveId::BrainpoolP384r1),
        EllipticCurve::Brainpool512r1 => Some(CurveId::BrainpoolP512r1),
        _ => None,
    }
}

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::{TestGroupTypeId, TestName, TestSet};
    let mut total = (0, 0);
    let mut curves = BTreeMap::new();
    let mut redundant_zeros = 0;
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let Some(id) = curve(group.key.curve) else {
                tally.skip(OTHER_CURVE, group.tests.len());
                continue;
            };
            let Some(digest) = digest(group.hash) else {
                tally.skip(OTHER_DIGEST, group.tests.len());
                continue;
            };
            let plain = group.test_type == TestGroupTypeId::EcdsaP1363;
            let algorithm = SignatureAlgorithm::Ecdsa { digest: Some(digest), plain };
            let key = PublicKey::from_spki(&group.der).unwrap();
            let prepared = key.clone().for_many_signatures();
            assert_eq!(prepared, key);
            *curves.entry((id, plain)).or_insert(0) += group.tests.len();
            for test in &group.tests {
                let verified = algorithm.verify(&key, &test.msg, &test.sig, None);
                let accepted = verified.is_ok();
                // The multiples of a key that verifies many signatures answer as the key alone does.
                assert_eq!(
                    algorithm.verify(&prepared, &test.msg, &test.sig, None),
                    verified,
                    "{name:?}, {}",
                    test.tc_id
                );
                let mut expected = expected(test.result);
                if expected == Some(false) && accepted && is_redundant_zeros(&test.comment) {
                    redundant_zeros += 1;
                    expected = Some(true);
                }
                tally.check(test.tc_id, &test.comment, expected, accepted);
            }
        }
        let (run, skipped) = tally.finish(&name, set.number_of_tests);
        total = (total.0 + run, total.1 + skipped);
    }
    println!("ECDSA in all: {} run and passed, {} skipped, {redundant_zeros} with redundant zeros", total.0, total.1);
    // brainpoolP192r1 is the one curve without vectors.
    let missing: Vec<_> = CurveId::ALL.into_iter().filter(|&id| !curves.contains_key(&(id, false))).collect();
    assert_eq!(missing, [CurveId::BrainpoolP192r1]);
}

#[test]
fn dsa() {
    use wycheproof::dsa::{TestGroupTypeId, TestName, TestSet};
    let mut total = (0, 0);
    let mut redundant_zeros = 0;
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let Some(digest) = digest(group.hash) else {
                tally.skip(OTHER_DIGEST, group.tests.len());
                continue;
            };
            let algorithm = SignatureAlgorithm::Dsa { digest: Some(digest) };
            let key = PublicKey::from_spki(&group.der).unwrap();
            let PublicKey::Dsa(numbers) = &key else { panic!("{name:?} has {}", key.describe()) };
            for test in &group.tests {
                let accepted = match group.test_type {
                    // No signature of a document is r ‖ s: the numbers alone are verified.
                    TestGroupTypeId::DsaVerifyP1363 => (test.sig.split_at_checked(numbers.order_len()))
                        .filter(|(r, s)| r.len() == s.len())
                        .is_some_and(|(r, s)| numbers.verify(&digest.digest(&[&test.msg]), r, s).is_ok()),
                    TestGroupTypeId::DsaVerify => algorithm.verify(&key, &test.msg, &test.sig, None).is_ok(),
                };
                let mut expected = expected(test.result);
                if expected == Some(false) && accepted && is_redundant_zeros(&test.comment) {
                    redundant_zeros += 1;
                    expected = Some(true);
                }
                tally.check(test.tc_id, &test.comment, expected, accepted);
            }
        }
        let (run, skipped) = tally.finish(&name, set.number_of_tests);
        total = (total.0 + run, total.1 + skipped);
    }
    println!("DSA in all: {} run and passed, {} skipped, {redundant_zeros} with redundant zeros", total.0, total.1);
    assert_eq!(total, (1956, 0));
}

/// The lossless laxity that this library grants against Wycheproof.
fn is_redundant_zeros(comment: &str) -> bool {
    comment.starts_with("prepending 0's to ")
}

#[test]
fn ecdh() {
    use wycheproof::ecdh::{EcdhEncoding, TestName, TestSet};
    let mut total = (0, 0);
    let mut curves = BTreeMap::new();
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let mut tally = Tally::default();
        let mut acceptable = BTreeMap::<String, (usize, usize)>::new();
        for group in &set.test_groups {
            let Some(id) = curve(group.curve) else {
                tally.skip(OTHER_CURVE, group.tests.len());
                continue;
            };
            *curves.entry(id).or_insert(0) += group.tests.len();
            for test in &group.tests {
                let public = match group.encoding {
                    EcdhEncoding::EcPoint => id.curve().decode_point(&test.public_key),
                    EcdhEncoding::Asn1 => match PublicKey::from_spki(&test.public_key) {
                        Ok(PublicKey::Ec { curve, point }) if curve == id => Ok(point),
                        Ok(_) => Err(CryptoError::BadKey),
                        Err(error) => Err(error),
                    },
                };
                let private = Secret::from_slice(&test.private_key);
                let shared = public.and_then(|public| id.curve().multiply(&private, &public));
                if let Ok(shared) = &shared {
                    assert_eq!(shared.x(), test.shared_secret.as_ref(), "{name:?} {}", test.tc_id);
                }
                if test.result == TestResult::Acceptable {
                    let (accepted, refused) = acceptable.entry(format!("{:?}", test.flags)).or_default();
                    *(if shared.is_ok() { accepted } else { refused }) += 1;
                }
                // The cofactor is optional (RFC 3279 §2.3.5); every curve of the table has 1.
                let expected = if test.comment == "no cofactor" { None } else { expected(test.result) };
                tally.check(test.tc_id, &test.comment, expected, shared.is_ok());
            }
        }
        println!("  acceptable, (accepted, refused): {acceptable:?}");
        let (run, skipped) = tally.finish(&name, set.number_of_tests);
        total = (total.0 + run, total.1 + skipped);
    }
    println!("ECDH in all: {} run and passed, {} skipped", total.0, total.1);
    let missing: Vec<_> = CurveId::ALL.into_iter().filter(|id| !curves.contains_key(id)).collect();
    assert_eq!(missing, [CurveId::Secp192r1, CurveId::BrainpoolP192r1]);
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut total = (0, 0);
    let mut without_null = 0;
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let Some(digest) = digest(group.hash) else {
                tally.skip(OTHER_DIGEST, group.tests.len());
                continue;
            };
            let algorithm = SignatureAlgorithm::RsaPkcs1 { digest: Some(digest) };
            let key = PublicKey::from_spki(&group.der).unwrap();
            for test in &group.tests {
                let accepted = algorithm.verify(&key, &test.msg, &test.sig, None).is_ok();
                // The one thing acceptable is a missing NULL: refused here, accepted under its name.
                if test.result == TestResult::Acceptable {
                    assert!(!accepted, "{name:?} {}", test.tc_id);
                    algorithm.verify_without_null(&key, &test.msg, &test.sig, None).unwrap();
                    without_null += 1;
                } else {
                    assert!(algorithm.verify_without_null(&key, &test.msg, &test.sig, None).is_err());
                }
                tally.check(test.tc_id, &test.comment, expected(test.result), accepted);
            }
        }
        let (run, skipped) = tally.finish(&name, set.number_of_tests);
        total = (total.0 + run, total.1 + skipped);
    }
    println!("RSA PKCS #1 in all: {} run and passed, {} skipped, {without_null} without NULL", total.0, total.1);
}

#[test]
fn rsa_pss() {
    use wycheproof::Mgf;
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut total = (0, 0);
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let mgf_digest = group.mgf_hash.unwrap_or(group.hash);
            let (Some(digest), Some(mgf_digest), Mgf::Mgf1) = (digest(group.hash), digest(mgf_digest), group.mgf)
            else {
                tally.skip(OTHER_DIGEST, group.tests.len());
                continue;
            };
            let algorithm = SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len: group.salt_size };
            let key = PublicKey::Rsa(RsaPublicKey::new(&group.key.n, &group.key.e).unwrap());
            let from_spki = PublicKey::from_spki(&group.der).unwrap();
            for test in &group.tests {
                let accepted = algorithm.verify(&key, &test.msg, &test.sig, None).is_ok();
                assert_eq!(algorithm.verify(&from_spki, &test.msg, &test.sig, None).is_ok(), accepted);
                // Weak digests are acceptable to Wycheproof, and verify here: policy is for the caller.
                let expected = expected(test.result).or(Some(true));
                tally.check(test.tc_id, &test.comment, expected, accepted);
            }
        }
        let (run, skipped) = tally.finish(&name, set.number_of_tests);
        total = (total.0 + run, total.1 + skipped);
    }
    println!("RSA PSS in all: {} run and passed, {} skipped", total.0, total.1);
}

#[test]
fn aes_cmac() {
    use wycheproof::mac::{TestName, TestSet};
    let set = TestSet::load(TestName::AesCmac).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        for test in &group.tests {
            let cipher = match test.key.len() {
                16 => Cipher::Aes128,
                24 => Cipher::Aes192,
                32 => Cipher::Aes256,
                _ => {
                    let refused = Cipher::ALL.into_iter().all(|cipher| {
                        cipher == Cipher::TripleDes || cipher.mac(&Secret::from_slice(&test.key), &test.msg).is_err()
                    });
                    tally.check(test.tc_id, &test.comment, expected(test.result), !refused);
                    continue;
                }
            };
            // Secure messaging takes the leftmost eight octets only.
            let mac = cipher.mac(&Secret::from_slice(&test.key), &test.msg).unwrap();
            let leftmost = test.tag.get(..8.min(group.tag_size / 8)).unwrap();
            if test.result == TestResult::Invalid && mac.starts_with(leftmost) {
                tally.skip("altered beyond the leftmost eight octets", 1);
                continue;
            }
            tally.check(test.tc_id, &test.comment, expected(test.result), mac.starts_with(leftmost));
        }
    }
    let (run, skipped) = tally.finish(&TestName::AesCmac, set.number_of_tests);
    println!("AES-CMAC in all: {run} run and passed, {skipped} skipped");
}

#[test]
fn domain_parameters() {
    use wycheproof::ec_curve::{TestName, TestSet};
    let set = TestSet::load(TestName::EcCurveInfo).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Some(id) = CurveId::ALL.into_iter().find(|id| id.oid().to_string() == test.oid) else {
            let g = [&[4], test.gx.as_slice(), test.gy.as_slice()].concat();
            let unknown = CurveId::from_explicit(&test.p, &test.a, &test.b, &g, &test.n, None);
            assert_eq!(unknown, Err(CryptoError::Unsupported), "{}", test.name);
            tally.skip(OTHER_CURVE, 1);
            continue;
        };
        let curve = id.curve();
        let same = |ours: &[u8], theirs: &[u8]| {
            ours.iter().skip_while(|octet| **octet == 0).eq(theirs.iter().skip_while(|octet| **octet == 0))
        };
        let accepted = same(curve.prime(), &test.p)
            && same(curve.a(), &test.a)
            && same(curve.b(), &test.b)
            && same(curve.order(), &test.n)
            && same(curve.generator().x(), &test.gx)
            && same(curve.generator().y(), &test.gy)
            && test.h == 1;
        tally.check(test.tc_id, &test.name, Some(true), accepted);
    }
    let (run, _) = tally.finish(&TestName::EcCurveInfo, set.number_of_tests);
    assert_eq!(run, CurveId::ALL.len());
}
