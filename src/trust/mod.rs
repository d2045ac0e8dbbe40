//! What the caller trusts: anchors, certificate chains to them, lists and their signers, bundles, and the store of all of it.
//!
//! A [`TrustBuilder`] collects files in any order and evaluates them once; the [`TrustStore`] that it builds never changes.
//! Nothing that comes from a card is ever an anchor. There is no clock here: the moment is an argument.

mod bundle;
mod source;
mod issuer_candidates;
mod material;
mod certification_path;
mod list_authority;
mod reachable;
mod evaluation;
mod store;
mod builder;
mod bundle_maker;
mod examination;

pub use crate::pki::{Certificate, CertificateError, Currency, RevocationList, RevocationListError};
pub use crate::signed_lists::{DefectList, DefectListForm, ListError, MasterList};
pub use builder::TrustBuilder;
pub use bundle::{Age, AgePolicy, BundleError, BundlePart, BundleUse, TrustBundle};
pub use certification_path::{Chain, Unverified, authority_role};
pub use examination::{Examination, ExaminationFinding, ExaminationReason};
pub use list_authority::Listed;
pub use source::{ListSigner, Refusal, Refused, Source, SourceKind};
pub use store::{TrustStore, find_anchor, find_path, verify_among};
