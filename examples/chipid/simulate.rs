//! `chipid simulate`: inserts a simulated card into the virtual reader of pcscd (vsmartcard-vpcd), until Ctrl-C.

use crate::arguments::SimulateArguments;
use crate::failure::{EXIT_INTERRUPTED, EXIT_SERVICE, Failure};
use crate::files::unwritable;
use crate::output::Output;
use crate::{interrupt, simulated_card};
use chipid::sim::{Quirk, vpcd};
use serde_json::json;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

/// How long the virtual reader is waited for at first: pcscd may just be starting.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest answer that an APDU can have, in bytes of data.
const LONGEST: u32 = 65_536;

pub fn run(output: &Output, arguments: SimulateArguments) -> Result<u8, Failure> {
    let quirks = arguments.quirk.iter().map(|name| quirk(name)).collect::<Result<Vec<_>, _>>()?;
    let max_answer = arguments.max_answer.map(max_answer).transpose()?;
    let address = address(&arguments.vpcd)?;
    let mut demo = simulated_card::card(arguments.profile, &quirks, max_answer)?;
    if let Some(file) = &arguments.csca_out {
        std::fs::write(file, &demo.csca).map_err(|error| unwritable(file, &error))?;
    }
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.simulate/1", "can": demo.can, "mrz": demo.mrz, "vpcd": address.to_string(),
        }));
    } else {
        let can = demo.can.iter().map(|can| format!("CAN {can}\n"));
        let mrz = demo.mrz.iter().map(|line| format!("{line}\n"));
        output.text(&can.chain(mrz).collect::<String>());
    }
    serve(output, &mut demo.card, address)
}

/// Serves the card, and again after the reader has hung up: pcscd may have been restarted.
fn serve(output: &Output, card: &mut chipid::sim::SimulatedCard, address: SocketAddr) -> Result<u8, Failure> {
    let began = Instant::now();
    let place = address.to_string();
    let say = |key| output.hint(&output.messages.fill(key, &[("place", &place)]));
    let mut was_there = false;
    say("simulate.waiting");
    // Ctrl-C is how this command ends.
    while !interrupt::is_asked() {
        match vpcd::connect(address) {
            Ok(line) => {
                was_there = true;
                say("simulate.running");
                // How it ended does not matter: the reader hung up, or Ctrl-C came.
                let _ = line.serve(card, &interrupt::is_asked);
                if !interrupt::is_asked() {
                    say("simulate.lost");
                }
            }
            Err(error) if !was_there && began.elapsed() > PATIENCE => {
                return Err(Failure::with_exit(EXIT_SERVICE, "vpcd", &[("place", &place), ("why", &error)]));
            }
            Err(_) => {}
        }
        interrupt::wait(Duration::from_millis(300));
    }
    Ok(EXIT_INTERRUPTED)
}

fn quirk(name: &str) -> Result<Quirk, Failure> {
    name.parse().map_err(|_| {
        let valid: Vec<&str> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
        Failure::usage("usage.quirk", &[("value", &name), ("valid", &valid.join(", "))])
    })
}

fn max_answer(bytes: u32) -> Result<usize, Failure> {
    let refused = || Failure::usage("usage.max_answer", &[("value", &bytes)]);
    if !(256..=LONGEST).contains(&bytes) {
        return Err(refused());
    }
    usize::try_from(bytes).map_err(|_| refused())
}

fn address(text: &str) -> Result<SocketAddr, Failure> {
    text.to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .ok_or_else(|| Failure::usage("usage.vpcd", &[("value", &text)]))
}
