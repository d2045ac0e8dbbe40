//! X-PA, what concerns the signatures: numbers, paddings, parameters, attributes and digests.

use crate::cube_root::{cube_root, cube_root_of_end, cubed};
use crate::forge::{P256, Trust, Victim, base, base_rsa, fails, forger, listed, read, seeded, signed};
use crate::reading::{lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::crypto::{DigestAlgorithm, Modulus, PublicKey, SignatureAlgorithm};
use chipid::internals::issuer::{
    CertificateFields, CurveForm, Extension, IssuerPlan, KeyPlan, Scheme, SecurityObject, SignedDataFields, SignerId,
    SigningKey, attribute, digest_identifier, ecdsa_der,
};
use chipid::internals::oid;
use chipid::internals::tlv::{self, Reader, Tag};
use chipid::sim::{Profile, SimulatedCard};
use chipid::trust::{Refusal, TrustStore};
use chipid::{CheckId, Reason, Tolerances, Verdict, Warning};

const SHA_256: DigestAlgorithm = DigestAlgorithm::Sha256;
const PKCS1: Scheme = Scheme::RsaPkcs1(SHA_256);
const SIGNATURE: CheckId = CheckId::PaSignature;
const OBJECT: CheckId = CheckId::PaSecurityObject;
/// Octets of a modulus of 2048 bits.
const LENGTH: usize = 256;

/// What is signed of these fields: the attributes as a SET OF.
fn message_of(fields: &SignedDataFields) -> Vec<u8> {
    tlv::encode(Tag::SET, &fields.signed_attributes.as_ref().unwrap().concat())
}

/// An invented RSA key of 2048 bits with the exponent 3, made once by openssl as those of the simulated issuer are.
fn key_of_three() -> SigningKey {
    SigningKey::rsa(include_bytes!("rsa-2048-e3.der")).unwrap()
}

/// The SubjectPublicKeyInfo with the modulus of that key and another exponent.
fn with_exponent(exponent: &[u8]) -> Vec<u8> {
    let PublicKey::Rsa(key) = PublicKey::from_spki(&key_of_three().spki(CurveForm::Named)).unwrap() else {
        panic!("an RSA key")
    };
    let integer = |number: &[u8]| tlv::encode(Tag::INTEGER, &tlv::integer_content(number));
    let key = tlv::encode_all(Tag::SEQUENCE, &[&integer(&key.modulus()), &integer(exponent)]);
    let algorithm = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::RSA_ENCRYPTION.as_der()), &[5, 0]]);
    tlv::encode_all(Tag::SEQUENCE, &[&algorithm, &tlv::encode_all(Tag::BIT_STRING, &[&[0], &key])])
}

/// DigestInfo of SHA-256 over a message.
fn digest_info(message: &[u8]) -> Vec<u8> {
    let digest = SHA_256.digest(&[message]);
    tlv::encode_all(Tag::SEQUENCE, &[&digest_identifier(SHA_256), &tlv::encode(Tag::OCTET_STRING, &digest)])
}

/// The whole block of PKCS #1 v1.5.
fn block(message: &[u8]) -> Vec<u8> {
    let info = digest_info(message);
    [&[0, 1], vec![0xFF; LENGTH - 3 - info.len()].as_slice(), &[0], &info].concat()
}

/// The ways to put what a careless verifier looks for into a cube, after Bleichenbacher (2006) and later ones.
#[derive(Clone, Copy, Debug)]
enum Garbage {
    /// 00 01 FF…FF 00 DigestInfo, and garbage after it.
    Behind,
    /// The same with no more than one octet of padding.
    BehindShortPadding,
    /// In the parameters of the DigestInfo's algorithm, as an OCTET STRING.
    InParameters,
    /// In the place of the padding, so that the block ends as it should.
    InPadding,
}

const GARBAGE: [Garbage; 4] = [Garbage::Behind, Garbage::BehindShortPadding, Garbage::InParameters, Garbage::InPadding];

