//! Card-verifiable certificates, with which a terminal proves to a chip what it may read (TR-03110-3 §C.1, §D).
//!
//! A certificate is parsed whole or refused, and keeps its bytes: the signature is verified over the body as received, and
//! the chip is sent the same octets. Certificates name keys by [`CertificateReference`]; the rights of a holder are its
//! [`Authorization`]. A key without domain parameters takes over those of its issuer's key ([`CvPublicKey`]). A chip has no
//! clock: its date is the latest that accepted certificates gave it, see [`find_chain`].

mod error;
mod data_objects;
mod reference;
mod authorization;
mod key;
mod certificate;
mod chain;
#[cfg(feature = "sim")]
mod issue;

pub use authorization::{Authorization, Rights, Role, TerminalType};
pub use certificate::CvCertificate;
pub use chain::{Chain, ChainDefect, NoChain, find_chain};
pub use error::CvcError;
#[cfg(feature = "sim")]
pub use issue::CvTemplate;
pub use key::{CvPublicKey, VerificationKey};
pub use reference::CertificateReference;
