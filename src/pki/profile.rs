//! The profiles of certificates, field by field (9303-12 §7.1; RFC 5280 §4).
//!
//! Each deviation is a finding with a code. Most are *remarks*: real authorities, which the caller trusts by name, have
//! negative serial numbers, no keyUsage, names in small letters. A finding is *void* only if the certificate forbids the use
//! of its key or contradicts itself. Chain, validity and country are checked elsewhere.

use super::certificate::{Certificate, Extensions};
use crate::crypto::{CryptoError, DigestAlgorithm, EncodingNote, PublicKey, SignatureAlgorithm};
use crate::oid::{self, Oid};

/// Octets of the longest serial number (RFC 5280 §4.1.2.2).
const MAX_SERIAL: usize = 20;
/// Octets of the shortest RSA modulus (9303-12 §4.4.1).
const MIN_RSA: usize = 256;
/// Octets of the shortest order of a curve (9303-12 §4.4.3).
const MIN_EC: usize = 28;
/// Bits of the DSA prime p, at least (9303-12 §4.4.2).
const MIN_DSA: usize = 2048;

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A country signing certification authority, by its own key.
    Csca,
    /// The same authority's next key, certified by an earlier one.
    Link,
    /// A document signer.
    DocumentSigner,
    /// A signer of master lists.
    MasterListSigner,
    /// A signer of deviation lists.
    DeviationListSigner,
}

impl Role {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csca => "csca",
            Self::Link => "link",
            Self::DocumentSigner => "document_signer",
            Self::MasterListSigner => "master_list_signer",
            Self::DeviationListSigner => "deviation_list_signer",
        }
    }

    fn is_authority(self) -> bool {
        matches!(self, Self::Csca | Self::Link)
    }

    /// The purpose that extKeyUsage must contain: of signers of lists only.
    pub(crate) fn purpose(self) -> Option<Oid> {
        match self {
            Self::MasterListSigner => Some(oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY),
            Self::DeviationListSigner => Some(oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY),
            _ => None,
        }
    }
}

/// What a finding is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A deviation that changes nothing of what the signature is worth.
    Remark,
    /// The certificate must not be used for this.
    Void,
}

