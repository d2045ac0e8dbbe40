//! Readers and cards as they come and go.
//!
//! What is there at the beginning is reported first, as if it came then. A restart of the service is reported: its
//! readers go and come again.

use super::readers::{ReaderInfo, Readers};
use super::scan::{Scan, Slot, TICK};
use crate::error::{Error, TransportError};
use core::ops::ControlFlow;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Something that came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A reader is there.
    ReaderAttached(ReaderInfo),
    /// A reader has gone.
    ReaderDetached {
        /// Its name.
        reader: String,
    },
    /// A card is there.
    CardInserted(ReaderInfo),
    /// A card has gone.
    CardRemoved {
        /// The reader that it was in.
        reader: String,
    },
    /// The PC/SC service has stopped.
    ServiceLost,
    /// The PC/SC service is back.
    ServiceBack,
    /// Nothing happened; a few times a second.
    Waiting {
        /// How long the watch has lasted.
        elapsed: Duration,
    },
}

impl Readers {
    /// Watches readers and cards until `seen` answers [`ControlFlow::Break`] or the `timeout` is over.
    ///
    /// # Errors
    /// [`Error::Transport`]: the service refuses this user. A service that stops is a [`Change`], not an error.
    pub fn watch(
        &self,
        timeout: Option<Duration>,
        seen: &mut dyn FnMut(Change) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let began = Instant::now();
        let mut scan = Scan::default();
        let mut known: Vec<Slot> = Vec::new();
        let mut served = true;
        let mut look_for = Duration::ZERO;
        loop {
            let mut changes = Vec::new();
            match scan.look(look_for) {
                Ok(now) => {
                    if !served {
                        changes.push(Change::ServiceBack);
                    }
                    served = true;
                    compare(&known, &now, &mut changes);
                    known = now;
                }
                Err(TransportError::NoService) => {
                    compare(&known, &[], &mut changes);
                    known.clear();
                    if served {
                        changes.push(Change::ServiceLost);
                    }
                    served = false;
                    sleep(look_for);
                }
                Err(error) => return Err(error.into()),
            }
            changes.push(Change::Waiting { elapsed: began.elapsed() });
            for change in changes {
                if seen(change).is_break() {
                    return Ok(());
                }
            }
            look_for = match timeout.map(|timeout| timeout.saturating_sub(began.elapsed())) {
                Some(Duration::ZERO) => return Ok(()),
                Some(left) => TICK.min(left),
                None => TICK,
            };
        }
    }
}

/// What changed from one look to the next: first what went, then what came.
fn compare(before: &[Slot], now: &[Slot], changes: &mut Vec<Change>) {
    for old in before {
        let new = now.iter().find(|new| new.name == old.name);
        let stayed = new.is_some_and(|new| new.present && new.events == old.events);
        if old.present && !stayed {
            changes.push(Change::CardRemoved { reader: old.text() });
        }
        if new.is_none() {
            changes.push(Change::ReaderDetached { reader: old.text() });
        }
    }
    for new in now {
        let old = before.iter().find(|old| old.name == new.name);
        if old.is_none() {
            changes.push(Change::ReaderAttached(ReaderInfo::from(new)));
        }
        let stayed = old.is_some_and(|old| old.present && old.events == new.events);
        if new.present && !stayed {
            changes.push(Change::CardInserted(ReaderInfo::from(new)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    fn slot(name: &str, present: bool, events: u32) -> Slot {
        Slot { name: CString::new(name).unwrap(), present, exclusive: false, atr: Vec::new(), events }
    }

    fn between(before: &[Slot], now: &[Slot]) -> Vec<String> {
        let mut changes = Vec::new();
        compare(before, now, &mut changes);
        changes
            .into_iter()
            .map(|change| match change {
                Change::ReaderAttached(info) => format!("+{}", info.name),
                Change::ReaderDetached { reader } => format!("-{reader}"),
                Change::CardInserted(info) => format!("+card {}", info.name),
                Change::CardRemoved { reader } => format!("-card {reader}"),
                _ => String::new(),
            })
            .collect()
    }

    #[test]
    fn tells_what_is_there_at_first() {
        assert_eq!(between(&[], &[slot("A", true, 1), slot("B", false, 0)]), ["+A", "+card A", "+B"]);
    }

    #[test]
    fn tells_a_card_that_comes_and_goes() {
        assert_eq!(between(&[slot("A", false, 0)], &[slot("A", true, 1)]), ["+card A"]);
        assert_eq!(between(&[slot("A", true, 1)], &[slot("A", false, 2)]), ["-card A"]);
        assert!(between(&[slot("A", true, 1)], &[slot("A", true, 1)]).is_empty());
    }

    #[test]
    fn tells_a_card_that_was_swapped_between_two_looks() {
        assert_eq!(between(&[slot("A", true, 1)], &[slot("A", true, 3)]), ["-card A", "+card A"]);
    }

    #[test]
    fn a_reader_takes_its_card_along() {
        assert_eq!(between(&[slot("A", true, 1)], &[]), ["-card A", "-A"]);
    }
}
