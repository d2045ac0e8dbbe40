//! What it takes to let other readers read the simulated card.

use chipid::transport::Transport;
use dmrtd::com::{TransceiveError, Transceiver};

/// A line of ours, as `dmrtd` wants it.
pub struct Line(pub Box<dyn Transport>);

impl Transceiver for Line {
    fn transceive(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        self.0.transmit(apdu).map_err(|error| TransceiveError(error.to_string()))
    }
}
