//! The signer of a signed object: its signature, its certificate's chain, profile, validity and country, each a finding of
//! its own (9303-11 §5.1 steps 1–3, 9303-12 §5).
//!
//! The certificates that come along are hints. What is trusted is an anchor of the caller, or a document signer's
//! certificate that the caller pinned, byte for byte.

use super::certificates::{self, PathCertificate};
use super::inputs::Inputs;
use super::revocation::{ConsultedList, revocation};
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::crypto::{CryptoError, DigestAlgorithm, PublicKey};
use crate::pki::{
    Certificate, CertificateError, CertificateSignature, CmsError, Laxities, SignatureBudget, SignedData, SignerId,
    SignerInfo,
};
use crate::trust::{Chain, find_path};

/// What was found about a signer.
pub(super) struct Judgement {
    pub(super) signature: Check,
    pub(super) chain: Check,
    pub(super) certificates: Check,
    pub(super) validity: Check,
    pub(super) revocation: Check,
    pub(super) consulted: Vec<ConsultedList>,
    pub(super) country: Check,
    pub(super) document_signer: Option<Certificate>,
    pub(super) anchor: Option<Certificate>,
    pub(super) path: Vec<PathCertificate>,
}

/// Judges the only signer of a signed object.
pub(super) fn judge(signed: &SignedData<'_>, inputs: &Inputs<'_>, budget: &mut SignatureBudget) -> Judgement {
    let signer = match signed.only_signer() {
        Ok(signer) => signer,
        Err(error) => return without_signer(signature_error(error), inputs),
    };
    let present: Vec<Certificate> =
        signed.certificates().iter().filter_map(|der| Certificate::parse(der).ok()).collect();
    let named = present.iter().chain(inputs.trust.pinned_signers()).find(|one| signer.sid().names(one));
    let Some(document_signer) = named.cloned() else {
        return without_signer(unknown_signer(signed, signer, present.len()), inputs);
    };
    let signature = signature(signed, signer, &document_signer, &inputs.tolerances, budget);
    let (chain, issuers) = chain(&document_signer, &present, inputs, budget);
    let chain = tolerated(chain, issuers.last().copied(), inputs);
    let path = certificates::path(&document_signer, &issuers, inputs);
    let (revocation, consulted) = revocation(Some(&document_signer), &issuers, signer.signing_time(), inputs);
    Judgement {
        revocation,
        consulted,
        certificates: certificates::profiles(&path, &inputs.tolerances),
        validity: certificates::validity(&path, signer.signing_time(), inputs),
        country: certificates::country(&path, inputs),
        anchor: issuers.last().map(|anchor| (*anchor).clone()),
        path,
        document_signer: Some(document_signer),
        signature,
        chain,
    }
}

/// The chain to an anchor that only a list under a tolerance brought: no success, and without the tolerance no anchor.
fn tolerated(chain: Check, anchor: Option<&Certificate>, inputs: &Inputs<'_>) -> Check {
    let Some(tolerance) = anchor.and_then(|anchor| inputs.trust.tolerance_of(anchor)) else { return chain };
    if !chain.is_successful() {
        return chain;
    }
    let open = if inputs.tolerances.allows(tolerance) {
        Check::undetermined(chain.id, Reason::Tolerance).needing([tolerance])
    } else {
        Check::undetermined(chain.id, Reason::AnchorNotFound)
    };
    let compared =
        format!("{}; the anchor comes only from a list that needs the tolerance {tolerance}", chain.compared);
    open.comparing(compared).warnings(chain.warnings)
}

/// No certificate can be called the signer's.
fn without_signer(signature: Check, inputs: &Inputs<'_>) -> Judgement {
    let missing = |id| Check::undetermined(id, Reason::SignerCertificateMissing);
    Judgement {
        signature,
        chain: missing(CheckId::PaChain),
        certificates: missing(CheckId::PaCertificates),
        validity: missing(CheckId::PaValidity),
        revocation: revocation(None, &[], None, inputs).0,
        consulted: Vec::new(),
        country: certificates::country(&[], inputs),
        document_signer: None,
        anchor: None,
        path: Vec::new(),
    }
}