/// A number below the modulus whose cube a careless verifier takes for the block of this message; `None` where the digest
/// is even and an odd end is needed.
fn forged(message: &[u8], garbage: Garbage) -> Option<Vec<u8>> {
    let filled = |prefix: &[u8], with: u8| {
        let mut whole = prefix.to_vec();
        whole.resize(LENGTH, with);
        whole
    };
    let info = digest_info(message);
    match garbage {
        Garbage::Behind | Garbage::BehindShortPadding => {
            let padding = if matches!(garbage, Garbage::Behind) { vec![0xFF; 8] } else { vec![0xFF] };
            let prefix = [&[0, 1], padding.as_slice(), &[0], &info].concat();
            let root = cube_root(&filled(&prefix, 0xFF));
            assert!(cubed(&root, LENGTH).starts_with(&prefix));
            Some(root)
        }
        Garbage::InParameters => {
            let digest = SHA_256.digest(&[message]);
            let end = tlv::encode(Tag::OCTET_STRING, &digest);
            let name = tlv::encode(Tag::OID, SHA_256.oid().as_der());
            let with = |garbage: usize| {
                let parameters = tlv::encode(Tag::OCTET_STRING, &vec![0; garbage]);
                let algorithm = tlv::encode_all(Tag::SEQUENCE, &[&name, &parameters]);
                let info = tlv::encode_all(Tag::SEQUENCE, &[&algorithm, &end]);
                [&[0, 1], [0xFF; 8].as_slice(), &[0], &info].concat()
            };
            let garbage = (0..LENGTH).find(|garbage| with(*garbage).len() == LENGTH).unwrap();
            let whole = with(garbage);
            let prefix = whole[..LENGTH - end.len() - garbage].to_vec();
            joined(&prefix, &end)
        }
        Garbage::InPadding => joined(&[0, 1], &[&[0][..], &info].concat()),
    }
}

/// A number whose cube begins and ends so.
fn joined(prefix: &[u8], end: &[u8]) -> Option<Vec<u8>> {
    if end.last()? & 1 == 0 {
        return None;
    }
    let mut middle = prefix.to_vec();
    middle.push(0x80);
    middle.resize(LENGTH, 0);
    let mut root = cube_root(&middle);
    root[LENGTH - end.len()..].copy_from_slice(&cube_root_of_end(end));
    let cube = cubed(&root, LENGTH);
    assert!(cube.starts_with(prefix) && cube.ends_with(end));
    Some(root)
}

#[test]
fn x_pa_an_exponent_of_one_is_no_key() {
    let victim = Victim::new(base_rsa());
    // Whoever certified such a key: its signatures are the blocks themselves, and anybody can make them.
    for (exponent, verified_by_itself) in [(&[1][..], true), (&[0], false), (&[2], false), (&[1, 0, 0], false)] {
        let ds = CertificateFields { public_key: with_exponent(exponent), ..victim.issuer.ds_fields() };
        let der = victim.issuer.sign_with_csca(&ds).unwrap();
        let mut fields = victim.fields_under(&ds, &der, PKCS1);
        fields.signature = Some(block(&message_of(&fields)));
        let card = victim.with_sod(signed(&fields, &key_of_three()));
        victim.refuses(&format!("e = {exponent:?}"), card, Verdict::Failed, &[fails(SIGNATURE, Reason::BadKey)]);
        // An authority of such a key is no anchor: its certificate is anybody's.
        let csca = CertificateFields { public_key: with_exponent(exponent), ..victim.issuer.csca_fields() };
        let csca = CertificateFields { signature: Some(block(&csca.encode())), ..csca };
        let csca = csca.sign(&key_of_three(), &mut seeded(b"not used")).unwrap();
        let refusal = TrustStore::empty().add_certificate(&csca);
        assert!(matches!(refusal, Err(Refusal::OwnSignature(_))), "{verified_by_itself}: {refusal:?}");
    }
}

#[test]
fn x_pa_a_cube_root_is_no_signature_of_a_document() {
    let victim = Victim::new(base_rsa());
    let key = key_of_three();
    let ds = CertificateFields { public_key: key.spki(CurveForm::Named), ..victim.issuer.ds_fields() };
    // A document signer with the exponent 3 is met in the field: what it signs is genuine, with a warning.
    let document = victim.accepts("signed", victim.with_signer(&ds, &key, PKCS1));
    let report = document.verify(victim.trust(Trust::Csca), now());
    assert!(report.check(SIGNATURE).unwrap().warnings.contains(&Warning::SmallExponent), "{}", lines(&report));
    let der = victim.issuer.sign_with_csca(&ds).unwrap();
    for garbage in GARBAGE {
        let mut fields = victim.fields_under(&ds, &der, PKCS1);
        let attributes = fields.signed_attributes.clone().unwrap();
        // The forger varies what he signs until the digest suits him.
        let signature = (0_u8..=255).find_map(|number| {
            let nonce = attribute(oid::COMMON_NAME, &tlv::encode(Tag::OCTET_STRING, &[number]));
            let mut varied = [attributes.clone(), vec![nonce]].concat();
            varied.sort();
            fields.signed_attributes = Some(varied);
            forged(&message_of(&fields), garbage)
        });
        fields.signature = signature;
        let card = victim.with_sod(signed(&fields, &key));
        let by = [fails(SIGNATURE, Reason::BadSignature)];
        victim.refuses(&format!("{garbage:?}"), card, Verdict::Failed, &by);
    }
}

