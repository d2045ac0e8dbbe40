//! The one way to talk to a chip: protection, lengths, command chaining, GET RESPONSE, budgets, and whole files.
//!
//! Every exchange with a card passes [`Channel::send`]. It fires the caller's event, counts, protects, sends, collects
//! the parts of a long answer, and unprotects. What a status means for a file is decided in `channel/files.rs`.

mod limits;
mod budget;
mod link;
mod protection;
mod lengths;
mod addressing;
mod chip_channel;
mod files;

pub use budget::Budget;
pub use chip_channel::Channel;
pub use files::FileOutcome;
pub(crate) use files::is_selected;
pub use limits::Limits;
pub(crate) use protection::ends_session;
