//! `chipid image`: the portrait of a saved document, of a file of its face or signature, or any image, as a PNG or as it is.

use crate::arguments::ImageArguments;
use crate::failure::Failure;
use crate::files::write_file;
use crate::output::Output;
use crate::{console_image, saved_document};
use chipid::image::{ImageError, ImageLimits, decode};
use chipid::internals::tlv::{Reader, Tag, TlvError};
use chipid::lds::{DataGroup, Dg2, FileId, ImageFormat};
use serde_json::json;
use std::fmt::Display;
use std::path::Path;

pub fn run(output: &Output, arguments: ImageArguments) -> Result<u8, Failure> {
    let image = image(&arguments.path)?;
    let format = ImageFormat::sniff(&image);
    // What is saved as it is need not be decoded; what is not saved is shown.
    let picture = match decode(&image, &ImageLimits::default()) {
        Ok(picture) => Some(picture),
        Err(_) if arguments.raw => None,
        Err(ImageError::NotDecoded(format)) => {
            return Err(Failure::other("not_decoded", &[("mime", &format.mime())]));
        }
        Err(error) => return Err(Failure::other("no_picture", &[("why", &error)])),
    };
    if let Some(out) = &arguments.out {
        match &picture {
            Some(picture) if !arguments.raw => write_file(out, &picture.to_png(), arguments.force)?,
            _ => write_file(out, &image, arguments.force)?,
        }
    }
    let size = picture.as_ref().map(|picture| (picture.width(), picture.height()));
    if output.is_json() {
        output.json(&json!({
            "schema": "chipid.image/1", "mime": format.mime(), "bytes": image.len(),
            "width": size.map(|size| size.0), "height": size.map(|size| size.1),
            "file": arguments.out.map(|out| out.display().to_string()),
        }));
        return Ok(0);
    }
    if let Some(picture) = &picture
        && !arguments.no_portrait
        && console_image::is_shown(output)
    {
        console_image::show(output, picture);
    }
    let size = size.map_or("?".to_owned(), |(width, height)| format!("{width} × {height}"));
    output.message("label.image", &[("mime", &format.mime()), ("bytes", &image.len()), ("size", &size)]);
    if let Some(out) = &arguments.out {
        output.message("label.saved", &[("dir", &out.display())]);
    }
    Ok(0)
}

/// The image that a path leads to: the first in EF.DG2 of a folder, in a file EF.DG2 or EF.DG5, or the file itself.
fn image(path: &Path) -> Result<Vec<u8>, Failure> {
    let none = |why: &dyn Display| Failure::other("no_image", &[("path", &path.display()), ("why", why)]);
    let file = if path.is_dir() {
        let dg2 = FileId::DataGroup(DataGroup::DG2);
        saved_document::load(path)?.files.remove(&dg2).ok_or(none(&"no EF_DG2.bin"))?
    } else {
        saved_document::read_file(path)?
    };
    let found = match file.first() {
        None => return Err(none(&"empty")),
        Some(0x75) => Dg2::parse(&file).map(|dg2| dg2.faces.first().map(|face| face.image.to_vec())),
        Some(0x65) => displayed(&file),
        Some(_) => return Ok(file),
    };
    found.map_err(|error| none(&error))?.ok_or(none(&"no image in it"))
}

/// The first image of EF.DG5, the displayed portrait (9303-10 §4.7.5): 65 L { 02 01 n, then 5F40 L image for each }.
fn displayed(file: &[u8]) -> Result<Option<Vec<u8>>, TlvError> {
    let mut inside = Reader::new(file).expect(Tag(0x65), "EF.DG5, tag 65")?.children();
    while !inside.is_empty() {
        let object = inside.next()?;
        if object.tag == Tag(0x5F40) {
            return Ok(Some(object.value.to_vec()));
        }
    }
    Ok(None)
}
