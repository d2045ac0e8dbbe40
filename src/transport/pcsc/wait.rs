//! Waiting for a card: which slots are tried, in which order, and what is reported when the time is over.

use super::link::Link;
use super::reader_names::SlotKind;
use super::scan::{Scan, Slot, TICK};
use crate::error::{Error, TransportError};
use crate::event::{Event, Show};
use crate::transport::Transport;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long another program may hold the card, a card may stay mute, or the service may be away, before a wait ends
/// with that error.
const PATIENCE: Duration = Duration::from_secs(2);
const SERVICE_PATIENCE: Duration = Duration::from_secs(5);

/// Waits for a card in any reader, or in the one of this name, and connects to it.
pub(super) fn wait(reader: Option<&str>, timeout: Duration, show: &mut Show<'_>) -> Result<Box<dyn Transport>, Error> {
    let began = Instant::now();
    let mut scan = Scan::default();
    let mut trouble = Trouble::default();
    // The first look returns at once.
    let mut look_for = Duration::ZERO;
    loop {
        if show(Event::Waiting { elapsed: began.elapsed() }).is_break() {
            return Err(Error::Cancelled);
        }
        let missing = match scan.look(look_for) {
            Ok(slots) => {
                let candidates = candidates(&slots, reader);
                match open_one(&candidates) {
                    Ok(Some(link)) => return Ok(Box::new(link)),
                    Ok(None) => {
                        trouble.over();
                        none_yet(&slots, reader)
                    }
                    Err(error) => trouble.last(error, PATIENCE)?,
                }
            }
            Err(error @ TransportError::NoService) => {
                sleep(look_for);
                trouble.last(error, SERVICE_PATIENCE)?
            }
            Err(error) => return Err(error.into()),
        };
        let left = timeout.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(missing.into());
        }
        look_for = TICK.min(left);
    }
}

/// The slots whose card may be tried, the likeliest first.
fn candidates<'a>(slots: &'a [Slot], reader: Option<&str>) -> Vec<&'a Slot> {
    let mut tried: Vec<&Slot> = match reader {
        Some(reader) => named(slots, reader).into_iter().collect(),
        None => {
            let contactless = slots.iter().any(|slot| slot.kind() == SlotKind::Contactless);
            slots
                .iter()
                .filter(|slot| match slot.kind() {
                    SlotKind::Sam => false,
                    SlotKind::Contact => !contactless,
                    SlotKind::Contactless | SlotKind::Unknown => true,
                })
                .collect()
        }
    };
    tried.retain(|slot| slot.present);
    tried.sort_by_key(|slot| slot.rank());
    tried
}

/// The one slot of that name, or with that part in its name.
fn named<'a>(slots: &'a [Slot], reader: &str) -> Option<&'a Slot> {
    slots.iter().find(|slot| slot.text() == reader).or_else(|| {
        let mut with_part = slots.iter().filter(|slot| !reader.is_empty() && slot.text().contains(reader));
        match (with_part.next(), with_part.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    })
}

