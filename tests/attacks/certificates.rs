//! X-PA, what concerns whose document and whose signer it is: persons, countries, certificates and the way to an anchor.
//! The signatures themselves are in `signatures`.

use crate::forge::{P256, Trust, Victim, Way, another, base, fails, forger, listed, open, read, seeded};
use crate::reading::{lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::crypto::{CurveId, DigestAlgorithm, Modulus, Point, Secret};
use chipid::internals::issuer::{
    CERTIFICATE_AND_CRL_SIGN, CertificateFields, CurveForm, DIGITAL_SIGNATURE, Extension, Holder, Issuer, IssuerPlan,
    KeyPlan, Name, SecurityObject, SigningKey, ecdsa_der, midnight,
};
use chipid::internals::oid::{self, Oid};
use chipid::internals::tlv::{self, Tag};
use chipid::sim::Profile;
use chipid::sim::profile::Contents;
use chipid::trust::{Refusal, TrustBuilder, TrustStore};
use chipid::{CheckId, Reason, Verdict};
use time::macros::date;

pub const ITEMS: crate::Items = &[
    (
        "SOD of person B with DGs of person A",
        &["x_pa_the_signed_file_of_one_person_does_not_cover_the_groups_of_another"],
    ),
    ("DS of country X for a DG1 of country Y", &["x_pa_a_signer_of_one_country_cannot_sign_for_another"]),
    ("DS self-signed", &["x_pa_a_self_signed_document_signer_is_nobodys"]),
    ("CSCA used as DS", &["x_pa_an_authority_does_not_sign_documents"]),
    ("CSCA without cA / pathLen", &["x_pa_only_an_authority_certifies_and_only_signers"]),
    ("unknown critical extension", &["x_pa_an_unknown_critical_extension_fails"]),
    (
        "explicit EC parameters altered (CurveBall)",
        &["x_pa_a_generator_of_the_forgers_own_under_the_authoritys_public_key_certifies_nobody"],
    ),
    ("named-curve parameters", &["x_pa_a_named_curve_is_a_curve_and_another_name_is_another"]),
    (
        "RSA e=1/3 forgeries",
        &[
            "x_pa_an_exponent_of_one_is_no_key",
            "x_pa_a_cube_root_is_no_signature_of_a_document",
            "x_pa_a_cube_root_is_no_signature_of_a_certificate",
        ],
    ),
    ("r or s = 0, ≥ n", &["x_pa_r_and_s_are_from_one_to_the_order"]),
    ("PSS salt variants", &["x_pa_pss_is_verified_by_the_parameters_that_are_stated"]),
    ("duplicate DG hashes", &["x_pa_a_group_that_stands_twice_fails"]),
    ("two SignerInfos", &["x_pa_a_second_signer_fails_wherever_it_stands"]),
    ("no signedAttrs", &["x_pa_without_signed_attributes_there_is_no_signature"]),
    ("signedAttrs not DER", &["x_pa_signed_attributes_are_hashed_as_der_has_them"]),
    ("contentType attr ≠ eContentType", &["x_pa_the_signed_content_type_is_the_contents"]),
    ("digest confusion", &["x_pa_no_digest_stands_in_for_another"]),
    (
        "expired/not-yet-valid DS, CSCA, CRL",
        &[
            "x_pa_a_certificate_out_of_its_time_is_not_valid",
            "x_pa_a_list_out_of_its_time_says_nothing_good",
            "x_pa_a_revoked_signer_fails_in_every_way_and_a_list_in_force_clears_it",
        ],
    ),
    ("CRL of another issuer", &["x_pa_a_list_of_another_issuer_neither_clears_nor_revokes"]),
    ("CRL signed by another key", &["x_pa_a_list_signed_by_another_key_neither_clears_nor_revokes"]),
    ("link certificates", &["x_pa_a_link_certificate_leads_on_only_with_the_old_authoritys_signature"]),
    (
        "two CSCAs with the same name and other keys",
        &["x_pa_of_authorities_of_one_name_only_the_one_that_signed_counts"],
    ),
];

/// A profile's proofs stay, its issuer is this.
fn issued_by(plan: IssuerPlan) -> Profile {
    Profile { issuer: plan, ..base() }
}

/// A victim whose authority's certificate is another than its plan makes: same key, these fields.
fn with_authority(profile: &Profile, change: impl FnOnce(CertificateFields) -> CertificateFields) -> Vec<u8> {
    let issuer = profile.issuer().unwrap();
    issuer.sign_with_csca(&change(issuer.csca_fields())).unwrap()
}

/// The report on the genuine card of a victim under anchors of one's own.
fn report_under(victim: &Victim, anchors: &[&[u8]]) -> chipid::Report {
    let mut trust = TrustStore::empty();
    anchors.iter().for_each(|anchor| trust.add_certificate(anchor).unwrap());
    read(victim.card(), &victim.password()).verify(&trust, now())
}

/// The genuine document under these anchors has this verdict by this check.
fn is_judged(victim: &Victim, anchors: &[&[u8]], verdict: Verdict, id: CheckId, reason: Option<Reason>) {
    let report = report_under(victim, anchors);
    let check = report.check(id).unwrap();
    assert_eq!((report.verdict(), check.reason), (verdict, reason), "{id}\n{}", lines(&report));
}

#[test]
fn x_pa_the_signed_file_of_one_person_does_not_cover_the_groups_of_another() {
    let victim = Victim::new(base());
    let other = another(&base());
    let b = other.contents().unwrap();
    let sod = |contents: &Contents| contents.file(chipid::sim::Folder::Application, 0x011D).unwrap().to_vec();
    let by = [fails(CheckId::PaDg1, Reason::Mismatch), fails(CheckId::PaDataGroups, Reason::Mismatch)];
    victim.refuses("the other's EF.SOD", victim.with_sod(sod(&b)), Verdict::Failed, &by);
    // One group of the other's alone: name, face or address changed.
    for (number, id) in [(1, CheckId::PaDg1), (13, CheckId::PaDg13)] {
        let mut groups = victim.groups.clone();
        let file = &mut groups.iter_mut().find(|(own, _)| *own == number).unwrap().1;
        *file = b.groups.iter().find(|(own, _)| *own == number).unwrap().1.clone();
        let contents = victim.profile.contents_with(groups, sod(&victim.contents()));
        // The chip is opened as the victim's is.
        let card = victim.profile.card_with(contents).unwrap();
        victim.refuses(&format!("DG{number}"), card, Verdict::Failed, &[fails(id, Reason::Mismatch)]);
    }
    let mut groups = victim.groups.clone();
    groups.iter_mut().filter(|(number, _)| *number == 2).for_each(|(_, file)| {
        let last = file.len() - 40;
        file[last] ^= 1;
    });
    let card = victim.profile.card_with(victim.profile.contents_with(groups, sod(&victim.contents()))).unwrap();
    victim.refuses("the face", card, Verdict::Failed, &[fails(CheckId::PaDg2, Reason::Mismatch)]);
    // A group that the signed file does not list.
    let mut groups = victim.groups.clone();
    groups.push((11, tlv::encode(Tag(0x6B), &tlv::encode(Tag(0x5C), &[]))));
    let mut contents = victim.profile.contents_with(groups, sod(&victim.contents()));
    contents.groups.clone_from(&victim.groups);
    let files = read(victim.profile.card_with(contents).unwrap(), &victim.password());
    let mut stored: Vec<_> = files.files().map(|(file, bytes)| (file, bytes.to_vec())).collect();
    stored.push((chipid::lds::FileId::DataGroup(chipid::lds::DataGroup::DG11), vec![0x6B, 0x02, 0x5C, 0x00]));
    let report = chipid::Document::from_files(stored, Some(files.proofs())).verify(victim.trust(Trust::Csca), now());
    assert_eq!(report.check(CheckId::PaDg11).unwrap().reason, Some(Reason::NotCovered), "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn x_pa_a_signer_of_one_country_cannot_sign_for_another() {
    let victim = Victim::new(base());
    let by = [fails(CheckId::PaCountry, Reason::Mismatch)];
    // The forger's country is trusted too, and its signer signs the victim's groups.
    let foreign = crate::forge::foreign();
    let sod = foreign.sod(&listed(&victim.groups)).unwrap();
    let document = read(victim.with_sod(sod), &victim.password());
    victim.judge(&document, &Way::ALL, |trust, way, report| {
        let check = report.check(CheckId::PaCountry).unwrap();
        assert_eq!((check.state, check.reason), (by[0].1, by[0].2), "{trust:?}, {way:?}\n{}", lines(report));
        assert_eq!(report.verdict(), Verdict::Failed, "{trust:?}, {way:?}");
    });
    assert!(victim.trust(Trust::Foreign).anchors().len() == 1 && victim.trust(Trust::All).anchors().len() == 3);
    // The genuine authority certified a signer whose names are another country's.
    let mut ds = victim.issuer.ds_fields();
    ds.subject = Name::new("LA", "Invented Foreign Office", "Document Signer 001 (invented)");
    victim.refuses("subject", victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme), Verdict::Failed, &by);
    // The authority's own country, for documents of another kind than the holder's.
    let mut ds = victim.issuer.ds_fields();
    ds = ds.with(Extension::document_types(&["P", "AC"]));
    let card = victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme);
    let of_type = [fails(by[0].0, Reason::OtherDocumentType)];
    victim.refuses("document type", card, Verdict::Failed, &of_type);
    // A holder whose DG1 names another state: signed in earnest, for documents of that state.
    let mut other = base();
    other.person.state = "LAO".into();
    let groups = other.groups().unwrap();
    let sod = victim.issuer.sod(&listed(&groups)).unwrap();
    let card = other.card_with(other.contents_with(groups, sod)).unwrap();
    let document = read(card, &crate::reading::mrz_only(&other));
    victim.refuses_document("state in DG1", &document, Verdict::Failed, &by, &Way::ALL);
}

