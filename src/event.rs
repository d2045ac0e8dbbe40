//! One closure reports progress and lets the caller stop the work.
//!
//! Every long call takes `show: &mut Show`, fired before each exchange with the card and a few times a second while
//! waiting. Answer [`ControlFlow::Break`] and the call ends with [`Error::Cancelled`](crate::error::Error::Cancelled).

use crate::lds::FileId;
use core::ops::ControlFlow;
use core::time::Duration;

/// The closure that a caller passes to follow the work and to stop it.
pub type Show<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 'a;

/// Something that happens; its English text is no contract.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// No card is there yet.
    Waiting {
        /// How long the wait has lasted.
        elapsed: Duration,
    },
    /// A phase of the work begins.
    Phase(Phase),
    /// The chip counts wrong passwords; this is the number of tries left **before** one is spent: return
    /// [`ControlFlow::Break`] to spend none.
    TriesLeft {
        /// Which password: `CAN`, `MRZ`.
        password: &'static str,
        /// Tries left, at least 1.
        left: u8,
    },
    /// An exchange with the card is about to be sent.
    Exchange {
        /// Its number since the card was connected, from 1.
        number: u32,
    },
    /// A part of a file came in.
    Reading {
        /// The file.
        file: FileId,
        /// Bytes of it held.
        done: usize,
        /// Bytes of it in all, by its header.
        total: usize,
    },
    /// A whole file came in while others are still to come. **Provisional: its hash matches the SOD, the issuer is not
    /// judged.** Good for filling a form, never a verdict.
    Provisional {
        /// The file.
        file: FileId,
        /// Its bytes.
        bytes: &'a [u8],
    },
}

/// The phases of a reading, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Reading what the chip offers.
    CardAccess,
    /// BAC or PACE.
    AccessControl,
    /// Selecting the application.
    SelectApplication,
    /// Waiting for a lost card, and opening it again.
    Resume,
    /// Reading EF.SOD.
    SecurityObject,
    /// Chip authentication.
    ChipAuthentication,
    /// Terminal authentication.
    TerminalAuthentication,
    /// Reading the data groups.
    DataGroups,
    /// Active authentication.
    ActiveAuthentication,
}
