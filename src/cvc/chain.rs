//! From what a chip trusts to a terminal: link certificates, a document verifier, an inspection system
//! (TR-03110-3 §2.5, §2.7).
//!
//! The certificates are the caller's, in any order. A chip judges them by its own date, which it only learns from the
//! certificates that it accepts; as far as this room can follow it, what the chip would refuse is not sent. A signature is
//! verified wherever the issuer's key is among the certificates given, and left to the chip where it is not.

use super::{CertificateReference, CvCertificate, CvcError, Rights, Role, TerminalType, VerificationKey};
use crate::bounds::BOUNDS;
use crate::pki::Budget;
use std::collections::VecDeque;
use thiserror::Error;
use time::Date;

/// The way from a trust point of the chip to a terminal.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// The reference of the chip's key that verifies the first certificate.
    pub trust_point: CertificateReference,
    /// The certificates in the order that the chip verifies them; the last one is the terminal's.
    pub certificates: Vec<&'a CvCertificate>,
    /// The terminal's certificate, the last of them.
    pub terminal: &'a CvCertificate,
    /// What all of them allow; the trust point's own certificate counts where it is known.
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
    /// A certificate on the way cannot stand.
    #[error("the certificate of {holder} {defect}")]
    Defective {
        /// The holder of the certificate.
        holder: CertificateReference,
        /// What is wrong with it.
        defect: ChainDefect,
    },
    /// More certificates lead about than are worth trying.
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
    /// It is no certificate of the terminal type.
    #[error("is for another type of terminal")]
    TerminalType,
    /// It had expired when another certificate of the chain became effective: the chip knows.
    #[error("expired before another certificate of its chain became effective")]
    Expired,
    /// It does not verify under its issuer's key, or its own key is none.
    #[error("cannot be verified: {0}")]
    Unverified(CvcError),
    /// It has more issuers above it than a chain may have.
    #[error("stands below too many others")]
    TooLong,
}

/// The shortest chain from the chip's trust points, the first preferred, to a terminal of this type.
///
/// # Errors
/// [`NoChain`]: what was wrong with the certificate that came furthest, or that none is connected.
pub fn find_chain<'a>(
    certificates: &'a [CvCertificate],
    trust_points: &[CertificateReference],
    terminal_type: TerminalType,
) -> Result<Chain<'a>, NoChain> {
    let mut search = Search { certificates, terminal_type, budget: Budget::new(BOUNDS.cv_signatures), furthest: None };
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
    budget: Budget,
    /// The defect met deepest in a chain, with its depth.
    furthest: Option<(usize, CertificateReference, ChainDefect)>,
}

/// A chain that has not reached a terminal yet.
#[derive(Clone)]
struct Way<'a> {
    certificates: Vec<&'a CvCertificate>,
    /// Whose key signs what comes next, and what that holder is.
    holder: CertificateReference,
    role: Role,
    /// That key, where it is known.
    key: Option<VerificationKey>,
    /// The chip's date is no earlier than this.
    date: Option<Date>,
    /// What all allow so far; `None` where nothing is known yet.
    rights: Option<Rights>,
}

impl<'a> Search<'a> {
    /// The shortest chain from one trust point: breadth first.
    fn from(&mut self, trust_point: CertificateReference) -> Result<Option<Chain<'a>>, NoChain> {
        let mut ways: VecDeque<Way<'a>> = self.starts(trust_point).into();
        let mut walked: Vec<&'a CvCertificate> = Vec::new();
        while let Some(way) = ways.pop_front() {
            let certificates = self.certificates;
            let issued = certificates.iter().filter(|next| *next.authority() == way.holder && !next.is_self_issued());
            for next in issued {
                if walked.contains(&next) {
                    continue;
                }
                match self.step(&way, next)? {
                    Err(defect) => self.note(way.certificates.len(), next, defect),
                    Ok(way) if way.role == Role::Terminal => {
                        let rights = way.rights.unwrap_or(next.authorization().rights());
                        let Way { certificates, key, .. } = way;
                        return Ok(Some(Chain { trust_point, certificates, terminal: next, rights, key }));
                    }
                    Ok(way) => {
                        walked.push(next);
                        ways.push_back(way);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Where to start: the trust point with each key that a certificate gives it, or with none that is known.
    fn starts(&self, trust_point: CertificateReference) -> Vec<Way<'a>> {
        let unknown = Way {
            certificates: Vec::new(),
            holder: trust_point,
            role: Role::Cvca,
            key: None,
            date: None,
            rights: None,
        };
        let mut known: Vec<Way<'a>> = Vec::new();
        for certificate in self.certificates {
            let is_its = *certificate.holder() == trust_point && certificate.authorization().role() == Role::Cvca;
            let Some(key) = certificate.public_key().complete(None).ok().filter(|_| is_its) else { continue };
            // The chip took the trust point over when it was effective.
            let date = Some(certificate.effective());
            match known.iter_mut().find(|way| way.key.as_ref() == Some(&key)) {
                Some(way) => way.date = way.date.min(date),
                None => {
                    let rights = Some(certificate.authorization().rights());
                    known.push(Way { key: Some(key), date, rights, ..unknown.clone() });
                }
            }
        }
        if known.is_empty() { vec![unknown] } else { known }
    }

    /// One certificate further, as the chip judges it (TR-03110-3 §2.5).
    fn step(&mut self, way: &Way<'a>, next: &'a CvCertificate) -> Result<Result<Way<'a>, ChainDefect>, NoChain> {
        let authorization = next.authorization();
        if way.certificates.len() >= BOUNDS.cv_chain {
            return Ok(Err(ChainDefect::TooLong));
        }
        if !way.role.issues(authorization.role()) {
            return Ok(Err(ChainDefect::Role));
        }
        if authorization.terminal_type() != self.terminal_type {
            return Ok(Err(ChainDefect::TerminalType));
        }
        // A chip accepts expired link certificates, and no others that have expired.
        if authorization.role() != Role::Cvca && way.date.is_some_and(|date| next.expiration() < date) {
            return Ok(Err(ChainDefect::Expired));
        }
        if let Some(key) = &way.key {
            self.budget.take().ok_or(NoChain::Budget)?;
            if let Err(error) = next.verify_signed_by(key) {
                return Ok(Err(ChainDefect::Unverified(error)));
            }
        }
        let key = match next.public_key().complete(way.key.as_ref()) {
            Ok(key) => Some(key),
            Err(CvcError::NoDomainParameters) if way.key.is_none() => None,
            Err(error) => return Ok(Err(ChainDefect::Unverified(error))),
        };
        // The chip's date moves on with link certificates and with those of its own country.
        let moves = matches!(authorization.role(), Role::Cvca | Role::DvDomestic);
        let rights = authorization.rights();
        Ok(Ok(Way {
            certificates: [way.certificates.as_slice(), &[next]].concat(),
            holder: *next.holder(),
            role: authorization.role(),
            key,
            date: way.date.max(moves.then_some(next.effective())),
            rights: Some(way.rights.map_or(rights, |above| above.and(rights))),
        }))
    }

    fn note(&mut self, depth: usize, certificate: &CvCertificate, defect: ChainDefect) {
        if self.furthest.is_none_or(|(deepest, ..)| depth > deepest) {
            self.furthest = Some((depth, *certificate.holder(), defect));
        }
    }
}
