//! The lengths that a card states: EF.ATR/INFO and the historical bytes of its ATR.

use crate::channel::{Channel, Limits};
use crate::document::LengthRecord;
use crate::error::{Error, Step};
use crate::event::Show;
use crate::lds::{AtrInfo, CardCapabilities, FileId};

/// The lengths that EF.ATR/INFO states (one exchange), otherwise those that follow from the historical bytes, otherwise short;
/// and what was stated.
pub(super) fn read_limits(channel: &mut Channel, show: &mut Show<'_>) -> Result<(Limits, LengthRecord), Error> {
    let file = FileId::AtrInfo;
    let answer = channel.read_start(file, SHORT_ANSWER, Step::ReadAtrInfo, show)?;
    let file =
        if answer.status.is_success_or_warning() { Ok(AtrInfo::parse(&answer.data)) } else { Err(answer.status) };
    let historical = CardCapabilities::from_atr(channel.link().atr());
    let limits = match file.as_ref().ok().and_then(|file| file.extended_length) {
        Some(stated) => {
            let bytes = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            Limits::new(bytes(stated.max_command), bytes(stated.max_response))
        }
        None if historical.is_some_and(|can| can.extended_length) => Limits::UNSTATED,
        None => Limits::SHORT,
    };
    Ok((limits, LengthRecord { announced: historical.is_some_and(|can| can.extended_length_info), file }))
}

/// The most data bytes of an answer in the short form.
const SHORT_ANSWER: u32 = 256;