macro_rules! defects {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $sentence:literal;)*) => {
        /// How a certificate deviates from its profile.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ProfileDefect { $(#[doc = $sentence] $variant,)* }

        impl ProfileDefect {
            /// All of them, in the order of the fields.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The finding as a clause.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

defects! {
    Version = "version", "it is not of version 3";
    SerialNotPositive = "serial_not_positive", "its serial number is not positive";
    SerialTooLong = "serial_too_long", "its serial number is longer than 20 octets";
    SerialNotShortest = "serial_not_shortest", "its serial number is not in its shortest form";
    AlgorithmsDiffer = "algorithms_differ", "its inner and outer signature algorithm differ";
    ForbiddenAlgorithm = "forbidden_algorithm", "its signature algorithm is never allowed";
    WeakHash = "weak_hash", "its signature is made with SHA-1";
    IssuerCountry = "issuer_country", "its issuer does not name one country by two letters";
    SubjectCountry = "subject_country", "its subject does not name one country by two letters";
    CountryCase = "country_case", "it names a country in small letters";
    CountriesDiffer = "countries_differ", "its issuer and subject name different countries";
    NoCommonName = "no_common_name", "its issuer or its subject has no common name";
    NameStringType = "name_string_type", "a name in it is neither PrintableString nor UTF8String";
    GeneralizedTime = "generalized_time", "a date before 2050 is not in UTCTime";
    ValidityReversed = "validity_reversed", "its validity ends before it begins";
    KeyInvalid = "key_invalid", "its key is not valid";
    KeyUnknown = "key_unknown", "its key is of an unknown kind or on an unknown curve";
    WeakKey = "weak_key", "its key is shorter than the least length";
    NamedCurve = "named_curve", "its key names a curve instead of giving its parameters";
    UniqueIdentifier = "unique_identifier", "it has a unique identifier";
    NoAuthorityKeyId = "no_authority_key_id", "it has no authority key identifier";
    NoSubjectKeyId = "no_subject_key_id", "it has no subject key identifier";
    NoKeyUsage = "no_key_usage", "it has no keyUsage";
    KeyUsageNotCritical = "key_usage_not_critical", "its keyUsage is not critical";
    NoDigitalSignature = "no_digital_signature", "its keyUsage lacks digitalSignature";
    NoKeyCertSign = "no_key_cert_sign", "its keyUsage lacks keyCertSign";
    NoCrlSign = "no_crl_sign", "its keyUsage lacks cRLSign";
    OtherKeyUsage = "other_key_usage", "its keyUsage has other bits besides";
    IsCa = "is_ca", "it is a certification authority";
    NotCa = "not_ca", "it is no certification authority";
    BasicConstraintsNotCritical = "basic_constraints_not_critical", "its basicConstraints are not critical";
    BasicConstraintsPresent = "basic_constraints_present", "it has basicConstraints";
    PathLength = "path_length", "its path length is not zero";
    SelfIssued = "self_issued", "it names itself as its issuer";
    IssuerName = "issuer_name", "its issuer is not called as the authority that signed it";
    IsAnchor = "is_anchor", "it is itself an anchor";
    NoPrivateKeyUsage = "no_private_key_usage", "it has no privateKeyUsagePeriod";
    PrivateKeyUsageBounds = "private_key_usage_bounds", "its privateKeyUsagePeriod is empty or reaches beyond its validity";
    NoSubjectAltName = "no_subject_alt_name", "it has no subjectAltName";
    NoIssuerAltName = "no_issuer_alt_name", "it has no issuerAltName";
    AltNameLocality = "alt_name_locality", "an alternative name does not give the country's three-letter code";
    NoDocumentTypes = "no_document_types", "it has no documentTypeList";
    DocumentTypesSyntax = "document_types_syntax", "its documentTypeList lacks its version and set";
    OtherPurpose = "other_purpose", "its key serves another purpose";
    ExtendedKeyUsagePresent = "extended_key_usage_present", "it has an extKeyUsage";
    NoPurpose = "no_purpose", "its extKeyUsage does not name its purpose";
    PurposeNotCritical = "purpose_not_critical", "its extKeyUsage is not critical";
    NoCrlDistributionPoints = "no_crl_distribution_points", "it has no cRLDistributionPoints";
    ForbiddenExtension = "forbidden_extension", "it has an extension that is not allowed";
    CriticalExtension = "critical_extension", "an extension is critical that must not be";
    UnknownCritical = "unknown_critical", "a critical extension is not known";
    MalformedExtension = "malformed_extension", "an extension is malformed";
    DuplicateExtension = "duplicate_extension", "an extension stands twice";
}

/// One deviation of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileFinding {
    /// What it is.
    pub defect: ProfileDefect,
    /// What it is worth.
    pub severity: Severity,
    /// The extension or purpose that it is about, where the defect alone does not say it.
    pub about: Option<Oid>,
}

impl ProfileFinding {
    /// Whether the certificate must not be used.
    pub fn is_void(&self) -> bool {
        self.severity == Severity::Void
    }
}

impl core::fmt::Display for ProfileFinding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.defect.as_str())?;
        match self.about {
            Some(about) => write!(f, " {about}"),
            None => Ok(()),
        }
    }
}

/// Everything in which a certificate deviates from the profile of its role.
pub fn profile(certificate: &Certificate, role: Role) -> Vec<ProfileFinding> {
    let mut findings = Findings { role, list: Vec::new() };
    fields(certificate, &mut findings);
    names(certificate, &mut findings);
    keys(certificate, &mut findings);
    extensions(certificate, &mut findings);
    findings.list.sort_by_key(|finding| finding.defect);
    findings.list
}

/// The finding that a certificate under an issuer deviates in, beyond what it says itself.
pub fn beside(role: Role, defect: ProfileDefect) -> ProfileFinding {
    ProfileFinding { defect, severity: severity(role, defect, None), about: None }
}

