//! The checks, their five states, reasons and warnings (TR-03135-1).
//!
//! A check has a stable id, a state, a reason code unless it is plainly successful, and what was compared. The verdict
//! decides which checks it depends on. Texts for people are in the message catalogues of the program.
//!
//! A *tolerance* is a deviation that bears on trust and that a caller may allow by name: the check is then undetermined
//! instead of failed, never successful.

/// The state of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum State {
    /// Made, and passed.
    Successful,
    /// Made, and not passed.
    Failed,
    /// Could not be concluded.
    Undetermined,
    /// The document or this library does not have it.
    NotSupported,
    /// Begun and cut off.
    Aborted,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Successful, Self::Failed, Self::Undetermined, Self::NotSupported, Self::Aborted];

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == code)
    }

    /// The code in the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::Undetermined => "undetermined",
            Self::NotSupported => "not_supported",
            Self::Aborted => "aborted",
        }
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == code)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use codes;

codes! {
    /// A check, by its stable id.
    CheckId {
        /// Which access protocol opened the chip.
        AccessProtocol = "access.protocol",
        /// EF.CardAccess against DG14 or EF.CardSecurity (9303-11 §9.2.11).
        AccessCardAccess = "access.card_access",
        /// Terminal authentication (9303-11 §7.1): whether the chip lets the terminal read DG3 and DG4.
        AccessTerminal = "access.terminal",
        /// The signature of EF.CardSecurity, and its signer's chain to an anchor (9303-11 §9.2.11).
        AccessCardSecurity = "access.card_security",
        /// EF.SOD is a well-formed SignedData over an LDS security object.
        PaSecurityObject = "pa.security_object",
        /// The signature of EF.SOD under the document signer's key.
        PaSignature = "pa.signature",
        /// The document signer's certificate to an anchor of the caller.
        PaChain = "pa.chain",
        /// The profiles of the certificates used (9303-12 §7).
        PaCertificates = "pa.certificates",
        /// The validity periods of the certificates used.
        PaValidity = "pa.validity",
        /// Whether a certificate used was revoked.
        PaRevocation = "pa.revocation",
        /// Whether a list of known defects has an entry for the document; made where there is such a list.
        PaKnownDefects = "pa.known_defects",
        /// The country of the signer against the country of the document.
        PaCountry = "pa.country",
        /// The files read against the hashes of EF.SOD, all together.
        PaDataGroups = "pa.data_groups",
        /// EF.DG1 against its hash.
        PaDg1 = "pa.dg1",
        /// EF.DG2 against its hash.
        PaDg2 = "pa.dg2",
        /// EF.DG3 against its hash.
        PaDg3 = "pa.dg3",
        /// EF.DG4 against its hash.
        PaDg4 = "pa.dg4",
        /// EF.DG5 against its hash.
        PaDg5 = "pa.dg5",
        /// EF.DG6 against its hash.
        PaDg6 = "pa.dg6",
        /// EF.DG7 against its hash.
        PaDg7 = "pa.dg7",
        /// EF.DG8 against its hash.
        PaDg8 = "pa.dg8",
        /// EF.DG9 against its hash.
        PaDg9 = "pa.dg9",
        /// EF.DG10 against its hash.
        PaDg10 = "pa.dg10",
        /// EF.DG11 against its hash.
        PaDg11 = "pa.dg11",
        /// EF.DG12 against its hash.
        PaDg12 = "pa.dg12",
        /// EF.DG13 against its hash.
        PaDg13 = "pa.dg13",
        /// EF.DG14 against its hash.
        PaDg14 = "pa.dg14",
        /// EF.DG15 against its hash.
        PaDg15 = "pa.dg15",
        /// EF.DG16 against its hash.
        PaDg16 = "pa.dg16",
        /// Active authentication (9303-11 §6.1).
        ChipActiveAuthentication = "chip.active_authentication",
        /// Chip authentication (9303-11 §6.2).
        ChipChipAuthentication = "chip.chip_authentication",
        /// PACE with chip authentication mapping (9303-11 §4.4.3.5).
        ChipPaceCam = "chip.pace_cam",
        /// The age of the trust bundle; made where there is one.
        TrustAge = "trust.age",
        /// The signatures over the evidence that the document comes from.
        EvidenceSignature = "evidence.signature",
        /// The time stamp over the evidence that the document comes from.
        EvidenceTimestamp = "evidence.timestamp",
        /// The signed answer of an online service on whether the document signer belongs to the card.
        OnlineConfirmation = "online.confirmation",
        /// EF.COM against the list of EF.SOD.
        LdsCom = "lds.com",
        /// EF.ATR/INFO as a value: the lengths that the chip says it takes (9303-10 §3.11.1).
        LdsAtrInfo = "lds.atr_info",
        /// EF.DG1 as a value: layout and check digits.
        LdsDg1 = "lds.dg1",
        /// EF.DG1 against the machine readable zone that is printed on the document, as it was typed or scanned.
        LdsDg1Printed = "lds.dg1_printed",
        /// EF.DG2 as a value.
        LdsDg2 = "lds.dg2",
        /// EF.DG3 as a value.
        LdsDg3 = "lds.dg3",
        /// EF.DG4 as a value.
        LdsDg4 = "lds.dg4",
        /// EF.DG5 as a value.
        LdsDg5 = "lds.dg5",
        /// EF.DG7 as a value.
        LdsDg7 = "lds.dg7",
        /// EF.DG11 as a value.
        LdsDg11 = "lds.dg11",
        /// EF.DG12 as a value.
        LdsDg12 = "lds.dg12",
        /// EF.DG13 as a value.
        LdsDg13 = "lds.dg13",
        /// EF.DG14 as a value.
        LdsDg14 = "lds.dg14",
        /// EF.DG15 as a value.
        LdsDg15 = "lds.dg15",
        /// EF.DG16 as a value.
        LdsDg16 = "lds.dg16",
        /// The date of expiry against the time of checking.
        LdsExpiry = "lds.expiry",
        /// The personal number of DG13 against the one of DG1.
        VnNumber = "vn.number",
        /// The name of DG13 against the one of DG1.
        VnName = "vn.name",
        /// The date of birth of DG13 against the one of DG1.
        VnBirthDate = "vn.birth_date",
        /// The sex of DG13 against the one of DG1.
        VnSex = "vn.sex",
        /// The date of expiry of DG13 against the one of DG1.
        VnExpiry = "vn.expiry",
        /// The personal number's own structure: century, sex, year, province.
        VnNumberStructure = "vn.number_structure",
        /// The personal number that opened the card against the one of the chip.
        VnNumberGiven = "vn.number_given",
        /// The number of the QR code against the one of the chip.
        VnQrNumber = "vn.qr_number",
        /// The name of the QR code against the one of the chip.
        VnQrName = "vn.qr_name",
        /// The date of birth of the QR code against the one of the chip.
        VnQrBirthDate = "vn.qr_birth_date",
        /// The other fields of the QR code against those of the chip.
        VnQrOther = "vn.qr_other",
    }
}