#[test]
fn x_pa_a_self_signed_document_signer_is_nobodys() {
    let victim = Victim::new(base());
    let own = forger(&base().issuer);
    let key = own.ds_key();
    let sign = |fields: &CertificateFields, key: &SigningKey| fields.sign(key, &mut seeded(&fields.encode())).unwrap();
    // Under its own name.
    let mut ds = own.ds_fields();
    ds.issuer = ds.subject.clone();
    let ds = ds.with(Extension::authority_key_id(&key.key_id()));
    let by =
        [fails(CheckId::PaCertificates, Reason::CertificateProfile), open(CheckId::PaChain, Reason::AnchorNotFound)];
    victim.refuses("own name", victim.with_certificate(&ds, &sign(&ds, key), key, P256.scheme), Verdict::Failed, &by);
    // Under the authority's name and key identifier.
    let ds = victim.issuer.ds_fields();
    let ds = CertificateFields { public_key: key.spki(CurveForm::Explicit), ..ds };
    let by = [fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)];
    victim.refuses(
        "the authority's name",
        victim.with_certificate(&ds, &sign(&ds, key), key, P256.scheme),
        Verdict::Failed,
        &by,
    );
    // With the forger's authority beside it, under the same names: hints are no anchors.
    let mut fields = own.sod_fields(&listed(&victim.groups));
    fields.certificates = vec![own.ds().to_vec(), own.csca().to_vec()];
    let by = [open(CheckId::PaChain, Reason::AnchorNotFound)];
    victim.refuses("own authority", victim.with_sod(own.sign_sod(&fields).unwrap()), Verdict::Undetermined, &by);
    // And with the genuine signer's certificate beside it, which did not sign.
    fields.certificates = vec![own.ds().to_vec(), victim.issuer.ds().to_vec(), victim.issuer.csca().to_vec()];
    let genuine_first = {
        let mut fields = fields.clone();
        fields.certificates.rotate_left(1);
        fields
    };
    for (name, fields) in [("genuine last", fields), ("genuine first", genuine_first)] {
        let document = read(victim.with_sod(own.sign_sod(&fields).unwrap()), &victim.password());
        victim.judge(&document, &Way::ALL, |trust, way, report| {
            assert!(report.verdict() <= Verdict::Undetermined, "{name}, {trust:?}, {way:?}\n{}", lines(report));
            let signed = report.check(CheckId::PaSignature).unwrap().is_successful();
            let anchored = report.check(CheckId::PaChain).unwrap().is_successful();
            assert!(!(signed && anchored), "{name}, {trust:?}, {way:?}\n{}", lines(report));
        });
    }
}