/// What makes the certificate of a certification authority void.
pub fn csca_defects(certificate: &Certificate) -> Vec<ProfileFinding> {
    void(certificate, Role::Csca)
}

/// What makes a document signer's certificate void.
pub fn document_signer_defects(certificate: &Certificate) -> Vec<ProfileFinding> {
    void(certificate, Role::DocumentSigner)
}

fn void(certificate: &Certificate, role: Role) -> Vec<ProfileFinding> {
    profile(certificate, role).into_iter().filter(ProfileFinding::is_void).collect()
}

struct Findings {
    role: Role,
    list: Vec<ProfileFinding>,
}

impl Findings {
    fn note(&mut self, wrong: bool, defect: ProfileDefect) {
        if wrong {
            self.add(defect, None);
        }
    }

    fn about(&mut self, ids: impl IntoIterator<Item = Oid>, defect: ProfileDefect) {
        ids.into_iter().for_each(|id| self.add(defect, Some(id)));
    }

    fn add(&mut self, defect: ProfileDefect, about: Option<Oid>) {
        let finding = ProfileFinding { defect, severity: severity(self.role, defect, about), about };
        if !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }
}

/// What a deviation is worth. An authority is the caller's word: only what would make its signatures void counts. A
/// document signer comes with the document: what its profile demands of the key's use counts (conformance H_48 to H_68).
fn severity(role: Role, defect: ProfileDefect, about: Option<Oid>) -> Severity {
    use ProfileDefect::*;
    let is_void = match defect {
        Version | AlgorithmsDiffer | ForbiddenAlgorithm | ValidityReversed | KeyInvalid | UnknownCritical
        | DuplicateExtension | OtherPurpose => true,
        NotCa | NoKeyCertSign => true,
        NoKeyUsage | KeyUsageNotCritical | SerialNotPositive => !role.is_authority(),
        NoDigitalSignature | IsCa | SelfIssued | IssuerName | IsAnchor | NoPurpose => true,
        // Without a country in its names it is bound to none.
        // A key with a stated purpose is not for documents, critical or not (RFC 5280 §4.2.1.12).
        NoAuthorityKeyId | GeneralizedTime | IssuerCountry | SubjectCountry | ExtendedKeyUsagePresent => {
            role == Role::DocumentSigner
        }
        // What names and addresses are in them bears on nothing, and malformed ones are known in the field.
        MalformedExtension => !about.is_some_and(|id| HARMLESS.contains(&id)),
        _ => false,
    };
    if is_void { Severity::Void } else { Severity::Remark }
}

/// Extensions that may be malformed: they only make a certificate or a list harder to find.
const HARMLESS: &[Oid] = &[
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::CERTIFICATE_POLICIES,
];

/// Version, serial number, algorithms, validity, unique identifiers.
fn fields(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    let serial = certificate.serial();
    findings.note(!certificate.is_version_3(), Version);
    findings
        .note(matches!(serial, [] | [0x80..=0xFF, ..]) || serial.iter().all(|octet| *octet == 0), SerialNotPositive);
    findings.note(serial.len() > MAX_SERIAL, SerialTooLong);
    findings.note(matches!(serial, [0, 0..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..]), SerialNotShortest);
    findings.note(!certificate.algorithms_agree(), AlgorithmsDiffer);
    match SignatureAlgorithm::from_algorithm_identifier(certificate.signature_algorithm()) {
        Ok((algorithm, _)) => findings.note(algorithm.digest() == Some(DigestAlgorithm::Sha1), WeakHash),
        Err(CryptoError::Forbidden) => findings.add(ForbiddenAlgorithm, None),
        Err(_) => {}
    }
    let validity = certificate.validity();
    findings.note(validity.generalized_before_2050, GeneralizedTime);
    findings.note(validity.not_after < validity.not_before, ValidityReversed);
    findings.note(certificate.has_unique_identifier(), UniqueIdentifier);
}

