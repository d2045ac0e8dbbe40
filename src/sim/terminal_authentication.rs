//! The card's side of terminal authentication version 1 (9303-11 §7.1, TR-03110-3 §2.5, §B.3).
//!
//! The card trusts one or two certification authorities and believes in a date; both move on with the certificates that it
//! accepts, and a reset does not take them back. What a terminal may read is what all certificates of its chain allow.
//! Certificates are read and verified by the room `cvc`; what is accepted, and when, is decided here.

use super::faults::Deviation;
use crate::crypto::Random;
use crate::cvc::{CertificateReference, CvCertificate, Rights, Role, TerminalType, VerificationKey};
use crate::iso7816::StatusWord;
use crate::tlv::{Reader, Tag};
use time::Date;

/// Octets of the card's challenge (TR-03110-3 §B.3).
const CHALLENGE: usize = 8;
/// TrustPoints points that a card keeps: the current one and the one before (TR-03110-3 §2.5.1).
const TRUST_POINTS: usize = 2;

/// A holder of a verified certificate.
#[derive(Clone)]
struct VerifiedHolder {
    holder: CertificateReference,
    role: Role,
    rights: Rights,
    key: VerificationKey,
    expiration: Date,
}

impl VerifiedHolder {
    fn of(certificate: &CvCertificate, key: VerificationKey) -> Self {
        Self {
            holder: *certificate.holder(),
            role: certificate.authorization().role(),
            rights: certificate.authorization().rights(),
            key,
            expiration: certificate.expiration(),
        }
    }
}

/// What the card trusts, and the date it believes in: neither is forgotten with the power.
pub(crate) struct TrustPoints {
    points: Vec<VerifiedHolder>,
    today: Date,
}

impl TrustPoints {
    /// A card personalised with these certificates of certification authorities, the current one first.
    pub(crate) fn new(authorities: &[CvCertificate], today: Date) -> Self {
        let point = |certificate: &CvCertificate| {
            certificate.public_key().complete(None).ok().map(|key| VerifiedHolder::of(certificate, key))
        };
        Self { points: authorities.iter().filter_map(point).collect(), today }
    }

    /// The references of the authorities, the current one first.
    pub(crate) fn references(&self) -> Vec<Vec<u8>> {
        self.points.iter().map(|point| point.holder.as_bytes().to_vec()).collect()
    }

    /// The date moves on, and authorities that have expired by then are trusted no more, but for the newest.
    fn advance(&mut self, effective: Date) {
        self.today = self.today.max(effective);
        let today = self.today;
        let mut first = true;
        self.points.retain(|point| core::mem::take(&mut first) || point.expiration >= today);
    }
}

/// Where terminal authentication stands; forgotten with the session.
#[derive(Default)]
pub(crate) struct TerminalAuthenticationState {
    /// Whose key verifies the next certificate.
    issuer: Option<CertificateReference>,
    /// The holder of the last certificate verified.
    imported: Option<VerifiedHolder>,
    /// The terminal whose signature comes next.
    terminal: Option<VerifiedHolder>,
    challenge: Option<Vec<u8>>,
}

impl TerminalAuthenticationState {
    /// Whether a terminal was chosen, so that a challenge belongs to it.
    pub(crate) fn is_open(&self) -> bool {
        self.terminal.is_some()
    }

    /// MSE:Set DST: DO'83', the authority of the next certificate.
    pub(crate) fn set_dst(&mut self, data: &[u8], trust: &TrustPoints) -> Result<(), StatusWord> {
        self.issuer = None;
        let reference = reference(data)?;
        let known = trust.points.iter().chain(&self.imported).any(|known| known.holder == reference);
        if !known {
            return Err(StatusWord::REFERENCE_NOT_FOUND);
        }
        self.issuer = Some(reference);
        Ok(())
    }