#[test]
fn x_pa_a_cube_root_is_no_signature_of_a_certificate() {
    // An authority with the exponent 3, its document signer, and what both signed: all genuine.
    let profile = base_rsa();
    let issuer = profile.issuer().unwrap();
    let key = key_of_three();
    let csca = CertificateFields { public_key: key.spki(CurveForm::Named), ..issuer.csca_fields() };
    let csca = csca.with(Extension::subject_key_id(&key.key_id())).with(Extension::authority_key_id(&key.key_id()));
    let csca = csca.sign(&key, &mut seeded(b"not used")).unwrap();
    let ds = issuer.ds_fields().with(Extension::authority_key_id(&key.key_id()));
    let ds_der = ds.sign(&key, &mut seeded(b"not used")).unwrap();
    let groups = profile.groups().unwrap();
    let mut fields = issuer.sod_fields(&listed(&groups));
    fields.certificates = vec![ds_der.clone()];
    let contents = profile.contents_with(groups, issuer.sign_sod(&fields).unwrap());
    let victim = Victim::issued_by(profile, issuer, contents, &csca, &ds_der);
    // The forger's signer, certified by a cube root.
    let own = forger(&base_rsa().issuer);
    for garbage in GARBAGE {
        let forged = (0_u8..=255).find_map(|serial| {
            let ds = CertificateFields { serial: vec![0x10, serial], ..ds.clone() };
            let ds = CertificateFields { public_key: own.ds_key().spki(CurveForm::Explicit), ..ds };
            let signature = forged(&ds.encode(), garbage)?;
            Some(CertificateFields { signature: Some(signature), ..ds })
        });
        let ds = forged.unwrap();
        let der = ds.sign(&key, &mut seeded(b"not used")).unwrap();
        let card = victim.with_certificate(&ds, &der, own.ds_key(), P256.scheme);
        let by = [fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)];
        victim.refuses(&format!("{garbage:?}"), card, Verdict::Failed, &by);
    }
}

/// The two numbers of an ECDSA signature by this key.
fn numbers(key: &SigningKey, message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut both = key.sign(Scheme::EcdsaPlain(SHA_256), message, &mut seeded(message)).unwrap();
    let s = both.split_off(both.len() / 2);
    (both, s)
}

/// a + b of whole numbers, as long as it comes out.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0_u16;
    let mut octets: Vec<u8> = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .map(|(a, b)| {
            let sum = u16::from(*a) + u16::from(*b) + carry;
            carry = sum >> 8;
            sum.to_le_bytes()[0]
        })
        .collect();
    octets.push(u8::try_from(carry).unwrap());
    octets.reverse();
    octets
}