impl CheckId {
    /// The hash check of the data group with this number (1 to 16).
    pub fn data_group(number: u8) -> Option<Self> {
        Self::from_code(&format!("pa.dg{number}"))
    }

    /// Whether it compares one data group with its hash.
    pub fn is_data_group(self) -> bool {
        (Self::PaDg1..=Self::PaDg16).contains(&self)
    }

    /// Whether it is a proof that the chip is the original one.
    pub fn is_chip_proof(self) -> bool {
        matches!(self, Self::ChipActiveAuthentication | Self::ChipChipAuthentication | Self::ChipPaceCam)
    }
}

codes! {
    /// Why a check is in its state.
    Reason {
        /// The chip has no access control.
        NoAccessControl = "no_access_control",
        /// The document comes from a file; its access cannot be judged again.
        FromFile = "from_file",
        /// Attested by the reader that held the card; a file cannot prove it again.
        AttestedByReader = "attested_by_reader",
        /// Attested by the reader that held the card, with a signature that the caller trusts.
        AttestedByTrustedReader = "attested_by_trusted_reader",
        /// The evidence has no signature.
        NotSigned = "not_signed",
        /// The caller does not trust the signer of the evidence.
        SignerNotTrusted = "signer_not_trusted",
        /// It is kept for others to verify; this library does not.
        NotVerified = "not_verified",
        /// BAC was used after PACE had failed, because the caller asked for it.
        DowngradeAllowed = "downgrade_allowed",
        /// What EF.CardAccess offered is not what the signed file has.
        CardAccessDiffers = "card_access_differs",
        /// The signed file has a PACEInfo that EF.CardAccess did not offer.
        PaceInfoHidden = "pace_info_hidden",
        /// DG14 has no PACEInfo to compare with.
        NoSignedPaceInfo = "no_signed_pace_info",
        /// The file it needs is not there.
        NotPresent = "not_present",
        /// The file it needs was not read, on purpose.
        NotRead = "not_read",
        /// The file was removed from the evidence.
        Removed = "removed",
        /// EF.SOD lists the file, and it is missing from the stored document.
        NotHeld = "not_held",
        /// EF.SOD lists the file, and the caller states that the archive does not keep it.
        NotKept = "not_kept",
        /// The file could not be read.
        ReadFailed = "read_failed",
        /// The chip refused.
        Refused = "refused",
        /// Needs terminal authentication.
        NeedsTerminalAuthentication = "needs_terminal_authentication",
        /// The file does not conform to the standard.
        Malformed = "malformed",
        /// An unknown version.
        UnknownVersion = "unknown_version",
        /// Two things that must be equal are not.
        Mismatch = "mismatch",
        /// The file is not listed in EF.SOD.
        NotCovered = "not_covered",
        /// EF.SOD lists it; the chip does not have it.
        Missing = "missing",
        /// EF.SOD does not list it; no proof is due.
        NotDue = "not_due",
        /// No trust anchor was given.
        NoTrustAnchor = "no_trust_anchor",
        /// Trust anchors were given; none belongs to this document.
        AnchorNotFound = "anchor_not_found",
        /// The anchor with the right name does not verify the certificate.
        AnchorDoesNotVerify = "anchor_does_not_verify",
        /// A pinned document signer certificate was the trust.
        PinnedSigner = "pinned_signer",
        /// The document signer's certificate is not at hand.
        SignerCertificateMissing = "signer_certificate_missing",
        /// The signature is wrong.
        BadSignature = "bad_signature",
        /// The algorithm is not supported.
        UnsupportedAlgorithm = "unsupported_algorithm",
        /// The algorithm is not allowed.
        ForbiddenAlgorithm = "forbidden_algorithm",
        /// The hash in the signed attributes is not the content's.
        MessageDigestMismatch = "message_digest_mismatch",
        /// The key is not valid or not supported.
        BadKey = "bad_key",
        /// A certificate does not conform to Doc 9303-12.
        CertificateProfile = "certificate_profile",
        /// A certificate is not yet valid.
        NotYetValid = "not_yet_valid",
        /// A certificate has lapsed.
        Lapsed = "lapsed",
        /// A certificate has lapsed, but was valid when the document was issued.
        LapsedValidAtIssue = "lapsed_valid_at_issue",
        /// A private key was used outside its period.
        OutsideKeyPeriod = "outside_key_period",
        /// The document signer is for documents of other types.
        OtherDocumentType = "other_document_type",
        /// No revocation list was consulted.
        RevocationNotChecked = "revocation_not_checked",
        /// The revocation list is no longer in force.
        RevocationListStale = "revocation_list_stale",
        /// The revocation list is not yet in force.
        RevocationListNotYetValid = "revocation_list_not_yet_valid",
        /// No anchor verifies the revocation list: it was not consulted.
        RevocationListNotVerified = "revocation_list_not_verified",
        /// A certificate was revoked.
        Revoked = "revoked",
        /// A list of known defects explains it: a failure was to be expected, a success is worth nothing, or an entry against
        /// the document could mean it.
        KnownDefect = "known_defect",
        /// A list of known defects has an entry for the document that this library does not understand.
        UnknownDefect = "unknown_defect",
        /// What is trusted is older than it should be.
        TrustStale = "trust_stale",
        /// What is trusted is older than it may be.
        TrustTooOld = "trust_too_old",
        /// The key that it would prove is not authenticated.
        KeyNotAuthenticated = "key_not_authenticated",
        /// The chip proved a key that is not known to belong to this document: DG14 holds other keys, or is not held.
        KeyNotBound = "key_not_bound",
        /// The chip reported success, but its next answer was not under the new keys.
        OldKeysKept = "old_keys_kept",
        /// Chip authentication mapping has proven a key that DG14 holds too; chip authentication was not needed.
        ShownByMapping = "shown_by_mapping",
        /// No terminal was given, or the chip asks for none.
        NoTerminal = "no_terminal",
        /// The certificates given do not lead from what the chip trusts to a terminal.
        NoTerminalChain = "no_terminal_chain",
        /// The terminal's signature could not be made.
        SigningFailed = "signing_failed",
        /// The chip gave no chip authentication data, or none that can be read.
        ChipDataMissing = "chip_data_missing",
        /// The session was lost over it.
        SessionLost = "session_lost",
        /// The proof was not made, on purpose.
        NotMade = "not_made",
        /// A named tolerance of trust was needed; it caps the verdict.
        Tolerance = "tolerance",
        /// A check digit is wrong.
        CheckDigit = "check_digit",
        /// The document has expired.
        Expired = "expired",
        /// The date is not known.
        DateUnknown = "date_unknown",
        /// There is nothing to compare with.
        NothingToCompare = "nothing_to_compare",
        /// The work was cut off.
        CutOff = "cut_off",
        /// No image is in it.
        NoImage = "no_image",
        /// The online service did not answer.
        NoAnswer = "no_answer",
        /// The answer has no signature.
        AnswerNotSigned = "answer_not_signed",
        /// The caller does not trust the signer of the answer.
        ConfirmerNotTrusted = "confirmer_not_trusted",
        /// The answer is to another question: about another card, or an earlier one.
        OtherQuestion = "other_question",
        /// The answer was not given when it was asked for.
        StaleAnswer = "stale_answer",
        /// A trusted signer denies it.
        Denied = "denied",
    }
}

