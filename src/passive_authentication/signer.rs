//! The signer of a signed object: its signature, its certificate's chain, profile, validity and country, each a finding of
//! its own (9303-11 §5.1 steps 1–3, 9303-12 §5).
//!
//! The certificates that come along are hints. What is trusted is an anchor of the caller, or a document signer's
//! certificate that the caller pinned, byte for byte.

use super::Inputs;
use super::revocation::{ConsultedList, revocation};
use crate::checks::{Check, CheckId, Reason, State, Tolerance, Tolerances, Warning};
use crate::crypto::{CryptoError, DigestAlgorithm, PublicKey};
use crate::pki::{
    Budget, Certificate, CertificateError, Chain, CmsError, Defect, SignedData, SignerId, SignerInfo, Validity,
    alpha_2, csca_defects, document_signer_defects, find_anchor,
};
use time::{Date, OffsetDateTime};

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
}

/// Judges the only signer of a signed object.
pub(super) fn judge(signed: &SignedData<'_>, inputs: &Inputs<'_>, budget: &mut Budget) -> Judgement {
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
    let (chain, anchor) = chain(&document_signer, inputs, budget);
    let chain = tolerated(chain, anchor, inputs);
    let (revocation, consulted) = revocation(Some(&document_signer), anchor, signer.signing_time(), inputs);
    Judgement {
        revocation,
        consulted,
        certificates: profiles(&document_signer, anchor, inputs),
        validity: validity(&document_signer, anchor, signer.signing_time(), inputs),
        country: country(Some(&document_signer), anchor, inputs),
        anchor: anchor.cloned(),
        document_signer: Some(document_signer),
        signature,
        chain,
    }
}

