//! What is compared: each case does one thing with the library and with OpenSSL, and both must agree.

use crate::Outcome;
use chipid::internals::crypto::{CurveId, DhGroupId, DigestAlgorithm, OsRandom, PublicKey, Secret, SignatureAlgorithm};
use openssl::bn::{BigNum, BigNumContext};
use openssl::derive::Deriver;
use openssl::dh::Dh;
use openssl::ec::{EcGroup, EcGroupRef, EcKey, EcPoint, EcPointRef, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};
use std::hint::black_box;

/// Whose arithmetic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    OpenSsl,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Ours, Self::OpenSsl];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OpenSsl => "openssl",
        }
    }
}

type Work = Box<dyn FnMut() -> Outcome<Vec<u8>>>;

/// One row: the same work on either side.
pub struct Case {
    pub operation: &'static str,
    pub name: String,
    /// In PEM, where the case has one: drawing it again takes long under valgrind.
    pub rsa_key: Option<String>,
    ours: Work,
    theirs: Work,
}

impl Case {
    pub fn call(&mut self, side: Side) -> Outcome<()> {
        let work = if side == Side::Ours { &mut self.ours } else { &mut self.theirs };
        black_box(work()?);
        Ok(())
    }
}

/// Collects the cases that are wanted.
struct Collection<F> {
    cases: Vec<Case>,
    wanted: F,
}

impl<F: Fn(&str, &str) -> bool> Collection<F> {
    fn wants(&self, operation: &str, name: &str) -> bool {
        (self.wanted)(operation, name)
    }

    /// Adds a case whose sides agree; where each draws its own key there is nothing to compare.
    fn add(
        &mut self,
        operation: &'static str,
        name: &str,
        ours: impl FnMut() -> Outcome<Vec<u8>> + 'static,
        theirs: impl FnMut() -> Outcome<Vec<u8>> + 'static,
    ) -> Outcome<()> {
        if self.wants(operation, name) {
            let (mut ours, mut theirs): (Work, Work) = (Box::new(ours), Box::new(theirs));
            if operation != KEY_GENERATION && ours()? != theirs()? {
                return Err(format!("{operation} with {name}: both sides do not agree").into());
            }
            self.cases.push(Case { operation, name: name.to_owned(), rsa_key: None, ours, theirs });
        }
        Ok(())
    }
}

const KEY_GENERATION: &str = "key generation";
const MULTIPLICATION: &str = "scalar multiplication, power";
const AGREEMENT: &str = "key agreement";
const ECDSA: &str = "ECDSA verification";
const PKCS1: &str = "RSA PKCS #1 verification";
const PSS: &str = "RSA PSS verification";

/// The variable of the environment that holds a key drawn before.
pub const RSA_KEY: &str = "VERSUS_OPENSSL_RSA_KEY";
const RSA_BITS: [u32; 3] = [2048, 3072, 4096];

/// The cases whose operation and name are wanted, in the order of the table.
pub fn cases(wanted: impl Fn(&str, &str) -> bool) -> Outcome<Vec<Case>> {
    let mut collection = Collection { cases: Vec::new(), wanted };
    for id in CurveId::ALL {
        curve(&mut collection, id)?;
    }
    for id in DhGroupId::ALL {
        group(&mut collection, id)?;
    }
    for bits in RSA_BITS {
        rsa(&mut collection, bits)?;
    }
    let order = [KEY_GENERATION, MULTIPLICATION, AGREEMENT, ECDSA, PKCS1, PSS];
    collection.cases.sort_by_key(|case| order.iter().position(|operation| *operation == case.operation));
    Ok(collection.cases)
}

fn nid(id: CurveId) -> Nid {
    // OpenSSL's own numbers (obj_mac.h), where the binding has no name.
    match id {
        CurveId::Secp192r1 => Nid::X9_62_PRIME192V1,
        CurveId::Secp224r1 => Nid::SECP224R1,
        CurveId::Secp256r1 => Nid::X9_62_PRIME256V1,
        CurveId::Secp384r1 => Nid::SECP384R1,
        CurveId::Secp521r1 => Nid::SECP521R1,
        CurveId::BrainpoolP192r1 => Nid::from_raw(923),
        CurveId::BrainpoolP224r1 => Nid::from_raw(925),
        CurveId::BrainpoolP256r1 => Nid::BRAINPOOL_P256R1,
        CurveId::BrainpoolP320r1 => Nid::BRAINPOOL_P320R1,
        CurveId::BrainpoolP384r1 => Nid::BRAINPOOL_P384R1,
        CurveId::BrainpoolP512r1 => Nid::BRAINPOOL_P512R1,
    }
}