#[test]
fn x_pa_an_authority_does_not_sign_documents() {
    let victim = Victim::new(base());
    let key = SigningKey::of(P256.kind, Holder::Csca, "one").unwrap();
    let by = [fails(CheckId::PaCertificates, Reason::CertificateProfile)];
    let fields = victim.issuer.csca_fields();
    let card = victim.with_certificate(&fields, victim.issuer.csca(), &key, P256.scheme);
    victim.refuses("the anchor itself", card, Verdict::Failed, &by);
    // The same key with a certificate that says signer and authority at once, or that it signs certificates.
    for extension in [
        Extension::authority(Some(0)),
        Extension::key_usage(DIGITAL_SIGNATURE | CERTIFICATE_AND_CRL_SIGN),
        Extension::key_usage(CERTIFICATE_AND_CRL_SIGN),
        Extension::extended_key_usage(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY),
    ] {
        let ds = victim.issuer.ds_fields().with(extension.clone());
        let card = victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme);
        victim.refuses(&format!("{extension:?}"), card, Verdict::Failed, &by);
    }
    // A pinned certificate of an authority makes it no signer.
    let document = read(victim.with_certificate(&fields, victim.issuer.csca(), &key, P256.scheme), &victim.password());
    let mut trust = TrustStore::empty();
    trust.pin_signer(victim.issuer.csca()).unwrap();
    let report = document.verify(&trust, now());
    assert_eq!(report.verdict(), Verdict::Failed, "{}", lines(&report));
}

