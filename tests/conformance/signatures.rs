//! What EF.SOD and its certificates are signed with: those rows of LDS_H that ask whether an algorithm is read.

use crate::case::{Case, Row, case};
use crate::desk::is;
use crate::issue::{control, lay, report, simple};
use crate::reading::{go_on, lines};
use crate::trust_changes::AddTrust as _;
use chipid::internals::crypto::{CurveId, DigestAlgorithm};
use chipid::internals::issuer::{IssuerPlan, KeyKind, KeyPlan, Scheme};
use chipid::sim::Profile;
use chipid::{Card, CheckId, ReadPlan, Reason, Report, State, Verdict, Warning};

use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};

pub const ROWS: &[Row] = &[
    case("LDS_H_01", |case| rsa(case, Sha1)),
    case("LDS_H_02", |case| pss(case, Sha1)),
    case("LDS_H_03", |case| pss(case, Sha256)),
    case("LDS_H_04", |case| rsa(case, Sha224)),
    case("LDS_H_05", |case| rsa(case, Sha256)),
    case("LDS_H_06", |case| rsa(case, Sha384)),
    case("LDS_H_07", |case| rsa(case, Sha512)),
    case("LDS_H_08", |case| {
        throughout(case, KeyPlan::dsa(1024, Sha1), "DSA SHA-1 under DSA-1024", &[Warning::Sha1, Warning::ShortDsaKey])
    }),
    case("LDS_H_09", |case| ecdsa(case, Sha1)),
    case("LDS_H_10", |case| plain(case, Sha1)),
    case("LDS_H_11", |case| plain(case, Sha224)),
    case("LDS_H_12", |case| plain(case, Sha256)),
    case("LDS_H_13", |case| plain(case, Sha384)),
    case("LDS_H_14", |case| plain(case, Sha512)),
    case("LDS_H_15", the_signers_certificate_comes_from_the_callers_store),
    case("LDS_H_70", |case| ecdsa(case, Sha224)),
    case("LDS_H_71", |case| ecdsa(case, Sha256)),
    case("LDS_H_72", |case| ecdsa(case, Sha384)),
    case("LDS_H_73", |case| ecdsa(case, Sha512)),
    case("LDS_H_74", the_data_groups_may_have_another_digest_than_the_signature),
    // The authority's key and the document signer's are of different kinds.
    case("LDS_H_75", |case| {
        differing(case, KeyPlan::rsa(3072, Sha256), KeyPlan::ecdsa(CurveId::BrainpoolP256r1, Sha256))
    }),
    case("LDS_H_76", |case| {
        differing(case, KeyPlan::ecdsa(CurveId::BrainpoolP384r1, Sha384), KeyPlan::rsa(2048, Sha256))
    }),
    case("LDS_H_77", |case| differing(case, KeyPlan::pss(3072, Sha256, 32), KeyPlan::rsa(2048, Sha512))),
    case("LDS_H_78", |case| {
        differing(case, KeyPlan::rsa(3072, Sha256), KeyPlan::pss(2048, Sha384, 48));
        differing(case, KeyPlan::ecdsa(CurveId::Secp384r1, Sha384), KeyPlan::dsa(2048, Sha256));
    }),
    case("LDS_H_79", |case| rsa_encryption(case, Sha1)),
    case("LDS_H_80", |case| rsa_encryption(case, Sha224)),
    case("LDS_H_81", |case| rsa_encryption(case, Sha256)),
    case("LDS_H_82", |case| rsa_encryption(case, Sha384)),
    case("LDS_H_83", |case| rsa_encryption(case, Sha512)),
    case("LDS_H_94", |case| pss(case, Sha224)),
    case("LDS_H_95", |case| pss(case, Sha384)),
    case("LDS_H_96", |case| pss(case, Sha512)),
    case("LDS_H_97", |case| throughout(case, KeyPlan::dsa(2048, Sha224), "DSA SHA-224 under DSA-2048", &[])),
    case("LDS_H_98", |case| throughout(case, KeyPlan::dsa(2048, Sha256), "DSA SHA-256 under DSA-2048", &[])),
];

/// A passport whose authority and document signer have these keys; EF.SOD under another scheme, where that is given.
fn signed(csca: KeyPlan, ds: KeyPlan, sod_scheme: Option<Scheme>) -> Profile {
    let base = simple();
    let issuer = IssuerPlan {
        document_types: base.issuer.document_types.clone(),
        sod_scheme,
        ..IssuerPlan::new("UT", "UTO", "Invented Passport Office", csca, ds)
    };
    Profile { issuer, ..base }
}

/// The document is authentic, its EF.SOD signed so; the same document with one bit of the signature changed is not.
fn verifies(case: &mut Case, profile: Profile, compared: &str, warnings: &[Warning]) -> Report {
    let desk = case.desk(profile.clone());
    let authentic = report(&desk);
    let signature = authentic.check(CheckId::PaSignature).unwrap();
    assert!(signature.compared.starts_with(compared), "{compared}\n{}", lines(&authentic));
    assert_eq!(signature.warnings, warnings, "{}", lines(&authentic));
    assert_eq!(authentic.verdict(), Verdict::DataAuthentic, "{}", lines(&authentic));
    // The signature ends EF.SOD.
    let spoiled = case.aside(profile);
    spoiled.change_file(chipid::sim::Folder::Application, 0x011D, |file| *file.last_mut().unwrap() ^= 1);
    let spoiled = report(&spoiled);
    is(&spoiled, CheckId::PaSignature, State::Failed, Some(Reason::BadSignature));
    assert_eq!(spoiled.verdict(), Verdict::Failed);
    authentic
}