/// Issuer and subject.
fn names(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    let (issuer, subject) = (certificate.issuer(), certificate.subject());
    for (name, defect) in [(issuer, IssuerCountry), (subject, SubjectCountry)] {
        let countries: Vec<&str> = name.values(oid::COUNTRY_NAME).collect();
        let is_code = |text: &&str| text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
        match countries.as_slice() {
            [country] if is_code(country) => {
                findings.note(country.bytes().any(|letter| letter.is_ascii_lowercase()), CountryCase);
            }
            _ => findings.add(defect, None),
        }
        findings.note(name.attribute(oid::COMMON_NAME).is_none(), NoCommonName);
        findings.note(!name.has_due_string_types(), NameStringType);
    }
    findings.note(issuer.country() != subject.country(), CountriesDiffer);
    findings.note(!findings.role.is_authority() && certificate.is_self_issued(), SelfIssued);
}

/// The subject's key.
fn keys(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    match PublicKey::from_spki_with_notes(certificate.spki()) {
        Ok((PublicKey::Rsa(key), _)) => findings.note(key.modulus_len() < MIN_RSA, WeakKey),
        Ok((PublicKey::Dsa(key), _)) => findings.note(key.modulus_bits() < MIN_DSA, WeakKey),
        Ok((PublicKey::Ec { curve, .. }, notes)) => {
            findings.note(curve.curve().order_len() < MIN_EC, WeakKey);
            findings.note(!notes.contains(&EncodingNote::ExplicitCurve), NamedCurve);
        }
        // A key of agreement signs nothing.
        Ok((PublicKey::Dh { .. }, _)) => findings.add(KeyInvalid, None),
        Err(CryptoError::Unsupported) => findings.add(KeyUnknown, None),
        Err(_) => findings.add(KeyInvalid, None),
    }
}

fn extensions(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    let extensions = certificate.extensions();
    let role = findings.role;
    let authority = role.is_authority();
    let is_malformed = |id| extensions.malformed.contains(&id);

    findings.note(role != Role::Csca && extensions.authority_key_id.is_none(), NoAuthorityKeyId);
    let has_key_id = extensions.subject_key_id.is_some() || is_malformed(oid::SUBJECT_KEY_IDENTIFIER);
    findings.note(authority && !has_key_id, NoSubjectKeyId);

    match extensions.key_usage {
        None => findings.note(!is_malformed(oid::KEY_USAGE), NoKeyUsage),
        Some(usage) => {
            findings.note(!usage.critical, KeyUsageNotCritical);
            findings.note(!authority && !usage.digital_signature, NoDigitalSignature);
            findings.note(authority && !usage.key_cert_sign, NoKeyCertSign);
            findings.note(authority && !usage.crl_sign, NoCrlSign);
            findings.note(usage.others || (authority && usage.digital_signature), OtherKeyUsage);
        }
    }
    let may_certify = extensions.key_usage.is_some_and(|usage| usage.key_cert_sign || usage.crl_sign);
    findings.note(!authority && (may_certify || certificate.is_ca()), IsCa);
    findings.note(authority && !certificate.is_ca(), NotCa);
    if let Some(constraints) = extensions.basic_constraints {
        findings.note(authority && !constraints.critical, BasicConstraintsNotCritical);
        findings.note(authority && constraints.ca && constraints.path_len != Some(0), PathLength);
        findings.note(!authority, BasicConstraintsPresent);
    }

    period_and_names(certificate, findings);
    purposes(certificate, findings);
    forbidden(extensions, findings);
}