#[test]
fn x_pa_r_and_s_are_from_one_to_the_order() {
    let victim = Victim::new(base());
    let curve = chipid::internals::crypto::CurveId::Secp256r1.curve();
    let order = curve.order().to_vec();
    let n = Modulus::new(&order).unwrap();
    let minus = |number: &[u8]| n.encode(&n.subtract(&n.reduce(&[0]), &n.reduce(number)));
    let (zero, one) = (vec![0; 32], [vec![0; 31], vec![1]].concat());
    let rows = |r: &[u8], s: &[u8]| -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
        let (r, s, zero, one) = (r.to_vec(), s.to_vec(), zero.clone(), one.clone());
        let order = order.clone();
        vec![
            ("r = s = 0", zero.clone(), zero.clone()),
            ("r = 0", zero.clone(), s.clone()),
            ("s = 0", r.clone(), zero.clone()),
            ("r = 0, s = 1", zero.clone(), one.clone()),
            ("r = n", order.clone(), s.clone()),
            ("s = n", r.clone(), order.clone()),
            ("r = s = n", order.clone(), order.clone()),
            ("r + n", sum(&r, &order), s.clone()),
            ("s + n", r.clone(), sum(&s, &order)),
            ("r = s = 1", one.clone(), one),
            ("n − r", minus(&r), s.clone()),
            ("r and s exchanged", s, r),
        ]
    };
    let mut fields = victim.sod_fields();
    let (r, s) = numbers(victim.issuer.ds_key(), &message_of(&fields));
    for plain in [false, true] {
        let encode = |r: &[u8], s: &[u8]| if plain { [r, s].concat() } else { ecdsa_der(r, s) };
        fields.signature_algorithm = plain.then(|| Scheme::EcdsaPlain(SHA_256).algorithm_identifier());
        for (name, r, s) in rows(&r, &s) {
            fields.signature = Some(encode(&r, &s));
            let card = victim.with_sod(signed(&fields, victim.issuer.ds_key()));
            victim.refuses(name, card, Verdict::Failed, &[fails(SIGNATURE, Reason::BadSignature)]);
        }
        // s and n − s both verify: harmless, for no signature is ever a name of anything.
        for s in [s.clone(), minus(&s)] {
            fields.signature = Some(encode(&r, &s));
            victim.accepts("malleable", victim.with_sod(signed(&fields, victim.issuer.ds_key())));
        }
    }
    // The same in the document signer's certificate. A number of another sign, and encodings of another form.
    let ds = victim.issuer.ds_fields();
    let (r, s) = numbers(victim.issuer.csca_key(), &ds.encode());
    let raw = |r: &[u8], s: &[u8]| {
        tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::INTEGER, r), &tlv::encode(Tag::INTEGER, s)])
    };
    let negative = |number: &[u8]| [&[0xFF][..], &number[1..]].concat();
    let forms = [
        ("negative r", raw(&negative(&r), &s)),
        ("negative s", raw(&r, &negative(&s))),
        ("no numbers", raw(&[], &[])),
        ("plain where DER is due", [r.clone(), s.clone()].concat()),
        ("nothing", vec![]),
        ("bytes behind", [ecdsa_der(&r, &s), vec![0]].concat()),
        ("three numbers", tlv::encode(Tag::SEQUENCE, &[&raw(&[1], &[1])[2..], &[2, 1, 1]].concat())),
    ];
    let rows = rows(&r, &s).into_iter().map(|(name, r, s)| (name, ecdsa_der(&r, &s)));
    for (name, signature) in rows.chain(forms) {
        let ds = CertificateFields { signature: Some(signature), ..ds.clone() };
        let card = victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme);
        victim.refuses(name, card, Verdict::Failed, &[fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)]);
    }
    for s in [s.clone(), minus(&s)] {
        let ds = CertificateFields { signature: Some(ecdsa_der(&r, &s)), ..ds.clone() };
        victim.accepts("malleable", victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme));
    }
}

/// RSASSA-PSS with these parameters.
fn pss(digest: DigestAlgorithm, mgf: DigestAlgorithm, salt: u8) -> Scheme {
    Scheme::RsaPss { digest, mgf, salt }
}