#[test]
fn x_pa_only_an_authority_certifies_and_only_signers() {
    let victim = Victim::new(base());
    let profile = victim.profile.clone();
    let certificates = CheckId::PaCertificates;
    let is_refused = |anchor: &[u8]| {
        is_judged(&victim, &[anchor], Verdict::Failed, certificates, Some(Reason::CertificateProfile));
    };
    // An anchor whose certificate says that it is none.
    is_refused(&with_authority(&profile, |fields| fields.without(oid::BASIC_CONSTRAINTS)));
    let no_ca = Extension { id: oid::BASIC_CONSTRAINTS, critical: true, value: tlv::encode(Tag::SEQUENCE, &[]) };
    is_refused(&with_authority(&profile, |fields| fields.with(no_ca)));
    is_refused(&with_authority(&profile, |fields| fields.with(Extension::key_usage(0x02))));
    // Neither of both: not even taken.
    let nothing = with_authority(&profile, |fields| fields.without(oid::BASIC_CONSTRAINTS).without(oid::KEY_USAGE));
    assert_eq!(TrustStore::empty().add_certificate(&nothing), Err(Refusal::NotCa));
    // The path is one step long: a genuine document signer certifies nobody, however it names itself, and neither does an
    // authority below the authority. All of their certificates come along.
    let middle_key = SigningKey::of(P256.kind, Holder::DocumentSigner, "in between").unwrap();
    let last = forger(&base().issuer);
    for (name, middle) in [
        ("a signer", victim.issuer.ds_fields()),
        ("an authority below", {
            let fields = victim.issuer.ds_fields().with(Extension::authority(Some(0)));
            fields.with(Extension::key_usage(CERTIFICATE_AND_CRL_SIGN))
        }),
    ] {
        let middle = CertificateFields {
            public_key: middle_key.spki(CurveForm::Explicit),
            subject: Name::new("VN", "Invented ID Authority", "In between (invented)"),
            ..middle
        };
        let middle = middle.with(Extension::subject_key_id(&middle_key.key_id()));
        let middle_der = victim.issuer.sign_with_csca(&middle).unwrap();
        let ds = CertificateFields { issuer: middle.subject.clone(), ..last.ds_fields() };
        let ds = ds.with(Extension::authority_key_id(&middle_key.key_id()));
        let der = ds.sign(&middle_key, &mut seeded(&ds.encode())).unwrap();
        let mut fields = victim.fields_under(&ds, &der, P256.scheme);
        fields.certificates.extend([middle_der, victim.issuer.csca().to_vec()]);
        let card = victim.with_sod(crate::forge::signed(&fields, last.ds_key()));
        victim.refuses(name, card, Verdict::Undetermined, &[open(CheckId::PaChain, Reason::AnchorNotFound)]);
    }
    // The genuine authority's certificate without pathLen is taken, as real ones lack it.
    let unbounded = with_authority(&profile, |fields| fields.with(Extension::authority(None)));
    assert!(report_under(&victim, &[&unbounded]).verdict() == Verdict::Genuine);
}

/// An extension of nobody, 2.999.9.
fn nobodys() -> Oid {
    Oid::from_der(&[0x88, 0x37, 0x09]).unwrap()
}

#[test]
fn x_pa_an_unknown_critical_extension_fails() {
    let victim = Victim::new(base());
    let unknown = |critical| Extension { id: nobodys(), critical, value: vec![0x05, 0x00] };
    let by = [fails(CheckId::PaCertificates, Reason::CertificateProfile)];
    let with = |critical| {
        let ds = victim.issuer.ds_fields().with(unknown(critical));
        victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme)
    };
    victim.refuses("document signer", with(true), Verdict::Failed, &by);
    let document = read(with(false), &victim.password());
    let report = document.verify(victim.trust(Trust::Csca), now());
    assert_eq!(report.verdict(), Verdict::Genuine, "one that is not critical: {}", lines(&report));
    let anchor = |critical| with_authority(&victim.profile, |fields| fields.with(unknown(critical)));
    is_judged(&victim, &[&anchor(true)], Verdict::Failed, by[0].0, by[0].2);
    is_judged(&victim, &[&anchor(false)], Verdict::Genuine, by[0].0, None);
}

/// A signature (r, s) of a digest under a generator of one's own: G' and Q = d·G'.
fn sign_under(curve: CurveId, generator: &Point, private: &[u8], digest: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let n = Modulus::new(curve.curve().order()).unwrap();
    let k = [vec![0; curve.curve().order_len() - 16], vec![0x5A; 16]].concat();
    let point = curve.curve().multiply(&Secret::from_slice(&k), generator).unwrap();
    // r = x(k·G') mod n, s = (e + r·d) / k mod n
    let (r, e) = (n.reduce(point.x()), n.reduce(digest));
    let sum = n.add(&e, &n.multiply(&r, &n.reduce(private)));
    let s = n.multiply(&sum, &n.invert(&n.reduce(&k)).unwrap());
    (n.encode(&r), n.encode(&s))
}

