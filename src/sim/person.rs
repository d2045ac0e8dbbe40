//! The invented holders, and what is written about them: MRZ (9303-4 to -6), EF.DG13 of Vietnam, the QR text, the face.
//!
//! The numbers begin with 999, which is no issued province code; Utopia is no state. The portrait is drawn. No line of
//! this room may ever hold data of a real person.

use super::der;
use crate::oid;
use crate::tlv::{self, Tag};

/// The drawn portrait, a baseline JPEG.
pub const PORTRAIT: &[u8] = include_bytes!("portrait.jpg");
/// Width and height of [`PORTRAIT`], in pixels.
const PORTRAIT_SIZE: (u16, u16) = (360, 480);

/// The form of the MRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Three lines of 30, the personal number and a check digit of its own in the optional data (Vietnam).
    Td1Vietnam,
    /// Three lines of 30 (9303-5).
    Td1,
    /// Two lines of 36 (9303-6).
    Td2,
    /// Two lines of 44 (9303-4).
    Td3,
}

/// The two forms of field 13 of EF.DG13 that cards show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentsForm {
    /// Form A: one SEQUENCE to each parent.
    Apart,
    /// Form B: one SEQUENCE with both.
    Together,
}

/// A holder, as the MRZ has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Document code: `ID`, `P`.
    pub document_code: String,
    /// Issuing state: `VNM`.
    pub state: String,
    /// Nationality: `VNM`.
    pub nationality: String,
    /// Document number; more than nine characters spill into the optional data of TD1.
    pub document_number: String,
    /// The primary identifier, Latin capitals.
    pub primary: String,
    /// The secondary identifier, Latin capitals, parts separated by spaces; perhaps empty.
    pub secondary: String,
    /// Birth, YYMMDD, unknown parts `<<`.
    pub birth: String,
    /// `M`, `F` or `<`.
    pub sex: char,
    /// Expiry, YYMMDD.
    pub expiry: String,
    /// Optional data; for Vietnam the 12-digit number.
    pub optional: String,
    /// The contents of EF.DG13, where there is one.
    pub national: Option<National>,
}

/// The contents of EF.DG13 of Vietnam; an empty text is a field without data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct National {
    /// Full name, with diacritics.
    pub full_name: String,
    /// Birth, dd/MM/yyyy.
    pub birth: String,
    /// `Nam` or `Nữ`.
    pub sex: String,
    /// Nationality.
    pub nationality: String,
    /// Ethnic group.
    pub ethnic_group: String,
    /// Religion.
    pub religion: String,
    /// Place of origin.
    pub origin: String,
    /// Place of residence; its last comma part is the province.
    pub residence: String,
    /// Identification marks.
    pub marks: String,
    /// Date of issue, dd/MM/yyyy.
    pub issued: String,
    /// Date of expiry, dd/MM/yyyy.
    pub expiry: String,
    /// Father's name.
    pub father: String,
    /// Mother's name.
    pub mother: String,
    /// Spouse's name.
    pub spouse: String,
    /// Former nine-digit number.
    pub former_number: String,
    /// Sixteen characters of unknown meaning.
    pub code: String,
    /// Which form the parents' names take.
    pub parents: ParentsForm,
    /// Fields to leave out altogether, by number.
    pub left_out: Vec<u8>,
}