#[test]
fn x_pa_pss_is_verified_by_the_parameters_that_are_stated() {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    let key = KeyPlan::pss(2048, SHA_256, 32);
    let victim = Victim::new(Profile { issuer: IssuerPlan { csca: key, ds: key, ..base().issuer }, ..base() });
    let ds_key = victim.issuer.ds_key();
    let with = |signs: Scheme, states: Option<Vec<u8>>| {
        let mut fields = victim.fields_under(&victim.issuer.ds_fields(), victim.issuer.ds(), signs);
        fields.signature_algorithm = states;
        victim.with_sod(signed(&fields, ds_key))
    };
    // What is stated is what was done: every length of salt from none to the longest, every digest for the mask.
    for salt in [0, 1, 20, 32, 64, 222] {
        victim.accepts(&format!("salt of {salt}"), with(pss(Sha256, Sha256, salt), None));
    }
    for mgf in [Sha1, Sha384, Sha512] {
        victim.accepts(&format!("{mgf:?} for the mask"), with(pss(Sha256, mgf, 32), None));
    }
    // What is stated is something else.
    let bad = [fails(SIGNATURE, Reason::BadSignature)];
    for (signs, states) in [(32, 0), (32, 31), (32, 33), (32, 20), (20, 32), (0, 32), (32, 222), (32, 255), (222, 32)] {
        let states = pss(Sha256, Sha256, states).algorithm_identifier();
        let card = with(pss(Sha256, Sha256, signs), Some(states));
        victim.refuses(&format!("salt of {signs}"), card, Verdict::Failed, &bad);
    }
    for states in [Sha1, Sha384] {
        let states = pss(Sha256, states, 32).algorithm_identifier();
        victim.refuses("mask", with(pss(Sha256, Sha256, 32), Some(states)), Verdict::Failed, &bad);
    }
    // The defaults name SHA-1: empty parameters are no word for SHA-256.
    let algorithm = |parameters: &[u8]| {
        let id = tlv::encode(Tag::OID, oid::ID_RSASSA_PSS.as_der());
        tlv::encode_all(Tag::SEQUENCE, &[&id, parameters])
    };
    let defaults = algorithm(&tlv::encode(Tag::SEQUENCE, &[]));
    let mismatch = [fails(SIGNATURE, Reason::Mismatch)];
    victim.refuses("defaults", with(pss(Sha256, Sha256, 32), Some(defaults)), Verdict::Failed, &mismatch);
    let other = pss(Sha384, Sha384, 32).algorithm_identifier();
    victim.refuses("another digest", with(pss(Sha256, Sha256, 32), Some(other)), Verdict::Failed, &mismatch);
    // Salts and trailers that there are not.
    let hash = tlv::encode(Tag(0xA0), &digest_identifier(Sha256));
    let mgf1 = [tlv::encode(Tag::OID, oid::ID_MGF1.as_der()), digest_identifier(Sha256)].concat();
    let mask = tlv::encode(Tag(0xA1), &tlv::encode(Tag::SEQUENCE, &mgf1));
    let integer = |tag, content: &[u8]| tlv::encode(Tag(tag), &tlv::encode(Tag::INTEGER, content));
    for (name, rest) in [
        ("a negative salt", integer(0xA2, &[0xE0])),
        ("a salt of 2^31", integer(0xA2, &[0, 0x80, 0, 0, 0])),
        ("a salt of 2^64", integer(0xA2, &[1, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("a trailer field of 2", [integer(0xA2, &[32]), integer(0xA3, &[2])].concat()),
        ("a salt that stands twice", [integer(0xA2, &[32]), integer(0xA2, &[32])].concat()),
        ("no parameters", vec![]),
    ] {
        let parameters = match name {
            "no parameters" => vec![],
            _ => tlv::encode(Tag::SEQUENCE, &[hash.clone(), mask.clone(), rest].concat()),
        };
        let document = read(with(pss(Sha256, Sha256, 32), Some(algorithm(&parameters))), &victim.password());
        let report = document.verify(victim.trust(Trust::Csca), now());
        let check = report.check(SIGNATURE).unwrap();
        assert!(!check.is_successful() && report.verdict() <= Verdict::Undetermined, "{name}\n{}", lines(&report));
    }
    // One padding for the other, under a key that is for both, and under one that is for PSS alone.
    let v1_5 = PKCS1.algorithm_identifier();
    victim.refuses("PSS for v1.5", with(pss(Sha256, Sha256, 32), Some(v1_5)), Verdict::Failed, &bad);
    let states = pss(Sha256, Sha256, 32).algorithm_identifier();
    victim.refuses("v1.5 for PSS", with(PKCS1, Some(states)), Verdict::Failed, &bad);
    let spki = ds_key.spki(CurveForm::Named);
    let (rsa, pss_only) = (oid::RSA_ENCRYPTION.as_der(), oid::ID_RSASSA_PSS.as_der());
    assert_eq!(rsa.len(), pss_only.len());
    let at = spki.windows(rsa.len()).position(|window| window == rsa).unwrap();
    let restricted = [&spki[..at], pss_only, &spki[at + rsa.len()..]].concat();
    let ds = CertificateFields { public_key: restricted, ..victim.issuer.ds_fields() };
    victim.accepts("PSS alone", victim.with_signer(&ds, ds_key, pss(Sha256, Sha256, 32)));
    let card = victim.with_signer(&ds, ds_key, PKCS1);
    victim.refuses("v1.5 under it", card, Verdict::Failed, &[fails(SIGNATURE, Reason::BadKey)]);
}

/// EF.SOD with these signer infos in the place of its own.
fn with_signer_infos(sod: &[u8], infos: &[&[u8]]) -> Vec<u8> {
    let child = |tlv: tlv::Tlv<'_>, index: usize| {
        let mut children = tlv.children();
        (0..index).for_each(|_| assert!(children.next().is_ok()));
        let found = children.next().unwrap();
        (found.tag, found.raw.to_vec(), found.value.to_vec())
    };
    let outer = Reader::new(sod).next().unwrap();
    let (_, info, _) = child(outer, 0);
    let info = Reader::new(&info).next().unwrap();
    let (kind, wrapped) = (child(info, 0).1, child(info, 1).1);
    let (_, data, _) = child(Reader::new(&wrapped).next().unwrap(), 0);
    let data = Reader::new(&data).next().unwrap();
    let parts: Vec<Vec<u8>> = (0..4).map(|index| child(data, index).1).collect();
    let data = tlv::encode(Tag::SEQUENCE, &[parts.concat(), tlv::encode(Tag::SET, &infos.concat())].concat());
    let info = tlv::encode_all(Tag::SEQUENCE, &[&kind, &tlv::encode(Tag(0xA0), &data)]);
    tlv::encode(Tag(0x77), &info)
}

#[test]
fn x_pa_a_second_signer_fails_wherever_it_stands() {
    let victim = Victim::new(base());
    let own = forger(&base().issuer);
    let fields = victim.sod_fields();
    let genuine = fields.signer_info(victim.issuer.ds_key(), &mut seeded(b"signer")).unwrap();
    let mut forged = own.sod_fields(&listed(&victim.groups));
    forged.signer = SignerId::KeyId(own.ds_key().key_id());
    forged.signer_version = 3;
    let forged = forged.signer_info(own.ds_key(), &mut seeded(b"signer")).unwrap();
    let mut both = fields.clone();
    both.certificates = vec![victim.issuer.ds().to_vec(), own.ds().to_vec()];
    let sod = signed(&both, victim.issuer.ds_key());
    victim.accepts("one", victim.with_sod(with_signer_infos(&sod, &[&genuine])));
    let by = [fails(SIGNATURE, Reason::Malformed)];
    for (name, infos) in [
        ("the forger's after", vec![&genuine[..], &forged]),
        ("the forger's before", vec![&forged[..], &genuine]),
        ("the genuine one twice", vec![&genuine[..], &genuine]),
        ("none", vec![]),
        ("many", vec![&genuine[..]; 32]),
    ] {
        let card = victim.with_sod(with_signer_infos(&sod, &infos));
        victim.refuses(name, card, Verdict::Failed, &by);
    }
}

#[test]
fn x_pa_without_signed_attributes_there_is_no_signature() {
    let victim = Victim::new(base());
    let by = [fails(SIGNATURE, Reason::Malformed)];
    // Signed by the genuine signer, over the content itself.
    let card = victim.with_fields(|fields| fields.signed_attributes = None);
    victim.refuses("over the content", card, Verdict::Failed, &by);
    let card = victim.with_fields(|fields| fields.signed_attributes = Some(Vec::new()));
    victim.refuses("an empty set", card, Verdict::Failed, &by);
    // Where the content goes by id-data the standard of CMS would do without: this one does not.
    for version in [1, 3] {
        let card = victim.with_fields(|fields| {
            fields.version = Some(version);
            fields.content_type = oid::ID_DATA;
            fields.signed_attributes = None;
        });
        victim.refuses("id-data", card, Verdict::Failed, &by);
    }
    // The forger makes the content of what was signed: the attributes, over which there is a genuine signature.
    let mut fields = victim.sod_fields();
    let message = message_of(&fields);
    let signature = victim.issuer.ds_key().sign(P256.scheme, &message, &mut seeded(b"heard")).unwrap();
    let key = PublicKey::from_spki(&victim.issuer.ds_key().spki(CurveForm::Explicit)).unwrap();
    let (algorithm, _) = SignatureAlgorithm::from_algorithm_identifier(&P256.scheme.algorithm_identifier()).unwrap();
    algorithm.verify(&key, &message, &signature, None).expect("a verifier that skips the attributes takes it");
    fields.content = Some(message);
    fields.signed_attributes = None;
    fields.signature = Some(signature);
    let card = victim.with_sod(signed(&fields, victim.issuer.ds_key()));
    victim.refuses("attributes as content", card, Verdict::Failed, &[fails(OBJECT, Reason::Malformed)]);
}

#[test]
fn x_pa_signed_attributes_are_hashed_as_der_has_them() {
    let victim = Victim::new(base());
    let ds_key = victim.issuer.ds_key();
    let bad = [fails(SIGNATURE, Reason::BadSignature)];
    let sign = |message: &[u8]| ds_key.sign(P256.scheme, message, &mut seeded(message)).unwrap();
    let attributes = victim.sod_fields().signed_attributes.unwrap();
    // Over the octets as they stand in the file, under the tag [0].
    let tagged = tlv::encode(Tag(0xA0), &attributes.concat());
    // Over their value alone, over the content, and over the digest of the content.
    let content = victim.sod_fields().content.unwrap();
    for (name, message) in [
        ("[0]", tagged),
        ("the value alone", attributes.concat()),
        ("the content", content.clone()),
        ("the digest", SHA_256.digest(&[&content])),
        ("a SEQUENCE", tlv::encode(Tag::SEQUENCE, &attributes.concat())),
    ] {
        let card = victim.with_fields(|fields| fields.signature = Some(sign(&message)));
        victim.refuses(name, card, Verdict::Failed, &bad);
    }
    // Out of order, signed in order: the bytes received are not those signed. It is no signature, or by a named tolerance
    // an open one.
    let mut turned = attributes.clone();
    turned.reverse();
    assert_ne!(turned, attributes);
    let card = victim.with_fields(|fields| {
        fields.signature = Some(sign(&tlv::encode(Tag::SET, &attributes.concat())));
        fields.signed_attributes = Some(turned.clone());
    });
    let document = victim.refuses("sorted", card, Verdict::Failed, &bad);
    let tolerant = document.verify_with(victim.trust(Trust::Csca), now(), &Tolerances::field());
    let check = tolerant.check(SIGNATURE).unwrap();
    assert_eq!((check.reason, tolerant.verdict()), (Some(Reason::Tolerance), Verdict::Undetermined));
    assert_eq!(check.warnings, [Warning::SignedAttributesUnsorted]);
    // A length that is longer than need be loses nothing: what is hashed is the DER form.
    let mut fields = victim.sod_fields();
    fields.signature = Some(sign(&message_of(&fields)));
    let info = fields.signer_info(ds_key, &mut seeded(b"not used")).unwrap();
    let der = tlv::encode(Tag(0xA0), &attributes.concat());
    let at = info.windows(der.len()).position(|window| window == der).unwrap();
    let value = attributes.concat();
    let long = [&[0xA0, 0x82, 0x00, u8::try_from(value.len()).unwrap()][..], &value].concat();
    let indefinite = [&[0xA0, 0x80][..], &value, &[0, 0]].concat();
    let sod = signed(&fields, ds_key);
    let with = |attributes: &[u8]| {
        let header = info.len() - Reader::new(&info).next().unwrap().value.len();
        let changed = [&info[header..at], attributes, &info[at + der.len()..]].concat();
        victim.with_sod(with_signer_infos(&sod, &[&tlv::encode(Tag::SEQUENCE, &changed)]))
    };
    victim.accepts("DER", with(&der));
    victim.accepts("a long length", with(&long));
    victim.accepts("an indefinite length", with(&indefinite));
}

#[test]
fn x_pa_the_signed_content_type_is_the_contents() {
    let victim = Victim::new(base());
    let kind = |id: oid::Oid| attribute(oid::ID_CONTENT_TYPE, &tlv::encode(Tag::OID, id.as_der()));
    let lds = oid::ID_ICAO_LDS_SECURITY_OBJECT;
    let others = |fields: &SignedDataFields| -> Vec<Vec<u8>> {
        fields.signed_attributes.as_ref().unwrap().iter().filter(|own| **own != kind(lds)).cloned().collect()
    };
    let with = |kinds: &[Vec<u8>]| {
        victim.with_fields(|fields| {
            let mut attributes = [others(fields), kinds.to_vec()].concat();
            attributes.sort();
            fields.signed_attributes = Some(attributes);
        })
    };
    victim.accepts("its own", with(&[kind(lds)]));
    let mismatch = [fails(SIGNATURE, Reason::Mismatch)];
    for id in [oid::ID_DATA, oid::ID_SECURITY_OBJECT, oid::ID_ICAO_CSCA_MASTER_LIST] {
        victim.refuses("another", with(&[kind(id)]), Verdict::Failed, &mismatch);
    }
    let malformed = [fails(SIGNATURE, Reason::Malformed)];
    victim.refuses("none", with(&[]), Verdict::Failed, &malformed);
    victim.refuses("two", with(&[kind(lds), kind(oid::ID_DATA)]), Verdict::Failed, &malformed);
    victim.refuses("twice", with(&[kind(lds), kind(lds)]), Verdict::Failed, &malformed);
    // What the same signer signed for another purpose is no EF.SOD, under its own name or under that of one.
    let infos = [tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::OID, oid::ID_TA.as_der()), &[2, 1, 1]])];
    for renamed in [false, true] {
        let mut fields = victim.issuer.card_security_fields(&infos);
        if renamed {
            fields.content_type = lds;
        }
        let card = victim.with_sod(victim.issuer.sign_sod(&fields).unwrap());
        victim.refuses("EF.CardSecurity", card, Verdict::Failed, &[fails(OBJECT, Reason::Malformed)]);
    }
    // The genuine content, which was signed as something else.
    let mut fields = victim.sod_fields();
    let genuine = fields.content.clone().unwrap();
    fields = SignedDataFields::new(oid::ID_DATA, genuine, fields.signer.clone(), fields.scheme, None)
        .with_certificates(&[victim.issuer.ds()]);
    fields.content_type = lds;
    let card = victim.with_sod(victim.issuer.sign_sod(&fields).unwrap());
    victim.refuses("id-data renamed", card, Verdict::Failed, &mismatch);
}

