//! Certificate chains from a trust point of a chip to a terminal: link certificates, a document verifier, an inspection
//! system (TR-03110-3 §2.5, §2.7).
//!
//! The caller gives the certificates in any order. A chip checks them against its own date, which it takes from the
//! certificates that it accepts; a chain that the chip would refuse by the date computed here is not offered. A signature
//! is verified wherever the issuer's key is among the certificates given, and left to the chip where it is not.

use super::{CertificateReference, CvCertificate, CvcError, Rights, Role, TerminalType, VerificationKey};
use crate::bounds::BOUNDS;
use crate::pki::SignatureBudget;
use std::collections::VecDeque;
use thiserror::Error;
use time::Date;

/// A certificate chain from a trust point of the chip to a terminal.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// The reference of the chip's key that verifies the first certificate.
    pub trust_point: CertificateReference,
    /// The certificates in the order that the chip verifies them; the last one is the terminal's.
    pub certificates: Vec<&'a CvCertificate>,
    /// The terminal's certificate, the last of them.
    pub terminal: &'a CvCertificate,
    /// The rights that all of them grant; the trust point's own certificate counts where it is known.
    pub rights: Rights,
    /// The terminal's key, where its curve is known.
    pub key: Option<VerificationKey>,
}

/// Why no chain leads from the chip's trust points to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoChain {
    /// The chip names no certification authority.
    #[error("the chip names no certification authority that it trusts")]
    NoTrustPoint,
    /// None of the certificates given was issued under the certification authority that the chip trusts.
    #[error("no certificate leads from the certification authority {0} that the chip trusts to a terminal")]
    Unconnected(CertificateReference),
    /// A certificate of the chain is not valid in its place.
    #[error("the certificate of {holder} {defect}")]
    Defective {
        /// The holder of the certificate.
        holder: CertificateReference,
        /// What is wrong with it.
        defect: ChainDefect,
    },
    /// The search needs more signatures verified than the budget allows.
    #[error("the certificates need more signatures verified than the budget allows")]
    Budget,
}

/// What is wrong with a certificate in its place of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainDefect {
    /// Its issuer is of a role that does not issue it.
    #[error("is issued by a holder that issues none of its kind")]
    Role,
    /// It is for another terminal type.
    #[error("is for another type of terminal")]
    TerminalType,
    /// It had expired when another certificate of the chain became effective.
    #[error("expired before another certificate of its chain became effective")]
    Expired,
    /// It does not verify under its issuer's key, or its own key is not valid.
    #[error("cannot be verified: {0}")]
    Unverified(CvcError),
    /// It has more issuers above it than a chain may have.
    #[error("stands below too many others")]
    TooLong,
}

/// The shortest chain from the chip's trust points, the first preferred, to a terminal of this type.
///
/// # Errors
/// [`NoChain`]: the defect met deepest in a chain, or that no certificate is connected to a trust point.
pub fn find_chain<'a>(
    certificates: &'a [CvCertificate],
    trust_points: &[CertificateReference],
    terminal_type: TerminalType,
) -> Result<Chain<'a>, NoChain> {
    let mut search =
        Search { certificates, terminal_type, budget: SignatureBudget::new(BOUNDS.cv_signatures), furthest: None };
    let first = trust_points.first().ok_or(NoChain::NoTrustPoint)?;
    for trust_point in trust_points {
        if let Some(chain) = search.from(*trust_point)? {
            return Ok(chain);
        }
    }
    Err(match search.furthest {
        Some((_, holder, defect)) => NoChain::Defective { holder, defect },
        None => NoChain::Unconnected(*first),
    })
}

struct Search<'a> {
    certificates: &'a [CvCertificate],
    terminal_type: TerminalType,
    budget: SignatureBudget,
    /// The defect met deepest in a chain, with its depth.
    furthest: Option<(usize, CertificateReference, ChainDefect)>,
}

/// A chain that has not reached a terminal yet.
#[derive(Clone)]
struct PartialChain<'a> {
    certificates: Vec<&'a CvCertificate>,
    /// The holder whose key signs the next certificate, and its role.
    holder: CertificateReference,
    role: Role,
    /// That key, where it is known.
    key: Option<VerificationKey>,
    /// The chip's date is no earlier than this.
    date: Option<Date>,
    /// The rights that all certificates so far grant; `None` before the first.
    rights: Option<Rights>,
}