/// privateKeyUsagePeriod, the alternative names, cRLDistributionPoints and documentTypeList.
fn period_and_names(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    let extensions = certificate.extensions();
    let has = |id| extensions.has(id);
    let is_listed = findings.role.purpose().is_none();
    let (first, last) = extensions.private_key_usage;
    let validity = certificate.validity();
    let beyond = first.is_some_and(|first| first < validity.not_before)
        || last.is_some_and(|last| last > validity.not_after)
        || (first.is_none() && last.is_none());
    findings.note(is_listed && !has(oid::PRIVATE_KEY_USAGE_PERIOD), NoPrivateKeyUsage);
    let is_malformed = extensions.malformed.contains(&oid::PRIVATE_KEY_USAGE_PERIOD);
    let has_period = has(oid::PRIVATE_KEY_USAGE_PERIOD) && !is_malformed;
    findings.note(has_period && beyond, PrivateKeyUsageBounds);
    for (name, id, missing) in [
        (&extensions.subject_alt_name, oid::SUBJECT_ALT_NAME, NoSubjectAltName),
        (&extensions.issuer_alt_name, oid::ISSUER_ALT_NAME, NoIssuerAltName),
    ] {
        findings.note(is_listed && !has(id), missing);
        findings.note(name.as_ref().is_some_and(|name| name.states().next().is_none()), AltNameLocality);
    }
    findings.note(is_listed && !has(oid::CRL_DISTRIBUTION_POINTS), NoCrlDistributionPoints);
    if findings.role == Role::DocumentSigner {
        findings.note(!has(oid::ID_ICAO_DOCUMENT_TYPE_LIST), NoDocumentTypes);
        findings.note(extensions.bare_document_types, DocumentTypesSyntax);
    }
}

/// Extensions that must not be there, must not be critical, are unknown, malformed or repeated.
fn forbidden(extensions: &Extensions, findings: &mut Findings) {
    use ProfileDefect::*;
    let authority = findings.role.is_authority();
    let has = |id| extensions.has(id);
    findings.about(FORBIDDEN.iter().copied().filter(|id| has(*id)), ForbiddenExtension);
    let of_others = extensions
        .present
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| id.is_under(&oid::NETSCAPE_CERT_EXTENSION) || (authority && id.is_under(&oid::ID_PE)));
    findings.about(of_others, ForbiddenExtension);
    let misplaced = if authority { oid::ID_ICAO_DOCUMENT_TYPE_LIST } else { oid::ID_ICAO_NAME_CHANGE };
    findings.about(Some(misplaced).filter(|id| has(*id)), ForbiddenExtension);
    findings.about(NEVER_CRITICAL.iter().copied().filter(|id| extensions.is_critical(*id)), CriticalExtension);
    findings.about(extensions.unknown_critical.iter().copied(), UnknownCritical);
    findings.about(extensions.malformed.iter().copied(), MalformedExtension);
    findings.about(extensions.duplicate.iter().copied(), DuplicateExtension);
}

/// extKeyUsage: required of signers of lists, and forbidden to all others.
fn purposes(certificate: &Certificate, findings: &mut Findings) {
    use ProfileDefect::*;
    let extensions = certificate.extensions();
    let purposes = &extensions.extended_key_usage;
    let critical = extensions.extended_key_usage_critical;
    match findings.role.purpose() {
        Some(own) => {
            findings.note(!purposes.contains(&own), NoPurpose);
            findings.note(purposes.contains(&own) && !critical, PurposeNotCritical);
        }
        None => {
            let void = purposes.iter().copied().filter(|purpose| critical || LIST_PURPOSES.contains(purpose));
            findings.about(void, OtherPurpose);
            let is_harmless = !critical && !purposes.iter().any(|purpose| LIST_PURPOSES.contains(purpose));
            findings.note(extensions.has(oid::EXT_KEY_USAGE) && is_harmless, ExtendedKeyUsagePresent);
        }
    }
}

/// Purposes under the same authorities whose keys must not sign documents (9303-12 §7.1.1).
const LIST_PURPOSES: &[Oid] = &[oid::ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY, oid::ID_ICAO_DEVIATION_LIST_SIGNING_KEY];

/// Extensions that no profile allows (9303-12 §7.1.1).
const FORBIDDEN: &[Oid] = &[
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::FRESHEST_CRL,
    oid::INHIBIT_ANY_POLICY,
];

/// Extensions that are never critical (9303-12 §7.1.1).
const NEVER_CRITICAL: &[Oid] = &[
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::PRIVATE_KEY_USAGE_PERIOD,
    oid::CERTIFICATE_POLICIES,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::ID_ICAO_DOCUMENT_TYPE_LIST,
    oid::ID_ICAO_NAME_CHANGE,
];
