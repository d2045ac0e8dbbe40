//! JPEG 2000 (ITU-T T.800), a raw codestream or in the boxes of JP2.
//!
//! The walk goes over the boxes, the main header and the header of every tile-part up to the end of the codestream, and
//! counts what a decoder would set up for them: packets, and code-blocks with their layers. Segments must be as long as
//! their fields, so that no decoder finds other markers in them than the walk did.

use super::cursor::Cursor;
use super::limits::{ImageError, ImageLimits, check_pixels};
use super::picture::Picture;
use crate::bounds::BOUNDS;
use crate::lds::ImageFormat;
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use zeroize::Zeroizing;

/// The most decomposition levels (T.800 Table A.15).
const MAX_LEVELS: u8 = 32;
/// The most sub-bands that a quantization has steps for: three a level, and the last one.
const MAX_BANDS: usize = 3 * 32 + 1;

// Markers (T.800 Table A.2).
const SOC: u8 = 0x4F;
const CAP: u8 = 0x50;
const SIZ: u8 = 0x51;
const COD: u8 = 0x52;
const COC: u8 = 0x53;
const TLM: u8 = 0x55;
const PLM: u8 = 0x57;
const PLT: u8 = 0x58;
const QCD: u8 = 0x5C;
const QCC: u8 = 0x5D;
const RGN: u8 = 0x5E;
const POC: u8 = 0x5F;
const PPM: u8 = 0x60;
const PPT: u8 = 0x61;
const CRG: u8 = 0x63;
const COM: u8 = 0x64;
const SOT: u8 = 0x90;
const SOD: u8 = 0x93;
const EOC: u8 = 0xD9;

/// Walks the image: nothing in it may cost more than the limits allow.
pub(super) fn examine(image: &[u8], limits: &ImageLimits) -> Result<(), ImageError> {
    if ImageFormat::sniff(image) == ImageFormat::Jpeg2000Codestream {
        return Codestream::examine(image, 0, limits);
    }
    let mut boxes = Cursor::new(image, 0);
    let mut streams = 0;
    // What is shorter than a box's header ends the image.
    while boxes.rest.len() >= 8 {
        let (kind, inside) = next_box(&mut boxes)?;
        match &kind {
            b"jp2h" => examine_header_box(inside, limits)?,
            b"jp2c" => {
                streams += 1;
                if streams > 1 {
                    return Err(inside.malformed("one codestream"));
                }
                Codestream::examine(inside.rest, inside.at, limits)?;
            }
            _ => {}
        }
    }
    if streams == 0 { Err(boxes.malformed("a codestream in a box jp2c")) } else { Ok(()) }
}

/// A box (T.800 I.4): its length (4), 0 for all that is left, or 1 and then eight octets; its type; its content.
fn next_box<'a>(cursor: &mut Cursor<'a>) -> Result<([u8; 4], Cursor<'a>), ImageError> {
    const BOX: &str = "a box within the image";
    let malformed = cursor.malformed(BOX);
    let length = cursor.u32(BOX)?;
    let kind = cursor.take(BOX)?;
    let length = match length {
        0 => Some(cursor.rest.len()),
        1 => usize::try_from(u64::from_be_bytes(cursor.take(BOX)?)).ok().and_then(|length| length.checked_sub(16)),
        length => usize::try_from(length).ok().and_then(|length| length.checked_sub(8)),
    };
    let at = cursor.at;
    let inside = cursor.skip(length.ok_or(malformed)?, BOX)?;
    Ok((kind, Cursor::new(inside, at)))
}

