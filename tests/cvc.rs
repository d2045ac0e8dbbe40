//! Card-verifiable certificates: the chains of the shared test data verify, every altered octet is noticed, and each
//! field that is not as the standard has it is refused.

#[path = "support/shared.rs"]
mod support;

use chipid::internals::crypto::{CryptoError, CurveId, DigestAlgorithm, PrivateKey, SeededRandom, SignatureAlgorithm};
use chipid::internals::cvc::{
    CertificateReference, CvCertificate, CvTemplate, CvcError, Rights, Role, TerminalType, VerificationKey,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::tlv::{Tag, encode, encode_all};
use proptest::prelude::{ProptestConfig, any, proptest};
use time::macros::date;

/// The certificate of a chain of the shared test data: `CVCA_1`, `DV_1_A`.
fn shared(name: &str) -> Option<CvCertificate> {
    let folder = support::shared_data("cvc/eid-testbed-server/certs")?;
    let file = std::fs::read(folder.join(format!("CERT_ECARD_CV_{name}.cvcert"))).unwrap();
    Some(CvCertificate::parse(&file).unwrap())
}

/// The key of a certificate under its issuer's key, which must have signed it.
fn follow(certificate: &CvCertificate, issuer: &VerificationKey) -> VerificationKey {
    certificate.verify_signed_by(issuer).unwrap();
    certificate.public_key().complete(Some(issuer)).unwrap()
}

#[test]
fn shared_chains_verify_and_hand_down_the_curve() {
    for (cvca, dv, terminals) in [
        ("CVCA_1", "DV_1_A", &["TERM_1_A", "TERM_1_B", "TERM_1_C", "TERM_1_D"][..]),
        ("CVCA_2_C", "DV_2_A", &["TERM_2_A"]),
    ] {
        let (Some(cvca), Some(dv)) = (shared(cvca), shared(dv)) else { return };
        assert!(cvca.is_self_issued());
        assert_eq!(cvca.public_key().curve(), Some(CurveId::BrainpoolP256r1));
        let cvca_key = cvca.public_key().complete(None).unwrap();
        assert_eq!(follow(&cvca, &cvca_key), cvca_key);
        assert_eq!((cvca.authorization().role(), dv.authorization().role()), (Role::Cvca, Role::DvDomestic));
        assert_eq!((dv.authority(), dv.public_key().curve()), (cvca.holder(), None));
        assert_eq!(dv.public_key().complete(None), Err(CvcError::NoDomainParameters));
        let dv_key = follow(&dv, &cvca_key);
        assert_eq!(dv_key.curve(), Some(CurveId::BrainpoolP256r1));
        for name in terminals {
            let terminal = shared(name).unwrap();
            assert_eq!((terminal.authority(), terminal.authorization().role()), (dv.holder(), Role::Terminal));
            assert_eq!(terminal.authorization().terminal_type(), TerminalType::AuthenticationTerminal);
            assert_eq!(terminal.extensions().len(), 2);
            let algorithm = SignatureAlgorithm::Ecdsa { digest: Some(DigestAlgorithm::Sha256), plain: true };
            let key = follow(&terminal, &dv_key);
            assert_eq!((key.algorithm(), key.curve()), (algorithm, Some(CurveId::BrainpoolP256r1)));
            let path = support::shared_data("cvc/eid-testbed-server/keys").unwrap();
            let private = std::fs::read(path.join(format!("CERT_ECARD_CV_{name}.pkcs8"))).unwrap();
            assert_eq!(&PrivateKey::from_pkcs8(&private).unwrap().public_key(), key.public_key());
        }
    }
}

#[test]
fn shared_link_certificates_lead_from_one_authority_to_the_next() {
    let Some(first) = shared("CVCA_2_A") else { return };
    let mut key = first.public_key().complete(None).unwrap();
    let mut holder = *first.holder();
    for (link, next) in [("LINK_2_A", "CVCA_2_B"), ("LINK_2_B", "CVCA_2_C")] {
        let (link, next) = (shared(link).unwrap(), shared(next).unwrap());
        assert!(!link.is_self_issued());
        assert_eq!((link.authority(), link.holder()), (&holder, next.holder()));
        let of_next = next.public_key().complete(None).unwrap();
        assert!(next.verify_signed_by(&key).is_err());
        key = follow(&link, &key);
        assert_eq!(key, of_next);
        holder = *link.holder();
    }
}

#[test]
fn every_altered_octet_of_a_shared_certificate_is_noticed() {
    let (Some(cvca), Some(dv), Some(terminal)) = (shared("CVCA_1"), shared("DV_1_A"), shared("TERM_1_A")) else {
        return;
    };
    let cvca_key = cvca.public_key().complete(None).unwrap();
    let dv_key = follow(&dv, &cvca_key);
    for (certificate, issuer) in [(cvca, &cvca_key), (dv, &cvca_key), (terminal, &dv_key)] {
        for index in 0..certificate.as_bytes().len() {
            let mut altered = certificate.as_bytes().to_vec();
            altered[index] ^= 0x01;
            let accepted = CvCertificate::parse(&altered).is_ok_and(|altered| altered.verify_signed_by(issuer).is_ok());
            assert!(!accepted, "octet {index} of {:?}", certificate.holder());
        }
    }
}

fn reference(text: &str) -> CertificateReference {
    CertificateReference::new(text.as_bytes()).unwrap()
}

/// A template of a CVCA of inspection systems that signs itself.
fn cvca(protocol: Oid) -> CvTemplate {
    CvTemplate {
        authority: reference("UTCVCA00001"),
        holder: reference("UTCVCA00001"),
        terminal_type: TerminalType::InspectionSystem,
        role: Role::Cvca,
        rights: Rights::of_inspection_system(3),
        effective: date!(2024 - 02 - 29),
        expiration: date!(2027 - 12 - 31),
        protocol,
    }
}

#[test]
fn every_algorithm_of_terminal_authentication_signs_and_verifies() {
    let mut rng = SeededRandom::new([1; 32]);
    let rsa = PrivateKey::generate_rsa(2048, &mut rng).unwrap();
    let mut check = |protocol: Oid, key: &PrivateKey| {
        let certificate = cvca(protocol).sign(&key.public_key(), key, protocol, &mut rng).unwrap();
        assert_eq!(certificate.public_key().protocol(), protocol);
        let own = certificate.public_key().complete(None).unwrap();
        assert_eq!(own.public_key(), &key.public_key());
        certificate.verify_signed_by(&own).unwrap();
        assert_eq!((certificate.effective(), certificate.expiration()), (date!(2024 - 02 - 29), date!(2027 - 12 - 31)));
        assert_eq!(CvCertificate::parse_contents(certificate.contents()).unwrap(), certificate);
        // A certificate that names another algorithm for the same key does not verify under it.
        for other in [oid::ID_TA_RSA_PSS_SHA256, oid::ID_TA_ECDSA_SHA256] {
            let named = cvca(other).sign(&key.public_key(), key, protocol, &mut rng);
            let verified = named.and_then(|named| named.verify_signed_by(&named.public_key().complete(None)?));
            assert_eq!(verified.is_ok(), other == protocol, "{other} for {protocol}");
        }
    };
    for protocol in [
        oid::ID_TA_RSA_V1_5_SHA1,
        oid::ID_TA_RSA_V1_5_SHA256,
        oid::ID_TA_RSA_V1_5_SHA512,
        oid::ID_TA_RSA_PSS_SHA1,
        oid::ID_TA_RSA_PSS_SHA256,
        oid::ID_TA_RSA_PSS_SHA512,
    ] {
        check(protocol, &rsa);
    }
    let curves = [
        (oid::ID_TA_ECDSA_SHA1, CurveId::Secp192r1),
        (oid::ID_TA_ECDSA_SHA224, CurveId::BrainpoolP224r1),
        (oid::ID_TA_ECDSA_SHA256, CurveId::Secp256r1),
        (oid::ID_TA_ECDSA_SHA384, CurveId::BrainpoolP384r1),
        (oid::ID_TA_ECDSA_SHA512, CurveId::Secp521r1),
    ];
    for (protocol, curve) in curves {
        check(protocol, &PrivateKey::generate_ec(curve, &mut SeededRandom::new([2; 32])).unwrap());
    }
}

/// The data objects of a body, in their order, each to be replaced.
fn fields(certificate: &CvCertificate) -> Vec<Vec<u8>> {
    let mut contents = chipid::internals::tlv::Reader::new(certificate.contents());
    let mut body = contents.next().unwrap().children();
    let mut fields = Vec::new();
    while !body.is_empty() {
        fields.push(body.next().unwrap().raw.to_vec());
    }
    fields
}

fn rebuilt(fields: &[Vec<u8>]) -> Result<CvCertificate, CvcError> {
    let body = encode(Tag(0x7F4E), &fields.concat());
    CvCertificate::parse(&encode_all(Tag(0x7F21), &[&body, &encode(Tag(0x5F37), &[1; 64])]))
}

#[test]
fn refuses_every_malformed_field() {
    let mut rng = SeededRandom::new([3; 32]);
    let key = PrivateKey::generate_ec(CurveId::Secp256r1, &mut rng).unwrap();
    let protocol = oid::ID_TA_ECDSA_SHA256;
    let good = cvca(protocol).sign(&key.public_key(), &key, protocol, &mut rng).unwrap();
    let good = fields(&good);
    rebuilt(&good).unwrap();

    let point = [&[0x04][..], &[0x11; 64]].concat();
    let inherited =
        |point: &[u8]| encode_all(Tag(0x7F49), &[&encode(Tag::OID, protocol.as_der()), &encode(Tag(0x86), point)]);
    let authorization = |oid: Oid, rights: &[u8]| {
        encode_all(Tag(0x7F4C), &[&encode(Tag::OID, oid.as_der()), &encode(Tag(0x53), rights)])
    };
    let rsa = |n: &[u8], e: &[u8]| {
        let oid = encode(Tag::OID, oid::ID_TA_RSA_PSS_SHA256.as_der());
        encode_all(Tag(0x7F49), &[&oid, &encode(Tag(0x81), n), &encode(Tag(0x82), e)])
    };
    let replaced: Vec<(usize, &str, Vec<u8>)> = vec![
        (0, "another profile", encode(Tag(0x5F29), &[1])),
        (0, "a longer profile", encode(Tag(0x5F29), &[0, 0])),
        (1, "an authority of lower case", encode(Tag(0x42), b"utCVCA00001")),
        (1, "an authority without a mnemonic", encode(Tag(0x42), b"UT00001")),
        (1, "another tag", encode(Tag(0x43), b"UTCVCA00001")),
        (2, "an algorithm of none", encode(Tag(0x7F49), &encode(Tag::OID, oid::SHA256.as_der()))),
        (2, "no algorithm", encode(Tag(0x7F49), &encode(Tag(0x86), &point))),
        (2, "a compressed point", inherited(&[&[0x02][..], &[0x11; 32]].concat())),
        (2, "an empty point", inherited(&[])),
        (2, "an object after the point", encode_all(Tag(0x7F49), &[&inherited(&point)[3..], &[0x88, 0x00]])),
        (2, "a short modulus", rsa(&[0xFF; 64], &[3])),
        (2, "an exponent of one", rsa(&[0xFF; 256], &[1])),
        (2, "no exponent", rsa(&[0xFF; 256], &[])),
        (3, "a holder too long", encode(Tag(0x5F20), b"UTABCDEFGHIJ00001")),
        (3, "a holder of control characters", encode(Tag(0x5F20), b"UTCV\nA00001")),
        (4, "rights too long", authorization(oid::ID_IS, &[0xC3, 0])),
        (4, "rights too short", authorization(oid::ID_AT, &[0xC3])),
        (4, "no terminal type", encode(Tag(0x7F4C), &encode(Tag(0x53), &[0xC3]))),
        (4, "domain parameters of a terminal", authorization(oid::ID_IS, &[0x03])),
        (4, "domain parameters of a document verifier", authorization(oid::ID_IS, &[0x83])),
        (5, "a month of no calendar", encode(Tag(0x5F25), &[2, 4, 1, 3, 0, 1])),
        (5, "a day of no calendar", encode(Tag(0x5F25), &[2, 3, 0, 2, 2, 9])),
        (5, "a date of characters", encode(Tag(0x5F25), b"240229")),
        (5, "a date of octets", encode(Tag(0x5F25), &[0x24, 0x02, 0x29])),
        (5, "a digit above nine", encode(Tag(0x5F25), &[2, 4, 0, 0x0C, 0, 1])),
        (6, "an expiration before the beginning", encode(Tag(0x5F24), &[2, 4, 0, 2, 2, 8])),
        (6, "an expiration in the place of the beginning", encode(Tag(0x5F25), &[2, 7, 0, 1, 0, 1])),
    ];
    for (at, what, field) in replaced {
        let mut fields = good.clone();
        fields[at] = field;
        assert!(rebuilt(&fields).is_err(), "{what}");
    }
    for at in 0..good.len() {
        let mut missing = good.clone();
        missing.remove(at);
        assert!(rebuilt(&missing).is_err(), "field {at} is missing");
        let mut twice = good.clone();
        twice.insert(at, good[at].clone());
        assert!(rebuilt(&twice).is_err(), "field {at} stands twice");
    }
    let with = |extension: Vec<u8>| rebuilt(&[good.clone(), vec![extension]].concat());
    let extension = encode(Tag(0x73), &encode(Tag::OID, oid::SHA256.as_der()));
    assert_eq!(with(encode(Tag(0x65), &extension)).unwrap().extensions(), [oid::SHA256]);
    assert!(with(encode(Tag(0x65), &encode(Tag(0x73), &[]))).is_err());
    assert!(with(encode(Tag(0x66), &extension)).is_err());
}

#[test]
fn refuses_domain_parameters_of_no_curve_or_of_a_part() {
    let mut rng = SeededRandom::new([4; 32]);
    let key = PrivateKey::generate_ec(CurveId::BrainpoolP256r1, &mut rng).unwrap();
    let protocol = oid::ID_TA_ECDSA_SHA256;
    let good = fields(&cvca(protocol).sign(&key.public_key(), &key, protocol, &mut rng).unwrap());
    let mut template = chipid::internals::tlv::Reader::new(&good[2]).next().unwrap().children();
    let mut parameters = Vec::new();
    while !template.is_empty() {
        parameters.push(template.next().unwrap());
    }
    let rebuilt_with = |parameters: Vec<Vec<u8>>| {
        let mut fields = good.clone();
        fields[2] = encode(Tag(0x7F49), &parameters.concat());
        rebuilt(&fields)
    };
    let whole: Vec<Vec<u8>> = parameters.iter().map(|parameter| parameter.raw.to_vec()).collect();
    rebuilt_with(whole.clone()).unwrap();
    for (at, parameter) in parameters.iter().enumerate() {
        let mut missing = whole.clone();
        missing.remove(at);
        assert!(rebuilt_with(missing).is_err(), "{:?} is missing", parameter.tag);
        let mut altered = whole.clone();
        let mut value = parameter.value.to_vec();
        *value.last_mut().unwrap() ^= 0x40;
        altered[at] = encode(parameter.tag, &value);
        assert!(rebuilt_with(altered).is_err(), "{:?} is altered", parameter.tag);
    }
    let of_no_point = |refused: CvcError| assert_eq!(refused, CvcError::Key(CryptoError::BadPoint));
    let mut off = whole;
    off[6] = encode(Tag(0x86), &[&[0x04][..], &[0x11; 64]].concat());
    of_no_point(rebuilt_with(off).unwrap_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_changed_certificate_panics(at in 0usize..300, value in any::<u8>(), cut in 0usize..300) {
        let key = PrivateKey::generate_ec(CurveId::Secp256r1, &mut SeededRandom::new([5; 32])).unwrap();
        let protocol = oid::ID_TA_ECDSA_SHA256;
        let certificate = cvca(protocol).sign(&key.public_key(), &key, protocol, &mut SeededRandom::new([6; 32])).unwrap();
        let mut bytes = certificate.as_bytes().to_vec();
        if let Some(octet) = bytes.get_mut(at) {
            *octet = value;
        }
        let _ = CvCertificate::parse(&bytes).map(|changed| changed.public_key().complete(None));
        let end = bytes.len().saturating_sub(cut);
        let _ = CvCertificate::parse_all(&bytes[..end]);
        let _ = CvCertificate::parse_contents(&bytes[end..]);
    }
}
