//! EF.DG3 and EF.DG4 of the invented holders: a drawn finger and a drawn iris, which only terminals with the right read
//! (9303-10 §4.7.3, §4.7.4).

use crate::tlv::{self, Tag};

/// Width and height of the images, in pixels.
const SIZE: u16 = 64;

/// EF.DG3: two fingers, ISO/IEC 19794-4 records with grey pixels.
pub(super) fn dg3() -> Vec<u8> {
    let image = rings(3);
    let length = 14 + image.len();
    let general = [
        b"FIR\x00010\x00".as_slice(),
        // Record length in six octets, device 0, acquisition level 31, one image, scale in pixels per centimetre
        &[0, 0],
        &u32::try_from(32 + length).unwrap_or(u32::MAX).to_be_bytes(),
        &[0, 0, 0, 31, 1, 2],
        // Resolution of scan and image, 197 pixels per centimetre; 8 bits a pixel, not compressed
        &[0, 197, 0, 197, 0, 197, 0, 197, 8, 0, 0, 0],
    ];
    let of_finger = |position: u8| {
        let header = [
            u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes().as_slice(),
            // Position, one view, number one, quality unknown, plain live scan
            &[position, 1, 1, 0xFE, 0],
            &SIZE.to_be_bytes(),
            &SIZE.to_be_bytes(),
            &[0],
        ]
        .concat();
        [general.concat(), header, image.clone()].concat()
    };
    // Biometric type 08 (finger), subtype right or left index finger, format owner 0101, format type 0007
    let templates = [(0x09, 2), (0x0A, 7)].map(|(subtype, finger)| template(0x08, subtype, 0x07, &of_finger(finger)));
    group(0x63, &templates)
}

/// EF.DG4: two irises, each the pixels of an ISO/IEC 19794-6 record.
pub(super) fn dg4() -> Vec<u8> {
    let image = rings(2);
    let of_eye = |eye: u8| {
        let length = 45 + 3 + 11 + image.len();
        let header = [
            b"IIR\x00010\x00".as_slice(),
            &u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes(),
            // Device 0, one eye, header of 45 octets, properties unspecified, diameter unknown, grey; its size, 8 bits
            &[0, 0, 1, 0, 45, 0, 0, 0, 0, 0, 2],
            &SIZE.to_be_bytes(),
            &SIZE.to_be_bytes(),
            &[8],
            &[0; 17],
            // The eye, one image; number one, quality unknown, rotation undefined, its length
            &[eye, 0, 1],
            &[0, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF],
            &u32::try_from(image.len()).unwrap_or(u32::MAX).to_be_bytes(),
        ];
        [header.concat(), image.clone()].concat()
    };
    // Biometric type 10 (iris), subtype right or left, format owner 0101, format type 0009
    group(0x76, &[(0x01, 1), (0x02, 2)].map(|(subtype, eye)| template(0x10, subtype, 0x09, &of_eye(eye))))
}

/// DO'7F60': the header of a template and its record (9303-10 §4.7.2.1).
fn template(biometric: u8, subtype: u8, format: u8, record: &[u8]) -> Vec<u8> {
    let header = [0x81, 1, biometric, 0x82, 1, subtype, 0x87, 2, 1, 1, 0x88, 2, 0, format];
    tlv::encode_all(Tag(0x7F60), &[&tlv::encode(Tag(0xA1), &header), &tlv::encode(Tag(0x5F2E), record)])
}

/// A data group around templates: DO'7F61' with their number.
fn group(tag: u32, templates: &[Vec<u8>]) -> Vec<u8> {
    let count = tlv::encode(Tag::INTEGER, &[u8::try_from(templates.len()).unwrap_or(0)]);
    tlv::encode(Tag(tag), &tlv::encode_all(Tag(0x7F61), &[&count, &templates.concat()]))
}

/// Grey rings about the middle: no finger and no iris of anybody.
fn rings(width: u16) -> Vec<u8> {
    let middle = SIZE / 2;
    let pixel = |x: u16, y: u16| {
        let (dx, dy) = (x.abs_diff(middle), y.abs_diff(middle));
        if (dx * dx + dy * dy) >> (width + 2) & 1 == 0 { 0x40 } else { 0xC0 }
    };
    (0..SIZE).flat_map(|y| (0..SIZE).map(move |x| pixel(x, y))).collect()
}
