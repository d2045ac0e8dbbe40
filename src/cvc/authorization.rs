//! The certificate holder authorization template: the role and the rights of a holder (TR-03110-3 §C.1, §2.7).

use super::data_objects::object_identifier;
use crate::oid::{self, Oid};
use crate::tlv::{Tag, Tlv, TlvError};

/// Discretionary Data: the role and the rights.
const DISCRETIONARY_DATA: Tag = Tag(0x53);
/// Octets of the longest rights that are kept.
const MAX_RIGHTS: usize = 8;

/// The kind of terminal that an authorization is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TerminalType {
    /// id-IS: reads travel documents.
    InspectionSystem,
    /// id-AT: reads the eID application.
    AuthenticationTerminal,
    /// id-ST: has the chip sign.
    SignatureTerminal,
    /// Another kind.
    Other(Oid),
}

/// The kinds that are known, with the octets of their discretionary data.
const TYPES: [(Oid, TerminalType, usize); 3] = [
    (oid::ID_IS, TerminalType::InspectionSystem, 1),
    (oid::ID_AT, TerminalType::AuthenticationTerminal, 5),
    (oid::ID_ST, TerminalType::SignatureTerminal, 1),
];

impl TerminalType {
    /// Its object identifier.
    pub fn oid(self) -> Oid {
        match self {
            Self::InspectionSystem => oid::ID_IS,
            Self::AuthenticationTerminal => oid::ID_AT,
            Self::SignatureTerminal => oid::ID_ST,
            Self::Other(oid) => oid,
        }
    }

    fn of(oid: Oid) -> Self {
        TYPES
            .into_iter()
            .find(|(known, ..)| *known == oid)
            .map_or(Self::Other(oid), |(_, terminal_type, _)| terminal_type)
    }

    /// Octets of its discretionary data, where the standard has them.
    pub(super) fn rights_len(self) -> Option<usize> {
        TYPES.into_iter().find(|(_, known, _)| *known == self).map(|(.., len)| len)
    }
}

/// The role of a holder: the two highest bits of the rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 11: a country verifying certification authority.
    Cvca,
    /// 10: a document verifier of the same country.
    DvDomestic,
    /// 01: a document verifier of another country.
    DvForeign,
    /// 00: a terminal, with id-IS an inspection system.
    Terminal,
}

impl Role {
    fn of(first: u8) -> Self {
        match first >> 6 {
            0b11 => Self::Cvca,
            0b10 => Self::DvDomestic,
            0b01 => Self::DvForeign,
            _ => Self::Terminal,
        }
    }

    /// Its two bits, in their place in the first octet.
    #[cfg(feature = "sim")]
    pub(super) fn bits(self) -> u8 {
        match self {
            Self::Cvca => 0b1100_0000,
            Self::DvDomestic => 0b1000_0000,
            Self::DvForeign => 0b0100_0000,
            Self::Terminal => 0,
        }
    }

    /// Whether a holder of this role issues certificates to holders of the other.
    pub fn issues(self, other: Self) -> bool {
        match self {
            Self::Cvca => other != Self::Terminal,
            Self::DvDomestic | Self::DvForeign => other == Self::Terminal,
            Self::Terminal => false,
        }
    }
}

/// What a holder may do or allow: the bits below the role, bit 0 the lowest of the last octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights(u64);

impl Rights {
    /// The rights with these bits; the role's bits are ignored.
    pub fn of_inspection_system(bits: u8) -> Self {
        Self(u64::from(bits & 0x3F))
    }

    /// Whether an inspection system may read DG3, the fingers (bit 0).
    pub fn dg3(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// Whether an inspection system may read DG4, the irises (bit 1).
    pub fn dg4(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// The rights that both grant (TR-03110-3 §2.7).
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The bits as a number.
    pub fn bits(self) -> u64 {
        self.0
    }
}

/// The role and the rights of a holder.
///
/// `Certificate Holder Authorization Template ::= 7F4C L { 06 L oid, 53 L rights }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization {
    terminal_type: TerminalType,
    role: Role,
    rights: Rights,
}

impl Authorization {
    pub(super) fn read(template: &Tlv<'_>) -> Result<Self, TlvError> {
        let mut fields = template.children();
        let terminal_type = TerminalType::of(object_identifier(&mut fields, "the terminal type, tag 06")?);
        let data = fields.expect(DISCRETIONARY_DATA, "the role and the rights, tag 53")?;
        fields.finish()?;
        let expected = data.expected("as many octets of rights as the terminal type has");
        if terminal_type.rights_len().map_or(data.value.len() > MAX_RIGHTS, |len| data.value.len() != len) {
            return Err(expected);
        }
        let role = Role::of(*data.value.first().ok_or(expected)?);
        let number = data.value.iter().fold(0_u64, |number, &octet| (number << 8) | u64::from(octet));
        let role_bits = u64::try_from(data.value.len()).map_or(0, |len| 0b11 << (8 * len - 2));
        Ok(Self { terminal_type, role, rights: Rights(number & !role_bits) })
    }

    /// The kind of terminal it is for.
    pub fn terminal_type(&self) -> TerminalType {
        self.terminal_type
    }

    /// The role of the holder.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The rights of the holder.
    pub fn rights(&self) -> Rights {
        self.rights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::{Reader, encode};

    fn read(oid: Oid, rights: &[u8]) -> Option<Authorization> {
        let parts = [encode(Tag::OID, oid.as_der()), encode(DISCRETIONARY_DATA, rights)].concat();
        Authorization::read(&Reader::new(&encode(Tag(0x7F4C), &parts)).next().unwrap()).ok()
    }

    #[test]
    fn the_role_is_the_two_highest_bits_and_the_rights_are_the_others() {
        let roles = [(0xC3, Role::Cvca), (0x83, Role::DvDomestic), (0x43, Role::DvForeign), (0x03, Role::Terminal)];
        for (octet, role) in roles {
            let authorization = read(oid::ID_IS, &[octet]).unwrap();
            assert_eq!((authorization.role(), authorization.rights().bits()), (role, 3));
            assert_eq!(authorization.terminal_type(), TerminalType::InspectionSystem);
        }
        let terminal = read(oid::ID_AT, &[0xFE, 0x1F, 0xFF, 0xFF, 0xFF]).unwrap();
        assert_eq!((terminal.role(), terminal.rights().bits()), (Role::Cvca, 0x3E_1FFF_FFFF));
        assert_eq!(read(oid::ID_TA, &[0xFF; 8]).unwrap().rights().bits(), u64::MAX >> 2);
    }

    #[test]
    fn rights_shrink_along_a_chain() {
        let (both, irises) = (Rights::of_inspection_system(0xFF), Rights::of_inspection_system(0x02));
        assert!(both.dg3() && both.dg4());
        assert_eq!(both.and(irises), irises);
        assert!(!irises.dg3() && irises.dg4());
    }

    #[test]
    fn refuses_rights_of_another_length() {
        for (oid, len) in [(oid::ID_IS, 0), (oid::ID_IS, 2), (oid::ID_AT, 4), (oid::ID_ST, 5), (oid::ID_TA, 9)] {
            assert_eq!(read(oid, &vec![0; len]), None, "{oid} {len}");
        }
    }
}
