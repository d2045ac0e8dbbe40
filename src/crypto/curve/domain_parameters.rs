//! The elliptic curves' domain parameters: (p, a, b, G, n), all with cofactor 1 (9303-11 §9.5.1, RFC 5639, SEC 2).
//!
//! For the curves that have no crate of their own one macro turns the parameters into a curve of `primeorder`: our code
//! is constants, the arithmetic is the library's. `widen` fills a constant up to the digits of the integer type that
//! carries it (brainpoolP320r1 needs one of 384 bits). A non-residue of each field is what taking roots needs.

use elliptic_curve::bigint::{Odd, U192, U256, U384, U512, ctutils};
use elliptic_curve::consts::{U24, U28, U40, U64};
use elliptic_curve::ff::PrimeField;
use elliptic_curve::ops::{BatchInvert, Reduce};
use elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
use elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

/// Domain parameters as unsigned big-endian numbers of the field's length.
pub(super) struct DomainParameters {
    pub(super) p: &'static [u8],
    pub(super) a: &'static [u8],
    pub(super) b: &'static [u8],
    pub(super) x: &'static [u8],
    pub(super) y: &'static [u8],
    pub(super) n: &'static [u8],
}

/// The octets of a constant in hexadecimal digits.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time for the constants below; const fn has no checked form"
)]
const fn octets<const N: usize>(digits: &str) -> [u8; N] {
    const fn value(digit: u8) -> u8 {
        match digit {
            b'0'..=b'9' => digit - b'0',
            _ => digit - b'A' + 10,
        }
    }
    let digits = digits.as_bytes();
    let mut octets = [0; N];
    let mut index = 0;
    while index < N {
        octets[index] = value(digits[2 * index]) << 4 | value(digits[2 * index + 1]);
        index += 1;
    }
    octets
}

