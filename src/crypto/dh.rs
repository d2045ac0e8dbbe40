//! Diffie-Hellman over the integers modulo a prime: the three groups of Doc 9303 (9303-11 §9.5.1, RFC 5114 §2).
//!
//! Each is a subgroup of prime order q. A number that comes in is checked to be of it before anyone computes with it: a
//! number of a smaller subgroup would give the private key away, bit by bit, or force a known secret (RFC 2631 §2.1.5).
//! Other groups, whatever a card says of them, are refused.

use super::modular::{Modulus, Residue, significant};
use super::random::random_below;
use super::{CryptoError, Random, Secret};
use crypto_bigint::{BoxedUint, NonZero};
use std::sync::LazyLock;
use zeroize::Zeroize;

/// A group of RFC 5114.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DhGroupId {
    /// 1024-bit MODP group with a subgroup of 160-bit prime order (RFC 5114 §2.1).
    Modp1024Prime160,
    /// 2048-bit MODP group with a subgroup of 224-bit prime order (RFC 5114 §2.2).
    Modp2048Prime224,
    /// 2048-bit MODP group with a subgroup of 256-bit prime order (RFC 5114 §2.3).
    Modp2048Prime256,
}

/// A number of a group, as many octets as p has; never 1. Wiped on drop, since it may be a shared secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Vec<u8>);

impl Number {
    /// The number, as many octets as p has.
    pub fn padded(&self) -> &[u8] {
        &self.0
    }

    /// The number without leading zeros, as it stands in data objects (TR-03110-3 §D.2.1.1).
    pub fn unsigned(&self) -> &[u8] {
        significant(&self.0)
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Number({} octets)", self.0.len())
    }
}

/// One line of the table.
struct Parameters {
    id: DhGroupId,
    name: &'static str,
    parameter_id: u8,
    p: &'static str,
    q: &'static str,
    g: &'static str,
}

/// A group ready to compute in.
struct Group {
    modulus: Modulus,
    p: Vec<u8>,
    q: Vec<u8>,
    g: Vec<u8>,
    /// (p − 1)/q.
    cofactor: Vec<u8>,
}

impl Group {
    fn new(parameters: &Parameters) -> Self {
        let octets = |digits: &str| hex::decode(digits).expect("the table holds hexadecimal digits: a test walks it");
        let (p, q, g) = (octets(parameters.p), octets(parameters.q), octets(parameters.g));
        let modulus = Modulus::new(&p).expect("p is odd: a test walks the table");
        let number = BoxedUint::from_be_slice_vartime(&p);
        let order: Option<NonZero<BoxedUint>> = NonZero::new(BoxedUint::from_be_slice_vartime(&q)).into();
        // ⌊p/q⌋ = (p − 1)/q, since q divides p − 1 and is above 1.
        let cofactor = number.wrapping_div_vartime(&order.expect("q is not zero: a test walks the table"));
        let cofactor = significant(&cofactor.to_be_bytes()).to_vec();
        Self { modulus, p, q, g, cofactor }
    }
}

static GROUPS: [LazyLock<Group>; 3] = [
    LazyLock::new(|| Group::new(DhGroupId::Modp1024Prime160.row())),
    LazyLock::new(|| Group::new(DhGroupId::Modp2048Prime224.row())),
    LazyLock::new(|| Group::new(DhGroupId::Modp2048Prime256.row())),
];

impl DhGroupId {
    /// All groups of the table.
    pub const ALL: [Self; 3] = [Self::Modp1024Prime160, Self::Modp2048Prime224, Self::Modp2048Prime256];

