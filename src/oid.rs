//! Every object identifier that the library knows, under the standard's name, with its section.
//!
//! An [`Oid`] is kept as its DER content octets (X.690 §8.19). Suites are read from their arcs by the tables of the
//! rooms that use them; this room only names.

use crate::bounds::BOUNDS;
use core::fmt;

/// An object identifier, as its DER content octets (at most 23).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid {
    octets: [u8; Self::MAX],
    len: u8,
}

impl Oid {
    const MAX: usize = BOUNDS.oid_octets;

    /// The identifier with these arcs; for constants, where an overlong one fails to compile.
    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "evaluated at compile time for every constant below; const fn has no checked form"
    )]
    pub(crate) const fn of(arcs: &[u32]) -> Self {
        let mut octets = [0; Self::MAX];
        let mut len = 0;
        let mut index = 1;
        while index < arcs.len() {
            // The first two arcs share one octet: 40·a + b  (X.690 §8.19.4)
            let arc = if index == 1 { arcs[0] * 40 + arcs[1] } else { arcs[index] };
            let mut groups = 1;
            while groups < 5 && arc >> (7 * groups) != 0 {
                groups += 1;
            }
            while groups > 0 {
                groups -= 1;
                let more = if groups == 0 { 0 } else { 0x80 };
                octets[len] = ((arc >> (7 * groups)) & 0x7F) as u8 | more;
                len += 1;
            }
            index += 1;
        }
        Self { octets, len: len as u8 }
    }

    /// The identifier whose DER content octets these are; `None` if they are no identifier or longer than 23 octets.
    pub fn from_der(content: &[u8]) -> Option<Self> {
        let ends = content.last().is_some_and(|last| last & 0x80 == 0);
        let minimal = !content
            .iter()
            .zip(core::iter::once(&0).chain(content))
            .any(|(&octet, &before)| octet == 0x80 && before & 0x80 == 0);
        let mut octets = [0; Self::MAX];
        octets.get_mut(..content.len())?.copy_from_slice(content);
        (ends && minimal).then_some(Self { octets, len: u8::try_from(content.len()).ok()? })
    }

    /// The DER content octets, without tag and length.
    pub fn as_der(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether this identifier stands under `arc` (or is it).
    pub fn is_under(&self, arc: &Oid) -> bool {
        self.as_der().starts_with(arc.as_der())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arc: u64 = 0;
        let mut first = true;
        for octet in self.as_der() {
            arc = (arc << 7) | u64::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                if first {
                    let root = (arc / 40).min(2);
                    write!(f, "{root}.{}", arc - root * 40)?;
                    first = false;
                } else {
                    write!(f, ".{arc}")?;
                }
                arc = 0;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = [$($arc:literal),+];)*) => {
        $($(#[$doc])* pub const $name: Oid = Oid::of(&[$($arc),+]);)*
    };
}

oids! {
    // Bsi-de protocols (TR-03110-3 §A.1).
    /// id-PK-DH: a DH chip authentication key (TR-03110-3 §A.1.1.1).
    ID_PK_DH = [0, 4, 0, 127, 0, 7, 2, 2, 1, 1];
    /// id-PK-ECDH: an ECDH chip authentication key (TR-03110-3 §A.1.1.1).
    ID_PK_ECDH = [0, 4, 0, 127, 0, 7, 2, 2, 1, 2];
    /// id-TA: terminal authentication (9303-11 §9.2.9).
    ID_TA = [0, 4, 0, 127, 0, 7, 2, 2, 2];
    /// id-TA-RSA: the arc of terminal authentication with RSA (TR-03110-3 §A.7).
    ID_TA_RSA = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1];
    /// id-TA-RSA-v1-5-SHA-1 (TR-03110-3 §A.7).
    ID_TA_RSA_V1_5_SHA1 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 1];
    /// id-TA-RSA-v1-5-SHA-256 (TR-03110-3 §A.7).
    ID_TA_RSA_V1_5_SHA256 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 2];
    /// id-TA-RSA-PSS-SHA-1 (TR-03110-3 §A.7).
    ID_TA_RSA_PSS_SHA1 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 3];
    /// id-TA-RSA-PSS-SHA-256 (TR-03110-3 §A.7).
    ID_TA_RSA_PSS_SHA256 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 4];
    /// id-TA-RSA-v1-5-SHA-512 (TR-03110-3 §A.7).
    ID_TA_RSA_V1_5_SHA512 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 5];
    /// id-TA-RSA-PSS-SHA-512 (TR-03110-3 §A.7).
    ID_TA_RSA_PSS_SHA512 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 1, 6];
    /// id-TA-ECDSA: the arc of terminal authentication with ECDSA (TR-03110-3 §A.7).
    ID_TA_ECDSA = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2];
    /// id-TA-ECDSA-SHA-1 (TR-03110-3 §A.7).
    ID_TA_ECDSA_SHA1 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2, 1];
    /// id-TA-ECDSA-SHA-224 (TR-03110-3 §A.7).
    ID_TA_ECDSA_SHA224 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2, 2];
    /// id-TA-ECDSA-SHA-256 (TR-03110-3 §A.7).
    ID_TA_ECDSA_SHA256 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2, 3];
    /// id-TA-ECDSA-SHA-384 (TR-03110-3 §A.7).
    ID_TA_ECDSA_SHA384 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2, 4];
    /// id-TA-ECDSA-SHA-512 (TR-03110-3 §A.7).
    ID_TA_ECDSA_SHA512 = [0, 4, 0, 127, 0, 7, 2, 2, 2, 2, 5];
    /// id-CA: the arc of chip authentication (9303-11 §9.2.5).
    ID_CA = [0, 4, 0, 127, 0, 7, 2, 2, 3];
    /// id-CA-DH (9303-11 §9.2.5).
    ID_CA_DH = [0, 4, 0, 127, 0, 7, 2, 2, 3, 1];
    /// id-CA-ECDH (9303-11 §9.2.5).
    ID_CA_ECDH = [0, 4, 0, 127, 0, 7, 2, 2, 3, 2];
    /// id-CA-DH-3DES-CBC-CBC (9303-11 §9.2.5).
    ID_CA_DH_3DES_CBC_CBC = [0, 4, 0, 127, 0, 7, 2, 2, 3, 1, 1];
    /// id-CA-DH-AES-CBC-CMAC-128 (9303-11 §9.2.5).
    ID_CA_DH_AES_CBC_CMAC_128 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 1, 2];
    /// id-CA-DH-AES-CBC-CMAC-192 (9303-11 §9.2.5).
    ID_CA_DH_AES_CBC_CMAC_192 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 1, 3];
    /// id-CA-DH-AES-CBC-CMAC-256 (9303-11 §9.2.5).
    ID_CA_DH_AES_CBC_CMAC_256 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 1, 4];
    /// id-CA-ECDH-3DES-CBC-CBC (9303-11 §9.2.5).
    ID_CA_ECDH_3DES_CBC_CBC = [0, 4, 0, 127, 0, 7, 2, 2, 3, 2, 1];
    /// id-CA-ECDH-AES-CBC-CMAC-128 (9303-11 §9.2.5).
    ID_CA_ECDH_AES_CBC_CMAC_128 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 2, 2];
    /// id-CA-ECDH-AES-CBC-CMAC-192 (9303-11 §9.2.5).
    ID_CA_ECDH_AES_CBC_CMAC_192 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 2, 3];
    /// id-CA-ECDH-AES-CBC-CMAC-256 (9303-11 §9.2.5).
    ID_CA_ECDH_AES_CBC_CMAC_256 = [0, 4, 0, 127, 0, 7, 2, 2, 3, 2, 4];
    /// id-PACE: the arc of PACE (9303-11 §9.2.1).
    ID_PACE = [0, 4, 0, 127, 0, 7, 2, 2, 4];
    /// id-PACE-DH-GM (9303-11 §9.2.1).
    ID_PACE_DH_GM = [0, 4, 0, 127, 0, 7, 2, 2, 4, 1];
    /// id-PACE-ECDH-GM (9303-11 §9.2.1).
    ID_PACE_ECDH_GM = [0, 4, 0, 127, 0, 7, 2, 2, 4, 2];
    /// id-PACE-DH-IM (9303-11 §9.2.1).
    ID_PACE_DH_IM = [0, 4, 0, 127, 0, 7, 2, 2, 4, 3];
    /// id-PACE-ECDH-IM (9303-11 §9.2.1).
    ID_PACE_ECDH_IM = [0, 4, 0, 127, 0, 7, 2, 2, 4, 4];
    /// id-PACE-ECDH-CAM (9303-11 §9.2.1).
    ID_PACE_ECDH_CAM = [0, 4, 0, 127, 0, 7, 2, 2, 4, 6];
    /// id-SecurityObject: the content of EF.CardSecurity (9303-11 §9.2.11).
    ID_SECURITY_OBJECT = [0, 4, 0, 127, 0, 7, 3, 2, 1];
    /// id-IS: the authorization of inspection systems (TR-03110-3 §C.1).
    ID_IS = [0, 4, 0, 127, 0, 7, 3, 1, 2, 1];
    /// id-AT: the authorization of authentication terminals (TR-03110-3 §C.1).
    ID_AT = [0, 4, 0, 127, 0, 7, 3, 1, 2, 2];
    /// id-ST: the authorization of signature terminals (TR-03110-3 §C.1).
    ID_ST = [0, 4, 0, 127, 0, 7, 3, 1, 2, 3];
    /// standardizedDomainParameters (TR-03110-3 §A.2.1.1).
    STANDARDIZED_DOMAIN_PARAMETERS = [0, 4, 0, 127, 0, 7, 1, 2];
    /// ecdsa-plain-SHA1 (TR-03111 §5.2.1).
    ECDSA_PLAIN_SHA1 = [0, 4, 0, 127, 0, 7, 1, 1, 4, 1, 1];
    /// ecdsa-plain-SHA224 (TR-03111 §5.2.1).
    ECDSA_PLAIN_SHA224 = [0, 4, 0, 127, 0, 7, 1, 1, 4, 1, 2];
    /// ecdsa-plain-SHA256 (TR-03111 §5.2.1).
    ECDSA_PLAIN_SHA256 = [0, 4, 0, 127, 0, 7, 1, 1, 4, 1, 3];
    /// ecdsa-plain-SHA384 (TR-03111 §5.2.1).
    ECDSA_PLAIN_SHA384 = [0, 4, 0, 127, 0, 7, 1, 1, 4, 1, 4];
    /// ecdsa-plain-SHA512 (TR-03111 §5.2.1).
    ECDSA_PLAIN_SHA512 = [0, 4, 0, 127, 0, 7, 1, 1, 4, 1, 5];
    /// id-DefectList (TR-03129-2 §7.1).
    ID_DEFECT_LIST = [0, 4, 0, 127, 0, 7, 3, 1, 5];
    /// id-AuthDefect: the arc of defects of passive, active and chip authentication (TR-03129-2 §7.3.1).
    ID_AUTH_DEFECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1];
    /// id-CertRevoked (TR-03129-2 §7.3.1.1).
    ID_CERT_REVOKED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 1];
    /// id-CertReplaced (TR-03129-2 §7.3.1.2).
    ID_CERT_REPLACED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 2];
    /// id-ChipAuthKeyRevoked (TR-03129-2 §7.3.1.3).
    ID_CHIP_AUTH_KEY_REVOKED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 3];
    /// id-ActiveAuthKeyRevoked (TR-03129-2 §7.3.1.4).
    ID_ACTIVE_AUTH_KEY_REVOKED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 4];
    /// id-AuthenticationProtocolFailure (TR-03129-2 §7.3.1.5).
    ID_AUTHENTICATION_PROTOCOL_FAILURE = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 5];
    /// id-ValidityPeriodIncorrect (TR-03129-2 §7.3.1.6).
    ID_VALIDITY_PERIOD_INCORRECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 1, 6];
    /// id-ePassportDefect: the arc of defects of the passport application (TR-03129-2 §7.3.2).
    ID_EPASSPORT_DEFECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2];
    /// id-ePassportDGMalformed (TR-03129-2 §7.3.2.1).
    ID_EPASSPORT_DG_MALFORMED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2, 1];
    /// id-SODInvalid (TR-03129-2 §7.3.2.2).
    ID_SOD_INVALID = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2, 2];
    /// id-COMSODDiscrepancy (TR-03129-2 §7.3.2.3).
    ID_COM_SOD_DISCREPANCY = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2, 3];
    /// id-sodWrongSignerIdentifier (TR-03129-2 §7.3.2.4).
    ID_SOD_WRONG_SIGNER_IDENTIFIER = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2, 4];
    /// id-IssuingCountryDefect (TR-03129-2 §7.3.2.5).
    ID_ISSUING_COUNTRY_DEFECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 2, 5];
    /// id-eIDDefect: the arc of defects of the eID application (TR-03129-3).
    ID_EID_DEFECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 3];
    /// id-DocumentDefect: the arc of defects of the whole document (TR-03129-2 §7.3.3).
    ID_DOCUMENT_DEFECT = [0, 4, 0, 127, 0, 7, 3, 1, 5, 4];
    /// id-CardSecurityMalformed (TR-03129-2 §7.3.3.1).
    ID_CARD_SECURITY_MALFORMED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 4, 1];
    /// id-ChipSecurityMalformed (TR-03129-2 §7.3.3.2).
    ID_CHIP_SECURITY_MALFORMED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 4, 2];
    /// id-PowerDownReq (TR-03129-2 §7.3.3.3).
    ID_POWER_DOWN_REQ = [0, 4, 0, 127, 0, 7, 3, 1, 5, 4, 3];
    /// id-DSMalformed (TR-03129-2 §7.3.3.4).
    ID_DS_MALFORMED = [0, 4, 0, 127, 0, 7, 3, 1, 5, 4, 4];
    /// id-electronicDefectListSigningKey (TR-03129-2 §7.2).
    ID_DEFECT_LIST_SIGNING_KEY = [0, 4, 0, 127, 0, 7, 3, 11, 2, 1, 2];
    // Extensions of others.
    /// id-pe: the arc of private Internet extensions (RFC 5280 §4.2.2).
    ID_PE = [1, 3, 6, 1, 5, 5, 7, 1];
    /// netscape-cert-extension: an arc of old extensions that say what a key is for.
    NETSCAPE_CERT_EXTENSION = [2, 16, 840, 1, 113730, 1];
    /// netscape-cert-type.
    NETSCAPE_CERT_TYPE = [2, 16, 840, 1, 113730, 1, 1];
    /// id-pe-authorityInfoAccess (RFC 5280 §4.2.2.1).
    AUTHORITY_INFO_ACCESS = [1, 3, 6, 1, 5, 5, 7, 1, 1];
    // ICAO (2.23.136).
    /// id-icao-ldsSecurityObject (9303-10 §4.6.2.3).
    ID_ICAO_LDS_SECURITY_OBJECT = [2, 23, 136, 1, 1, 1];
    /// id-icao-cscaMasterList (9303-12 §9).
    ID_ICAO_CSCA_MASTER_LIST = [2, 23, 136, 1, 1, 2];
    /// id-icao-cscaMasterListSigningKey (9303-12 §7.1.1).
    ID_ICAO_CSCA_MASTER_LIST_SIGNING_KEY = [2, 23, 136, 1, 1, 3];
    /// id-icao-mrtd-security-aaProtocolObject (9303-11 §9.2.10).
    ID_ICAO_AA_PROTOCOL_OBJECT = [2, 23, 136, 1, 1, 5];
    /// id-icao-mrtd-security-extensions (9303-12 §7.1.1).
    ID_ICAO_EXTENSIONS = [2, 23, 136, 1, 1, 6];
    /// id-icao-mrtd-security-extensions-nameChange (9303-12 §7.1.1).
    ID_ICAO_NAME_CHANGE = [2, 23, 136, 1, 1, 6, 1];
    /// id-icao-mrtd-security-extensions-documentTypeList (9303-12 §7.1.1).
    ID_ICAO_DOCUMENT_TYPE_LIST = [2, 23, 136, 1, 1, 6, 2];
    /// id-icao-DeviationList (9303-12 §10).
    ID_ICAO_DEVIATION_LIST = [2, 23, 136, 1, 1, 7];
    /// id-Deviation-CertOrKey-DSSignature (9303-12 §10).
    ID_DEVIATION_DS_SIGNATURE = [2, 23, 136, 1, 1, 7, 1, 1];
    /// id-Deviation-CertOrKey-DSEncoding (9303-12 §10).
    ID_DEVIATION_DS_ENCODING = [2, 23, 136, 1, 1, 7, 1, 2];
    /// id-Deviation-CertOrKey-CSCAEncoding (9303-12 §10).
    ID_DEVIATION_CSCA_ENCODING = [2, 23, 136, 1, 1, 7, 1, 3];
    /// id-Deviation-CertOrKey-AAKeyCompromised (9303-12 §10).
    ID_DEVIATION_AA_KEY_COMPROMISED = [2, 23, 136, 1, 1, 7, 1, 4];
    /// id-Deviation-LDS-DGMalformed (9303-12 §10).
    ID_DEVIATION_DG_MALFORMED = [2, 23, 136, 1, 1, 7, 2, 1];
    /// id-Deviation-LDS-DGHashWrong (9303-12 §10).
    ID_DEVIATION_DG_HASH_WRONG = [2, 23, 136, 1, 1, 7, 2, 2];
    /// id-Deviation-LDS-SODSignatureWrong (9303-12 §10).
    ID_DEVIATION_SOD_SIGNATURE_WRONG = [2, 23, 136, 1, 1, 7, 2, 3];
    /// id-Deviation-LDS-COMInconsistent (9303-12 §10).
    ID_DEVIATION_COM_INCONSISTENT = [2, 23, 136, 1, 1, 7, 2, 4];
    /// id-Deviation-MRZ-WrongData (9303-12 §10).
    ID_DEVIATION_MRZ_WRONG_DATA = [2, 23, 136, 1, 1, 7, 3, 1];
    /// id-Deviation-MRZ-WrongCheckDigit (9303-12 §10).
    ID_DEVIATION_MRZ_WRONG_CHECK_DIGIT = [2, 23, 136, 1, 1, 7, 3, 2];
    /// id-Deviation-Chip (9303-12 §10).
    ID_DEVIATION_CHIP = [2, 23, 136, 1, 1, 7, 4];
    /// id-Deviation-NationalUse (9303-12 §10).
    ID_DEVIATION_NATIONAL_USE = [2, 23, 136, 1, 1, 7, 5];
    /// id-icao-DeviationListSigningKey (9303-12 §7.1.1).
    ID_ICAO_DEVIATION_LIST_SIGNING_KEY = [2, 23, 136, 1, 1, 8];
    /// an early LDS security object identifier, still met in the field.
    LEGACY_LDS_SECURITY_OBJECT_ICAO = [1, 3, 27, 1, 1, 1];
    /// a national LDS security object identifier, still met in the field.
    LEGACY_LDS_SECURITY_OBJECT_NL = [1, 2, 528, 1, 1006, 1, 20, 1];
    // CMS (RFC 5652).
    /// id-data (RFC 5652 §4).
    ID_DATA = [1, 2, 840, 113549, 1, 7, 1];
    /// id-signedData (RFC 5652 §5.1).
    ID_SIGNED_DATA = [1, 2, 840, 113549, 1, 7, 2];
    /// id-contentType (RFC 5652 §11.1).
    ID_CONTENT_TYPE = [1, 2, 840, 113549, 1, 9, 3];
    /// id-messageDigest (RFC 5652 §11.2).
    ID_MESSAGE_DIGEST = [1, 2, 840, 113549, 1, 9, 4];
    /// id-signingTime (RFC 5652 §11.3).
    ID_SIGNING_TIME = [1, 2, 840, 113549, 1, 9, 5];
    // RSA (RFC 8017).
    /// rsaEncryption (RFC 8017 §A.1).
    RSA_ENCRYPTION = [1, 2, 840, 113549, 1, 1, 1];
    /// md2WithRSAEncryption, never accepted (RFC 8017 §A.2.4).
    MD2_WITH_RSA = [1, 2, 840, 113549, 1, 1, 2];
    /// md4WithRSAEncryption, never accepted (RFC 2313 §11).
    MD4_WITH_RSA = [1, 2, 840, 113549, 1, 1, 3];
    /// md5WithRSAEncryption, never accepted (RFC 8017 §A.2.4).
    MD5_WITH_RSA = [1, 2, 840, 113549, 1, 1, 4];
    /// sha1WithRSAEncryption (RFC 8017 §A.2.4).
    SHA1_WITH_RSA = [1, 2, 840, 113549, 1, 1, 5];
    /// id-mgf1 (RFC 8017 §B.2.1).
    ID_MGF1 = [1, 2, 840, 113549, 1, 1, 8];
    /// id-RSASSA-PSS (RFC 8017 §A.2.3).
    ID_RSASSA_PSS = [1, 2, 840, 113549, 1, 1, 10];
    /// sha256WithRSAEncryption (RFC 8017 §A.2.4).
    SHA256_WITH_RSA = [1, 2, 840, 113549, 1, 1, 11];
    /// sha384WithRSAEncryption (RFC 8017 §A.2.4).
    SHA384_WITH_RSA = [1, 2, 840, 113549, 1, 1, 12];
    /// sha512WithRSAEncryption (RFC 8017 §A.2.4).
    SHA512_WITH_RSA = [1, 2, 840, 113549, 1, 1, 13];
    /// sha224WithRSAEncryption (RFC 8017 §A.2.4).
    SHA224_WITH_RSA = [1, 2, 840, 113549, 1, 1, 14];
    // Elliptic curves (RFC 5480, RFC 5639).
    /// id-ecPublicKey (RFC 5480 §2.1.1).
    ID_EC_PUBLIC_KEY = [1, 2, 840, 10045, 2, 1];
    /// prime-field (RFC 3279 §2.3.5).
    PRIME_FIELD = [1, 2, 840, 10045, 1, 1];
    /// ecdsa-with-SHA1 (RFC 3279 §2.2.3).
    ECDSA_WITH_SHA1 = [1, 2, 840, 10045, 4, 1];
    /// ecdsa-with-SHA224 (RFC 5758 §3.2).
    ECDSA_WITH_SHA224 = [1, 2, 840, 10045, 4, 3, 1];
    /// ecdsa-with-SHA256 (RFC 5758 §3.2).
    ECDSA_WITH_SHA256 = [1, 2, 840, 10045, 4, 3, 2];
    /// ecdsa-with-SHA384 (RFC 5758 §3.2).
    ECDSA_WITH_SHA384 = [1, 2, 840, 10045, 4, 3, 3];
    /// ecdsa-with-SHA512 (RFC 5758 §3.2).
    ECDSA_WITH_SHA512 = [1, 2, 840, 10045, 4, 3, 4];
    /// secp192r1, NIST P-192 (RFC 5480 §2.1.1.1).
    SECP192R1 = [1, 2, 840, 10045, 3, 1, 1];
    /// secp256r1, NIST P-256 (RFC 5480 §2.1.1.1).
    SECP256R1 = [1, 2, 840, 10045, 3, 1, 7];
    /// secp224r1, NIST P-224 (RFC 5480 §2.1.1.1).
    SECP224R1 = [1, 3, 132, 0, 33];
    /// secp384r1, NIST P-384 (RFC 5480 §2.1.1.1).
    SECP384R1 = [1, 3, 132, 0, 34];
    /// secp521r1, NIST P-521 (RFC 5480 §2.1.1.1).
    SECP521R1 = [1, 3, 132, 0, 35];
    /// brainpoolP192r1 (RFC 5639 §4.1).
    BRAINPOOL_P192R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 3];
    /// brainpoolP224r1 (RFC 5639 §4.1).
    BRAINPOOL_P224R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 5];
    /// brainpoolP256r1 (RFC 5639 §4.1).
    BRAINPOOL_P256R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 7];
    /// brainpoolP320r1 (RFC 5639 §4.1).
    BRAINPOOL_P320R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 9];
    /// brainpoolP384r1 (RFC 5639 §4.1).
    BRAINPOOL_P384R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 11];
    /// brainpoolP512r1 (RFC 5639 §4.1).
    BRAINPOOL_P512R1 = [1, 3, 36, 3, 3, 2, 8, 1, 1, 13];
    // Diffie-Hellman and DSA.
    /// dhpublicnumber (RFC 3279 §2.3.3).
    DH_PUBLIC_NUMBER = [1, 2, 840, 10046, 2, 1];
    /// dhKeyAgreement (PKCS #3 §9).
    DH_KEY_AGREEMENT = [1, 2, 840, 113549, 1, 3, 1];
    /// id-dsa (RFC 3279 §2.3.2).
    ID_DSA = [1, 2, 840, 10040, 4, 1];
    /// id-dsa-with-sha1 (RFC 3279 §2.2.2).
    ID_DSA_WITH_SHA1 = [1, 2, 840, 10040, 4, 3];
    /// id-dsa-with-sha224 (RFC 5758 §3.1).
    ID_DSA_WITH_SHA224 = [2, 16, 840, 1, 101, 3, 4, 3, 1];
    /// id-dsa-with-sha256 (RFC 5758 §3.1).
    ID_DSA_WITH_SHA256 = [2, 16, 840, 1, 101, 3, 4, 3, 2];
    /// id-dsa-with-sha384 (NIST CSOR, sigAlgs).
    ID_DSA_WITH_SHA384 = [2, 16, 840, 1, 101, 3, 4, 3, 3];
    /// id-dsa-with-sha512 (NIST CSOR, sigAlgs).
    ID_DSA_WITH_SHA512 = [2, 16, 840, 1, 101, 3, 4, 3, 4];
    // Digests.
    /// md2, never accepted (RFC 1319).
    MD2 = [1, 2, 840, 113549, 2, 2];
    /// md4, never accepted (RFC 1320).
    MD4 = [1, 2, 840, 113549, 2, 4];
    /// md5, never accepted (RFC 1321).
    MD5 = [1, 2, 840, 113549, 2, 5];
    /// id-sha1 (RFC 3279 §2.1).
    SHA1 = [1, 3, 14, 3, 2, 26];
    /// id-sha224 (RFC 5754 §2).
    SHA224 = [2, 16, 840, 1, 101, 3, 4, 2, 4];
    /// id-sha256 (RFC 5754 §2).
    SHA256 = [2, 16, 840, 1, 101, 3, 4, 2, 1];
    /// id-sha384 (RFC 5754 §2).
    SHA384 = [2, 16, 840, 1, 101, 3, 4, 2, 2];
    /// id-sha512 (RFC 5754 §2).
    SHA512 = [2, 16, 840, 1, 101, 3, 4, 2, 3];
    // X.509 (RFC 5280).
    /// id-at-countryName (RFC 5280 §A.1).
    COUNTRY_NAME = [2, 5, 4, 6];
    /// id-at-serialNumber (RFC 5280 §A.1).
    SERIAL_NUMBER = [2, 5, 4, 5];
    /// id-at-commonName (RFC 5280 §A.1).
    COMMON_NAME = [2, 5, 4, 3];
    /// id-at-localityName (RFC 5280 §A.1).
    LOCALITY_NAME = [2, 5, 4, 7];
    /// id-at-stateOrProvinceName (RFC 5280 §A.1).
    STATE_OR_PROVINCE_NAME = [2, 5, 4, 8];
    /// id-at-organizationName (RFC 5280 §A.1).
    ORGANIZATION_NAME = [2, 5, 4, 10];
    /// id-at-organizationalUnitName (RFC 5280 §A.1).
    ORGANIZATIONAL_UNIT_NAME = [2, 5, 4, 11];
    /// id-ce-subjectDirectoryAttributes (RFC 5280 §4.2.1.8).
    SUBJECT_DIRECTORY_ATTRIBUTES = [2, 5, 29, 9];
    /// id-ce-subjectKeyIdentifier (RFC 5280 §4.2.1.2).
    SUBJECT_KEY_IDENTIFIER = [2, 5, 29, 14];
    /// id-ce-keyUsage (RFC 5280 §4.2.1.3).
    KEY_USAGE = [2, 5, 29, 15];
    /// id-ce-privateKeyUsagePeriod (9303-12 §7.1.1).
    PRIVATE_KEY_USAGE_PERIOD = [2, 5, 29, 16];
    /// id-ce-subjectAltName (RFC 5280 §4.2.1.6).
    SUBJECT_ALT_NAME = [2, 5, 29, 17];
    /// id-ce-issuerAltName (RFC 5280 §4.2.1.7).
    ISSUER_ALT_NAME = [2, 5, 29, 18];
    /// id-ce-basicConstraints (RFC 5280 §4.2.1.9).
    BASIC_CONSTRAINTS = [2, 5, 29, 19];
    /// id-ce-nameConstraints (RFC 5280 §4.2.1.10).
    NAME_CONSTRAINTS = [2, 5, 29, 30];
    /// id-ce-cRLDistributionPoints (RFC 5280 §4.2.1.13).
    CRL_DISTRIBUTION_POINTS = [2, 5, 29, 31];
    /// id-ce-certificatePolicies (RFC 5280 §4.2.1.4).
    CERTIFICATE_POLICIES = [2, 5, 29, 32];
    /// id-ce-policyMappings (RFC 5280 §4.2.1.5).
    POLICY_MAPPINGS = [2, 5, 29, 33];
    /// id-ce-authorityKeyIdentifier (RFC 5280 §4.2.1.1).
    AUTHORITY_KEY_IDENTIFIER = [2, 5, 29, 35];
    /// id-ce-cRLNumber (RFC 5280 §5.2.3).
    CRL_NUMBER = [2, 5, 29, 20];
    /// id-ce-cRLReasons (RFC 5280 §5.3.1).
    CRL_REASONS = [2, 5, 29, 21];
    /// id-ce-invalidityDate (RFC 5280 §5.3.2).
    INVALIDITY_DATE = [2, 5, 29, 24];
    /// id-ce-deltaCRLIndicator (RFC 5280 §5.2.4).
    DELTA_CRL_INDICATOR = [2, 5, 29, 27];
    /// id-ce-issuingDistributionPoint (RFC 5280 §5.2.5).
    ISSUING_DISTRIBUTION_POINT = [2, 5, 29, 28];
    /// id-ce-certificateIssuer (RFC 5280 §5.3.3).
    CERTIFICATE_ISSUER = [2, 5, 29, 29];
    /// id-ce-policyConstraints (RFC 5280 §4.2.1.11).
    POLICY_CONSTRAINTS = [2, 5, 29, 36];
    /// id-ce-extKeyUsage (RFC 5280 §4.2.1.12).
    EXT_KEY_USAGE = [2, 5, 29, 37];
    /// id-ce-freshestCRL (RFC 5280 §4.2.1.15).
    FRESHEST_CRL = [2, 5, 29, 46];
    /// id-ce-inhibitAnyPolicy (RFC 5280 §4.2.1.14).
    INHIBIT_ANY_POLICY = [2, 5, 29, 54];
    // Vietnam.
    /// ISO/IEC 10646 UTF-8: the content of Vietnam's EF.DG13.
    ID_VN_DG13 = [1, 0, 10646, 1, 0, 8];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_become_der_and_text() {
        assert_eq!(ID_RSASSA_PSS.as_der(), [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]);
        assert_eq!(ID_ICAO_LDS_SECURITY_OBJECT.as_der(), [0x67, 0x81, 0x08, 0x01, 0x01, 0x01]);
        assert_eq!(ID_PACE_ECDH_GM.to_string(), "0.4.0.127.0.7.2.2.4.2");
        assert_eq!(ID_VN_DG13.as_der(), [0x28, 0xD3, 0x16, 0x01, 0x00, 0x08]);
        assert_eq!(LEGACY_LDS_SECURITY_OBJECT_NL.to_string(), "1.2.528.1.1006.1.20.1");
        assert_eq!(Oid::from_der(SHA256.as_der()), Some(SHA256));
        assert!(ID_PACE_ECDH_GM.is_under(&ID_PACE));
    }

    #[test]
    fn refuses_what_is_no_identifier() {
        assert_eq!(Oid::from_der(&[]), None);
        assert_eq!(Oid::from_der(&[0x2A, 0x86]), None);
        assert_eq!(Oid::from_der(&[0x2A, 0x80, 0x01]), None);
        assert_eq!(Oid::from_der(&[0x2A; 24]), None);
    }
}