macro_rules! parameters {
    (
        $(#[$doc:meta])* name: $name:ident,
        p: $p:literal, n: $n:literal, a: $a:literal, b: $b:literal, x: $x:literal, y: $y:literal,
    ) => {
        $(#[$doc])*
        pub const $name: DomainParameters = DomainParameters {
            p: &octets::<{ $p.len() / 2 }>($p),
            a: &octets::<{ $a.len() / 2 }>($a),
            b: &octets::<{ $b.len() / 2 }>($b),
            x: &octets::<{ $x.len() / 2 }>($x),
            y: &octets::<{ $y.len() / 2 }>($y),
            n: &octets::<{ $n.len() / 2 }>($n),
        };
    };
}

macro_rules! primeorder_curve {
    (
        $(#[$doc:meta])* name: $name:ident, module: $module:ident,
        uint: $uint:ident, field_bytes: $field_bytes:ident, widen: $widen:literal,
        p: $p:literal, non_residue_p: $non_residue_p:literal,
        n: $n:literal, non_residue_n: $non_residue_n:literal,
        a: $a:literal, arithmetic: $arithmetic:ident,
        b: $b:literal, x: $x:literal, y: $y:literal,
    ) => {
        pub(super) use $module::$name;

        $(#[$doc])*
        #[expect(deprecated, reason = "the macros of primefield 0.14.0 call a name that crypto-bigint 0.7.11 gave up")]
        pub(super) mod $module {
            use super::*;

            #[doc = "The curve."]
            #[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
            pub struct $name;

            parameters! {
                name: PARAMETERS,
                p: $p, n: $n, a: $a, b: $b, x: $x, y: $y,
            }

            primefield::monty_field_params! {
                name: FieldParams,
                modulus: concat!($widen, $p),
                uint: $uint,
                byte_order: primefield::ByteOrder::BigEndian,
                multiplicative_generator: $non_residue_p,
                doc: "Montgomery parameters of the field modulo p."
            }
            primefield::monty_field_element! {
                name: FieldElement,
                params: FieldParams,
                uint: $uint,
                doc: "An element of the field modulo p."
            }
            primefield::monty_field_arithmetic! { name: FieldElement, params: FieldParams, uint: $uint }
            impl BatchInvert for FieldElement {}

            mod scalar {
                use super::*;

                primefield::monty_field_params! {
                    name: ScalarParams,
                    modulus: concat!($widen, $n),
                    uint: $uint,
                    byte_order: primefield::ByteOrder::BigEndian,
                    multiplicative_generator: $non_residue_n,
                    doc: "Montgomery parameters of the field modulo n."
                }
                primefield::monty_field_element! {
                    name: Scalar,
                    params: ScalarParams,
                    uint: $uint,
                    doc: "An element of the field modulo n."
                }
                primefield::monty_field_arithmetic! { name: Scalar, params: ScalarParams, uint: $uint }
                elliptic_curve::scalar_impls!($name, Scalar);
                wnaf::impl_wnaf_size_for_scalar!(Scalar);

                impl AsRef<Scalar> for Scalar {
                    fn as_ref(&self) -> &Scalar {
                        self
                    }
                }

                impl Reduce<$uint> for Scalar {
                    fn reduce(number: &$uint) -> Self {
                        Self(primefield::MontyFieldElement::from_uint_reduced(number))
                    }
                }

                impl Reduce<elliptic_curve::FieldBytes<$name>> for Scalar {
                    fn reduce(octets: &elliptic_curve::FieldBytes<$name>) -> Self {
                        Self::reduce(&elliptic_curve::field::bytes_to_uint::<$name>(octets))
                    }
                }

                impl FromUintUnchecked for Scalar {
                    type Uint = $uint;

                    fn from_uint_unchecked(uint: $uint) -> Self {
                        Self::from_uint_unchecked(uint)
                    }
                }

                impl IsHigh for Scalar {
                    fn is_high(&self) -> Choice {
                        const HALF: $uint = <$name as elliptic_curve::Curve>::ORDER.as_ref().shr_vartime(1);
                        ctutils::CtGt::ct_gt(&self.to_canonical(), &HALF).into()
                    }
                }
            }
            pub use scalar::Scalar;

            impl elliptic_curve::Curve for $name {
                type FieldBytesSize = $field_bytes;
                type Uint = $uint;
                const ORDER: Odd<$uint> = Odd::<$uint>::from_be_hex(concat!($widen, $n));
            }
            impl elliptic_curve::PrimeCurve for $name {}
            impl elliptic_curve::point::PointCompression for $name {
                const COMPRESS_POINTS: bool = false;
            }
            impl elliptic_curve::CurveArithmetic for $name {
                type AffinePoint = primeorder::AffinePoint<$name>;
                type ProjectivePoint = primeorder::ProjectivePoint<$name>;
                type Scalar = Scalar;
            }
            impl elliptic_curve::hazmat::FieldArithmetic for $name {
                type FieldElement = FieldElement;
            }
            impl elliptic_curve::PrimeCurveArithmetic for $name {
                type CurveGroup = primeorder::ProjectivePoint<$name>;
            }
            impl PrimeCurveParams for $name {
                type PointArithmetic = point_arithmetic::$arithmetic;
                type Backend = mul_backend::VariableOnly;

                const EQUATION_A: FieldElement = FieldElement::from_hex_vartime($a);
                const EQUATION_B: FieldElement = FieldElement::from_hex_vartime($b);
                const GENERATOR: (FieldElement, FieldElement) = (
                    FieldElement::from_hex_vartime($x),
                    FieldElement::from_hex_vartime($y),
                );
            }
            impl ecdsa::EcdsaCurve for $name {
                const NORMALIZE_S: bool = false;
            }
        }
    };
}

primeorder_curve! {
    /// secp192r1 (SEC 2 §2.2.2).
    name: Secp192r1,
    module: secp192r1,
    uint: U192, field_bytes: U24, widen: "",
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFF", non_residue_p: 11,
    n: "FFFFFFFFFFFFFFFFFFFFFFFF99DEF836146BC9B1B4D22831", non_residue_n: 3,
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFC", arithmetic: EquationAIsMinusThree,
    b: "64210519E59C80E70FA7E9AB72243049FEB8DEECC146B9B1",
    x: "188DA80EB03090F67CBF20EB43A18800F4FF0AFD82FF1012",
    y: "07192B95FFC8DA78631011ED6B24CDD573F977A11E794811",
}

primeorder_curve! {
    /// brainpoolP192r1 (RFC 5639 §3.2).
    name: BrainpoolP192r1,
    module: brainpoolp192r1,
    uint: U192, field_bytes: U24, widen: "",
    p: "C302F41D932A36CDA7A3463093D18DB78FCE476DE1A86297", non_residue_p: 3,
    n: "C302F41D932A36CDA7A3462F9E9E916B5BE8F1029AC4ACC1", non_residue_n: 7,
    a: "6A91174076B1E0E19C39C031FE8685C1CAE040E5C69A28EF", arithmetic: EquationAIsGeneric,
    b: "469A28EF7C28CCA3DC721D044F4496BCCA7EF4146FBF25C9",
    x: "C0A0647EAAB6A48753B033C56CB0F0900A2F5C4853375FD6",
    y: "14B690866ABD5BB88B5F4828C1490002E6773FA2FA299B8F",
}

primeorder_curve! {
    /// secp224r1 (SEC 2 §2.3.2).
    name: Secp224r1,
    module: secp224r1,
    uint: U256, field_bytes: U28, widen: "00000000",
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000000000000000000000001", non_residue_p: 11,
    n: "FFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D", non_residue_n: 2,
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFE", arithmetic: EquationAIsMinusThree,
    b: "B4050A850C04B3ABF54132565044B0B7D7BFD8BA270B39432355FFB4",
    x: "B70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21",
    y: "BD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34",
}

primeorder_curve! {
    /// brainpoolP224r1 (RFC 5639 §3.3).
    name: BrainpoolP224r1,
    module: brainpoolp224r1,
    uint: U256, field_bytes: U28, widen: "00000000",
    p: "D7C134AA264366862A18302575D1D787B09F075797DA89F57EC8C0FF", non_residue_p: 3,
    n: "D7C134AA264366862A18302575D0FB98D116BC4B6DDEBCA3A5A7939F", non_residue_n: 3,
    a: "68A5E62CA9CE6C1C299803A6C1530B514E182AD8B0042A59CAD29F43", arithmetic: EquationAIsGeneric,
    b: "2580F63CCFE44138870713B1A92369E33E2135D266DBB372386C400B",
    x: "0D9029AD2C7E5CF4340823B2A87DC68C9E4CE3174C1E6EFDEE12C07D",
    y: "58AA56F772C0726F24C6B89E4ECDAC24354B9E99CAA3F6D3761402CD",
}

primeorder_curve! {
    /// brainpoolP320r1 (RFC 5639 §3.5).
    name: BrainpoolP320r1,
    module: brainpoolp320r1,
    uint: U384, field_bytes: U40, widen: "0000000000000000",
    p: "D35E472036BC4FB7E13C785ED201E065F98FCFA6F6F40DEF4F92B9EC7893EC28FCD412B1F1B32E27", non_residue_p: 5,
    n: "D35E472036BC4FB7E13C785ED201E065F98FCFA5B68F12A32D482EC7EE8658E98691555B44C59311", non_residue_n: 3,
    a: "3EE30B568FBAB0F883CCEBD46D3F3BB8A2A73513F5EB79DA66190EB085FFA9F492F375A97D860EB4", arithmetic: EquationAIsGeneric,
    b: "520883949DFDBC42D3AD198640688A6FE13F41349554B49ACC31DCCD884539816F5EB4AC8FB1F1A6",
    x: "43BD7E9AFB53D8B85289BCC48EE5BFE6F20137D10A087EB6E7871E2A10A599C710AF8D0D39E20611",
    y: "14FDD05545EC1CC8AB4093247F77275E0743FFED117182EAA9C77877AAAC6AC7D35245D1692E8EE1",
}

primeorder_curve! {
    /// brainpoolP512r1 (RFC 5639 §3.7).
    name: BrainpoolP512r1,
    module: brainpoolp512r1,
    uint: U512, field_bytes: U64, widen: "",
    p: "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3", non_residue_p: 2,
    n: "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC10471DB1D381085DDADDB58796829CA90069", non_residue_n: 7,
    a: "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA", arithmetic: EquationAIsGeneric,
    b: "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67984050B75EBAE5DD2809BD638016F723",
    x: "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F7C6D5047406A5E688B352209BCB9F822",
    y: "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892",
}

parameters! {
    /// secp256r1 (SEC 2 §2.4.2); the arithmetic is its crate's.
    name: SECP256R1,
    p: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
    n: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
    a: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
    b: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
    x: "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
    y: "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
}

parameters! {
    /// brainpoolP256r1 (RFC 5639 §3.4); the arithmetic is its crate's.
    name: BRAINPOOLP256R1,
    p: "A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377",
    n: "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7",
    a: "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
    b: "26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
    x: "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
    y: "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997",
}

parameters! {
    /// secp384r1 (SEC 2 §2.5.1); the arithmetic is its crate's.
    name: SECP384R1,
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
    n: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC",
    b: "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
    x: "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
    y: "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
}

parameters! {
    /// brainpoolP384r1 (RFC 5639 §3.6); the arithmetic is its crate's.
    name: BRAINPOOLP384R1,
    p: "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53",
    n: "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565",
    a: "7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826",
    b: "04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11",
    x: "1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E",
    y: "8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315",
}

parameters! {
    /// secp521r1 (SEC 2 §2.6.1); the arithmetic is its crate's.
    name: SECP521R1,
    p: "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    n: "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
    a: "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC",
    b: "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00",
    x: "00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66",
    y: "011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650",
}
