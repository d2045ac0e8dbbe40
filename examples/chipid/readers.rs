//! `chipid readers`: the readers that are attached, and whether a card is in them.

use crate::console_text::{plain, table};
use crate::failure::Failure;
use crate::output::Output;
use chipid::error::TransportError;
use chipid::transport::pcsc::{ReaderInfo, Readers, SlotKind};
use serde_json::{Value, json};

pub fn run(output: &Output) -> Result<u8, Failure> {
    let readers = Readers::connect()?.list()?;
    if readers.is_empty() {
        return Err(TransportError::NoReader.into());
    }
    if output.is_json() {
        for reader in &readers {
            let mut object = object(reader);
            object["schema"] = "chipid.reader/1".into();
            output.json(&object);
        }
        return Ok(0);
    }
    let card = |reader: &ReaderInfo| {
        if reader.in_use {
            "readers.card.in_use"
        } else if reader.card_present {
            "readers.card.yes"
        } else {
            "readers.card.no"
        }
    };
    let head = ["readers.heading.name", "readers.heading.card"].map(|key| output.messages.get(key).to_owned());
    let rows = readers.iter().map(|reader| vec![plain(&reader.name), output.messages.get(card(reader)).to_owned()]);
    let rows: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(rows).collect();
    output.text(&table(&rows, 0, 0));
    Ok(0)
}

/// A reader as a JSON object.
pub fn object(reader: &ReaderInfo) -> Value {
    let kind = match reader.kind {
        SlotKind::Contactless => "contactless",
        SlotKind::Contact => "contact",
        SlotKind::Sam => "sam",
        _ => "unknown",
    };
    json!({
        "reader": reader.name, "kind": kind, "card": reader.card_present, "in_use": reader.in_use,
        "atr": reader.atr.as_ref().map(hex::encode_upper),
    })
}