/// Whether a verifier that computes with this generator would accept: x(e/s·G' + r/s·Q) = r.
fn verifies_under(curve: CurveId, generator: &Point, public: &Point, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
    let n = Modulus::new(curve.curve().order()).unwrap();
    let inverse = n.invert(&n.reduce(s)).unwrap();
    let scalar = |number: &[u8]| Secret::new(n.encode(&n.multiply(&n.reduce(number), &inverse)));
    let (a, b) = (scalar(digest), scalar(r));
    let sum = curve
        .curve()
        .add(&curve.curve().multiply(&a, generator).unwrap(), &curve.curve().multiply(&b, public).unwrap());
    n.encode(&n.reduce(sum.unwrap().x())) == n.encode(&n.reduce(r))
}

/// The SubjectPublicKeyInfo of a key with another generator in its explicit parameters.
fn with_generator(spki: &[u8], curve: CurveId, generator: &Point) -> Vec<u8> {
    let genuine = curve.curve().encode_point(&curve.curve().generator());
    let other = curve.curve().encode_point(generator);
    let at = spki.windows(genuine.len()).position(|window| window == genuine).unwrap();
    [&spki[..at], &other, &spki[at + genuine.len()..]].concat()
}

/// The public point of a key on a curve.
fn public_of(key: &SigningKey) -> (CurveId, Point) {
    match key {
        SigningKey::Ec(key) => (key.curve, key.public.clone()),
        _ => panic!("a key on a curve"),
    }
}

#[test]
fn x_pa_a_generator_of_the_forgers_own_under_the_authoritys_public_key_certifies_nobody() {
    let victim = Victim::new(base());
    let (curve, authority) = public_of(victim.issuer.csca_key());
    let own = forger(&base().issuer);
    let digest = |message: &[u8]| DigestAlgorithm::Sha256.digest(&[message]);
    // G' = Q, so that the private key to the authority's public key Q is 1. A second time with d = 2, G' = Q/2.
    let half = {
        let n = Modulus::new(curve.curve().order()).unwrap();
        let half = n.invert(&n.reduce(&[2])).unwrap();
        curve.curve().multiply(&Secret::new(n.encode(&half)), &authority).unwrap()
    };
    for (private, generator) in [([1_u8], authority.clone()), ([2], half)] {
        let forge = |fields: CertificateFields| {
            let (r, s) = sign_under(curve, &generator, &private, &digest(&fields.encode()));
            assert!(verifies_under(curve, &generator, &authority, &digest(&fields.encode()), &r, &s));
            let fields = CertificateFields { signature: Some(ecdsa_der(&r, &s)), ..fields };
            (fields.sign(own.ds_key(), &mut seeded(b"not used")).unwrap(), fields)
        };
        // The forger's authority: names, key identifier and public key of the genuine one, the generator his own.
        let genuine = victim.issuer.csca_fields();
        let spki = with_generator(&genuine.public_key, curve, &generator);
        let (fake_authority, _) = forge(CertificateFields { public_key: spki, ..genuine });
        // It certifies the forger's document signer; a verifier that takes the key without its parameters finds it right.
        let ds = victim.issuer.ds_fields();
        let ds = CertificateFields { public_key: own.ds_key().spki(CurveForm::Explicit), ..ds };
        let (der, ds) = forge(ds.with(Extension::subject_key_id(&own.ds_key().key_id())));
        let mut fields = victim.fields_under(&ds, &der, P256.scheme);
        fields.certificates.push(fake_authority.clone());
        let card = victim.with_sod(crate::forge::signed(&fields, own.ds_key()));
        victim.refuses("in EF.SOD", card, Verdict::Failed, &[fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)]);
        // It is no anchor either, whoever hands it in.
        let refusal = TrustStore::empty().add_certificate(&fake_authority);
        assert!(matches!(refusal, Err(Refusal::OwnSignature(_))), "{refusal:?}");
    }
    // The same with the document signer's key: the genuine certificate, its generator changed, and EF.SOD signed with 1.
    let (_, signer) = public_of(victim.issuer.ds_key());
    let genuine = victim.issuer.ds_fields();
    let spki = with_generator(&genuine.public_key, curve, &signer);
    let ds = CertificateFields { public_key: spki, ..genuine };
    let genuine_signature = |der: &[u8]| {
        let mut parts = tlv::Reader::new(der).next().unwrap().children();
        parts.next().unwrap();
        parts.next().unwrap();
        parts.next().unwrap().value[1..].to_vec()
    };
    let copied = CertificateFields { signature: Some(genuine_signature(victim.issuer.ds())), ..ds.clone() };
    let copied = copied.sign(own.ds_key(), &mut seeded(b"not used")).unwrap();
    let certified = victim.issuer.sign_with_csca(&ds).unwrap();
    for (name, der, by) in [
        ("the copied signature", copied, fails(CheckId::PaChain, Reason::AnchorDoesNotVerify)),
        // Even where the authority certified such parameters nothing is computed with them.
        ("certified", certified, open(CheckId::PaSignature, Reason::UnsupportedAlgorithm)),
    ] {
        let mut fields = victim.fields_under(&ds, &der, P256.scheme);
        let message = tlv::encode(Tag::SET, &fields.signed_attributes.as_ref().unwrap().concat());
        let (r, s) = sign_under(curve, &signer, &[1], &digest(&message));
        assert!(verifies_under(curve, &signer, &signer, &digest(&message), &r, &s), "a forgery in order");
        fields.signature = Some(ecdsa_der(&r, &s));
        let card = victim.with_sod(crate::forge::signed(&fields, own.ds_key()));
        let verdict = if name == "certified" { Verdict::Undetermined } else { Verdict::Failed };
        victim.refuses(name, card, verdict, &[by]);
    }
}