/// One key plan for authority and document signer.
fn throughout(case: &mut Case, key: KeyPlan, compared: &str, warnings: &[Warning]) {
    let report = verifies(case, signed(key, key, None), compared, warnings);
    let chain = report.check(CheckId::PaChain).unwrap();
    assert!(chain.compared.starts_with(compared.split(" under ").next().unwrap()), "{}", lines(&report));
}

fn sha1(digest: DigestAlgorithm) -> &'static [Warning] {
    if digest == Sha1 { &[Warning::Sha1] } else { &[] }
}

fn rsa(case: &mut Case, digest: DigestAlgorithm) {
    for bits in [2048, 3072] {
        let compared = format!("RSA-PKCS1 {} under RSA-{bits}", digest.name());
        throughout(case, KeyPlan::rsa(bits, digest), &compared, sha1(digest));
    }
}

fn pss(case: &mut Case, digest: DigestAlgorithm) {
    let salt = u8::try_from(digest.len()).unwrap();
    for bits in [2048, 3072] {
        let compared = format!("RSA-PSS {} under RSA-{bits}", digest.name());
        throughout(case, KeyPlan::pss(bits, digest, salt), &compared, sha1(digest));
    }
}

/// The algorithm of EF.SOD is given as rsaEncryption; its digest stands beside it.
fn rsa_encryption(case: &mut Case, digest: DigestAlgorithm) {
    let key = KeyPlan::rsa(2048, digest);
    let profile = signed(key, key, Some(Scheme::RsaEncryption(digest)));
    verifies(case, profile, &format!("RSA-PKCS1 {} under RSA-2048", digest.name()), sha1(digest));
}

/// A curve of NIST's and one of Brainpool's, as long as the digest or the next longer.
fn curves(digest: DigestAlgorithm) -> [CurveId; 2] {
    match digest {
        Sha1 => [CurveId::Secp224r1, CurveId::BrainpoolP256r1],
        Sha224 => [CurveId::Secp224r1, CurveId::BrainpoolP224r1],
        Sha256 => [CurveId::Secp256r1, CurveId::BrainpoolP256r1],
        Sha384 => [CurveId::Secp384r1, CurveId::BrainpoolP384r1],
        Sha512 => [CurveId::Secp521r1, CurveId::BrainpoolP512r1],
    }
}

fn ecdsa(case: &mut Case, digest: DigestAlgorithm) {
    for curve in curves(digest) {
        let compared = format!("ECDSA {} under EC {}", digest.name(), curve.name());
        throughout(case, KeyPlan::ecdsa(curve, digest), &compared, sha1(digest));
    }
}

/// r ‖ s, under the identifiers of TR-03111.
fn plain(case: &mut Case, digest: DigestAlgorithm) {
    for curve in curves(digest) {
        let key = KeyPlan { scheme: Scheme::EcdsaPlain(digest), ..KeyPlan::ecdsa(curve, digest) };
        assert_eq!(key.kind, KeyKind::Ec(curve));
        let compared = format!("ECDSA-plain {} under EC {}", digest.name(), curve.name());
        throughout(case, key, &compared, sha1(digest));
    }
}

fn differing(case: &mut Case, csca: KeyPlan, ds: KeyPlan) {
    let report = verifies(case, signed(csca, ds, None), "", &[]);
    let [signature, chain] = [CheckId::PaSignature, CheckId::PaChain].map(|id| report.check(id).unwrap());
    assert_ne!(signature.compared.split(" under ").next(), chain.compared.split(" under ").next());
}

fn the_data_groups_may_have_another_digest_than_the_signature(case: &mut Case) {
    let key = KeyPlan::ecdsa(CurveId::BrainpoolP256r1, Sha256);
    for digest in [Sha224, Sha384, Sha512] {
        let mut profile = signed(key, key, None);
        profile.issuer.lds_digest = digest;
        let report = verifies(case, profile, "ECDSA SHA-256 under", &[]);
        let compared = &report.check(CheckId::PaSecurityObject).unwrap().compared;
        assert!(compared.ends_with(digest.name()), "{compared}");
    }
}

/// No certificate comes along: the caller's own copy of the document signer's stands in, and without it there is nothing
/// to verify EF.SOD with.
fn the_signers_certificate_comes_from_the_callers_store(case: &mut Case) {
    let key = KeyPlan::rsa(2048, Sha256);
    let profile = signed(KeyPlan::rsa(3072, Sha256), key, None);
    let issuer = profile.issuer().unwrap();
    let groups = profile.groups().unwrap();
    let listed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let mut fields = issuer.sod_fields(&listed);
    fields.certificates.clear();
    let contents = profile.contents_with(groups.clone(), issuer.sign_sod(&fields).unwrap());
    let mut trust = crate::reading::trust(&profile);
    trust.pin_signer(issuer.ds()).unwrap();

    let desk = case.desk(profile.clone());
    lay(&desk, contents.clone());
    let password = desk.issued.password();
    let read = |card: Card| Ok(card.open(&password, &mut go_on)?.read(&ReadPlan::full(), &mut go_on)?);
    let (_, authentic) = desk.inspect_trusting(&trust, read).unwrap_or_else(|cut| panic!("{}", cut.error));
    is(&authentic, CheckId::PaSignature, State::Successful, None);
    // Under the authority, not by being pinned.
    is(&authentic, CheckId::PaChain, State::Successful, None);
    assert_eq!(authentic.verdict(), Verdict::DataAuthentic, "{}", lines(&authentic));
    control(&desk, &[CheckId::PaSignature]);

    let without = case.aside(profile);
    lay(&without, contents);
    let open = report(&without);
    is(&open, CheckId::PaSignature, State::Undetermined, Some(Reason::SignerCertificateMissing));
    assert_eq!(open.verdict(), Verdict::Undetermined);
}
