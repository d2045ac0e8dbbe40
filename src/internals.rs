//! Unstable internals. Rooms that serve the library only, reachable for its own tests, benchmarks and fuzzers.
//!
//! Nothing here is covered by the promise of stable versions: it may change or disappear with any release.

/// Object identifiers.
pub mod oid {
    pub use crate::oid::*;
}

/// The BER-TLV decoder and encoder (ISO 7816-4 §6, X.690).
pub mod tlv {
    pub use crate::tlv::*;
}

/// Ciphers, digests, signatures, curves.
pub mod crypto {
    pub use crate::crypto::*;
}

/// Command and response APDUs, status words.
pub mod iso7816 {
    pub use crate::iso7816::*;
}

/// Certificates, CMS and revocation lists.
pub mod pki {
    pub use crate::pki::*;
}

/// Master lists, defect lists and their signers.
pub mod signed_lists {
    pub use crate::signed_lists::*;
}

/// Card-verifiable certificates (TR-03110-3 §C).
pub mod cvc {
    pub use crate::cvc::*;
}

/// EF.SOD against its certificate chain, data groups against EF.SOD (9303-11 §5.1).
pub mod passive_authentication {
    pub use crate::passive_authentication::*;
}

/// Secure messaging (9303-11 §9.8).
pub mod secure_messaging {
    pub use crate::secure_messaging::*;
}

/// Commands to a card: chaining, lengths, file selection.
pub mod channel {
    pub use crate::channel::*;
}

/// The simulated issuer's certificates and signed files, correct or defective.
#[cfg(feature = "sim")]
pub mod issuer {
    pub use crate::sim::issuer::*;
}
