//! Every curve of the table does what its parameters say.

use crate::crypto::{CryptoError, CurveId, OsRandom, Secret};

#[test]
fn every_curve_stands_in_the_table_once() {
    for id in CurveId::ALL {
        assert_eq!(id.curve().id(), id);
        assert_eq!(CurveId::from_oid(id.oid()), Some(id));
        assert_eq!(id.parameter_id().and_then(CurveId::from_parameter_id), Some(id));
        assert_eq!(id.curve().field_len(), id.bits().div_ceil(8));
        assert_eq!(id.curve().order_len(), id.curve().field_len());
    }
    assert_eq!(CurveId::from_parameter_id(0), None);
    assert_eq!(CurveId::from_parameter_id(19), None);
}

#[test]
fn the_parameters_and_the_arithmetic_agree() {
    for id in CurveId::ALL {
        let curve = id.curve();
        let generator = curve.generator();
        // 1·G = G, 2·G = G + G, (n−1)·G + G is the identity.
        assert_eq!(curve.multiply(&Secret::new(vec![1]), &generator).unwrap(), generator, "{id:?}");
        let double = curve.multiply(&Secret::new(vec![0, 2]), &generator).unwrap();
        assert_eq!(curve.add(&generator, &generator).unwrap(), double, "{id:?}");
        let mut last = curve.order().to_vec();
        *last.last_mut().unwrap() -= 1;
        let minus_g = curve.multiply(&Secret::new(last), &generator).unwrap();
        assert_eq!(minus_g.x(), generator.x());
        assert_eq!(curve.add(&minus_g, &generator), Err(CryptoError::BadPoint));
        assert_eq!(curve.multiply(&Secret::from_slice(curve.order()), &generator), Err(CryptoError::BadKey));
        assert_eq!(curve.multiply(&Secret::new(vec![0; 8]), &generator), Err(CryptoError::BadKey));
    }
}

#[test]
fn both_parties_agree_and_points_survive_both_encodings() {
    for id in CurveId::ALL {
        let curve = id.curve();
        let pair = || {
            let private = curve.random_scalar(&mut OsRandom).unwrap();
            let public = curve.multiply(&private, &curve.generator()).unwrap();
            (private, public)
        };
        let ((a, public_a), (b, public_b)) = (pair(), pair());
        assert_eq!(curve.multiply(&a, &public_b).unwrap(), curve.multiply(&b, &public_a).unwrap());
        let encoded = curve.encode_point(&public_a);
        assert_eq!(encoded.len(), 1 + 2 * curve.field_len());
        assert_eq!(curve.decode_point(&encoded).unwrap(), public_a);
        let compressed = [&[0x02 | (public_a.y().last().unwrap() & 1)], public_a.x()].concat();
        assert_eq!(curve.decode_point(&compressed).unwrap(), public_a, "{id:?}");
    }
}

#[test]
fn refuses_points_that_are_none() {
    for id in CurveId::ALL {
        let curve = id.curve();
        let len = curve.field_len();
        let refused = |bytes: &[u8]| assert_eq!(curve.decode_point(bytes), Err(CryptoError::BadPoint), "{id:?}");
        let good = curve.encode_point(&curve.generator());
        refused(&[]);
        refused(&[0]);
        refused(&[4]);
        refused(&good[..good.len() - 1]);
        refused(&[good.as_slice(), &[0]].concat());
        refused(&[&[6], &good[1..]].concat());
        let mut off_curve = good.clone();
        off_curve[2 * len] ^= 1;
        refused(&off_curve);
        refused(&[&[4], vec![0xFF; 2 * len].as_slice()].concat());
        refused(&[&[4], curve.prime(), &good[1 + len..]].concat());
        refused(&[&[2], curve.prime()].concat());
        refused(&[&[4], vec![0; 2 * len].as_slice()].concat());
    }
}

#[test]
fn a_point_of_another_curve_is_no_point_here() {
    let (here, there) = (CurveId::Secp256r1.curve(), CurveId::BrainpoolP256r1.curve());
    let one = Secret::new(vec![1]);
    assert_eq!(here.multiply(&one, &there.generator()), Err(CryptoError::BadPoint));
    assert_eq!(here.add(&here.generator(), &CurveId::Secp384r1.curve().generator()), Err(CryptoError::BadPoint));
    assert_eq!(here.verify_ecdsa(&there.generator(), &[1; 32], &[1], &[1]), Err(CryptoError::BadPoint));
}

#[cfg(feature = "sim")]
#[test]
fn digests_of_every_length_are_signed_and_verified() {
    for id in CurveId::ALL {
        let curve = id.curve();
        let private = curve.random_scalar(&mut OsRandom).unwrap();
        let public = curve.multiply(&private, &curve.generator()).unwrap();
        for len in [20, 28, 32, 48, 64] {
            let mut digest = vec![0xA5; len];
            let (r, s) = curve.sign_ecdsa(&private, &digest, &mut OsRandom).unwrap();
            curve.verify_ecdsa(&public, &digest, &r, &s).unwrap();
            let bad = Err(CryptoError::BadSignature);
            assert_eq!(curve.verify_ecdsa(&public, &digest, &s, &r), bad);
            assert_eq!(curve.verify_ecdsa(&public, &digest, &[0], &s), bad);
            assert_eq!(curve.verify_ecdsa(&public, &digest, &r, curve.order()), bad);
            assert_eq!(curve.verify_ecdsa(&public, &digest, &[&[1], r.as_slice()].concat(), &s), bad);
            digest[0] ^= 1;
            assert_eq!(curve.verify_ecdsa(&public, &digest, &r, &s), bad);
        }
    }
}

#[test]
fn explicit_parameters_match_exactly_or_are_refused() {
    for id in CurveId::ALL {
        let curve = id.curve();
        let (p, a, b, n) = (curve.prime(), curve.a(), curve.b(), curve.order());
        let g = curve.encode_point(&curve.generator());
        let compressed = [&[0x02 | (g.last().unwrap() & 1)], curve.generator().x()].concat();
        let padded = [&[0], a].concat();
        assert_eq!(CurveId::from_explicit(p, a, b, &g, n, Some(&[1])), Ok(id));
        assert_eq!(CurveId::from_explicit(p, &padded, b, &compressed, n, None), Ok(id));
        let refused = Err(CryptoError::Unsupported);
        assert_eq!(CurveId::from_explicit(p, a, b, &g, n, Some(&[2])), refused);
        for altered in 0..5 {
            let mut parts = [p.to_vec(), a.to_vec(), b.to_vec(), g.clone(), n.to_vec()];
            *parts[altered].last_mut().unwrap() ^= 2;
            let [p, a, b, g, n] = &parts;
            assert_eq!(CurveId::from_explicit(p, a, b, g, n, None), refused);
        }
        let other_root = [&[compressed[0] ^ 1], curve.generator().x()].concat();
        assert_eq!(CurveId::from_explicit(p, a, b, &other_root, n, None), refused);
    }
}
