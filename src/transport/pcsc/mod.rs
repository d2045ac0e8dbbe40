//! PC/SC readers: list them, wait for a card, watch them come and go.
//!
//! On Linux the service is pcscd, on Windows the Smart Card service, on macOS the system's own. No state is kept
//! between calls: each makes a context of its own, and makes it again when the service restarts meanwhile. A card is
//! held for this program alone and left with a reset. An SSH session, a kiosk without a seat or a service account may
//! be refused by polkit on Linux: that is [`TransportError::Denied`](crate::TransportError::Denied).

mod binding;
mod features;
mod reader_names;
mod scan;
mod link;
mod wait;
mod readers;
mod watch;

pub use reader_names::SlotKind;
pub use readers::{ReaderInfo, Readers};
pub use watch::Change;