/// The boxes in jp2h that make channels out of components: as many as the limit on components allows.
fn examine_header_box(mut boxes: Cursor<'_>, limits: &ImageLimits) -> Result<(), ImageError> {
    let too_many = ImageError::TooMuch { what: "components", most: limits.components.into() };
    while !boxes.is_empty() {
        let (kind, mut inside) = next_box(&mut boxes)?;
        match &kind {
            // Entries (2), columns (1), the depth of each column (1), the entries.
            b"pclr" => {
                const PALETTE: &str = "a palette of up to 1024 entries, 16 bits each";
                let (entries, columns) = (inside.u16(PALETTE)?, inside.u8(PALETTE)?);
                if u16::from(columns) > limits.components {
                    return Err(too_many);
                }
                let depths = inside.skip(columns.into(), PALETTE)?;
                if entries > BOUNDS.image_palette || depths.iter().any(|depth| *depth > 15) {
                    return Err(inside.malformed(PALETTE));
                }
            }
            // For each channel: component (2), type (1), column (1).
            b"cmap" if inside.rest.len() > 4 * usize::from(limits.components) => return Err(too_many),
            // The number of channels (2), then index, type and association of each.
            b"cdef" if inside.u16("a number of channels")? > limits.components => return Err(too_many),
            _ => {}
        }
    }
    Ok(())
}

/// A rectangle; its right and lower sides do not belong to it.
#[derive(Clone, Copy)]
struct Rect {
    x0: u64,
    y0: u64,
    x1: u64,
    y1: u64,
}

/// What a codestream's headers say, as far as it rules the cost.
struct Codestream {
    /// The image on the reference grid.
    image: Rect,
    /// Width and height of a tile, and where the first one begins.
    tile: (u64, u64),
    first_tile: (u64, u64),
    tiles: u64,
    /// How much sparser than the grid each component is sampled.
    components: Vec<(u64, u64)>,
    styles: Vec<Style>,
    layers: u16,
    rounds: u64,
}

/// A coding style (T.800 A.6.1, A.6.2).
struct Style {
    /// Exponents of a code-block's size.
    block: (u8, u8),
    /// Exponents of a precinct's size at each resolution: one more than there are decomposition levels.
    precincts: Vec<(u8, u8)>,
}

impl Codestream {
    fn examine(codestream: &[u8], at: usize, limits: &ImageLimits) -> Result<(), ImageError> {
        const START: &str = "the start of a codestream and its size";
        let mut cursor = Cursor::new(codestream, at);
        if cursor.take(START)? != [0xFF, SOC, 0xFF, SIZ] {
            return Err(ImageError::Malformed { at, expected: START });
        }
        let mut this = Self::of_size(cursor.segment()?, limits)?;
        loop {
            let at = cursor.at;
            match marker(&mut cursor)? {
                SOT => this.tile_part(&mut cursor, at)?,
                EOC => break,
                marker => this.segment(marker, at, &mut cursor)?,
            }
        }
        this.check_cost()
    }

    /// The size of the image (T.800 A.5.1).
    fn of_size(mut segment: Cursor<'_>, limits: &ImageLimits) -> Result<Self, ImageError> {
        const SIZE: &str = "the size of the image and its tiles";
        let malformed = segment.malformed(SIZE);
        segment.u16(SIZE)?;
        let [mut sides, mut starts, mut tile, mut first_tile] = [[0; 2]; 4];
        for pair in [&mut sides, &mut starts, &mut tile, &mut first_tile] {
            *pair = [segment.u32(SIZE)?, segment.u32(SIZE)?];
        }
        let ([x1, y1], [x0, y0], [tile_x, tile_y], [first_x, first_y]) = (sides, starts, tile, first_tile);
        let is_along = |start: u32, end: u32, tile: u32, first: u32| {
            start < end && first <= start && u64::from(first) + u64::from(tile) > u64::from(start)
        };
        if !is_along(x0, x1, tile_x, first_x) || !is_along(y0, y1, tile_y, first_y) {
            return Err(malformed);
        }
        check_pixels(x1.saturating_sub(x0), y1.saturating_sub(y0), limits.pixels)?;
        if x1.max(y1) > BOUNDS.image_side {
            return Err(ImageError::TooMuch {
                what: "points on a side of the reference grid",
                most: BOUNDS.image_side.into(),
            });
        }
        let across = |end: u32, first: u32, tile: u32| u64::from(end.saturating_sub(first).div_ceil(tile));
        let tiles = across(x1, first_x, tile_x) * across(y1, first_y, tile_y);
        if tiles > BOUNDS.image_tiles {
            return Err(ImageError::TooMuch { what: "tiles", most: BOUNDS.image_tiles });
        }
        let count = segment.u16(SIZE)?;
        if count > limits.components {
            return Err(ImageError::TooMuch { what: "components", most: limits.components.into() });
        }
        let mut components = Vec::new();
        for _ in 0..count {
            let [_, x, y] = segment.take(SIZE)?;
            components.push((x.into(), y.into()));
        }
        if components.is_empty() || components.iter().any(|(x, y)| *x == 0 || *y == 0) || !segment.is_empty() {
            return Err(malformed);
        }
        Ok(Self {
            image: Rect { x0: x0.into(), y0: y0.into(), x1: x1.into(), y1: y1.into() },
            tile: (tile_x.into(), tile_y.into()),
            first_tile: (first_x.into(), first_y.into()),
            tiles,
            components,
            styles: Vec::new(),
            layers: 0,
            rounds: 1,
        })
    }

