//! The instructions that this library sends (7816-4 §11, 9303-10 §3, 9303-11 §4).

use super::Command;
use crate::tlv::{self, Tag};

/// The application identifier of the eMRTD application, LDS1 (9303-10 §3.2).
pub const EMRTD_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

impl Command {
    /// SELECT the eMRTD application by its name; no response data asked for (7816-4 §11.2.2).
    pub fn select_application(aid: &[u8]) -> Self {
        Self::new(0x00, 0xA4, 0x04, 0x0C).with_data(aid)
    }

    /// SELECT an elementary file under the current folder by its identifier.
    pub fn select_file(fid: u16) -> Self {
        Self::new(0x00, 0xA4, 0x02, 0x0C).with_data(fid.to_be_bytes())
    }

    /// SELECT the master file.
    pub fn select_master_file() -> Self {
        Self::new(0x00, 0xA4, 0x00, 0x0C).with_data([0x3F, 0x00])
    }

    /// READ BINARY of a file by its short identifier, from its start (7816-4 §11.3.2): it becomes the current file.
    pub fn read_binary_short_id(sfi: u8, ne: u32) -> Self {
        Self::new(0x00, 0xB0, 0x80 | (sfi & 0x1F), 0x00).expecting(ne)
    }

    /// READ BINARY of the current file; `None` for an offset above 32 767, which needs the odd instruction.
    pub fn read_binary(offset: u32, ne: u32) -> Option<Self> {
        let [p1, p2] = u16::try_from(offset).ok().filter(|offset| *offset < 0x8000)?.to_be_bytes();
        Some(Self::new(0x00, 0xB0, p1, p2).expecting(ne))
    }

    /// READ BINARY with the odd instruction: DO'54' holds the offset, the answer stands in DO'53' (7816-4 §11.3.3).
    ///
    /// `sfi` 0 is the current file. `ne` counts the bytes of the answer's data field, DO'53' header included.
    pub fn read_binary_odd(sfi: u8, offset: u32, ne: u32) -> Self {
        let octets = offset.to_be_bytes();
        let offset = match octets {
            [0, 0, ..] => octets.get(2..),
            [0, ..] => octets.get(1..),
            _ => octets.get(..),
        };
        Self::new(0x00, 0xB1, 0x00, sfi & 0x1F)
            .with_data(tlv::encode(Tag(0x54), offset.unwrap_or_default()))
            .expecting(ne)
    }

    /// GET CHALLENGE of eight bytes.
    pub fn get_challenge() -> Self {
        Self::new(0x00, 0x84, 0x00, 0x00).expecting(8)
    }

    /// EXTERNAL AUTHENTICATE with mutual authentication (9303-11 §4.3.4.2).
    pub fn external_authenticate(data: &[u8]) -> Self {
        let ne = u32::try_from(data.len()).unwrap_or(256);
        Self::new(0x00, 0x82, 0x00, 0x00).with_data(data).expecting(ne)
    }

    /// EXTERNAL AUTHENTICATE of a terminal: its signature, no answer (TR-03110-3 §B.3).
    pub fn external_authenticate_terminal(signature: &[u8]) -> Self {
        Self::new(0x00, 0x82, 0x00, 0x00).with_data(signature)
    }

    /// INTERNAL AUTHENTICATE over a challenge (9303-11 §6.1.2.1), expecting up to `ne` bytes of signature.
    pub fn internal_authenticate(challenge: &[u8], ne: u32) -> Self {
        Self::new(0x00, 0x88, 0x00, 0x00).with_data(challenge).expecting(ne)
    }

    /// MSE:Set AT; `p1` is C1 for PACE, 41 for chip authentication, 81 for terminal authentication.
    pub fn mse_set_at(p1: u8, data: Vec<u8>) -> Self {
        Self::new(0x00, 0x22, p1, 0xA4).with_data(data)
    }

    /// MSE:Set KAT for chip authentication with 3DES (9303-11 §6.2.4.1).
    pub fn mse_set_kat(data: Vec<u8>) -> Self {
        Self::new(0x00, 0x22, 0x41, 0xA6).with_data(data)
    }

    /// MSE:Set DST: the key, by its reference in DO'83', that verifies the next certificate (TR-03110-3 §B.3).
    pub fn mse_set_dst(reference: &[u8]) -> Self {
        Self::new(0x00, 0x22, 0x81, 0xB6).with_data(tlv::encode(Tag(0x83), reference))
    }

    /// PSO: VERIFY CERTIFICATE of a certificate's body and signature (TR-03110-3 §B.3).
    pub fn verify_certificate(contents: &[u8]) -> Self {
        Self::new(0x00, 0x2A, 0x00, 0xBE).with_data(contents)
    }

    /// GENERAL AUTHENTICATE with DO'7C' around this content; all but the last of a row are chained (CLA bit 5).
    pub fn general_authenticate(content: &[u8], last: bool) -> Self {
        let cla = if last { 0x00 } else { 0x10 };
        Self::new(cla, 0x86, 0x00, 0x00).with_data(tlv::encode(Tag(0x7C), content)).expecting(256)
    }

    /// GET RESPONSE of up to `ne` bytes (7816-4 §11.7.1).
    pub fn get_response(ne: u32) -> Self {
        Self::new(0x00, 0xC0, 0x00, 0x00).expecting(ne)
    }
}
