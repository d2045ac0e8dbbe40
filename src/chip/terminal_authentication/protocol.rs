//! The exchanges: the certificates, then the chip's challenge and the terminal's signature over it.

use super::terminal::{SigningError, SigningRequest, Terminal};
use crate::channel::Channel;
use crate::cvc::{CertificateReference, NoChain, Rights, TerminalType, find_chain};
use crate::error::{Error, Step};
use crate::event::Show;
use crate::iso7816::{Command, StatusWord};
use crate::tlv::{self, Tag};
use thiserror::Error;

const DURING: Step = Step::TerminalAuthentication;
/// Octets of r_IC, the chip's challenge (TR-03110-3 §B.3).
const CHALLENGE: usize = 8;

/// What became of terminal authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TerminalAuthentication {
    /// It was not made: no terminal was given, the chip does not ask for it, or the reading ended before it.
    NotMade,
    /// The certificates given do not lead from what the chip trusts to a terminal; nothing was sent.
    NoChain(NoChain),
    /// The chip refused, in an authentic answer.
    Refused {
        /// The step it refused.
        during: TerminalStep,
        /// Its status.
        status: StatusWord,
    },
    /// The chip answered with something else than is due, without an error status.
    BadAnswer,
    /// The session was lost over it: the chip answered without protection, or not authentically.
    SessionLost,
    /// EF.CVCA, which names what the chip trusts, is not there, is refused or malformed.
    NoTrustPoints,
    /// The signature could not be made.
    SigningFailed(SigningError),
    /// The chip accepted the terminal.
    Done {
        /// What the certificates allow the terminal to read.
        rights: Rights,
        /// The terminal's key.
        holder: CertificateReference,
        /// The certification authority that the chip trusts and the chain began with.
        authority: CertificateReference,
    },
}

/// A step of terminal authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TerminalStep {
    /// MSE:Set DST with the key that verifies the next certificate.
    #[error("choosing the key {0}")]
    ChooseIssuer(CertificateReference),
    /// PSO: VERIFY CERTIFICATE of this holder's certificate.
    #[error("verifying the certificate of {0}")]
    VerifyCertificate(CertificateReference),
    /// MSE:Set AT with the terminal's key.
    #[error("choosing the terminal's key {0}")]
    ChooseTerminal(CertificateReference),
    /// GET CHALLENGE.
    #[error("giving a challenge")]
    Challenge,
    /// EXTERNAL AUTHENTICATE.
    #[error("verifying the terminal's signature")]
    Signature,
}

/// What the chip and the session give to terminal authentication.
pub(crate) struct TerminalInputs<'a> {
    /// The certification authorities that EF.CVCA names, the current one first.
    pub(crate) trust_points: &'a [CertificateReference],
    /// ID_IC: after BAC the document number with its check digit, after PACE Comp(PK_IC) of its ephemeral key.
    pub(crate) id_ic: &'a [u8],
    /// Comp(PK_DH,IFD): the compressed ephemeral key of chip authentication.
    pub(crate) ephemeral: &'a [u8],
}

/// Shows the chip the terminal's certificates and signs its challenge.
///
/// # Errors
/// Those of [`Channel::send`].
pub(crate) fn authenticate(
    channel: &mut Channel,
    terminal: &mut Terminal,
    inputs: &TerminalInputs<'_>,
    show: &mut Show<'_>,
) -> Result<TerminalAuthentication, Error> {
    let (certificates, signer) = terminal.parts();
    let chain = match find_chain(certificates, inputs.trust_points, TerminalType::InspectionSystem) {
        Ok(chain) => chain,
        Err(reason) => return Ok(TerminalAuthentication::NoChain(reason)),
    };
    let holder = *chain.terminal.holder();
    let mut steps = Vec::new();
    for certificate in &chain.certificates {
        let (issuer, holder) = (*certificate.authority(), *certificate.holder());
        steps.push((TerminalStep::ChooseIssuer(issuer), Command::mse_set_dst(issuer.as_bytes())));
        steps.push((TerminalStep::VerifyCertificate(holder), Command::verify_certificate(certificate.contents())));
    }
    let key = tlv::encode(Tag(0x83), holder.as_bytes());
    steps.push((TerminalStep::ChooseTerminal(holder), Command::mse_set_at(0x81, key)));
    steps.push((TerminalStep::Challenge, Command::get_challenge()));
    let mut r_ic = Vec::new();
    for (during, command) in steps {
        let answer = channel.send(&command, DURING, show)?;
        if !answer.status.is_success() {
            return Ok(TerminalAuthentication::Refused { during, status: answer.status });
        }
        r_ic = answer.data;
    }
    if r_ic.len() != CHALLENGE {
        return Ok(TerminalAuthentication::BadAnswer);
    }

    // s_IFD = Sign(SK_IFD, ID_IC ‖ r_IC ‖ Comp(PK_DH,IFD))  (9303-11 §7.1)
    let data = [inputs.id_ic, &r_ic, inputs.ephemeral].concat();
    let signature = match signer.sign(&SigningRequest::new(chain.terminal, &data)) {
        Ok(signature) => signature,
        Err(error) => return Ok(TerminalAuthentication::SigningFailed(error)),
    };
    // A signature of another key would only lose the chip's good will.
    if signature.is_empty() || chain.key.is_some_and(|key| key.verify(&data, &signature).is_err()) {
        return Ok(TerminalAuthentication::SigningFailed(SigningError::BadSignature));
    }
    let status = channel.send(&Command::external_authenticate_terminal(&signature), DURING, show)?.status;
    if !status.is_success() {
        return Ok(TerminalAuthentication::Refused { during: TerminalStep::Signature, status });
    }
    Ok(TerminalAuthentication::Done { rights: chain.rights, holder, authority: chain.trust_point })
}