fn curve(collection: &mut Collection<impl Fn(&str, &str) -> bool>, id: CurveId) -> Outcome<()> {
    let name = id.name();
    if ![KEY_GENERATION, MULTIPLICATION, AGREEMENT, ECDSA].iter().any(|operation| collection.wants(operation, name)) {
        return Ok(());
    }
    let curve = id.curve();
    let named = || EcGroup::from_curve_name(nid(id));
    let group = named()?;
    let (key, peer) = (EcKey::generate(&group)?, EcKey::generate(&group)?);
    let mut context = BigNumContext::new()?;
    let private = key.private_key().to_vec_padded(i32::try_from(curve.order_len())?)?;
    let uncompressed = PointConversionForm::UNCOMPRESSED;
    let peer_point = peer.public_key().to_bytes(key.group(), uncompressed, &mut context)?;

    // k · G
    let group = named()?;
    collection.add(
        KEY_GENERATION,
        name,
        move || {
            let private = curve.random_scalar(&mut OsRandom)?;
            Ok(curve.encode_point(&curve.multiply(&private, &curve.generator())?))
        },
        move || {
            let key = EcKey::generate(&group)?;
            Ok(octets(key.group(), key.public_key(), &mut BigNumContext::new()?)?)
        },
    )?;

    // k · P
    let secret = Secret::from_slice(&private);
    let (group, scalar) = (named()?, key.private_key().to_owned()?);
    let (point, decoded) = (peer.public_key().to_owned(&group)?, curve.decode_point(&peer_point)?);
    collection.add(
        MULTIPLICATION,
        name,
        move || Ok(curve.encode_point(&curve.multiply(&secret, &decoded)?)),
        move || {
            let mut context = BigNumContext::new()?;
            let mut product = EcPoint::new(&group)?;
            product.mul2(&group, &point, &scalar, &mut context)?;
            Ok(octets(&group, &product, &mut context)?)
        },
    )?;

    // The peer's key as octets, checked.
    let secret = Secret::from_slice(&private);
    let theirs = PKey::from_ec_key(key.clone())?;
    let group = named()?;
    let octets_of_peer = peer_point.clone();
    collection.add(
        AGREEMENT,
        name,
        move || Ok(curve.multiply(&secret, &curve.decode_point(&peer_point)?)?.x().to_vec()),
        move || {
            let mut context = BigNumContext::new()?;
            let point = EcPoint::from_bytes(&group, &octets_of_peer, &mut context)?;
            let peer = PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)?;
            let mut deriver = Deriver::new(&theirs)?;
            deriver.set_peer(&peer)?;
            Ok(deriver.derive_to_vec()?)
        },
    )?;

    let digest = digest_for(curve.order_len()).digest(&[b"a message"]);
    let signature = EcdsaSig::sign(&digest, &key)?;
    let (r, s) = (signature.r().to_vec(), signature.s().to_vec());
    let public = key.public_key().to_bytes(key.group(), uncompressed, &mut context)?;
    let (public, digest_too) = (curve.decode_point(&public)?, digest.clone());
    collection.add(
        ECDSA,
        name,
        move || Ok(curve.verify_ecdsa(&public, &digest, &r, &s).map(|()| Vec::new())?),
        move || agreed(signature.verify(&digest_too, &key)?),
    )
}

fn octets(
    group: &EcGroupRef,
    point: &EcPointRef,
    context: &mut BigNumContext,
) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    point.to_bytes(group, PointConversionForm::UNCOMPRESSED, context)
}

/// The digest that goes with an order of so many octets.
fn digest_for(order_len: usize) -> DigestAlgorithm {
    match order_len {
        ..32 => DigestAlgorithm::Sha224,
        32..48 => DigestAlgorithm::Sha256,
        48..64 => DigestAlgorithm::Sha384,
        64.. => DigestAlgorithm::Sha512,
    }
}

fn agreed(verifies: bool) -> Outcome<Vec<u8>> {
    if verifies { Ok(Vec::new()) } else { Err("the signature does not verify".into()) }
}