#[test]
fn x_pa_a_named_curve_is_a_curve_and_another_name_is_another() {
    // Real lists hold keys that name their curve, against 9303-12: they are what they are.
    let named = KeyPlan { form: CurveForm::Named, ..P256 };
    let victim = Victim::new(issued_by(IssuerPlan { csca: named, ds: named, ..base().issuer }));
    let spki_with = |parameters: &[u8]| {
        let (curve, point) = public_of(victim.issuer.ds_key());
        let algorithm = [&tlv::encode(Tag::OID, oid::ID_EC_PUBLIC_KEY.as_der()), parameters].concat();
        let key = [&[0][..], &curve.curve().encode_point(&point)].concat();
        tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::SEQUENCE, &algorithm), &tlv::encode(Tag::BIT_STRING, &key)])
    };
    let name = |oid: Oid| tlv::encode(Tag::OID, oid.as_der());
    let signature = CheckId::PaSignature;
    for (what, parameters, by, verdict) in [
        ("another curve", name(CurveId::BrainpoolP256r1.oid()), fails(signature, Reason::BadKey), Verdict::Failed),
        ("a longer curve", name(CurveId::Secp384r1.oid()), fails(signature, Reason::BadKey), Verdict::Failed),
        ("a curve of nobody", name(nobodys()), open(signature, Reason::UnsupportedAlgorithm), Verdict::Undetermined),
        ("implicit", vec![0x05, 0x00], open(signature, Reason::UnsupportedAlgorithm), Verdict::Undetermined),
        ("none", vec![], fails(signature, Reason::Malformed), Verdict::Failed),
    ] {
        let ds = CertificateFields { public_key: spki_with(&parameters), ..victim.issuer.ds_fields() };
        victim.refuses(what, victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme), verdict, &[by]);
    }
    // A point that is none of the curve, and the identity.
    for point in [vec![0x00], [&[0x04][..], &[0; 64]].concat(), [&[0x04][..], &[0xFF; 64]].concat(), vec![0x02; 33]] {
        let algorithm =
            [tlv::encode(Tag::OID, oid::ID_EC_PUBLIC_KEY.as_der()), name(CurveId::Secp256r1.oid())].concat();
        let key = tlv::encode_all(Tag::BIT_STRING, &[&[0], &point]);
        let spki = tlv::encode_all(Tag::SEQUENCE, &[&tlv::encode(Tag::SEQUENCE, &algorithm), &key]);
        let ds = CertificateFields { public_key: spki, ..victim.issuer.ds_fields() };
        let document = read(victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme), &victim.password());
        let report = document.verify(victim.trust(Trust::Csca), now());
        let check = report.check(signature).unwrap();
        let is_refused = matches!(check.reason, Some(Reason::BadKey | Reason::BadSignature));
        assert!(report.verdict() == Verdict::Failed && is_refused, "{point:02X?}\n{}", lines(&report));
    }
}

#[test]
fn x_pa_a_group_that_stands_twice_fails() {
    let victim = Victim::new(base());
    let other = another(&base()).groups().unwrap();
    let object = |first: &[(u8, Vec<u8>)], more: &[(u8, Vec<u8>)]| {
        let mut object = SecurityObject::over(0, DigestAlgorithm::Sha256, &listed(first));
        let more = SecurityObject::over(0, DigestAlgorithm::Sha256, &listed(more));
        object.hashes.extend(more.hashes);
        object
    };
    // Both persons' DG1, in both orders; the same hash again; and with the forger's own key, where nobody is asked.
    let dg1 = &other[..1];
    let by = [fails(CheckId::PaSecurityObject, Reason::Malformed)];
    for (name, object) in [
        ("the other's after", object(&victim.groups, dg1)),
        ("the other's before", object(&[dg1, &victim.groups].concat(), &[])),
        ("the same again", object(&victim.groups, &victim.groups[..1])),
    ] {
        let fields = victim.issuer.sod_fields_over(&object);
        let card = victim.with_sod(victim.issuer.sign_sod(&fields).unwrap());
        victim.refuses(name, card, Verdict::Failed, &by);
    }
}