    /// PSO: VERIFY CERTIFICATE, body and signature of a certificate.
    pub(crate) fn verify_certificate(&mut self, data: &[u8], trust: &mut TrustPoints) -> Result<(), StatusWord> {
        let issuer = self.issuer.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let certificate = CvCertificate::parse_contents(data).map_err(|_| StatusWord::WRONG_DATA)?;
        let known = trust.points.iter().chain(&self.imported).find(|known| known.holder == issuer).cloned();
        let issuer = known.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let refused = StatusWord::VERIFICATION_FAILED;
        let authorization = certificate.authorization();
        let role = authorization.role();
        let fits = *certificate.authority() == issuer.holder
            && authorization.terminal_type() == TerminalType::InspectionSystem
            && issuer.role.issues(role);
        // Link certificates are taken although they have expired  (TR-03110-3 §2.5.1)
        if !fits || role != Role::Cvca && certificate.expiration() < trust.today {
            return Err(refused);
        }
        certificate.verify_signed_by(&issuer.key).map_err(|_| refused)?;
        let key = certificate.public_key().complete(Some(&issuer.key)).map_err(|_| refused)?;
        let mut verified = VerifiedHolder::of(&certificate, key);
        if role == Role::Cvca {
            // The new authority takes the first place, the one that certified it the second.
            trust.points.retain(|point| point.holder == issuer.holder && point.holder != verified.holder);
            trust.points.insert(0, verified.clone());
            trust.points.truncate(TRUST_POINTS);
        } else {
            // Effective rights are those that all allow  (TR-03110-3 §2.7)
            verified.rights = issuer.rights.and(verified.rights);
        }
        // Link certificates, those of document verifiers and those of domestic terminals move the date on.
        if role != Role::Terminal || issuer.role == Role::DvDomestic {
            trust.advance(certificate.effective());
        }
        self.imported = (role != Role::Cvca).then_some(verified);
        self.terminal = None;
        Ok(())
    }

    /// MSE:Set AT: DO'83' the terminal, DO'80' the protocol where it is named.
    pub(crate) fn set_at(&mut self, data: &[u8]) -> Result<(), StatusWord> {
        self.challenge = None;
        let reference = reference(data)?;
        let is_it = |verified: &&VerifiedHolder| verified.holder == reference && verified.role == Role::Terminal;
        self.terminal = self.imported.as_ref().filter(is_it).cloned();
        if self.is_open() { Ok(()) } else { Err(StatusWord::REFERENCE_NOT_FOUND) }
    }

    /// GET CHALLENGE: r_IC.
    pub(crate) fn challenge(
        &mut self,
        random: &mut dyn Random,
        deviation: Option<Deviation>,
    ) -> Result<Vec<u8>, StatusWord> {
        let octets = match deviation {
            Some(Deviation::TaShortChallenge) => CHALLENGE - 1,
            Some(Deviation::TaLongChallenge) => CHALLENGE + 1,
            _ => CHALLENGE,
        };
        let mut r_ic = vec![0; octets];
        random.fill(&mut r_ic).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
        self.challenge = Some(r_ic.clone());
        Ok(r_ic)
    }

    /// EXTERNAL AUTHENTICATE: a signature over ID_IC ‖ r_IC ‖ Comp(PK_DH,IFD) gives the terminal its rights
    /// (9303-11 §7.1).
    pub(crate) fn authenticate(
        &mut self,
        signature: &[u8],
        id_ic: &[u8],
        ephemeral: &[u8],
    ) -> Result<Rights, StatusWord> {
        let terminal = self.terminal.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let r_ic = self.challenge.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let signed = [id_ic, &r_ic, ephemeral].concat();
        terminal.key.verify(&signed, signature).map_err(|_| StatusWord::VERIFICATION_FAILED)?;
        Ok(terminal.rights)
    }
}

/// DO'83', beside which DO'80' may stand.
fn reference(data: &[u8]) -> Result<CertificateReference, StatusWord> {
    let wrong = StatusWord::WRONG_DATA;
    let mut found = None;
    let mut objects = Reader::new(data);
    while !objects.is_empty() {
        let object = objects.next().map_err(|_| wrong)?;
        match object.tag {
            Tag(0x83) if found.is_none() => found = Some(object.value),
            Tag(0x80) => {}
            _ => return Err(wrong),
        }
    }
    // What is no reference is none that the card knows.
    CertificateReference::new(found.ok_or(wrong)?).ok_or(StatusWord::REFERENCE_NOT_FOUND)
}