/// The signer's identifier names no certificate: failed where certificates came along (BSI LDS_H_28, H_29), else the
/// certificate is not at hand.
fn unknown_signer(signed: &SignedData<'_>, signer: &SignerInfo<'_>, parsed: usize) -> Check {
    if let Err(error) = signed.check(signer) {
        return signature_error(error);
    }
    let id = CheckId::PaSignature;
    match (signed.certificates().len(), parsed) {
        (0, _) => Check::undetermined(id, Reason::SignerCertificateMissing)
            .comparing("no certificate came along, and none of the pinned ones is the signer's"),
        (_, 0) => Check::failed(id, Reason::Malformed).comparing("the certificate that came along cannot be read"),
        _ => Check::failed(id, Reason::Mismatch)
            .comparing("the signer's identifier names none of the certificates that came along")
            .warning(Warning::SignerIdMismatch),
    }
}

fn signature(
    signed: &SignedData<'_>,
    signer: &SignerInfo<'_>,
    certificate: &Certificate,
    allowed: &Tolerances,
    budget: &mut SignatureBudget,
) -> Check {
    let id = CheckId::PaSignature;
    let key = match certificate.public_key() {
        Ok(key) => key,
        Err(error) => return signature_error(CmsError::Crypto(error)),
    };
    let verified = match signed.verify(signer, &key, budget) {
        Ok(verified) => verified,
        Err(error) => return signature_error(error).warnings(weak_key(&key)),
    };
    let by = match signer.sid() {
        SignerId::KeyId(_) => "key identifier",
        SignerId::IssuerAndSerial { .. } => "issuer and serial number",
    };
    let scheme = match verified.algorithm.digest() {
        Some(_) => verified.algorithm.name(),
        None => format!("{} {}", verified.algorithm.name(), verified.digest.name()),
    };
    let compared = format!("{scheme} under {}, named by {by}", key.describe());
    let check = if verified.attributes_sorted {
        Check::tolerating(id, Tolerance::SignedAttributesUnsorted, allowed, Reason::BadSignature)
            .warning(Warning::SignedAttributesUnsorted)
    } else {
        Check::successful(id)
    };
    check
        .comparing(compared)
        .warnings(sha1(verified.digest))
        .warnings(weak_key(&key))
        .warnings((verified.null_missing || verified.odd_parameters).then_some(Warning::NullParameter))
        .warnings((!signer.sid().names_exactly(certificate)).then_some(Warning::LaxEncoding))
}

/// A check of a signature that does not verify, by what is wrong.
fn signature_error(error: CmsError) -> Check {
    let id = CheckId::PaSignature;
    let check = match error {
        CmsError::Crypto(error) => crypto_error(id, error, Reason::BadSignature),
        CmsError::MessageDigestMismatch => Check::failed(id, Reason::MessageDigestMismatch),
        CmsError::ForbiddenDigest => Check::failed(id, Reason::ForbiddenAlgorithm),
        CmsError::UnsupportedDigest => Check::undetermined(id, Reason::UnsupportedAlgorithm),
        CmsError::DigestsDiffer | CmsError::ContentTypeMismatch => Check::failed(id, Reason::Mismatch),
        CmsError::Budget => Check::new(id, State::Aborted, Some(Reason::CutOff)),
        _ => Check::failed(id, Reason::Malformed),
    };
    check.comparing(error.to_string())
}

fn crypto_error(id: CheckId, error: CryptoError, wrong: Reason) -> Check {
    match error {
        CryptoError::Unsupported => Check::undetermined(id, Reason::UnsupportedAlgorithm),
        CryptoError::Forbidden => Check::failed(id, Reason::ForbiddenAlgorithm),
        CryptoError::BadKey | CryptoError::BadPoint => Check::failed(id, Reason::BadKey),
        CryptoError::Malformed => Check::failed(id, Reason::Malformed),
        _ => Check::failed(id, wrong),
    }
}