#[test]
fn x_pa_a_certificate_out_of_its_time_is_not_valid() {
    let validity = CheckId::PaValidity;
    let plan = base().issuer;
    let (early, late) = (midnight(date!(2020 - 01 - 01)), midnight(date!(2045 - 01 - 01)));
    let at_issue = (midnight(date!(2022 - 01 - 01)), midnight(date!(2025 - 01 - 01)));
    let before_issue = (midnight(date!(2022 - 01 - 01)), midnight(date!(2023 - 01 - 01)));
    let tomorrow = (midnight(date!(2026 - 06 - 01)), midnight(date!(2042 - 01 - 01)));
    let lapsed_csca = (early, midnight(date!(2025 - 06 - 01)));
    let lapsed_csca_before = (early, midnight(date!(2023 - 01 - 01)));
    let failed = Verdict::Failed;
    let cases = [
        ("DS lapsed, valid when it signed", at_issue, (early, late), Verdict::Undetermined, Reason::LapsedValidAtIssue),
        ("DS lapsed when it signed", before_issue, (early, late), failed, Reason::Lapsed),
        // Its key is of tomorrow too, and signed already.
        ("DS of tomorrow", tomorrow, (early, late), failed, Reason::OutsideKeyPeriod),
        (
            "CSCA lapsed, valid when it was signed",
            plan.ds_validity,
            lapsed_csca,
            Verdict::Undetermined,
            Reason::LapsedValidAtIssue,
        ),
        ("CSCA lapsed when it was signed", plan.ds_validity, lapsed_csca_before, failed, Reason::Lapsed),
        ("CSCA of tomorrow", plan.ds_validity, tomorrow, failed, Reason::NotYetValid),
    ];
    // The sound one first.
    let sound = Victim::new(base());
    for (name, ds_validity, csca_validity, verdict, reason) in cases {
        let profile = issued_by(IssuerPlan { ds_validity, csca_validity, ..plan.clone() });
        let document = read(profile.card().unwrap(), &crate::reading::password(&profile));
        let report = document.verify(&crate::reading::trust(&profile), now());
        let check = report.check(validity).unwrap();
        assert_eq!((report.verdict(), check.reason), (verdict, Some(reason)), "{name}\n{}", lines(&report));
        // Trust in somebody else makes it no better.
        for trust in [&TrustStore::empty(), sound.trust(Trust::Foreign), sound.trust(Trust::Homonym)] {
            let other = document.verify(trust, now()).verdict();
            assert!(other <= Verdict::Undetermined, "{name}: {other:?}");
        }
    }
    // The private key's own period: signed after it, and before it.
    for (name, from, to) in [
        ("after", date!(2022 - 01 - 01), date!(2022 - 06 - 01)),
        ("before", date!(2024 - 01 - 01), date!(2025 - 01 - 01)),
    ] {
        let ds = sound.issuer.ds_fields().with(Extension::private_key_usage(midnight(from), midnight(to)));
        let card = sound.with_signer(&ds, sound.issuer.ds_key(), P256.scheme);
        sound.refuses(name, card, Verdict::Failed, &[fails(validity, Reason::OutsideKeyPeriod)]);
    }
}

