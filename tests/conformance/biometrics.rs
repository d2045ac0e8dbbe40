//! Faces, fingers and irises: the rows LDS_C, LDS_D and LDS_E. DG3 and DG4 are read by a terminal with the right.
//!
//! A file that is not as the standard has it is named as such, while its hash is right: the two are told apart.

use crate::case::{Case, Row, case};
use crate::desk::{forged, group, is, objects};
use crate::issue::{
    altered, control, inspect, lay, length_too_big, length_too_small, of_file, of_hash, other_tag, passport,
};
use crate::reading::lines;
use chipid::internals::tlv::{Tag, encode, encode_all};
use chipid::lds::{DataGroup, Dg2, Dg3, Dg4, FaceDetails, FileDefect, FileId, ImageFormat};
use chipid::sim::profile;
use chipid::{CheckId, State, Verdict};

pub const ROWS: &[Row] = &[
    case("LDS_C_01", |case| faces(case, &[1, 2], |face| face.image(1, jpeg_2000()), |_| {})),
    case("LDS_C_02", |case| faces(case, &[1, 2], |_| {}, |_| {})),
    case("LDS_C_03", face_with_feature_points),
    case("LDS_C_04", |case| other_tag(case, passport(), 2, 0x76)),
    case("LDS_C_05", |case| length_too_small(case, passport(), 2)),
    case("LDS_C_06", |case| length_too_big(case, passport(), 2)),
    case("LDS_C_07", |case| face(case, FileDefect::FaceCountMissing, |group| group.count = None)),
    case("LDS_C_08", |case| face(case, FileDefect::FaceFormatOwner, |group| group.first().set(OWNER, &[0x01, 0x02]))),
    case("LDS_C_09", |case| face(case, FileDefect::FaceFormatOwnerMissing, |group| group.first().remove(OWNER))),
    case("LDS_C_10", |case| face(case, FileDefect::FaceFormatType, |group| group.first().set(FORMAT, &[0x00, 0x09]))),
    case("LDS_C_11", |case| face(case, FileDefect::FaceFormatTypeMissing, |group| group.first().remove(FORMAT))),
    // "Multiple biometrics", which later editions of ISO/IEC 7816-11 have no more; and that of fingers.
    case("LDS_C_12", |case| face(case, FileDefect::FaceBiometricType, |group| group.first().set(TYPE, &[0x01]))),
    case("LDS_C_13", |case| face(case, FileDefect::FaceBiometricType, |group| group.first().set(TYPE, &[0x08]))),
    case("LDS_C_14", |case| record(case, FileDefect::FaceFormatIdentifier, 0, b"FIR\0")),
    case("LDS_C_15", |case| record(case, FileDefect::FaceVersion, 4, b"020\0")),
    case("LDS_C_16", |case| face(case, FileDefect::FaceDataLength, |group| group.first().add_feature_point(false))),
    case("LDS_C_17", |case| record(case, FileDefect::FaceGender, INFORMATION + 6, &[0x03])),
    case("LDS_C_18", |case| record(case, FileDefect::FaceEyeColour, INFORMATION + 7, &[0x08])),
    case("LDS_C_19", |case| record(case, FileDefect::FaceHairColour, INFORMATION + 8, &[0x0A])),
    case("LDS_C_20", |case| record(case, FileDefect::FacePoseYaw, INFORMATION + 14, &[182])),
    case("LDS_C_21", |case| record(case, FileDefect::FacePosePitch, INFORMATION + 15, &[182])),
    case("LDS_C_22", |case| record(case, FileDefect::FacePoseRoll, INFORMATION + 16, &[182])),
    case("LDS_C_23", |case| record(case, FileDefect::FaceUncertaintyYaw, INFORMATION + 17, &[182])),
    case("LDS_C_24", |case| record(case, FileDefect::FaceUncertaintyPitch, INFORMATION + 18, &[182])),
    case("LDS_C_25", |case| record(case, FileDefect::FaceUncertaintyRoll, INFORMATION + 19, &[182])),
    case("LDS_C_26", |case| record(case, FileDefect::FaceImageType, IMAGE_INFORMATION, &[0x05])),
    case("LDS_C_27", |case| record(case, FileDefect::FaceImageDataType, IMAGE_INFORMATION + 1, &[0x02])),
    case("LDS_C_28", |case| face(case, FileDefect::FaceNoImage, |group| group.first().record = None)),
    case("LDS_D_01", |case| fingers(case, ImageFormat::Jp2, 2, |group| group.fingers(2, 4, &jpeg_2000()))),
    case("LDS_D_02", |case| fingers(case, ImageFormat::Wsq, 2, |group| group.fingers(2, 2, WSQ))),
    case("LDS_D_03", |case| fingers(case, ImageFormat::Wsq, 3, |group| group.fingers(3, 2, WSQ))),
    case("LDS_D_04", |case| other_tag(case, profile::eac(), 3, 0x64)),
    case("LDS_D_05", |case| length_too_small(case, profile::eac(), 3)),
    case("LDS_D_06", |case| length_too_big(case, profile::eac(), 3)),
    case("LDS_D_07", |case| of(case, 3, FileDefect::CountMissing, |group| group.count = None)),
    case("LDS_D_08", |case| {
        of(case, 3, FileDefect::BiometricFormatOwner, |group| group.first().set(OWNER, &[0x01, 0x02]))
    }),
    case("LDS_D_09", |case| of(case, 3, FileDefect::BiometricFormatOwnerMissing, |group| group.first().remove(OWNER))),
    case("LDS_D_10", |case| {
        of(case, 3, FileDefect::BiometricFormatType, |group| group.first().set(FORMAT, &[0x00, 0x09]))
    }),
    case("LDS_D_11", |case| of(case, 3, FileDefect::BiometricFormatTypeMissing, |group| group.first().remove(FORMAT))),
    case("LDS_D_12", |case| of(case, 3, FileDefect::BiometricSubtype, |group| group.first().set(SUBTYPE, &[0x1D]))),
    case("LDS_D_13", |case| of(case, 3, FileDefect::BiometricSubtypeMissing, |group| group.first().remove(SUBTYPE))),
    case("LDS_D_14", |case| of(case, 3, FileDefect::RecordIdentifier, |group| group.first().write(0, b"FAC\0"))),
    case("LDS_D_15", |case| of(case, 3, FileDefect::ImageMissing, |group| group.templates[1].record = None)),
    case("LDS_D_16", |case| fingers(case, ImageFormat::Raw, 2, |_| {})),
    case("LDS_E_01", |case| irises(case, ImageFormat::Jp2, |group| group.irises(14, &jpeg_2000()))),
    case("LDS_E_02", |case| irises(case, ImageFormat::Raw, |_| {})),
    case("LDS_E_03", |case| other_tag(case, profile::eac(), 4, 0x77)),
    case("LDS_E_04", |case| length_too_small(case, profile::eac(), 4)),
    case("LDS_E_05", |case| length_too_big(case, profile::eac(), 4)),
    case("LDS_E_06", |case| of(case, 4, FileDefect::CountMissing, |group| group.count = None)),
    case("LDS_E_07", |case| {
        of(case, 4, FileDefect::BiometricFormatOwner, |group| group.first().set(OWNER, &[0x01, 0x02]))
    }),
    case("LDS_E_08", |case| of(case, 4, FileDefect::BiometricFormatOwnerMissing, |group| group.first().remove(OWNER))),
    case("LDS_E_09", |case| {
        of(case, 4, FileDefect::BiometricFormatType, |group| group.first().set(FORMAT, &[0x00, 0x07]))
    }),
    case("LDS_E_10", |case| of(case, 4, FileDefect::BiometricFormatTypeMissing, |group| group.first().remove(FORMAT))),
    case("LDS_E_11", |case| of(case, 4, FileDefect::BiometricSubtype, |group| group.first().set(SUBTYPE, &[0x09]))),
    case("LDS_E_12", |case| of(case, 4, FileDefect::BiometricSubtypeMissing, |group| group.first().remove(SUBTYPE))),
    case("LDS_E_13", |case| of(case, 4, FileDefect::RecordIdentifier, |group| group.first().write(0, b"FIR\0"))),
    case("LDS_E_14", |case| of(case, 4, FileDefect::ImageMissing, |group| group.templates[1].record = None)),
];