codes! {
    /// A remark on a check that does not change its state.
    Warning {
        /// SHA-1 was used.
        Sha1 = "sha1",
        /// An RSA key below 2048 bits.
        ShortRsaKey = "short_rsa_key",
        /// A DSA key below 2048 bits.
        ShortDsaKey = "short_dsa_key",
        /// A public exponent below 65537.
        SmallExponent = "small_exponent",
        /// A length or integer not in its shortest form.
        LaxEncoding = "lax_encoding",
        /// BER indefinite lengths.
        IndefiniteLength = "indefinite_length",
        /// A NULL parameter missing, or present against the rule.
        NullParameter = "null_parameter",
        /// The signer's identifier matches no certificate; the only one present was taken.
        SignerIdMismatch = "signer_id_mismatch",
        /// An early LDS security object identifier.
        LegacyLdsOid = "legacy_lds_oid",
        /// The signed attributes verify only when sorted.
        SignedAttributesUnsorted = "signed_attributes_unsorted",
        /// A certificate without authority key identifier.
        NoAuthorityKeyIdentifier = "no_authority_key_identifier",
        /// A certificate deviates from its profile in what does not make it void.
        CertificateProfile = "certificate_profile",
        /// Bytes after the end of the file, not part of it.
        TrailingBytes = "trailing_bytes",
        /// The chip lists things that the table does not know.
        UnknownEntries = "unknown_entries",
        /// A line break or another character that does not belong.
        OddCharacters = "odd_characters",
        /// A date is incomplete.
        PartialDate = "partial_date",
        /// A field stands twice.
        DuplicateField = "duplicate_field",
        /// A value is unusual, but legal.
        Unusual = "unusual",
        /// The sex of the number is not the one of the document.
        NumberSex = "number_sex",
        /// The year of birth of the number is not the one of the document.
        NumberYear = "number_year",
        /// The province of the number is not known.
        NumberProvince = "number_province",
        /// Basic access control: the key has little entropy.
        BasicAccessControl = "basic_access_control",
        /// A chip authentication key without its ChipAuthenticationInfo.
        MissingChipAuthenticationInfo = "missing_chip_authentication_info",
        /// A signature in DER where plain is due.
        DerSignature = "der_signature",
        /// A list of known defects has an entry for the document that bears on nothing here.
        KnownDefect = "known_defect",
        /// An online answer was given more than a day before or after the moment judged for.
        OldAnswer = "old_answer",
        /// The chip needed another form of MSE:Set AT.
        OtherSetAtForm = "other_set_at_form",
        /// The key that the chip proved stands in EF.CardSecurity only; nothing ties it to EF.SOD.
        UnboundChipKey = "unbound_chip_key",
    }
}