    fn row(self) -> &'static Parameters {
        let [first, second, third] = &TABLE;
        match self {
            Self::Modp1024Prime160 => first,
            Self::Modp2048Prime224 => second,
            Self::Modp2048Prime256 => third,
        }
    }

    fn group(self) -> &'static Group {
        let [first, second, third] = &GROUPS;
        match self {
            Self::Modp1024Prime160 => first,
            Self::Modp2048Prime224 => second,
            Self::Modp2048Prime256 => third,
        }
    }

    /// Its short name: `modp-2048-256`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its standardised domain parameter id, 0 to 2 (9303-11 §9.5.1).
    pub fn parameter_id(self) -> u8 {
        self.row().parameter_id
    }

    /// The group with this standardised domain parameter id; `None` for a curve or a reserved one (9303-11 §9.5.1).
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        TABLE.iter().find(|row| row.parameter_id == id).map(|row| row.id)
    }

    /// The group that has exactly these parameters, unsigned big-endian numbers; q where it is given.
    ///
    /// # Errors
    /// [`CryptoError::Unsupported`] if no group of the table has them all.
    pub fn from_explicit(p: &[u8], g: &[u8], q: Option<&[u8]>) -> Result<Self, CryptoError> {
        let same = |a: &[u8], b: &[u8]| significant(a) == b;
        let matches = |id: &Self| {
            let group = id.group();
            same(p, &group.p) && same(g, &group.g) && q.is_none_or(|q| same(q, &group.q))
        };
        Self::ALL.into_iter().find(matches).ok_or(CryptoError::Unsupported)
    }

    /// Bits of the prime p.
    pub fn bits(self) -> usize {
        self.group().p.len() * 8
    }

    /// Octets of the prime p, and of a shared secret.
    pub fn number_len(self) -> usize {
        self.group().p.len()
    }

    /// The prime p, unsigned big-endian.
    pub fn prime(self) -> &'static [u8] {
        &self.group().p
    }

    /// The prime order q of the subgroup, unsigned big-endian.
    pub fn order(self) -> &'static [u8] {
        &self.group().q
    }

    /// The generator g.
    pub fn generator(self) -> Number {
        Number(self.group().g.clone())
    }

    /// Reads a number of the subgroup; leading zeros do not count.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for 0, 1, p − 1, a number not below p, or one outside the subgroup of order q.
    pub fn decode(self, number: &[u8]) -> Result<Number, CryptoError> {
        let Group { modulus, q, .. } = self.group();
        let residue = modulus.residue(number).ok_or(CryptoError::BadPoint)?;
        // y^q mod p = 1  (RFC 2631 §2.1.5); q is odd, so that p − 1 is none of it
        let power = modulus.power(&residue, &Secret::from_slice(q));
        if modulus.is_zero(&residue) || residue == modulus.one() || power != modulus.one() {
            return Err(CryptoError::BadPoint);
        }
        Ok(Number(modulus.encode(&residue)))
    }

    /// A private key from 1 to q − 1, evenly drawn, as many octets as q has.
    ///
    /// # Errors
    /// [`CryptoError::Random`] if the source fails or never gives such a number.
    pub fn random_private(self, rng: &mut dyn Random) -> Result<Secret, CryptoError> {
        random_below(&self.group().q, rng)
    }

    /// base^exponent mod p.
    ///
    /// # Errors
    /// [`CryptoError::BadKey`] for an exponent of zero or longer than p, [`CryptoError::BadPoint`] for a base that is no
    /// number below p or a power that is 1.
    pub fn power(self, exponent: &Secret, base: &Number) -> Result<Number, CryptoError> {
        let Group { modulus, .. } = self.group();
        if is_zero(exponent.expose()) || exponent.len() > modulus.octets() {
            return Err(CryptoError::BadKey);
        }
        let base = modulus.residue(&base.0).ok_or(CryptoError::BadPoint)?;
        self.number(&modulus.power(&base, exponent))
    }

    /// a · b mod p.
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] for numbers that are not below p, or whose product is 1.
    pub fn multiply(self, a: &Number, b: &Number) -> Result<Number, CryptoError> {
        let Group { modulus, .. } = self.group();
        let residue = |number: &Number| modulus.residue(&number.0).ok_or(CryptoError::BadPoint);
        self.number(&modulus.multiply(&residue(a)?, &residue(b)?))
    }

    /// x^((p−1)/q) mod p: what takes any number into the subgroup (9303-11 §B.2).
    ///
    /// # Errors
    /// [`CryptoError::BadPoint`] where that is 0 or 1.
    pub fn into_subgroup(self, x: &[u8]) -> Result<Number, CryptoError> {
        let Group { modulus, cofactor, .. } = self.group();
        self.number(&modulus.power(&modulus.reduce(x), &Secret::from_slice(cofactor)))
    }

    fn number(self, residue: &Residue) -> Result<Number, CryptoError> {
        let Group { modulus, .. } = self.group();
        if modulus.is_zero(residue) || *residue == modulus.one() {
            return Err(CryptoError::BadPoint);
        }
        Ok(Number(modulus.encode(residue)))
    }
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().all(|&octet| octet == 0)
}