#[test]
fn x_pa_a_link_certificate_leads_on_only_with_the_old_authoritys_signature() {
    let plan = base().issuer;
    let old = Issuer::new(IssuerPlan { label: "old".into(), ..plan.clone() }).unwrap();
    let victim = Victim::new(base());
    // The link: the new authority's key, certified by the old one under the same name.
    let fields = || {
        let fields = victim.issuer.csca_fields().with(Extension::authority_key_id(&old.csca_key().key_id()));
        CertificateFields { serial: vec![0x02], ..fields }
    };
    let link = old.sign_with_csca(&fields()).unwrap();
    let genuine = read(victim.card(), &victim.password());
    // Given by the caller it leads to the anchor that signed it; alone it leads nowhere, unless the caller trusts it as one.
    for (certificates, as_anchor, verdict) in [
        (vec![old.csca(), &link], false, Verdict::Genuine),
        (vec![&link], false, Verdict::Undetermined),
        (vec![], true, Verdict::Genuine),
    ] {
        let mut trust = TrustBuilder::new();
        certificates.iter().for_each(|one| trust.add_certificate(one).unwrap());
        if as_anchor {
            trust.add_link_as_anchor(&link).unwrap();
        }
        let report = genuine.verify(&trust.build(), now());
        assert_eq!(report.verdict(), verdict, "{}", lines(&report));
    }
    // The old authority alone did not sign the document signer.
    let mut trust = TrustStore::empty();
    trust.add_certificate(old.csca()).unwrap();
    let report = genuine.verify(&trust, now());
    assert!(report.verdict() <= Verdict::Undetermined, "{}", lines(&report));

    // A forger's link: his own key, under the old authority's name, signed by himself or by nobody. It comes along in
    // EF.SOD with all that is needed to believe it.
    let own = forger(&plan);
    let forged = victim.issuer.csca_fields().with(Extension::subject_key_id(&own.csca_key().key_id()));
    let forged = CertificateFields { public_key: own.csca_key().spki(CurveForm::Explicit), ..forged };
    let by_himself = forged.sign(own.csca_key(), &mut seeded(b"link")).unwrap();
    let by_nobody = CertificateFields { signature: Some(ecdsa_der(&[1], &[1])), ..forged.clone() };
    let by_nobody = by_nobody.sign(own.csca_key(), &mut seeded(b"link")).unwrap();
    for (name, link) in [("signed by himself", by_himself), ("signed by nobody", by_nobody)] {
        let mut fields = own.sod_fields(&listed(&victim.groups));
        fields.certificates = vec![own.ds().to_vec(), link, victim.issuer.csca().to_vec()];
        let card = victim.with_sod(own.sign_sod(&fields).unwrap());
        victim.refuses(name, card, Verdict::Undetermined, &[open(CheckId::PaChain, Reason::AnchorNotFound)]);
    }

    // Another country's authority, which is trusted for its own documents, makes the forger's key the victim's authority:
    // as its own successor under another name, or in the victim's name throughout.
    let foreign = crate::forge::foreign();
    let new_name = Extension { id: oid::ID_ICAO_NAME_CHANGE, critical: false, value: vec![0x05, 0x00] };
    let by_foreign = || forged.clone().with(Extension::authority_key_id(&foreign.csca_key().key_id()));
    let successor = CertificateFields { issuer: foreign.csca_fields().subject, ..by_foreign() }.with(new_name);
    for (name, link) in [("a successor elsewhere", successor), ("in the victim's name", by_foreign())] {
        let link = foreign.sign_with_csca(&link).unwrap();
        let mut fields = own.sod_fields(&listed(&victim.groups));
        fields.certificates = vec![own.ds().to_vec(), link];
        let document = read(victim.with_sod(own.sign_sod(&fields).unwrap()), &victim.password());
        victim.judge(&document, &Way::ALL, |trust, way, report| {
            let told = format!("{name}, {trust:?}, {way:?}\n{}", lines(report));
            assert!(report.verdict() <= Verdict::Undetermined, "{told}");
            // Where that authority is trusted the way is found, and what it leads to fails.
            let knows_it = matches!(trust, Trust::Foreign | Trust::List | Trust::All);
            assert!(!knows_it || report.verdict() == Verdict::Failed, "{told}");
        });
    }
}

#[test]
fn x_pa_of_authorities_of_one_name_only_the_one_that_signed_counts() {
    let victim = Victim::new(base());
    let plan = base().issuer;
    let others: Vec<Issuer> = (1..=5)
        .map(|number| Issuer::new(IssuerPlan { label: format!("successor {number}"), ..plan.clone() }).unwrap())
        .collect();
    // Wherever the right one stands among them.
    for place in 0..=others.len() {
        let mut anchors: Vec<&[u8]> = others.iter().map(Issuer::csca).collect();
        anchors.insert(place, victim.issuer.csca());
        let report = report_under(&victim, &anchors);
        assert_eq!(report.verdict(), Verdict::Genuine, "{}", lines(&report));
        anchors.remove(place);
        let report = report_under(&victim, &anchors);
        let check = report.check(CheckId::PaChain).unwrap();
        assert_eq!((report.verdict(), check.reason), (Verdict::Undetermined, Some(Reason::AnchorNotFound)));
    }
    // One that also bears the right one's key identifier: in the right one's absence it is the one that did not sign.
    let pretender = &others[0];
    let fields = pretender.csca_fields();
    let key_id = victim.issuer.csca_key().key_id();
    let fields = fields.with(Extension::subject_key_id(&key_id)).with(Extension::authority_key_id(&key_id));
    let pretender = pretender.sign_with_csca(&fields).unwrap();
    let chain = CheckId::PaChain;
    is_judged(&victim, &[&pretender], Verdict::Failed, chain, Some(Reason::AnchorDoesNotVerify));
    for anchors in [[&pretender[..], victim.issuer.csca()], [victim.issuer.csca(), &pretender[..]]] {
        is_judged(&victim, &anchors, Verdict::Genuine, chain, None);
    }
    // The forger's document, signed under an authority of the same name, with all genuine ones trusted.
    let own = forger(&plan);
    let forged = own.sod(&listed(&victim.groups)).unwrap();
    let by = [open(chain, Reason::AnchorNotFound)];
    let document = read(victim.with_sod(forged), &victim.password());
    let mut trust = TrustStore::empty();
    others.iter().for_each(|issuer| trust.add_certificate(issuer.csca()).unwrap());
    trust.add_certificate(victim.issuer.csca()).unwrap();
    let report = document.verify(&trust, now());
    let check = report.check(chain).unwrap();
    assert_eq!((report.verdict(), check.state, check.reason), (Verdict::Undetermined, by[0].1, by[0].2));
}
