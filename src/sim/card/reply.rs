//! The outcome of a plain command.

use super::super::faults::Deviation;
use super::super::secure_messaging::Session;
use crate::iso7816::{Response, StatusWord};

/// What a plain command comes to: an answer, and perhaps the keys that hold after it.
pub(super) struct Reply {
    pub(super) answer: Response,
    pub(super) keys: Option<Session>,
}

impl Reply {
    pub(super) fn data(data: Vec<u8>) -> Result<Self, StatusWord> {
        Ok(Self { answer: Response { data, status: StatusWord::SUCCESS }, keys: None })
    }

    pub(super) fn done() -> Result<Self, StatusWord> {
        Self::data(Vec::new())
    }

    /// The same, with a first data object that lies about its length; the answer is as long as before.
    pub(super) fn of_another_length(mut self, deviation: Deviation) -> Self {
        let data = &self.answer.data;
        let tag = match data.as_slice() {
            [] => return self,
            [first, ..] if first & 0x1F != 0x1F => 1,
            [_, rest @ ..] => rest.iter().take_while(|octet| **octet & 0x80 != 0).count() + 2,
        };
        let (length, octets) = match data.get(tag..) {
            Some([short @ ..=0x7F, ..]) => (usize::from(*short), 1),
            Some([form, rest @ ..]) => {
                let octets = usize::from(form & 0x7F).min(rest.len());
                let number = rest.iter().take(octets).fold(0_usize, |number, octet| {
                    number.checked_mul(256).and_then(|high| high.checked_add(usize::from(*octet))).unwrap_or(usize::MAX)
                });
                (number, octets + 1)
            }
            _ => return self,
        };
        let stated = match deviation {
            Deviation::HugeLength => vec![0x84, 0x7F, 0xFF, 0xFF, 0xFF],
            // Tag and length of an object without its value.
            _ => match u32::try_from(length.saturating_sub(1)).map(u32::to_be_bytes) {
                Ok([0, 0, 0, low @ ..=0x7F]) => vec![low],
                Ok([0, 0, 0, low]) => vec![0x81, low],
                Ok([0, 0, high, low]) => vec![0x82, high, low],
                Ok([a, b, c, d]) => vec![0x84, a, b, c, d],
                Err(_) => return self,
            },
        };
        let rest = data.get(tag.saturating_add(octets)..).unwrap_or_default();
        let mut lied = [data.get(..tag).unwrap_or_default(), &stated, rest].concat();
        lied.resize(data.len(), 0);
        self.answer.data = lied;
        self
    }
}