/// The chain: to an anchor if there is one, over link certificates where need be, else by being pinned. With it, who
/// issued the one before: the links, and the anchor last.
fn chain<'s>(
    signer: &Certificate,
    present: &'s [Certificate],
    inputs: &Inputs<'s>,
    budget: &mut SignatureBudget,
) -> (Check, Vec<&'s Certificate>) {
    let id = CheckId::PaChain;
    let chain = find_path(signer, inputs.trust, present, inputs.at, budget);
    if let Chain::Anchored { anchor, signature, links } = &chain {
        let issuers: Vec<&Certificate> = links.iter().map(|(link, _)| *link).chain([*anchor]).collect();
        let signatures = core::iter::once(signature).chain(links.iter().map(|(_, signature)| signature));
        let steps: Vec<String> =
            signatures.clone().zip(&issuers).map(|(signature, issuer)| step(signature, issuer)).collect();
        let check = issuers
            .iter()
            .filter_map(|issuer| issuer.public_key().ok())
            .fold(Check::successful(id), |check, key| check.warnings(weak_key(&key)));
        let check = signatures.fold(check, note);
        let steps = steps.join("; its link by ");
        if inputs.trust.links_as_anchors().contains(anchor) {
            let fingerprint = hex::encode(anchor.fingerprint());
            let steps =
                format!("{steps}; the anchor is a link certificate that the caller trusts, SHA-256 {fingerprint}");
            return (check.comparing(steps), issuers);
        }
        return (check.comparing(steps), issuers);
    }
    if inputs.trust.is_pinned(signer) {
        let fingerprint = hex::encode(signer.fingerprint());
        let check = Check::new(id, State::Successful, Some(Reason::PinnedSigner));
        return (
            check.comparing(format!("the pinned document signer {}, SHA-256 {fingerprint}", signer.subject())),
            Vec::new(),
        );
    }
    let check = match chain {
        Chain::DoesNotVerify { anchor, error } => {
            let check = match error {
                CertificateError::Crypto(error) => crypto_error(id, error, Reason::AnchorDoesNotVerify),
                _ => Check::failed(id, Reason::AnchorDoesNotVerify),
            };
            check.comparing(format!("{}: {error}", anchor.subject()))
        }
        Chain::OutOfBudget => Check::new(id, State::Aborted, Some(Reason::CutOff)),
        _ if inputs.trust.is_empty() => Check::undetermined(id, Reason::NoTrustAnchor),
        _ => Check::undetermined(id, Reason::AnchorNotFound).comparing(format!(
            "{} anchors, none is {}",
            inputs.trust.anchors().len(),
            signer.issuer()
        )),
    };
    (check, Vec::new())
}

/// One signature of the path.
fn step(signature: &CertificateSignature, issuer: &Certificate) -> String {
    let key = issuer.public_key().as_ref().map(PublicKey::describe).unwrap_or_default();
    format!("{} under {key} of {}", signature.algorithm.name(), issuer.subject())
}

/// The warnings that a signature of the path deserves.
fn note(check: Check, signature: &CertificateSignature) -> Check {
    check
        .warnings(signature.algorithm.digest().and_then(sha1))
        .warnings((signature.null_missing || signature.odd_parameters).then_some(Warning::NullParameter))
}

/// The warning that SHA-1 deserves.
pub(super) fn sha1(digest: DigestAlgorithm) -> Option<Warning> {
    (digest == DigestAlgorithm::Sha1).then_some(Warning::Sha1)
}

/// The warnings that a weak key deserves.
fn weak_key(key: &PublicKey) -> Vec<Warning> {
    match key {
        PublicKey::Rsa(rsa) => {
            let short = (rsa.modulus_len() < 256).then_some(Warning::ShortRsaKey);
            let small = matches!(rsa.exponent().as_slice(), [_] | [_, _]).then_some(Warning::SmallExponent);
            short.into_iter().chain(small).collect()
        }
        PublicKey::Dsa(dsa) => (dsa.modulus_bits() < 2048).then_some(Warning::ShortDsaKey).into_iter().collect(),
        PublicKey::Ec { .. } | PublicKey::Dh { .. } => Vec::new(),
    }
}

/// The warnings that the encoding of a SignedData deserves.
pub(super) fn laxities(laxities: Laxities) -> impl Iterator<Item = Warning> {
    let long = laxities.long_length.then_some(Warning::LaxEncoding);
    long.into_iter().chain(laxities.indefinite_length.then_some(Warning::IndefiniteLength))
}