impl Person {
    /// The invented citizen of Vietnam.
    pub fn vietnamese() -> Self {
        Self {
            document_code: "ID".into(),
            state: "VNM".into(),
            nationality: "VNM".into(),
            document_number: "199000001".into(),
            primary: "NGUYEN".into(),
            secondary: "THI MAU".into(),
            birth: "990101".into(),
            sex: 'F',
            expiry: "390101".into(),
            optional: "999199000001".into(),
            national: Some(National {
                full_name: "Nguyễn Thị Mẫu".into(),
                birth: "01/01/1999".into(),
                sex: "Nữ".into(),
                nationality: "Việt Nam".into(),
                ethnic_group: "Kinh".into(),
                religion: "Không".into(),
                origin: "Xã Mẫu, Huyện Mẫu, Tỉnh Mẫu".into(),
                residence: "Số 1, Phố Mẫu, Phường Mẫu, Quận Mẫu, Thành phố Mẫu".into(),
                marks: "Không có".into(),
                issued: "01/07/2023".into(),
                expiry: "01/01/2039".into(),
                father: "Nguyễn Văn Cha".into(),
                mother: "Trần Thị Mẹ".into(),
                spouse: String::new(),
                former_number: String::new(),
                code: "0123456789ABCDEF".into(),
                parents: ParentsForm::Apart,
                left_out: Vec::new(),
            }),
        }
    }

    /// The invented citizen of Utopia.
    pub fn utopian() -> Self {
        Self {
            document_code: "P".into(),
            state: "UTO".into(),
            nationality: "UTO".into(),
            document_number: "X00000017".into(),
            primary: "MUSTER".into(),
            secondary: "ANNA BEATA".into(),
            birth: "850412".into(),
            sex: 'F',
            expiry: "331231".into(),
            optional: String::new(),
            national: None,
        }
    }

    /// The lines of the MRZ.
    pub fn mrz_lines(&self, layout: Layout) -> Vec<String> {
        match layout {
            Layout::Td1Vietnam => {
                let optional = filled(&self.optional, 14);
                let optional = format!("{optional}{}", check_digit(&optional));
                self.td1(&self.document_number, &optional)
            }
            Layout::Td1 if self.document_number.chars().count() > 9 => {
                // The number goes on in the optional data, then its check digit and a filler  (9303-5 §4.2.2)
                let (first, rest) = split(&self.document_number, 9);
                let digit = check_digit(&self.document_number);
                let optional = format!("{rest}{digit}<{}", self.optional);
                let lines = self.td1(&first, &filled(&optional, 15));
                lines
                    .into_iter()
                    .map(|line| line.replacen(&format!("{first}{}", check_digit(&first)), &format!("{first}<"), 1))
                    .collect()
            }
            Layout::Td1 => self.td1(&filled(&self.document_number, 9), &filled(&self.optional, 15)),
            Layout::Td2 => self.two_lines(36, 7),
            Layout::Td3 => self.two_lines(44, 14),
        }
    }

    /// Document number, birth and expiry, each with its check digit: the key input of BAC and PACE (9303-11 §4.3.2).
    pub fn mrz_information(&self) -> String {
        let number = filled(&self.document_number, self.document_number.chars().count().max(9));
        let with_digit = |field: &str| format!("{field}{}", check_digit(field));
        [with_digit(&number), with_digit(&self.birth), with_digit(&self.expiry)].concat()
    }

    /// The text of the QR code on the face of the Vietnamese card, seven fields.
    pub fn qr_text(&self) -> Option<String> {
        let national = self.national.as_ref()?;
        let digits = |date: &str| date.replace('/', "");
        let fields = [
            self.optional.clone(),
            national.former_number.clone(),
            national.full_name.clone(),
            digits(&national.birth),
            national.sex.clone(),
            national.residence.clone(),
            digits(&national.issued),
        ];
        Some(fields.join("|"))
    }

    fn name(&self) -> String {
        let primary = self.primary.replace(' ', "<");
        match self.secondary.as_str() {
            "" => primary,
            secondary => format!("{primary}<<{}", secondary.replace(' ', "<")),
        }
    }

