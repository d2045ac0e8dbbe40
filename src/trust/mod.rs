//! What the caller trusts: anchors, certificate chains to them, lists and their signers, bundles, and the store of all of it.
//!
//! Nothing that comes from a card is ever an anchor. There is no clock here: the moment is an argument.

mod anchors;
mod bundle;
mod collection;
mod intake;
mod list_signer;
mod lists;
mod path;
mod pieces;
mod settle;
mod source;
mod trust_store;

pub use bundle::{Age, AgePolicy, BundleError, BundlePart, BundleUse, TrustBundle};
pub use collection::Collection;
pub use list_signer::ListSigner;
pub use lists::Listed;
pub use path::{Chain, Unverified, authority_role, find_anchor, find_path, verify_among};
pub use source::{Refusal, Refused, Source, SourceKind};
pub use trust_store::TrustStore;
