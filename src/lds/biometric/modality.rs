//! What one biometric data group has otherwise than the others, and the images of one while it is read.

use crate::lds::findings::{FileDefect, Findings};
use crate::lds::{DataGroup, FileId, Image, ImageFormat};
use crate::tlv::Tag;

/// What one kind of biometric data group has otherwise than the others.
pub(crate) struct Modality {
    pub(crate) group: DataGroup,
    pub(crate) tag: Tag,
    /// The tag in words, for the error.
    pub(crate) what: &'static str,
    pub(crate) biometric_type: u8,
    /// The format types of ISO/IEC 19794 and of ISO/IEC 39794.
    pub(crate) format_types: [u16; 2],
    /// What the data block of ISO/IEC 39794 begins with, `[APPLICATION n]`.
    pub(crate) application: Tag,
    /// What a record of ISO/IEC 19794 begins with.
    pub(crate) identifier: [u8; 4],
    /// Which subtypes there are, where one is required.
    pub(crate) subtypes: Option<fn(u8) -> bool>,
    /// The most templates and the most images that are read.
    pub(crate) most: usize,
    /// Formats that count as unknown here.
    pub(crate) unknown: &'static [ImageFormat],
    pub(crate) defects: ModalityDefects,
}

/// The defects of the group and its records, under the names of the data group.
pub(crate) struct ModalityDefects {
    pub(crate) count_missing: FileDefect,
    pub(crate) count_wrong: FileDefect,
    pub(crate) too_many: FileDefect,
    pub(crate) header_missing: FileDefect,
    pub(crate) format_owner: FileDefect,
    pub(crate) format_owner_missing: FileDefect,
    pub(crate) format_type: FileDefect,
    pub(crate) format_type_missing: FileDefect,
    pub(crate) biometric_type: FileDefect,
    pub(crate) record_identifier: FileDefect,
    pub(crate) record_version: FileDefect,
    pub(crate) record_length: FileDefect,
    pub(crate) zeros_after_image: FileDefect,
    pub(crate) no_image: FileDefect,
    pub(crate) image_unknown: FileDefect,
    pub(crate) image_mislabelled: FileDefect,
}

impl ModalityDefects {
    pub(crate) const FACE: Self = Self {
        count_missing: FileDefect::FaceCountMissing,
        count_wrong: FileDefect::FaceCountWrong,
        too_many: FileDefect::FaceTooMany,
        header_missing: FileDefect::FaceHeaderMissing,
        format_owner: FileDefect::FaceFormatOwner,
        format_owner_missing: FileDefect::FaceFormatOwnerMissing,
        format_type: FileDefect::FaceFormatType,
        format_type_missing: FileDefect::FaceFormatTypeMissing,
        biometric_type: FileDefect::FaceBiometricType,
        record_identifier: FileDefect::FaceFormatIdentifier,
        record_version: FileDefect::FaceVersion,
        record_length: FileDefect::FaceRecordLength,
        zeros_after_image: FileDefect::FaceZerosAfterImage,
        no_image: FileDefect::FaceNoImage,
        image_unknown: FileDefect::FaceImageUnknown,
        image_mislabelled: FileDefect::FaceImageMislabelled,
    };

    /// The names that DG3 and DG4 share.
    pub(crate) const FINGER_AND_IRIS: Self = Self {
        count_missing: FileDefect::CountMissing,
        count_wrong: FileDefect::CountWrong,
        too_many: FileDefect::ObjectsTooMany,
        header_missing: FileDefect::BiometricHeaderMissing,
        format_owner: FileDefect::BiometricFormatOwner,
        format_owner_missing: FileDefect::BiometricFormatOwnerMissing,
        format_type: FileDefect::BiometricFormatType,
        format_type_missing: FileDefect::BiometricFormatTypeMissing,
        biometric_type: FileDefect::BiometricType,
        record_identifier: FileDefect::RecordIdentifier,
        record_version: FileDefect::RecordVersion,
        record_length: FileDefect::RecordLength,
        zeros_after_image: FileDefect::RecordZerosAfterImage,
        no_image: FileDefect::ImageMissing,
        image_unknown: FileDefect::ImageUnknown,
        image_mislabelled: FileDefect::ImageMislabelled,
    };
}

/// The images of a data group while it is read, and its findings.
pub(crate) struct Images<T> {
    pub(crate) modality: &'static Modality,
    pub(crate) list: Vec<T>,
    pub(crate) findings: Findings,
}

impl<T> Images<T> {
    pub(crate) fn of(modality: &'static Modality) -> Self {
        Self { modality, list: Vec::new(), findings: Findings::of(FileId::DataGroup(modality.group)) }
    }

    /// Adds the value of an image that was found, or a finding that there is none; false where no more are read. `due`
    /// are the formats that the record announces, `None` for any; `is_other` states that the header names another finger
    /// or eye than the record.
    pub(crate) fn push(&mut self, image: &Image<'_>, due: Option<&[ImageFormat]>, is_other: bool, value: T) -> bool {
        let Modality { defects, most, unknown, .. } = self.modality;
        if image.bytes.is_empty() {
            self.findings.add(image.at, defects.no_image);
            return true;
        }
        if self.list.len() >= *most {
            self.findings.add(image.at, defects.too_many);
            return false;
        }
        if unknown.contains(&image.format) {
            self.findings.add(image.at, defects.image_unknown);
        } else if due.is_some_and(|due| !due.contains(&image.format)) {
            self.findings.add(image.at, defects.image_mislabelled);
        }
        if is_other {
            self.findings.add(image.at, FileDefect::BiometricSubtypeDiffers);
        }
        self.list.push(value);
        true
    }
}