    fn td1(&self, number: &str, optional: &str) -> Vec<String> {
        let (birth, expiry) = (&self.birth, &self.expiry);
        let digit = check_digit(number);
        let code = filled(&self.document_code, 2);
        let upper = format!("{code}{}{number}{digit}{optional}", filled(&self.state, 3));
        let birth = format!("{birth}{}", check_digit(birth));
        let expiry = format!("{expiry}{}", check_digit(expiry));
        let rest = filled("", 11);
        // The composite covers the upper line from position 6 on, and birth, expiry and rest of the middle one.
        let covered = if self.document_number.chars().count() > 9 {
            format!("{number}<{optional}")
        } else {
            format!("{number}{digit}{optional}")
        };
        let composite = check_digit(&[covered, birth.clone(), expiry.clone(), rest.clone()].concat());
        let middle = format!("{birth}{}{expiry}{}{rest}{composite}", self.sex, filled(&self.nationality, 3));
        vec![upper, middle, filled(&self.name(), 30)]
    }

    /// TD2 and TD3: two lines of this width, with so many characters of optional data.
    fn two_lines(&self, width: usize, optional: usize) -> Vec<String> {
        let number = filled(&self.document_number, 9);
        let number = format!("{number}{}", check_digit(&number));
        let birth = format!("{}{}", self.birth, check_digit(&self.birth));
        let expiry = format!("{}{}", self.expiry, check_digit(&self.expiry));
        let mut optional = filled(&self.optional, optional);
        if width == 44 {
            let digit = if self.optional.is_empty() { '<' } else { check_digit(&optional) };
            optional.push(digit);
        }
        let composite = check_digit(&[number.as_str(), &birth, &expiry, &optional].concat());
        let upper = format!("{}{}{}", filled(&self.document_code, 2), filled(&self.state, 3), self.name());
        let nationality = filled(&self.nationality, 3);
        vec![filled(&upper, width), format!("{number}{nationality}{birth}{}{expiry}{optional}{composite}", self.sex)]
    }
}

/// The text filled up with `<`, or cut, to a length.
fn filled(text: &str, length: usize) -> String {
    text.chars().chain(core::iter::repeat('<')).take(length).collect()
}

/// The first characters, and the rest.
fn split(text: &str, at: usize) -> (String, String) {
    (text.chars().take(at).collect(), text.chars().skip(at).collect())
}

/// The check digit: weights 7, 3, 1, sum modulo 10  (9303-3 §4.9).
fn check_digit(field: &str) -> char {
    let value = |character: char| character.to_digit(36).unwrap_or(0);
    let sum: u32 = field.chars().zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(c) * weight).sum();
    char::from_digit(sum % 10, 10).unwrap_or('0')
}

/// EF.DG1 around the lines of an MRZ, joined by `separator` (9303-10 §4.7.1).
pub(super) fn dg1(lines: &[String], separator: &str) -> Vec<u8> {
    tlv::encode(Tag(0x61), &tlv::encode(Tag(0x5F1F), lines.join(separator).as_bytes()))
}

/// EF.DG2 with one face in the record of ISO/IEC 19794-5 (9303-10 §4.7.2); the image is lengthened to make the file
/// `length` bytes long, where that is asked for.
pub(super) fn dg2(image: &[u8], length: Option<usize>) -> Vec<u8> {
    let plain = dg2_around(image);
    let Some(missing) = length.and_then(|length| length.checked_sub(plain.len())).filter(|missing| *missing >= 4)
    else {
        return plain;
    };
    // A comment after the start of the image is legal: FF FE and a length that counts itself  (T.81 §B.2.4.5)
    let comment = |octets: usize| {
        let counted = u16::try_from(octets.saturating_sub(2)).unwrap_or(u16::MAX);
        let text = vec![b' '; usize::from(counted).saturating_sub(2)];
        [&[0xFF, 0xFE], counted.to_be_bytes().as_slice(), &text].concat()
    };
    let (start, rest) = image.split_at_checked(2).unwrap_or((image, &[]));
    let lengthened = |octets| dg2_around(&[start, &comment(octets), rest].concat());
    // Longer lengths may take more length octets than the first guess.
    let over = lengthened(missing).len() - plain.len() - missing;
    lengthened(missing - over)
}