codes! {
    /// A deviation that bears on trust and that a caller may tolerate by name. Lossless laxities of the encoding are none:
    /// they are warnings and cap nothing.
    Tolerance {
        /// EF.SOD by an early identifier of the LDS security object.
        LegacyLdsOid = "legacy_lds_oid",
        /// Signed attributes that verify only when sorted: other bytes than those received.
        SignedAttributesUnsorted = "signed_attributes_unsorted",
        /// A document signer's certificate without authority key identifier: its authority is found by name alone.
        DsWithoutAki = "ds_without_aki",
        /// EF.COM without its Unicode version (conformance LDS_A_07).
        MissingUnicodeVersion = "missing_unicode_version",
        /// EF.COM without its list of data groups (conformance LDS_A_09).
        MissingDataGroupList = "missing_data_group_list",
        /// A chip authentication key without its ChipAuthenticationInfo: the suite is guessed (conformance LDS_F_05).
        MissingChipAuthenticationInfo = "missing_chip_authentication_info",
        /// Active authentication by ECDSA answered in DER where plain is due (9303-11 §6.1.2.3).
        DerSignature = "der_signature",
        /// A list whose signature lacks the NULL in its DigestInfo (RFC 8017 §A.2.4).
        DigestInfoWithoutNull = "digest_info_without_null",
        /// A master list whose signature was not verified (conformance PA-4).
        UnverifiedList = "unverified_list",
    }
}