// Fields of the biometric header (9303-10 §4.7.2.1).
const TYPE: u32 = 0x81;
const SUBTYPE: u32 = 0x82;
const OWNER: u32 = 0x87;
const FORMAT: u32 = 0x88;

// Places in a face record without feature points (ISO/IEC 19794-5 §5).
const INFORMATION: usize = 14;
const POINTS: usize = 34;
const IMAGE_INFORMATION: usize = 34;
const IMAGE: usize = 46;

/// The markers of a WSQ image of 60 by 80 pixels.
const WSQ: &[u8] = &[0xFF, 0xA0, 0xFF, 0xA2, 0, 15, 0, 0xFF, 0, 80, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xA1];

/// A JPEG 2000 image of the vectors.
fn jpeg_2000() -> Vec<u8> {
    let vector = include_str!("../../test-vectors/image/jp2-rgb.txt");
    let digits = vector.lines().find_map(|line| line.strip_prefix("image: ")).unwrap();
    hex::decode(digits).unwrap()
}

/// A biometric information group template before it is encoded.
struct Group {
    tag: u32,
    count: Option<Vec<u8>>,
    templates: Vec<Template>,
}

#[derive(Clone)]
struct Template {
    header: Vec<(u32, Vec<u8>)>,
    record: Option<Vec<u8>>,
}

