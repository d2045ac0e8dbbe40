//! The data groups that hold images: EF.DG2 (face), EF.DG3 (fingers), EF.DG4 (irises), EF.DG5 and EF.DG7 (displayed).

use chipid::BOUNDS;
use chipid::lds::{Dg2, Dg3, Dg4, Dg5, Dg7, Dimensions, Finding, Image, ImageFormat};

pub fn all(bytes: &[u8]) {
    dg2(bytes);
    dg3(bytes);
    dg4(bytes);
    dg5(bytes);
    dg7(bytes);
    let _ = (ImageFormat::sniff(bytes), Dimensions::of(bytes));
}

/// An image is a piece of the file; its kind and size are those of its own bytes.
fn image(file: &[u8], image: &Image<'_>) {
    assert!(super::stands_at(file, image.at, image.bytes));
    assert!(image.format == ImageFormat::Raw || image.format == ImageFormat::sniff(image.bytes));
    assert!(image.format == ImageFormat::Raw || image.dimensions == Dimensions::of(image.bytes));
}

fn findings(file: &[u8], findings: &[Finding]) {
    assert!(findings.iter().all(|finding| finding.at <= file.len()));
    let _ = findings.iter().map(ToString::to_string).collect::<Vec<_>>();
}

fn dg2(bytes: &[u8]) {
    let Ok(dg2) = Dg2::parse(bytes) else { return };
    assert!(dg2.faces.len() <= BOUNDS.faces);
    for face in &dg2.faces {
        assert!(super::stands_at(bytes, face.at, face.image));
        assert!(!face.image.is_empty(), "a face has an image");
        assert_eq!(face.format, ImageFormat::sniff(face.image));
        assert_eq!(face.dimensions, Dimensions::of(face.image));
    }
    findings(bytes, &dg2.findings);
}

fn dg3(bytes: &[u8]) {
    let Ok(dg3) = Dg3::parse(bytes) else { return };
    assert!(dg3.fingers.len() <= BOUNDS.fingers);
    dg3.fingers.iter().for_each(|finger| image(bytes, &finger.image));
    findings(bytes, &dg3.findings);
}

fn dg4(bytes: &[u8]) {
    let Ok(dg4) = Dg4::parse(bytes) else { return };
    assert!(dg4.irises.len() <= BOUNDS.irises);
    dg4.irises.iter().for_each(|iris| image(bytes, &iris.image));
    findings(bytes, &dg4.findings);
}

fn dg5(bytes: &[u8]) {
    let Ok(dg5) = Dg5::parse(bytes) else { return };
    assert!(dg5.displayed_portraits.len() <= BOUNDS.displayed_images);
    dg5.displayed_portraits.iter().for_each(|one| image(bytes, one));
    findings(bytes, &dg5.findings);
}

fn dg7(bytes: &[u8]) {
    let Ok(dg7) = Dg7::parse(bytes) else { return };
    assert!(dg7.displayed_signatures.len() <= BOUNDS.displayed_images);
    dg7.displayed_signatures.iter().for_each(|one| image(bytes, one));
    findings(bytes, &dg7.findings);
}