fn dg2_around(image: &[u8]) -> Vec<u8> {
    let (width, height) = PORTRAIT_SIZE;
    let length = u32::try_from(46 + image.len()).unwrap_or(u32::MAX);
    let record = [
        b"FAC\x00010\x00".as_slice(),
        &length.to_be_bytes(),
        &[0, 1],
        // Facial information: length, no feature points, all unspecified
        &length.saturating_sub(14).to_be_bytes(),
        &[0; 16],
        // Image information: full frontal, JPEG, size, sRGB, unspecified source, device and quality
        &[1, 0],
        &width.to_be_bytes(),
        &height.to_be_bytes(),
        &[1, 0, 0, 0, 0, 0],
        image,
    ]
    .concat();
    // Biometric header: type 02 (face), subtype 00, format owner 0101, format type 0008
    let header = tlv::encode(Tag(0xA1), &[0x81, 1, 2, 0x82, 1, 0, 0x87, 2, 1, 1, 0x88, 2, 0, 8]);
    let template = tlv::encode_all(Tag(0x7F60), &[&header, &tlv::encode(Tag(0x5F2E), &record)]);
    let one = tlv::encode(Tag::INTEGER, &[1]);
    tlv::encode(Tag(0x75), &tlv::encode_all(Tag(0x7F61), &[&one, &template]))
}

/// EF.DG13 of Vietnam; the residence is lengthened to make the file `length` bytes long, where that is asked for.
pub(super) fn dg13(number: &str, national: &National, length: Option<usize>) -> Vec<u8> {
    let plain = dg13_of(number, national);
    let Some(missing) = length.and_then(|length| length.checked_sub(plain.len())) else {
        return plain;
    };
    // Some lengths cannot be had, where one more letter brings one more length octet.
    (0..=missing)
        .rev()
        .map(|letters| {
            let residence = format!("{}{}", "a".repeat(letters), national.residence);
            dg13_of(number, &National { residence, ..national.clone() })
        })
        .find(|file| Some(file.len()) <= length)
        .unwrap_or(plain)
}

fn dg13_of(number: &str, national: &National) -> Vec<u8> {
    let (printable, utf8) = (Tag::PRINTABLE_STRING, Tag::UTF8_STRING);
    let text = |tag, text: &str| if text.is_empty() { Vec::new() } else { tlv::encode(tag, text.as_bytes()) };
    let father = text(utf8, &national.father);
    let mother = text(utf8, &national.mother);
    let sequence = |content: &[u8]| if content.is_empty() { Vec::new() } else { tlv::encode(Tag::SEQUENCE, content) };
    let parents = match national.parents {
        ParentsForm::Apart => [sequence(&father), sequence(&mother)].concat(),
        ParentsForm::Together => sequence(&[father, mother].concat()),
    };
    let values = [
        text(printable, number),
        text(utf8, &national.full_name),
        text(printable, &national.birth),
        text(utf8, &national.sex),
        text(utf8, &national.nationality),
        text(utf8, &national.ethnic_group),
        text(utf8, &national.religion),
        text(utf8, &national.origin),
        text(utf8, &national.residence),
        text(utf8, &national.marks),
        text(printable, &national.issued),
        text(utf8, &national.expiry),
        parents,
        sequence(&text(utf8, &national.spouse)),
        text(printable, &national.former_number),
        text(printable, &national.code),
    ];
    let fields: Vec<u8> = (1_u8..)
        .zip(values)
        .filter(|(number, _)| !national.left_out.contains(number))
        .flat_map(|(number, value)| der::sequence(&[&tlv::encode(Tag::INTEGER, &[number]), &value]))
        .collect();
    let version = tlv::encode(Tag::INTEGER, &[1]);
    let format = der::oid(oid::ID_VN_DG13);
    let content = der::sequence(&[&version, &format, &tlv::encode(Tag::SET, &fields)]);
    tlv::encode(Tag(0x6D), &content)
}