    /// A marker segment of the main header or of a tile-part's header.
    fn segment(&mut self, marker: u8, at: usize, cursor: &mut Cursor<'_>) -> Result<(), ImageError> {
        const FIELDS: &str = "a marker segment as long as its fields";
        match marker {
            // Without a segment (T.800 Table A.1).
            0x30..=0x3F => return Ok(()),
            PPM | PPT | PLM => return Err(ImageError::Unsupported("JPEG 2000 with its packet headers apart")),
            CAP => return Err(ImageError::Unsupported("an extension of JPEG 2000")),
            COD | COC | QCD | QCC | RGN | POC | TLM | PLT | CRG | COM => {}
            _ => return Err(ImageError::Malformed { at, expected: "a marker of JPEG 2000" }),
        }
        let mut segment = cursor.segment()?;
        match marker {
            COD => {
                // Scod, then progression order, layers (2), component transformation.
                let [flags, _, layers_high, layers_low, _] = segment.take(FIELDS)?;
                self.layers = self.layers.max(u16::from_be_bytes([layers_high, layers_low]));
                self.style(flags, &mut segment)?;
            }
            COC => {
                let [_, flags] = segment.take(FIELDS)?;
                self.style(flags, &mut segment)?;
            }
            QCC => {
                segment.u8(FIELDS)?;
                quantization(&mut segment)?;
            }
            QCD => quantization(&mut segment)?,
            RGN => {
                segment.take::<3>(FIELDS)?;
            }
            POC => {
                // Seven octets each.
                self.rounds += u64::try_from(segment.rest.len() / 7).unwrap_or(u64::MAX);
                return Ok(());
            }
            _ => return Ok(()),
        }
        if segment.is_empty() { Ok(()) } else { Err(segment.malformed(FIELDS)) }
    }

    /// The parameters of a coding style (T.800 Table A.20): levels, code-block size, its style, transformation, precincts.
    fn style(&mut self, flags: u8, segment: &mut Cursor<'_>) -> Result<(), ImageError> {
        const STYLE: &str = "a coding style";
        let malformed = segment.malformed(STYLE);
        let [levels, width, height, _, _] = segment.take(STYLE)?;
        if levels > MAX_LEVELS || width > 8 || height > 8 || width + height > 8 {
            return Err(malformed);
        }
        let mut precincts = Vec::new();
        for resolution in 0..=levels {
            let exponents = if flags & 0x01 == 0 { 0xFF } else { segment.u8(STYLE)? };
            let (x, y) = (exponents & 0x0F, exponents >> 4);
            // Only at the lowest resolution may a precinct be one sample wide.
            if resolution > 0 && (x == 0 || y == 0) {
                return Err(malformed);
            }
            precincts.push((x, y));
        }
        if self.styles.len() >= BOUNDS.image_coding_styles {
            return Err(ImageError::too_much("coding styles", BOUNDS.image_coding_styles));
        }
        self.styles.push(Style { block: (width + 2, height + 2), precincts });
        Ok(())
    }