impl Group {
    fn of(file: &[u8]) -> Self {
        let [(tag, outer)] = objects(file).try_into().unwrap();
        let [(_, inner)] = objects(&outer).try_into().unwrap();
        let mut inner = objects(&inner).into_iter();
        let count = inner.next().map(|(_, count)| count);
        let template = |(_, template): (u32, Vec<u8>)| {
            let [(_, header), (_, record)] = objects(&template).try_into().unwrap();
            Template { header: objects(&header), record: Some(record) }
        };
        Self { tag, count, templates: inner.map(template).collect() }
    }

    fn file(&self) -> Vec<u8> {
        let template = |template: &Template| {
            let header: Vec<u8> = template.header.iter().flat_map(|(tag, value)| encode(Tag(*tag), value)).collect();
            let record = template.record.as_ref().map(|record| encode(Tag(0x5F2E), record)).unwrap_or_default();
            encode_all(Tag(0x7F60), &[&encode(Tag(0xA1), &header), &record])
        };
        let count = self.count.as_ref().map(|count| encode(Tag::INTEGER, count)).unwrap_or_default();
        let templates: Vec<u8> = self.templates.iter().flat_map(template).collect();
        encode(Tag(self.tag), &encode_all(Tag(0x7F61), &[&count, &templates]))
    }

    fn first(&mut self) -> &mut Template {
        &mut self.templates[0]
    }

    /// So many fingers, their images in this compression (ISO/IEC 19794-4 §8).
    fn fingers(&mut self, count: u8, compression: u8, image: &[u8]) {
        // Right index and middle, left index finger: subtype of the header, position of the record.
        const PLACES: [(u8, u8); 3] = [(0x09, 2), (0x0D, 3), (0x0A, 7)];
        let model = self.first().clone();
        self.count = Some(vec![count]);
        self.templates = PLACES[..usize::from(count)]
            .iter()
            .map(|(subtype, position)| {
                let mut template = model.clone();
                template.set(SUBTYPE, &[*subtype]);
                let record = template.record.as_mut().unwrap();
                record.truncate(46);
                record.extend(image);
                record[29] = compression;
                record[36] = *position;
                let (all, own) = (record.len(), record.len() - 32);
                record[10..14].copy_from_slice(&u32::try_from(all).unwrap().to_be_bytes());
                record[32..36].copy_from_slice(&u32::try_from(own).unwrap().to_be_bytes());
                template
            })
            .collect();
    }

    /// The same irises in this image format (ISO/IEC 19794-6 §6).
    fn irises(&mut self, format: u16, image: &[u8]) {
        for template in &mut self.templates {
            let record = template.record.as_mut().unwrap();
            record.truncate(59);
            record.extend(image);
            record[21..23].copy_from_slice(&format.to_be_bytes());
            let (all, own) = (record.len(), image.len());
            record[8..12].copy_from_slice(&u32::try_from(all).unwrap().to_be_bytes());
            record[55..59].copy_from_slice(&u32::try_from(own).unwrap().to_be_bytes());
        }
    }
}

impl Template {
    fn set(&mut self, tag: u32, value: &[u8]) {
        self.header.iter_mut().find(|(known, _)| *known == tag).unwrap().1 = value.to_vec();
    }

    fn remove(&mut self, tag: u32) {
        self.header.retain(|(known, _)| *known != tag);
    }

    fn write(&mut self, at: usize, octets: &[u8]) {
        self.record.as_mut().unwrap()[at..at + octets.len()].copy_from_slice(octets);
    }

    /// Another image in a face record, of this image data type.
    fn image(&mut self, data_type: u8, image: Vec<u8>) {
        let record = self.record.as_mut().unwrap();
        record.truncate(IMAGE);
        record.extend(image);
        record[IMAGE_INFORMATION + 1] = data_type;
        self.lengths(true);
    }

    /// One feature point; the length of the facial data counts it, or forgets it.
    fn add_feature_point(&mut self, is_counted: bool) {
        let record = self.record.as_mut().unwrap();
        // Type 1, point 2.1, at 100, 120 (ISO/IEC 19794-5 §5.6)
        let point = [1, 0x21, 0, 100, 0, 120, 0, 0];
        record.splice(POINTS..POINTS, point);
        record[INFORMATION + 4..INFORMATION + 6].copy_from_slice(&[0, 1]);
        self.lengths(is_counted);
    }

    fn lengths(&mut self, with_information: bool) {
        let length = u32::try_from(self.record.as_ref().unwrap().len()).unwrap();
        self.write(8, &length.to_be_bytes());
        if with_information {
            self.write(INFORMATION, &(length - 14).to_be_bytes());
        }
    }
}