impl<'a> Search<'a> {
    /// The shortest chain from one trust point: breadth first.
    fn from(&mut self, trust_point: CertificateReference) -> Result<Option<Chain<'a>>, NoChain> {
        let mut open: VecDeque<PartialChain<'a>> = self.starts(trust_point).into();
        let mut walked: Vec<&'a CvCertificate> = Vec::new();
        while let Some(chain) = open.pop_front() {
            let certificates = self.certificates;
            let issued = certificates.iter().filter(|next| *next.authority() == chain.holder && !next.is_self_issued());
            for next in issued {
                if walked.contains(&next) {
                    continue;
                }
                match self.step(&chain, next)? {
                    Err(defect) => self.note(chain.certificates.len(), next, defect),
                    Ok(chain) if chain.role == Role::Terminal => {
                        let rights = chain.rights.unwrap_or(next.authorization().rights());
                        let PartialChain { certificates, key, .. } = chain;
                        return Ok(Some(Chain { trust_point, certificates, terminal: next, rights, key }));
                    }
                    Ok(chain) => {
                        walked.push(next);
                        open.push_back(chain);
                    }
                }
            }
        }
        Ok(None)
    }

    /// The trust point with each key that a certificate gives it, or without a key if none does.
    fn starts(&self, trust_point: CertificateReference) -> Vec<PartialChain<'a>> {
        let unknown = PartialChain {
            certificates: Vec::new(),
            holder: trust_point,
            role: Role::Cvca,
            key: None,
            date: None,
            rights: None,
        };
        let mut known: Vec<PartialChain<'a>> = Vec::new();
        for certificate in self.certificates {
            if *certificate.holder() != trust_point || certificate.authorization().role() != Role::Cvca {
                continue;
            }
            let Ok(key) = certificate.public_key().complete(None) else { continue };
            // The chip took the trust point over when it was effective.
            let date = Some(certificate.effective());
            match known.iter_mut().find(|chain| chain.key.as_ref() == Some(&key)) {
                Some(chain) => chain.date = chain.date.min(date),
                None => {
                    let rights = Some(certificate.authorization().rights());
                    known.push(PartialChain { key: Some(key), date, rights, ..unknown.clone() });
                }
            }
        }
        if known.is_empty() { vec![unknown] } else { known }
    }

    /// Appends a certificate under the rules by which the chip accepts it (TR-03110-3 §2.5).
    fn step(
        &mut self,
        chain: &PartialChain<'a>,
        next: &'a CvCertificate,
    ) -> Result<Result<PartialChain<'a>, ChainDefect>, NoChain> {
        let authorization = next.authorization();
        if chain.certificates.len() >= BOUNDS.cv_chain {
            return Ok(Err(ChainDefect::TooLong));
        }
        if !chain.role.issues(authorization.role()) {
            return Ok(Err(ChainDefect::Role));
        }
        if authorization.terminal_type() != self.terminal_type {
            return Ok(Err(ChainDefect::TerminalType));
        }
        // A chip accepts expired link certificates, and no others that have expired.
        if authorization.role() != Role::Cvca && chain.date.is_some_and(|date| next.expiration() < date) {
            return Ok(Err(ChainDefect::Expired));
        }
        if let Some(key) = &chain.key {
            self.budget.take().ok_or(NoChain::Budget)?;
            if let Err(error) = next.verify_signed_by(key) {
                return Ok(Err(ChainDefect::Unverified(error)));
            }
        }
        let key = match next.public_key().complete(chain.key.as_ref()) {
            Ok(key) => Some(key),
            Err(CvcError::NoDomainParameters) if chain.key.is_none() => None,
            Err(error) => return Ok(Err(ChainDefect::Unverified(error))),
        };
        // The chip's date moves on with link certificates and with those of its own country.
        let moves = matches!(authorization.role(), Role::Cvca | Role::DvDomestic);
        let rights = authorization.rights();
        Ok(Ok(PartialChain {
            certificates: [chain.certificates.as_slice(), &[next]].concat(),
            holder: *next.holder(),
            role: authorization.role(),
            key,
            date: chain.date.max(moves.then_some(next.effective())),
            rights: Some(chain.rights.map_or(rights, |above| above.and(rights))),
        }))
    }

    fn note(&mut self, depth: usize, certificate: &CvCertificate, defect: ChainDefect) {
        if self.furthest.is_none_or(|(deepest, ..)| depth > deepest) {
            self.furthest = Some((depth, *certificate.holder(), defect));
        }
    }
}
