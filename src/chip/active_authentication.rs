//! Active authentication (9303-11 §6.1): the chip signs a challenge with the key of DG15.

use crate::channel::Channel;
use crate::checks::{Reason, Warning};
use crate::crypto::{CryptoError, DigestAlgorithm, PublicKey, SignatureAlgorithm, verify_iso9796_2};
use crate::error::{Error, Step};
use crate::event::Show;
use crate::iso7816::{Command, StatusWord};

/// Who chose the challenge; a signature proves more where the verifier chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ChallengeSource {
    /// This library, from the operating system's randomness.
    Reader,
    /// The caller.
    Caller,
}

/// What became of active authentication.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActiveAuthentication {
    /// It was not made: the plan left it out, the reading ended before it, or the document comes from a file.
    NotMade,
    /// The chip answered with a signature; it is judged when the document is verified.
    Answered {
        /// The eight bytes that were to be signed.
        challenge: [u8; 8],
        /// Who chose them.
        chosen_by: ChallengeSource,
        /// The signature as it came.
        signature: Vec<u8>,
    },
    /// The chip refused.
    Refused(StatusWord),
    /// The session was lost over it.
    SessionLost,
    /// DG15 holds no key that could be used.
    BadKey,
}

/// `Debug` output omits challenge and signature: they identify the chip.
impl core::fmt::Debug for ActiveAuthentication {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotMade => f.write_str("NotMade"),
            Self::Answered { chosen_by, signature, .. } => {
                write!(f, "Answered({} bytes, challenge by {chosen_by:?})", signature.len())
            }
            Self::Refused(status) => write!(f, "Refused({status})"),
            Self::SessionLost => f.write_str("SessionLost"),
            Self::BadKey => f.write_str("BadKey"),
        }
    }
}

/// INTERNAL AUTHENTICATE with a challenge; the length of the answer follows from `key`.
pub(crate) fn ask(
    channel: &mut Channel,
    key: &PublicKey,
    challenge: [u8; 8],
    chosen_by: ChallengeSource,
    show: &mut Show<'_>,
) -> Result<ActiveAuthentication, Error> {
    let ne = match key {
        PublicKey::Rsa(key) => u32::try_from(key.modulus_len()).unwrap_or(256).max(256),
        _ => 256,
    };
    let answer = channel.send(&Command::internal_authenticate(&challenge, ne), Step::ActiveAuthentication, show)?;
    Ok(if answer.status.is_success() {
        ActiveAuthentication::Answered { challenge, chosen_by, signature: answer.data }
    } else {
        ActiveAuthentication::Refused(answer.status)
    })
}

/// A signature that verified.
pub(crate) struct Verified {
    /// The digest it was made with.
    pub(crate) digest: DigestAlgorithm,
    /// What is worth knowing.
    pub(crate) warnings: Vec<Warning>,
}

/// Judges a signature: RSA by ISO/IEC 9796-2, which names its digest in the trailer; ECDSA plain, `r ‖ s`, with the
/// digest of DG14's ActiveAuthenticationInfo (9303-11 §6.1.2.3).
pub(crate) fn verify(
    key: &PublicKey,
    digest_of_dg14: Result<DigestAlgorithm, Reason>,
    challenge: &[u8; 8],
    signature: &[u8],
) -> Result<Verified, Reason> {
    match key {
        PublicKey::Rsa(key) => {
            let digest = verify_iso9796_2(key, challenge, signature).map_err(reason)?;
            let mut warnings = Vec::new();
            if digest == DigestAlgorithm::Sha1 {
                warnings.push(Warning::Sha1);
            }
            if key.modulus_len() < 256 {
                warnings.push(Warning::ShortRsaKey);
            }
            Ok(Verified { digest, warnings })
        }
        PublicKey::Ec { curve, point } => {
            let digest = digest_of_dg14?;
            let curve = curve.curve();
            // SHA-1 is not allowed for ECDSA here, and the hash is no longer than the key (9303-11 §6.1.2.3).
            if digest == DigestAlgorithm::Sha1 || digest.len() > curve.order_len() {
                return Err(Reason::ForbiddenAlgorithm);
            }
            let half = curve.order_len();
            if let Some((r, s)) = signature.split_at_checked(half).filter(|(_, s)| s.len() == half)
                && curve.verify_ecdsa(point, &digest.digest(&[challenge]), r, s).is_ok()
            {
                return Ok(Verified { digest, warnings: Vec::new() });
            }
            // Some chips, Portuguese ones among them, answer in DER: a tolerance that the report names.
            let der = SignatureAlgorithm::Ecdsa { digest: Some(digest), plain: false };
            der.verify(key, challenge, signature, None).map_err(reason)?;
            Ok(Verified { digest, warnings: vec![Warning::DerSignature] })
        }
        // A key of agreement signs nothing.
        PublicKey::Dh { .. } => Err(Reason::BadKey),
        // Active authentication is RSA or ECDSA (9303-11 §6.1).
        PublicKey::Dsa(_) => Err(Reason::ForbiddenAlgorithm),
    }
}

fn reason(error: CryptoError) -> Reason {
    match error {
        CryptoError::BadKey | CryptoError::BadPoint => Reason::BadKey,
        CryptoError::Unsupported => Reason::UnsupportedAlgorithm,
        CryptoError::Forbidden => Reason::ForbiddenAlgorithm,
        _ => Reason::BadSignature,
    }
}