#[test]
fn x_pa_no_digest_stands_in_for_another() {
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let victim = Victim::new(base());
    let own_digest = |digest: DigestAlgorithm| {
        // The signer's digest is another, and its message digest is right by it.
        victim.with_fields(|fields| {
            let content = fields.content.clone().unwrap();
            fields.digest = digest;
            fields.digest_algorithms = vec![digest_identifier(digest)];
            let value = |digest: DigestAlgorithm| {
                attribute(oid::ID_MESSAGE_DIGEST, &tlv::encode(Tag::OCTET_STRING, &digest.digest(&[&content])))
            };
            let attributes = fields.signed_attributes.as_mut().unwrap();
            attributes.iter_mut().filter(|own| **own == value(Sha256)).for_each(|own| *own = value(digest));
            attributes.sort();
        })
    };
    victim.accepts("its own", own_digest(Sha256));
    for digest in [Sha1, Sha224, Sha384, Sha512] {
        let by = [fails(SIGNATURE, Reason::Mismatch)];
        victim.refuses(&format!("{digest:?} in the signer"), own_digest(digest), Verdict::Failed, &by);
        // Only the name is another.
        let renamed = victim.with_fields(|fields| {
            fields.signature_algorithm = Some(Scheme::Ecdsa(digest).algorithm_identifier());
        });
        victim.refuses(&format!("{digest:?} by name"), renamed, Verdict::Failed, &by);
        let renamed = victim.with_fields(|fields| {
            fields.digest = digest;
            fields.digest_algorithms.push(digest_identifier(digest));
        });
        let by = [fails(SIGNATURE, Reason::MessageDigestMismatch)];
        victim.refuses(&format!("{digest:?} for the content"), renamed, Verdict::Failed, &by);
        // The signer's digest is not among those listed.
        let unlisted = victim.with_fields(|fields| fields.digest_algorithms = vec![digest_identifier(digest)]);
        let by = [fails(SIGNATURE, Reason::Malformed)];
        victim.refuses("unlisted", unlisted, Verdict::Failed, &by);
    }
    // The digest of the groups may be another than the signature's; it must be the one that is named.
    let with_object = |change: fn(&mut SecurityObject), digest| {
        let mut object = SecurityObject::over(0, digest, &listed(&victim.groups));
        change(&mut object);
        let fields = victim.issuer.sod_fields_over(&object);
        victim.with_sod(victim.issuer.sign_sod(&fields).unwrap())
    };
    for digest in [Sha1, Sha224, Sha384, Sha512] {
        victim.accepts(&format!("{digest:?} of the groups"), with_object(|_| {}, digest));
    }
    let by = [fails(OBJECT, Reason::Malformed)];
    victim.refuses("SHA-256 named SHA-1", with_object(|object| object.digest = Sha1, Sha256), Verdict::Failed, &by);
    let cut: fn(&mut SecurityObject) = |object| object.hashes.iter_mut().for_each(|(_, hash)| hash.truncate(20));
    victim.refuses("cut", with_object(cut, Sha256), Verdict::Failed, &by);
    let empty: fn(&mut SecurityObject) = |object| object.hashes.iter_mut().for_each(|(_, hash)| hash.clear());
    victim.refuses("empty", with_object(empty, Sha256), Verdict::Failed, &by);
    // SHA-512 cut to the length of SHA-256, and named so.
    let passed_off: fn(&mut SecurityObject) = |object| {
        object.hashes.iter_mut().for_each(|(_, hash)| hash.truncate(32));
        object.digest = Sha256;
    };
    let by = [fails(CheckId::PaDataGroups, Reason::Mismatch)];
    victim.refuses("passed off", with_object(passed_off, Sha512), Verdict::Failed, &by);
    rsa_has_one_digest();
}

