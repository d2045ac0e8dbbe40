//! The simulated card in a virtual reader, through our own end of vpcd's wire, so that it can be lifted at will.

use super::scripted_card::{Reply, ScriptedCard, Seen};
use chipid::sim::SimulatedCard;
use chipid::transport::Transport;

/// Lays a simulated card in a slot, 0 or 1.
pub fn lay(slot: u16, card: SimulatedCard) -> ScriptedCard {
    lay_until(slot, card, usize::MAX)
}

/// Lays a simulated card that is lifted when command number `last`, from 1, has come: it is not answered.
pub fn lay_until(slot: u16, mut card: SimulatedCard, last: usize) -> ScriptedCard {
    let atr = card.atr().to_vec();
    let mut commands = 0;
    ScriptedCard::lay_chip(slot, &atr, move |seen| match seen {
        Seen::Command(command) => {
            commands += 1;
            if commands == last { Reply::HangUp } else { Reply::Answer(card.transmit(command).unwrap()) }
        }
        Seen::PowerOff | Seen::PowerOn | Seen::Reset => {
            card.reset().unwrap();
            Reply::None
        }
    })
}