static TABLE: [Parameters; 3] = [
    Parameters {
        id: DhGroupId::Modp1024Prime160,
        name: "modp-1024-160",
        parameter_id: 0,
        p: concat!(
            "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0",
            "13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0",
            "A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371",
        ),
        q: "F518AA8781A8DF278ABA4E7D64B7CB9D49462353",
        g: concat!(
            "A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B777E690F5504F213",
            "160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76A6A24C087A091F531DBF0A0169B6A28A",
            "D662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24855E6EEB22B3B2E5",
        ),
    },
    Parameters {
        id: DhGroupId::Modp2048Prime224,
        name: "modp-2048-224",
        parameter_id: 1,
        p: concat!(
            "AD107E1E9123A9D0D660FAA79559C51FA20D64E5683B9FD1B54B1597B61D0A75E6FA141DF95A56DBAF9A3C407BA1DF15",
            "EB3D688A309C180E1DE6B85A1274A0A66D3F8152AD6AC2129037C9EDEFDA4DF8D91E8FEF55B7394B7AD5B7D0B6C12207",
            "C9F98D11ED34DBF6C6BA0B2C8BBC27BE6A00E0A0B9C49708B3BF8A317091883681286130BC8985DB1602E714415D9330",
            "278273C7DE31EFDC7310F7121FD5A07415987D9ADC0A486DCDF93ACC44328387315D75E198C641A480CD86A1B9E587E8",
            "BE60E69CC928B2B9C52172E413042E9B23F10B0E16E79763C9B53DCF4BA80A29E3FB73C16B8E75B97EF363E2FFA31F71",
            "CF9DE5384E71B81C0AC4DFFE0C10E64F",
        ),
        q: "801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB",
        g: concat!(
            "AC4032EF4F2D9AE39DF30B5C8FFDAC506CDEBE7B89998CAF74866A08CFE4FFE3A6824A4E10B9A6F0DD921F01A70C4AFA",
            "AB739D7700C29F52C57DB17C620A8652BE5E9001A8D66AD7C17669101999024AF4D027275AC1348BB8A762D0521BC98A",
            "E247150422EA1ED409939D54DA7460CDB5F6C6B250717CBEF180EB34118E98D119529A45D6F834566E3025E316A330EF",
            "BB77A86F0C1AB15B051AE3D428C8F8ACB70A8137150B8EEB10E183EDD19963DDD9E263E4770589EF6AA21E7F5F2FF381",
            "B539CCE3409D13CD566AFBB48D6C019181E1BCFE94B30269EDFE72FE9B6AA4BD7B5A0F1C71CFFF4C19C418E1F6EC0179",
            "81BC087F2A7065B384B890D3191F2BFA",
        ),
    },
    Parameters {
        id: DhGroupId::Modp2048Prime256,
        name: "modp-2048-256",
        parameter_id: 2,
        p: concat!(
            "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA30",
            "16C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B",
            "6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0E",
            "F13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026",
            "C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F",
            "693877FAD7EF09CADB094AE91E1A1597",
        ),
        q: "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3",
        g: concat!(
            "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4AAC0BB555",
            "BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2DDF463E5E9EC144B",
            "777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55",
            "A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915",
            "B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451",
            "5E2327CFEF98C582664B4C0F6CC41659",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SeededRandom;

    #[test]
    fn every_group_of_the_table_is_what_it_says() {
        for id in DhGroupId::ALL {
            let group = id.group();
            assert_eq!((id.row().id, DhGroupId::from_parameter_id(id.parameter_id())), (id, Some(id)));
            // q divides p − 1, and g is of order q.
            let p = BoxedUint::from_be_slice_vartime(&group.p);
            let q = BoxedUint::from_be_slice(&group.q, p.bits_precision()).unwrap();
            let product = BoxedUint::from_be_slice(&group.cofactor, p.bits_precision()).unwrap().wrapping_mul(&q);
            assert_eq!(product.wrapping_add(BoxedUint::one_with_precision(p.bits_precision())), p, "{}", id.name());
            assert_eq!(id.decode(&group.g), Ok(id.generator()));
            assert_eq!(DhGroupId::from_explicit(&group.p, &group.g, Some(&group.q)), Ok(id));
            assert_eq!(DhGroupId::from_explicit(&group.p, &group.g, None), Ok(id));
            assert_eq!(DhGroupId::from_explicit(&group.p, &group.q, None), Err(CryptoError::Unsupported));
            assert_eq!(DhGroupId::from_explicit(&group.p, &group.g, Some(&[7])), Err(CryptoError::Unsupported));
        }
        assert_eq!(DhGroupId::from_parameter_id(3), None);
    }

    #[test]
    fn refuses_numbers_outside_the_subgroup() {
        for id in DhGroupId::ALL {
            let group = id.group();
            let mut minus_one = group.p.clone();
            *minus_one.last_mut().unwrap() -= 1;
            let mut beyond = group.p.clone();
            *beyond.last_mut().unwrap() += 2;
            for bad in [&[][..], &[0], &[1], &[2], &[3], &minus_one, &group.p, &beyond] {
                assert_eq!(id.decode(bad), Err(CryptoError::BadPoint), "{}", id.name());
            }
            let padded = [&[0; 3], group.g.as_slice()].concat();
            assert_eq!(id.decode(&padded), Ok(id.generator()));
        }
    }

    #[test]
    fn both_sides_agree_and_a_private_key_of_zero_is_refused() {
        let mut random = SeededRandom::new([7; 32]);
        for id in DhGroupId::ALL {
            let (a, b) = (id.random_private(&mut random).unwrap(), id.random_private(&mut random).unwrap());
            let public = |private| id.power(private, &id.generator()).unwrap();
            assert_eq!(id.power(&a, &public(&b)), id.power(&b, &public(&a)));
            assert_eq!(id.power(&Secret::new(vec![0; 20]), &id.generator()), Err(CryptoError::BadKey));
            assert_eq!(id.power(&Secret::from_slice(id.order()), &id.generator()), Err(CryptoError::BadPoint));
            assert_eq!(id.into_subgroup(&[0]), Err(CryptoError::BadPoint));
            let lifted = id.into_subgroup(&[5; 300]).unwrap();
            assert_eq!(id.decode(lifted.unsigned()), Ok(lifted));
        }
    }
}
