//! `chipid watch`: readers and cards as they come and go, until Ctrl-C.

use crate::console_text::plain;
use crate::failure::{EXIT_INTERRUPTED, Failure};
use crate::output::Output;
use crate::{interrupt, readers};
use chipid::transport::pcsc::{Change, Readers};
use serde_json::{Value, json};

pub fn run(output: &Output) -> Result<u8, Failure> {
    let readers = Readers::connect()?;
    output.hint(output.messages.get("watch.begin"));
    readers.watch(None, &mut |change| {
        show(output, &change);
        interrupt::flow()
    })?;
    // Ctrl-C is how this command ends.
    Ok(EXIT_INTERRUPTED)
}

fn show(output: &Output, change: &Change) {
    let (event, object) = match change {
        Change::ReaderAttached(reader) => ("reader_attached", readers::object(reader)),
        Change::ReaderDetached { reader } => ("reader_detached", json!({ "reader": reader })),
        Change::CardInserted(reader) => ("card_inserted", readers::object(reader)),
        Change::CardRemoved { reader } => ("card_removed", json!({ "reader": reader })),
        Change::ServiceLost => ("service_lost", json!({})),
        Change::ServiceBack => ("service_back", json!({})),
        _ => return,
    };
    if output.is_json() {
        let mut object = object;
        object["schema"] = "chipid.event/1".into();
        object["event"] = event.into();
        output.json(&object);
    } else {
        let reader = object.get("reader").and_then(Value::as_str).unwrap_or_default();
        let line = output.messages.fill(&format!("watch.{event}"), &[("reader", &reader)]);
        output.text(&format!("{}\n", plain(&line)));
    }
}