    /// A tile-part (T.800 A.4.2), from after its marker to its end.
    fn tile_part(&mut self, cursor: &mut Cursor<'_>, at: usize) -> Result<(), ImageError> {
        const PART: &str = "a tile-part within the codestream";
        // Lsot = 10, tile (2), length of the tile-part with its marker (4), its number, their number.
        let [_, length, i0, i1, l0, l1, l2, l3, _, _] = cursor.take(PART)?;
        let malformed = ImageError::Malformed { at, expected: PART };
        if length != 10 || u64::from(u16::from_be_bytes([i0, i1])) >= self.tiles {
            return Err(malformed);
        }
        let left = match u32::from_be_bytes([l0, l1, l2, l3]) {
            // The last one may leave it open: all but the end marker.
            0 => cursor.rest.len().checked_sub(2),
            length => usize::try_from(length).ok().and_then(|length| length.checked_sub(12)),
        };
        let inside = cursor.at;
        let mut part = Cursor::new(cursor.skip(left.ok_or(malformed)?, PART)?, inside);
        loop {
            let at = part.at;
            match marker(&mut part)? {
                SOD => return Ok(()),
                marker => self.segment(marker, at, &mut part)?,
            }
        }
    }

    /// Refuses what would make a decoder set up more packets or code-blocks than are allowed.
    fn check_cost(&self) -> Result<(), ImageError> {
        let layers = u64::from(self.layers);
        let (mut precincts, mut blocks) = (0, 0);
        for tile in self.tile_rects() {
            for &(x, y) in &self.components {
                let component = Rect {
                    x0: tile.x0.div_ceil(x),
                    y0: tile.y0.div_ceil(y),
                    x1: tile.x1.div_ceil(x),
                    y1: tile.y1.div_ceil(y),
                };
                // Any of the styles may be the one of this component in this tile.
                let costs = self.styles.iter().map(|style| style.cost(component));
                let most = costs.fold((0, 0), |most, cost| (most.0.max(cost.0), most.1.max(cost.1)));
                // At most 256 tiles, 65535 components, 33 resolutions and 2^48 samples each.
                precincts += most.0;
                blocks += most.1;
                if precincts.saturating_mul(layers).saturating_mul(self.rounds) > BOUNDS.image_packets {
                    return Err(ImageError::TooMuch { what: "packets", most: BOUNDS.image_packets });
                }
                if blocks.saturating_mul(layers) > BOUNDS.image_code_blocks {
                    return Err(ImageError::TooMuch { what: "code-blocks", most: BOUNDS.image_code_blocks });
                }
            }
        }
        Ok(())
    }

    fn tile_rects(&self) -> impl Iterator<Item = Rect> {
        let ((width, height), image) = (self.tile, self.image);
        let step = |from: u64, by: u64, to: u64| {
            std::iter::successors(Some(from), move |at| at.checked_add(by)).take_while(move |at| *at < to)
        };
        step(self.first_tile.1, height, image.y1).flat_map(move |y| {
            step(self.first_tile.0, width, image.x1).map(move |x| Rect {
                x0: x.max(image.x0),
                y0: y.max(image.y0),
                x1: x.saturating_add(width).min(image.x1),
                y1: y.saturating_add(height).min(image.y1),
            })
        })
    }
}