/// Which tolerances a caller allows.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Tolerances {
    /// For each of [`Tolerance::ALL`], in its order.
    allowed: [bool; Tolerance::ALL.len()],
}

impl Tolerances {
    /// None: the strict judgement.
    pub const fn none() -> Self {
        Self { allowed: [false; Tolerance::ALL.len()] }
    }

    /// All of them: what documents in the field need.
    pub const fn field() -> Self {
        Self { allowed: [true; Tolerance::ALL.len()] }
    }

    /// The same, and this one.
    pub fn with(mut self, tolerance: Tolerance) -> Self {
        Tolerance::ALL.iter().zip(&mut self.allowed).for_each(|(one, allowed)| *allowed |= *one == tolerance);
        self
    }

    /// Whether this one is allowed.
    pub fn allows(&self, tolerance: Tolerance) -> bool {
        self.iter().any(|one| one == tolerance)
    }

    /// Those that are allowed, in the order of the documentation.
    pub fn iter(&self) -> impl Iterator<Item = Tolerance> {
        Tolerance::ALL.iter().zip(self.allowed).filter(|(_, allowed)| *allowed).map(|(one, _)| *one)
    }
}

impl FromIterator<Tolerance> for Tolerances {
    fn from_iter<I: IntoIterator<Item = Tolerance>>(tolerances: I) -> Self {
        tolerances.into_iter().fold(Self::none(), Self::with)
    }
}

impl core::fmt::Debug for Tolerances {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Tolerances {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// One check, as it stands in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Check {
    /// Its stable id.
    pub id: CheckId,
    /// Its state.
    pub state: State,
    /// Why, where it is not plainly successful.
    pub reason: Option<Reason>,
    /// What was compared, in words without personal data: algorithms, names of files, places of defects.
    pub compared: String,
    /// What is worth knowing all the same.
    pub warnings: Vec<Warning>,
    /// The tolerances that it needed, allowed or not; the report lists those that were used.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub tolerances: Vec<Tolerance>,
}

impl Check {
    /// A check in this state, with its reason.
    pub fn new(id: CheckId, state: State, reason: Option<Reason>) -> Self {
        Self { id, state, reason, compared: String::new(), warnings: Vec::new(), tolerances: Vec::new() }
    }

    /// Made, and passed.
    pub fn successful(id: CheckId) -> Self {
        Self::new(id, State::Successful, None)
    }

    /// Made, and not passed.
    pub fn failed(id: CheckId, reason: Reason) -> Self {
        Self::new(id, State::Failed, Some(reason))
    }

    /// Could not be concluded.
    pub fn undetermined(id: CheckId, reason: Reason) -> Self {
        Self::new(id, State::Undetermined, Some(reason))
    }

    /// A check that needed a tolerance: undetermined where it is allowed, else failed for its own reason.
    pub fn tolerating(id: CheckId, tolerance: Tolerance, allowed: &Tolerances, reason: Reason) -> Self {
        let check = if allowed.allows(tolerance) {
            Self::undetermined(id, Reason::Tolerance)
        } else {
            Self::failed(id, reason)
        };
        check.needing([tolerance])
    }

    /// The same, having needed these tolerances (each once).
    pub fn needing(mut self, tolerances: impl IntoIterator<Item = Tolerance>) -> Self {
        for tolerance in tolerances {
            if !self.tolerances.contains(&tolerance) {
                self.tolerances.push(tolerance);
            }
        }
        self
    }

    /// The same, saying what was compared.
    pub fn comparing(mut self, compared: impl Into<String>) -> Self {
        self.compared = compared.into();
        self
    }

    /// The same, with a warning (each once).
    pub fn warning(mut self, warning: Warning) -> Self {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        self
    }

    /// The same, with these warnings (each once).
    pub fn warnings(self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        warnings.into_iter().fold(self, Self::warning)
    }

    /// Whether it was made, and passed.
    pub fn is_successful(&self) -> bool {
        self.state == State::Successful
    }
}