/// RSA, whose block names its digest, and whose identifier rsaEncryption takes it from elsewhere.
fn rsa_has_one_digest() {
    use DigestAlgorithm::{Sha1, Sha512};
    let victim = Victim::new(base_rsa());
    let with = |signs: Scheme, states: Scheme| {
        victim.with_fields(|fields| {
            let message = message_of(fields);
            let signature = victim.issuer.ds_key().sign(signs, &message, &mut seeded(b"not used"));
            fields.signature = Some(signature.unwrap());
            fields.signature_algorithm = Some(states.algorithm_identifier());
        })
    };
    let bad = [fails(SIGNATURE, Reason::BadSignature)];
    for digest in [Sha1, Sha512] {
        let other = Scheme::RsaPkcs1(digest);
        victim.refuses("another DigestInfo", with(other, PKCS1), Verdict::Failed, &bad);
        victim.refuses("by rsaEncryption", with(other, Scheme::RsaEncryption(SHA_256)), Verdict::Failed, &bad);
        victim.refuses("by name", with(PKCS1, other), Verdict::Failed, &[fails(SIGNATURE, Reason::Mismatch)]);
    }
    let by_context: SimulatedCard = with(PKCS1, Scheme::RsaEncryption(SHA_256));
    victim.accepts("rsaEncryption with its own digest", by_context);
}