/// Opens the first card that can be opened; otherwise returns the error of the likeliest one.
fn open_one(candidates: &[&Slot]) -> Result<Option<Link>, TransportError> {
    let mut first = None;
    for slot in candidates {
        match Link::open(slot.name.clone()) {
            Ok(link) => return Ok(Some(link)),
            // It left again: nothing to tell.
            Err(
                TransportError::CardRemoved
                | TransportError::ReaderGone
                | TransportError::UnknownReader
                | TransportError::NoReader,
            ) => {}
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(None), Err)
}

fn none_yet(slots: &[Slot], reader: Option<&str>) -> TransportError {
    if slots.is_empty() {
        return TransportError::NoReader;
    }
    match reader {
        Some(reader) if named(slots, reader).is_none() => TransportError::UnknownReader,
        _ => TransportError::NoCard,
    }
}

/// Something wrong that may yet pass.
#[derive(Default)]
struct Trouble(Option<(TransportError, Instant)>);

impl Trouble {
    /// Returns the error to tell if the time ends now, or fails with it once it lasted too long or cannot pass.
    fn last(&mut self, error: TransportError, patience: Duration) -> Result<TransportError, TransportError> {
        let passes = matches!(
            error,
            TransportError::Busy
                | TransportError::CardUnresponsive
                | TransportError::CardReset
                | TransportError::Communication
                | TransportError::NoService
        );
        let since = match &self.0 {
            Some((same, since)) if *same == error => *since,
            _ => self.0.insert((error.clone(), Instant::now())).1,
        };
        if passes && since.elapsed() < patience { Ok(error) } else { Err(error) }
    }

    fn over(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    fn slot(name: &str, present: bool, atr: &[u8]) -> Slot {
        Slot { name: CString::new(name).unwrap(), present, exclusive: false, atr: atr.to_vec(), events: 0 }
    }

    fn names(slots: &[&Slot]) -> Vec<String> {
        slots.iter().map(|slot| slot.text()).collect()
    }

    #[test]
    fn prefers_the_contactless_slot_of_a_composite_reader() {
        let slots = [
            slot("ACR1281 ICC 0", true, &[0x3B, 0x00]),
            slot("ACR1281 PICC 0", true, &[0x3B, 0x80, 0x80, 0x01, 0x01]),
            slot("ACR1281 SAM 0", true, &[0x3B, 0x00]),
        ];
        assert_eq!(names(&candidates(&slots, None)), ["ACR1281 PICC 0"]);
    }

    #[test]
    fn leaves_a_contact_slot_alone_while_a_contactless_reader_waits() {
        let slots = [slot("Contact reader 0", true, &[0x3B, 0x00]), slot("Contactless reader 0", false, &[])];
        assert!(candidates(&slots, None).is_empty());
        assert_eq!(names(&candidates(&slots, Some("Contact reader 0"))), ["Contact reader 0"]);
    }

    #[test]
    fn takes_a_contact_slot_where_there_is_no_other() {
        let slots = [slot("Contact reader 0", true, &[0x3B, 0x00])];
        assert_eq!(names(&candidates(&slots, None)), ["Contact reader 0"]);
    }

    #[test]
    fn a_contactless_answer_to_reset_goes_before_a_name() {
        let slots =
            [slot("A", true, &[0x3B, 0x6D]), slot("B", true, &[0x3B, 0x80, 0x80, 0x01, 0x01]), slot("C", false, &[])];
        assert_eq!(names(&candidates(&slots, None)), ["B", "A"]);
    }

    #[test]
    fn a_part_of_a_name_must_fit_one_reader_only() {
        let slots = [slot("Virtual PCD 00 00", true, &[]), slot("Virtual PCD 00 01", true, &[])];
        assert_eq!(names(&candidates(&slots, Some("00 01"))), ["Virtual PCD 00 01"]);
        assert!(candidates(&slots, Some("Virtual PCD")).is_empty());
        assert!(candidates(&slots, Some("")).is_empty());
        assert!(candidates(&slots, Some("Virtual PCD 00 00")).len() == 1);
    }

    #[test]
    fn says_what_is_missing() {
        assert_eq!(none_yet(&[], None), TransportError::NoReader);
        assert_eq!(none_yet(&[], Some("A")), TransportError::NoReader);
        assert_eq!(none_yet(&[slot("B", false, &[])], Some("A")), TransportError::UnknownReader);
        assert_eq!(none_yet(&[slot("B", false, &[])], None), TransportError::NoCard);
    }

    #[test]
    fn trouble_that_can_pass_is_given_time() {
        let mut trouble = Trouble::default();
        assert_eq!(trouble.last(TransportError::Busy, PATIENCE), Ok(TransportError::Busy));
        assert_eq!(trouble.last(TransportError::Busy, Duration::ZERO), Err(TransportError::Busy));
        assert_eq!(trouble.last(TransportError::NotSmartCard, PATIENCE), Err(TransportError::NotSmartCard));
    }
}
