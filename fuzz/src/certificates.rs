//! X.509 certificates, the names and keys in them, and card verifiable certificates with EF.CVCA.

use chipid::internals::crypto::{EncodingNote, PublicKey, SignatureAlgorithm};
use chipid::internals::cvc::{CertificateReference, CvCertificate};
use chipid::internals::pki::{Certificate, Name, csca_defects, document_signer_defects};
use chipid::lds::Cvca;
use chipid::trust::TrustBuilder;

pub fn all(bytes: &[u8]) {
    certificate(bytes);
    name(bytes);
    public_key(bytes);
    signature_algorithm(bytes);
    cv_certificate(bytes);
    cvca(bytes);
}

fn certificate(bytes: &[u8]) {
    let Ok(certificate) = Certificate::parse(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    for name in [certificate.issuer(), certificate.subject()] {
        assert!(name.matches(name));
        assert!(Name::parse(name.raw()).is_some_and(|again| again.matches(name)), "a name parses on its own");
    }
    let validity = certificate.validity();
    assert!(!validity.contains(validity.not_before) || validity.not_before <= validity.not_after);
    let _ = (document_signer_defects(&certificate), csca_defects(&certificate));
    if let Ok(key) = certificate.public_key() {
        let _ = certificate.verify_signed_by(&key);
    }
    let mut builder = TrustBuilder::new();
    let is_added = builder.add_certificate(bytes).is_ok();
    let store = builder.build();
    if is_added {
        let is_root = certificate.names_as_issuer(&certificate);
        assert_eq!(store.is_anchor(&certificate), is_root, "only what verifies under its own key is an anchor");
        assert_eq!(store.anchors().len(), usize::from(is_root));
    } else {
        assert!(store.is_empty());
    }
}

fn name(bytes: &[u8]) {
    let Some(name) = Name::parse(bytes) else { return };
    assert!(name.matches(&name));
    let _ = (name.country(), name.to_string());
}

/// A key writes itself so that it reads the same again.
pub fn public_key(bytes: &[u8]) {
    let Ok(key) = PublicKey::from_spki(bytes) else { return };
    let again = PublicKey::from_spki(&key.to_spki()).expect("a key reads what it writes");
    assert_eq!(again.to_spki(), key.to_spki());
    assert_eq!(again.describe(), key.describe());
}

fn signature_algorithm(bytes: &[u8]) {
    let Ok((algorithm, _)) = SignatureAlgorithm::from_algorithm_identifier(bytes) else { return };
    let written = algorithm.to_algorithm_identifier();
    let (again, notes) = SignatureAlgorithm::from_algorithm_identifier(&written).expect("it reads what it writes");
    assert_eq!(again.name(), algorithm.name());
    // Where the digest comes from the context, it does so again.
    let canonical = notes.iter().all(|note| *note == EncodingNote::DigestFromContext);
    assert!(canonical, "what the library writes is canonical");
}

fn cv_certificate(bytes: &[u8]) {
    if let Ok(certificate) = CvCertificate::parse(bytes) {
        assert_eq!(certificate.as_bytes(), bytes);
        let again = CvCertificate::parse_contents(certificate.contents()).expect("the contents are a certificate too");
        assert_eq!(again.holder().as_bytes(), certificate.holder().as_bytes());
        if let Ok(key) = certificate.public_key().complete(None) {
            let _ = certificate.verify_signed_by(&key);
        }
    }
    if let Ok(certificates) = CvCertificate::parse_all(bytes) {
        let whole: Vec<u8> = certificates.iter().flat_map(|one| one.as_bytes().to_vec()).collect();
        assert_eq!(whole, bytes);
    }
    if let Some(reference) = CertificateReference::new(bytes) {
        assert_eq!(reference.as_bytes(), bytes);
        assert_eq!(reference.country().len(), 2);
    }
}

fn cvca(bytes: &[u8]) {
    let Ok(cvca) = Cvca::parse(bytes) else { return };
    assert!(cvca.references.len() <= bytes.len());
    assert!(cvca.references.iter().all(|reference| CertificateReference::new(reference.as_bytes()).is_some()));
}
