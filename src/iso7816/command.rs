//! The command APDU, its four cases, short and extended (7816-3 §12.1).

use thiserror::Error;

/// The most data bytes of a short command.
pub const SHORT_LC: usize = 255;
/// The most expected bytes of a short command.
pub const SHORT_LE: u32 = 256;
/// The most data bytes of an extended command.
pub const EXTENDED_LC: usize = 65_535;
/// The most expected bytes of an extended command.
pub const EXTENDED_LE: u32 = 65_536;

/// The form of the length fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte each: up to 255 data bytes, up to 256 expected.
    Short,
    /// Three bytes together or two: up to 65 535 data bytes, up to 65 536 expected.
    Extended,
}

/// Why bytes are no command, or a command has no such form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ApduError {
    /// More data, or more expected bytes, than the form holds.
    #[error("the command does not fit this form of its lengths")]
    DoesNotFit,
    /// Shorter than its four header bytes, or lengths that do not agree with the bytes.
    #[error("the lengths of the command do not agree with its bytes")]
    BadLength,
}

/// A command APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data field; empty in cases 1 and 2.
    pub data: Vec<u8>,
    /// `N_e`, the most bytes expected back, 1 to 65 536; `None` in cases 1 and 3.
    pub ne: Option<u32>,
}

/// `Debug` output omits the data.
impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let [cla, ins, p1, p2] = self.header();
        let ne = self.ne.map(|ne| format!(", expecting {ne}")).unwrap_or_default();
        write!(f, "Command({cla:02X}{ins:02X}{p1:02X}{p2:02X}, {} bytes{ne})", self.data.len())
    }
}

impl Command {
    /// A command of case 1: header only.
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { cla, ins, p1, p2, data: Vec::new(), ne: None }
    }

    /// The same with this data field.
    pub fn with_data(self, data: impl Into<Vec<u8>>) -> Self {
        Self { data: data.into(), ..self }
    }

    /// The same expecting up to `ne` bytes (1 to 65 536).
    pub fn expecting(self, ne: u32) -> Self {
        Self { ne: Some(ne), ..self }
    }

    /// The four header bytes.
    pub fn header(&self) -> [u8; 4] {
        [self.cla, self.ins, self.p1, self.p2]
    }

    /// The shortest form that holds this command.
    pub fn form(&self) -> Form {
        if self.data.len() > SHORT_LC || self.ne.is_some_and(|ne| ne > SHORT_LE) { Form::Extended } else { Form::Short }
    }

    /// The bytes of the command in this form.
    ///
    /// # Errors
    /// [`ApduError::DoesNotFit`] where its data or its `N_e` exceed the form, or `N_e` is 0.
    pub fn encode(&self, form: Form) -> Result<Vec<u8>, ApduError> {
        let mut bytes = self.header().to_vec();
        let data = self.data.as_slice();
        match form {
            Form::Short => {
                if !data.is_empty() {
                    bytes.push(u8::try_from(data.len()).map_err(|_| ApduError::DoesNotFit)?);
                    bytes.extend_from_slice(data);
                }
                match self.ne {
                    None => {}
                    Some(SHORT_LE) => bytes.push(0),
                    Some(ne @ 1..) => bytes.push(u8::try_from(ne).map_err(|_| ApduError::DoesNotFit)?),
                    Some(0) => return Err(ApduError::DoesNotFit),
                }
            }
            Form::Extended => {
                if !data.is_empty() {
                    bytes.push(0);
                    let lc = u16::try_from(data.len()).map_err(|_| ApduError::DoesNotFit)?;
                    bytes.extend_from_slice(&lc.to_be_bytes());
                    bytes.extend_from_slice(data);
                } else if self.ne.is_some() {
                    bytes.push(0);
                }
                match self.ne {
                    None => {}
                    Some(EXTENDED_LE) => bytes.extend_from_slice(&[0, 0]),
                    Some(ne @ 1..) => {
                        let le = u16::try_from(ne).map_err(|_| ApduError::DoesNotFit)?;
                        bytes.extend_from_slice(&le.to_be_bytes());
                    }
                    Some(0) => return Err(ApduError::DoesNotFit),
                }
            }
        }
        Ok(bytes)
    }

    /// The command that these bytes are (7816-3 §12.1.3), in either form.
    ///
    /// # Errors
    /// [`ApduError::BadLength`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ApduError> {
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk::<4>().ok_or(ApduError::BadLength)?;
        let short_le = |le: u8| if le == 0 { SHORT_LE } else { u32::from(le) };
        let extended_le = |le: [u8; 2]| match u16::from_be_bytes(le) {
            0 => EXTENDED_LE,
            le => u32::from(le),
        };
        let (data, ne) = match body {
            [] => (&[][..], None),
            [le] => (&[][..], Some(short_le(*le))),
            [0, high, low] => (&[][..], Some(extended_le([*high, *low]))),
            [0, high, low, rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([*high, *low]));
                match rest.split_at_checked(lc) {
                    Some((data @ [_, ..], [])) => (data, None),
                    Some((data @ [_, ..], [high, low])) => (data, Some(extended_le([*high, *low]))),
                    _ => return Err(ApduError::BadLength),
                }
            }
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc)) {
                Some((data @ [_, ..], [])) => (data, None),
                Some((data @ [_, ..], [le])) => (data, Some(short_le(*le))),
                _ => return Err(ApduError::BadLength),
            },
        };
        Ok(Self { cla, ins, p1, p2, data: data.to_vec(), ne })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_bytes_that_are_no_command() {
        for bytes in [
            &[][..],
            &[0, 0xA4, 0],
            &[0, 0xA4, 0, 0, 2, 1],
            &[0, 0xA4, 0, 0, 1, 1, 1, 1],
            &[0, 0xA4, 0, 0, 0, 0, 2, 1],
            &[0, 0xA4, 0, 0, 0, 0, 0, 1],
            &[0, 0xA4, 0, 0, 0, 0, 1, 1, 1],
        ] {
            assert_eq!(Command::decode(bytes), Err(ApduError::BadLength), "{bytes:02X?}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit_the_form() {
        let command = Command::new(0, 0xB0, 0, 0);
        assert_eq!(command.clone().expecting(257).encode(Form::Short), Err(ApduError::DoesNotFit));
        assert_eq!(command.clone().expecting(0).encode(Form::Short), Err(ApduError::DoesNotFit));
        assert_eq!(command.clone().expecting(65_537).encode(Form::Extended), Err(ApduError::DoesNotFit));
        assert_eq!(command.clone().with_data([0; 256]).encode(Form::Short), Err(ApduError::DoesNotFit));
        assert_eq!(command.with_data(vec![0; 65_536]).encode(Form::Extended), Err(ApduError::DoesNotFit));
    }
}