/// The chain to an anchor that only a list under a tolerance brought: no success, and without the tolerance no anchor.
fn tolerated(chain: Check, anchor: Option<&Certificate>, inputs: &Inputs<'_>) -> Check {
    let tolerance = Tolerance::DigestInfoWithoutNull;
    let is_tolerated = chain.is_successful() && anchor.is_some_and(|anchor| inputs.trust.is_tolerated(anchor));
    if !is_tolerated {
        return chain;
    }
    let open = match inputs.tolerances.allows(tolerance) {
        true => Check::undetermined(chain.id, Reason::Tolerance).needing([tolerance]),
        false => Check::undetermined(chain.id, Reason::AnchorNotFound),
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
        revocation: revocation(None, None, None, inputs).0,
        consulted: Vec::new(),
        country: country(None, None, inputs),
        document_signer: None,
        anchor: None,
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
    budget: &mut Budget,
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

/// The chain: to an anchor if there is one, else by being pinned.
fn chain<'s>(signer: &Certificate, inputs: &Inputs<'s>, budget: &mut Budget) -> (Check, Option<&'s Certificate>) {
    let id = CheckId::PaChain;
    let chain = find_anchor(signer, inputs.trust, inputs.at, budget);
    if let Chain::Anchored { anchor, signature } = &chain {
        let key = anchor.public_key();
        let under = key.as_ref().map(PublicKey::describe).unwrap_or_default();
        let compared = format!("{} under {} of {}", signature.algorithm.name(), under, anchor.subject());
        let check = Check::successful(id)
            .comparing(compared)
            .warnings(signature.algorithm.digest().and_then(sha1))
            .warnings(key.iter().flat_map(weak_key))
            .warnings((signature.null_missing || signature.odd_parameters).then_some(Warning::NullParameter));
        return (check, Some(anchor));
    }
    if inputs.trust.is_pinned(signer) {
        let fingerprint = hex::encode(signer.fingerprint());
        let check = Check::new(id, State::Successful, Some(Reason::PinnedSigner));
        return (
            check.comparing(format!("the pinned document signer {}, SHA-256 {fingerprint}", signer.subject())),
            None,
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
    (check, None)
}

/// The profiles of the document signer's certificate and, where it is known, of its anchor.
fn profiles(signer: &Certificate, anchor: Option<&Certificate>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::PaCertificates;
    let mut defects: Vec<String> = Vec::new();
    let own = document_signer_defects(signer);
    defects.extend(own.iter().map(|defect| format!("document signer: {defect}")));
    if inputs.trust.is_anchor(signer) {
        defects.push("document signer: it is itself an anchor".to_owned());
    }
    if let Some(anchor) = anchor {
        defects.extend(csca_defects(anchor).iter().map(|defect| format!("authority: {defect}")));
        if !signer.issuer().matches(anchor.subject()) {
            defects.push("document signer: its issuer is not the authority's name".to_owned());
        }
    }
    if defects.is_empty() {
        let constraints = anchor.and_then(|anchor| anchor.extensions().basic_constraints);
        let unusual = constraints.is_some_and(|constraints| !constraints.critical) || signer.serial().len() > 21;
        return Check::successful(id).warnings(unusual.then_some(Warning::Unusual));
    }
    let no_key_id = own.contains(&Defect::NoAuthorityKeyId);
    let check = match (no_key_id, defects.len()) {
        (true, 1) => Check::tolerating(id, Tolerance::DsWithoutAki, &inputs.tolerances, Reason::CertificateProfile),
        _ => Check::failed(id, Reason::CertificateProfile),
    };
    check.comparing(defects.join("; ")).warnings(no_key_id.then_some(Warning::NoAuthorityKeyIdentifier))
}

/// The validity periods by three clocks: the moment of checking, the signing time, the date of issue.
fn validity(
    signer: &Certificate,
    anchor: Option<&Certificate>,
    signed: Option<OffsetDateTime>,
    inputs: &Inputs<'_>,
) -> Check {
    let id = CheckId::PaValidity;
    let mut worst = Check::successful(id);
    let mut compared = Vec::new();
    for (name, certificate) in [("document signer", Some(signer)), ("authority", anchor)] {
        let Some(certificate) = certificate else { continue };
        let period = certificate.validity();
        compared.push(format!("{name} {} to {}", period.not_before.date(), period.not_after.date()));
        let issued = [signed, inputs.issued].into_iter().flatten().any(|moment| covers(period, moment));
        let check = if period.contains(inputs.at) {
            Check::successful(id)
        } else if inputs.at < period.not_before {
            Check::failed(id, Reason::NotYetValid)
        } else if issued {
            Check::undetermined(id, Reason::LapsedValidAtIssue)
        } else {
            Check::failed(id, Reason::Lapsed)
        };
        if severity(&check) > severity(&worst) {
            worst = check;
        }
    }
    if let Some(signed) = signed {
        compared.push(format!("signed {}", signed.date()));
        // The private key may sign only within its own period  (9303-12 §7.1.1.1)
        let (first, last) = signer.extensions().private_key_usage;
        let early = first.is_some_and(|first| signed.date() < day_before(first));
        let late = last.is_some_and(|last| signed.date() > day_after(last));
        if worst.state != State::Failed && (early || late) {
            worst = Check::failed(id, if early { Reason::NotYetValid } else { Reason::Lapsed });
            compared.push("outside the period of the signer's private key".to_owned());
        }
    }
    worst.comparing(compared.join(", "))
}

/// Whether a period covers the day of a moment: dates of issue have no hour.
fn covers(period: &Validity, moment: OffsetDateTime) -> bool {
    (day_before(period.not_before)..=day_after(period.not_after)).contains(&moment.date())
}

fn day_before(moment: OffsetDateTime) -> Date {
    moment.date().previous_day().unwrap_or(Date::MIN)
}

fn day_after(moment: OffsetDateTime) -> Date {
    moment.date().next_day().unwrap_or(Date::MAX)
}

fn severity(check: &Check) -> u8 {
    match check.state {
        State::Failed => 2,
        State::Successful => 0,
        _ => 1,
    }
}

/// The countries of the document signer, of its anchor and of the document; and the documents that the signer may sign.
fn country(signer: Option<&Certificate>, anchor: Option<&Certificate>, inputs: &Inputs<'_>) -> Check {
    let id = CheckId::PaCountry;
    let Some(signer) = signer else { return Check::undetermined(id, Reason::SignerCertificateMissing) };
    let names = [Some(signer.subject()), Some(signer.issuer()), anchor.map(Certificate::subject)];
    let mut countries: Vec<String> = names.into_iter().flatten().filter_map(|name| name.country()).collect();
    countries.dedup();
    let compared = format!("certificates {}", countries.join(", "));
    let country = match countries.as_slice() {
        [] => return Check::failed(id, Reason::CertificateProfile).comparing("the certificates name no country"),
        [only] => only,
        _ => return Check::failed(id, Reason::Mismatch).comparing(compared),
    };
    let Some(state) = inputs.issuing_state.map(|state| state.trim_end_matches('<')) else {
        return Check::undetermined(id, Reason::NothingToCompare).comparing(compared);
    };
    let compared = format!("{compared}, DG1 {state}");
    let allowed = alpha_2(state);
    if allowed.is_empty() {
        return Check::undetermined(id, Reason::NothingToCompare)
            .comparing(format!("{compared}, a state that is not known"));
    }
    if !allowed.contains(&country.as_str()) {
        return Check::failed(id, Reason::Mismatch).comparing(compared);
    }
    match (&signer.extensions().document_types, inputs.document_code.map(|code| code.trim_end_matches('<'))) {
        (Some(types), Some(code)) if !may_sign(types, code) => Check::failed(id, Reason::Mismatch)
            .comparing(format!("{compared}; the signer is for documents {}, DG1 has {code}", types.join(", "))),
        _ => Check::successful(id).comparing(compared),
    }
}

/// Whether a document code is listed; a listed single letter stands for all codes that begin with it (9303-12 §7.1.1.6).
fn may_sign(types: &[String], code: &str) -> bool {
    types.iter().map(|listed| listed.trim_end_matches('<')).any(|listed| match listed.len() {
        1 => code.starts_with(listed),
        _ => code == listed,
    })
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