fn group(collection: &mut Collection<impl Fn(&str, &str) -> bool>, id: DhGroupId) -> Outcome<()> {
    let name = id.name();
    if ![KEY_GENERATION, MULTIPLICATION, AGREEMENT].iter().any(|operation| collection.wants(operation, name)) {
        return Ok(());
    }
    let parameters = move || match id {
        DhGroupId::Modp1024Prime160 => Dh::get_1024_160(),
        DhGroupId::Modp2048Prime224 => Dh::get_2048_224(),
        DhGroupId::Modp2048Prime256 => Dh::get_2048_256(),
    };
    let (key, peer) = (parameters()?.generate_key()?, parameters()?.generate_key()?);
    let public = peer.public_key().to_vec();
    let private = key.private_key().to_vec();

    // g^k
    collection.add(
        KEY_GENERATION,
        name,
        move || Ok(id.power(&id.random_private(&mut OsRandom)?, &id.generator())?.padded().to_vec()),
        move || Ok(parameters()?.generate_key()?.public_key().to_vec()),
    )?;

    // y^k; a private number is a constant-time exponent on either side.
    let (secret, decoded) = (Secret::new(private.clone()), id.decode(&public)?);
    let (theirs, base) = (parameters()?.set_private_key(BigNum::from_slice(&private)?)?, peer.public_key().to_owned()?);
    collection.add(
        MULTIPLICATION,
        name,
        move || Ok(id.power(&secret, &decoded)?.unsigned().to_vec()),
        move || Ok(unsigned(theirs.compute_key(&base)?)),
    )?;

    // The peer's number as octets, checked to be of the subgroup.
    let secret = Secret::new(private);
    let theirs = PKey::from_dh(key)?;
    let octets_of_peer = public.clone();
    collection.add(
        AGREEMENT,
        name,
        move || Ok(id.power(&secret, &id.decode(&public)?)?.unsigned().to_vec()),
        move || {
            let peer = PKey::from_dh(parameters()?.set_public_key(BigNum::from_slice(&octets_of_peer)?)?)?;
            let mut deriver = Deriver::new(&theirs)?;
            deriver.set_peer(&peer)?;
            Ok(unsigned(deriver.derive_to_vec()?))
        },
    )
}

/// Without leading zeros.
fn unsigned(octets: Vec<u8>) -> Vec<u8> {
    octets.into_iter().skip_while(|&octet| octet == 0).collect()
}

fn rsa(collection: &mut Collection<impl Fn(&str, &str) -> bool>, bits: u32) -> Outcome<()> {
    let name = format!("RSA {bits}");
    if ![PKCS1, PSS].iter().any(|operation| collection.wants(operation, &name)) {
        return Ok(());
    }
    let pem = match std::env::var(RSA_KEY) {
        Ok(pem) => pem,
        Err(_) => String::from_utf8(Rsa::generate(bits)?.private_key_to_pem()?)?,
    };
    let key = PKey::private_key_from_pem(pem.as_bytes())?;
    let (message, digest) = (b"a message", DigestAlgorithm::Sha256);
    let (pkcs1, pss) = (
        SignatureAlgorithm::RsaPkcs1 { digest: Some(digest) },
        SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len: digest.len() },
    );
    for (operation, algorithm, padding) in [(PKCS1, pkcs1, Padding::PKCS1), (PSS, pss, Padding::PKCS1_PSS)] {
        let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
        signer.set_rsa_padding(padding)?;
        if padding == Padding::PKCS1_PSS {
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        let signature = signer.sign_oneshot_to_vec(message)?;
        let public = PublicKey::from_spki(&key.public_key_to_der()?)?;
        let (key, signature_too) = (key.clone(), signature.clone());
        collection.add(
            operation,
            &name,
            move || Ok(algorithm.verify(&public, message, &signature, None).map(|()| Vec::new())?),
            move || {
                let mut verifier = Verifier::new(MessageDigest::sha256(), &key)?;
                verifier.set_rsa_padding(padding)?;
                if padding == Padding::PKCS1_PSS {
                    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
                }
                agreed(verifier.verify_oneshot(&signature_too, message)?)
            },
        )?;
    }
    collection.cases.iter_mut().filter(|case| case.name == name).for_each(|case| case.rsa_key = Some(pem.clone()));
    Ok(())
}