impl Style {
    /// Precincts and code-blocks of a component of a tile (T.800 B.5 to B.7).
    fn cost(&self, component: Rect) -> (u64, u64) {
        let (mut precincts, mut blocks) = (0, 0);
        let levels = self.precincts.len().saturating_sub(1);
        for (resolution, &(x, y)) in self.precincts.iter().enumerate() {
            let level = u32::try_from(levels.saturating_sub(resolution)).unwrap_or(u32::MAX);
            let Rect { x0, y0, x1, y1 } = component;
            let [x0, y0, x1, y1] = [x0, y0, x1, y1].map(|side| side.div_ceil(1 << level));
            precincts += cells(x0, x1, x) * cells(y0, y1, y);

            // The lowest resolution is one sub-band; the others are three, at twice the distance.
            let (bands, level, less): (&[(u64, u64)], u32, u8) =
                if resolution == 0 { (&[(0, 0)], level, 0) } else { (&[(1, 0), (0, 1), (1, 1)], level + 1, 1) };
            let block = (self.block.0.min(x.saturating_sub(less)), self.block.1.min(y.saturating_sub(less)));
            for (right, down) in bands {
                let half = (1 << level) / 2;
                let side = |at: u64, by: u64| at.saturating_sub(by * half).div_ceil(1 << level);
                blocks += cells(side(component.x0, *right), side(component.x1, *right), block.0)
                    * cells(side(component.y0, *down), side(component.y1, *down), block.1);
            }
        }
        (precincts, blocks)
    }
}

/// The cells of a grid of this distance, an exponent of 2, that an interval touches.
fn cells(from: u64, to: u64, exponent: u8) -> u64 {
    if from >= to { 0 } else { to.div_ceil(1 << exponent).saturating_sub(from >> exponent) }
}

/// Steps of a quantization (T.800 A.6.4): none, one of two octets for all, or two octets for each sub-band.
fn quantization(segment: &mut Cursor<'_>) -> Result<(), ImageError> {
    const STEPS: &str = "the steps of a quantization";
    let style = segment.u8(STEPS)? & 0x1F;
    let steps = segment.rest.len();
    let fits = match style {
        0 => steps <= MAX_BANDS,
        1 => steps == 2,
        2 => steps <= 2 * MAX_BANDS && steps.is_multiple_of(2),
        _ => false,
    };
    if !fits {
        return Err(segment.malformed(STEPS));
    }
    segment.skip(steps, STEPS).map(|_| ())
}

fn marker(cursor: &mut Cursor<'_>) -> Result<u8, ImageError> {
    const MARKER: &str = "a marker, and the end of the codestream at last";
    let malformed = cursor.malformed(MARKER);
    let [first, marker] = cursor.take(MARKER)?;
    if first == 0xFF { Ok(marker) } else { Err(malformed) }
}

/// Decodes an image that was examined.
pub(super) fn decode(image: &[u8], pixels: u64) -> Result<Picture, ImageError> {
    let settings = DecodeSettings { resolve_palette_indices: true, strict: false, target_resolution: None };
    let undecodable = ImageError::Undecodable("no JPEG 2000 data to its end");
    let image = Image::new(image, &settings).map_err(|_| undecodable)?;
    let (width, height) = (image.width(), image.height());
    check_pixels(width, height, pixels)?;
    let is_gray = match image.color_space() {
        ColorSpace::Gray => true,
        ColorSpace::RGB => false,
        // The colours that an ICC profile is about (ICC.1 §7.2.6).
        ColorSpace::Icc { profile, .. } => match profile.get(16..20) {
            Some(b"GRAY") => true,
            Some(b"RGB ") => false,
            _ => return Err(ImageError::Unsupported("colours other than gray and RGB")),
        },
        _ => return Err(ImageError::Unsupported("colours other than gray and RGB")),
    };
    let channels = if is_gray { 1 } else { 3 } + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| undecodable)?;
    if decoded.components().len() != channels {
        return Err(ImageError::Undecodable("the picture does not have the channels that its headers state"));
    }
    let samples = Zeroizing::new(decoded.data_u8());
    let mut rgb = Zeroizing::new(Vec::with_capacity(samples.len() / channels * 3));
    for pixel in samples.chunks_exact(channels) {
        match *pixel {
            [gray] | [gray, _] => rgb.extend([gray; 3]),
            [red, green, blue, ..] => rgb.extend([red, green, blue]),
            [] => {}
        }
    }
    Picture::new(width, height, rgb)
}