fn change(file: &mut Vec<u8>, change: fn(&mut Group)) {
    let mut group = Group::of(file);
    assert_eq!(group.file(), *file, "taken apart and put together again");
    change(&mut group);
    *file = group.file();
}

/// DG2 is not as the standard has it; the image, where there is one, is handed out all the same.
fn face(case: &mut Case, defect: FileDefect, alter: fn(&mut Group)) {
    let report = altered(case, passport(), 2, defect, |file| change(file, alter));
    assert_eq!(report.portrait().is_none(), defect == FileDefect::FaceNoImage, "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Genuine, "the document is genuine, and says what is amiss");
}

fn record(case: &mut Case, defect: FileDefect, at: usize, octets: &[u8]) {
    let report = altered(case, passport(), 2, defect, |file| {
        let mut group = Group::of(file);
        group.first().write(at, octets);
        *file = group.file();
    });
    // Nothing else is amiss with the file.
    let compared = &report.check(CheckId::LdsDg2).unwrap().compared;
    assert_eq!(compared.split("; ").count(), 1, "{compared}");
}

/// DG3 or DG4 is not as the standard has it.
fn of(case: &mut Case, number: u8, defect: FileDefect, alter: fn(&mut Group)) {
    altered(case, profile::eac(), number, defect, |file| change(file, alter));
}

/// Faces of these types (1 full frontal, 2 token frontal) are read.
fn faces(case: &mut Case, types: &[u8], alter: fn(&mut Template), says: fn(&FaceDetails)) {
    for kind in types {
        let desk = case.desk(passport());
        let contents = forged(desk.profile(), |groups| {
            let file = group(groups, 2);
            let mut face = Group::of(file);
            alter(face.first());
            let at = image_information(&face);
            face.first().write(at, &[*kind]);
            *file = face.file();
        });
        lay(&desk, contents);
        let (document, report) = inspect(&desk).unwrap_or_else(|cut| panic!("{}", cut.error));
        is(&report, CheckId::LdsDg2, State::Successful, None);
        assert_eq!(report.check(CheckId::LdsDg2).unwrap().warnings, []);
        assert_eq!(report.verdict(), Verdict::Genuine);
        let dg2 = Dg2::parse(document.file(FileId::DataGroup(DataGroup::DG2)).bytes().unwrap()).unwrap();
        says(&dg2.faces[0].details);
        assert_eq!(report.portrait().unwrap().bytes, dg2.faces[0].image.len());
        control(&desk, &[CheckId::LdsDg2]);
    }
}

/// Where the image information of a face begins: after the feature points.
fn image_information(face: &Group) -> usize {
    let record = face.templates[0].record.as_ref().unwrap();
    POINTS + 8 * usize::from(record[INFORMATION + 5])
}

fn face_with_feature_points(case: &mut Case) {
    let alter = |face: &mut Template| {
        face.image(1, jpeg_2000());
        face.add_feature_point(true);
    };
    faces(case, &[1], alter, |details| {
        let FaceDetails::Iso19794(details) = details else { panic!("another record") };
        let [point] = details.feature_points[..] else { panic!("not one feature point") };
        assert_eq!((point.kind, point.code, point.x, point.y), (1, 0x21, 100, 120));
    });
}

/// So many fingers in this format are read by a terminal.
fn fingers(case: &mut Case, format: ImageFormat, count: usize, alter: fn(&mut Group)) {
    let file = sound(case, 3, alter);
    let dg3 = Dg3::parse(&file).unwrap();
    assert_eq!(dg3.fingers.iter().map(|finger| finger.image.format).collect::<Vec<_>>(), vec![format; count]);
}

fn irises(case: &mut Case, format: ImageFormat, alter: fn(&mut Group)) {
    let file = sound(case, 4, alter);
    let dg4 = Dg4::parse(&file).unwrap();
    assert_eq!(dg4.irises.iter().map(|iris| iris.image.format).collect::<Vec<_>>(), vec![format; 2]);
}

/// The data group so altered is read, and nothing is amiss with it.
fn sound(case: &mut Case, number: u8, alter: fn(&mut Group)) -> Vec<u8> {
    let desk = case.desk(profile::eac());
    lay(&desk, forged(desk.profile(), |groups| change(group(groups, number), alter)));
    let (document, report) = inspect(&desk).unwrap_or_else(|cut| panic!("{}", cut.error));
    is(&report, of_file(number), State::Successful, None);
    is(&report, of_hash(number), State::Successful, None);
    is(&report, CheckId::AccessTerminal, State::Successful, None);
    assert_eq!(report.check(of_file(number)).unwrap().warnings, [], "{}", lines(&report));
    assert_eq!(report.verdict(), Verdict::Genuine);
    control(&desk, &[of_file(number), of_hash(number)]);
    let file = FileId::DataGroup(DataGroup::new(number).unwrap());
    document.file(file).bytes().unwrap().to_vec()
}
