//! Cube roots of whole numbers, as who forges RSA signatures under the exponent 3 needs them.

/// A whole number, its 32-bit digits from the lowest on.
type Digits = Vec<u32>;

fn digits(octets: &[u8]) -> Digits {
    octets.rchunks(4).map(|chunk| chunk.iter().fold(0, |digit, octet| (digit << 8) | u32::from(*octet))).collect()
}

fn octets(number: &Digits, length: usize) -> Vec<u8> {
    let mut octets: Vec<u8> = number.iter().flat_map(|digit| digit.to_le_bytes()).collect();
    assert!(octets.iter().skip(length).all(|octet| *octet == 0), "it fits");
    octets.resize(length, 0);
    octets.reverse();
    octets
}

fn product(a: &Digits, b: &Digits) -> Digits {
    let mut product = vec![0_u32; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0_u64;
        for (j, y) in b.iter().enumerate() {
            let sum = u64::from(product[i + j]) + u64::from(*x) * u64::from(*y) + carry;
            product[i + j] = u32::try_from(sum & 0xFFFF_FFFF).unwrap();
            carry = sum >> 32;
        }
        product[i + b.len()] = u32::try_from(carry).unwrap();
    }
    product
}

fn cube(a: &Digits) -> Digits {
    product(&product(a, a), a)
}

fn at_most(a: &Digits, b: &Digits) -> bool {
    let digit = |number: &Digits, at: usize| number.get(at).copied().unwrap_or(0);
    let longest = a.len().max(b.len());
    let differs = (0..longest).rev().find(|at| digit(a, *at) != digit(b, *at));
    differs.is_none_or(|at| digit(a, at) < digit(b, at))
}

fn bit(number: &Digits, at: usize) -> bool {
    number.get(at / 32).is_some_and(|digit| digit >> (at % 32) & 1 == 1)
}

/// The cube, in so many octets.
pub fn cubed(root: &[u8], length: usize) -> Vec<u8> {
    octets(&cube(&digits(root)), length)
}

/// The largest number whose cube is at most this one, in as many octets.
pub fn cube_root(number: &[u8]) -> Vec<u8> {
    let target = digits(number);
    let mut root = vec![0_u32; target.len().div_ceil(3) + 1];
    for at in (0..root.len() * 32).rev() {
        root[at / 32] |= 1 << (at % 32);
        if !at_most(&cube(&root), &target) {
            root[at / 32] &= !(1 << (at % 32));
        }
    }
    octets(&root, number.len())
}

/// The number below 256^n whose cube ends with these n octets; their last one must be odd.
pub fn cube_root_of_end(end: &[u8]) -> Vec<u8> {
    assert!(end.last().is_some_and(|last| last & 1 == 1), "only an odd end has a root");
    let target = digits(end);
    let mut root = vec![0_u32; target.len()];
    for at in 0..end.len() * 8 {
        // x ↦ x³ is one to one on odd numbers modulo 2^k: bit by bit there is just one choice
        if bit(&cube(&root), at) != bit(&target, at) {
            root[at / 32] |= 1 << (at % 32);
        }
    }
    octets(&root, end.len())
}

#[test]
fn cube_roots_are_what_they_say() {
    assert_eq!(cube_root(&[27]), [3]);
    assert_eq!(cube_root(&[0, 28]), [0, 3]);
    assert_eq!(cube_root(&[0, 63]), [0, 3]);
    assert_eq!(cube_root(&[64]), [4]);
    assert_eq!(cubed(&[1, 0, 1], 8), [0, 1, 0, 3, 0, 3, 0, 1]);
    let end = b"an end of many octets!!1".to_vec();
    let root = cube_root_of_end(&end);
    assert!(cubed(&root, 3 * end.len()).ends_with(&end));
    let large = [&[0, 1][..], &[0xFF; 200]].concat();
    let root = cube_root(&large);
    assert!(at_most(&digits(&cubed(&root, 202)), &digits(&large)));
}
