//! What one biometric data group has otherwise than the others, and the images of one while it is read.

use crate::lds::findings::{Defect, Findings};
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
    pub(crate) count_missing: Defect,
    pub(crate) count_wrong: Defect,
    pub(crate) too_many: Defect,
    pub(crate) header_missing: Defect,
    pub(crate) format_owner: Defect,
    pub(crate) format_owner_missing: Defect,
    pub(crate) format_type: Defect,
    pub(crate) format_type_missing: Defect,
    pub(crate) biometric_type: Defect,
    pub(crate) record_identifier: Defect,
    pub(crate) record_version: Defect,
    pub(crate) record_length: Defect,
    pub(crate) zeros_after_image: Defect,
    pub(crate) no_image: Defect,
    pub(crate) image_unknown: Defect,
    pub(crate) image_mislabelled: Defect,
}

impl ModalityDefects {
    pub(crate) const FACE: Self = Self {
        count_missing: Defect::FaceCountMissing,
        count_wrong: Defect::FaceCountWrong,
        too_many: Defect::FaceTooMany,
        header_missing: Defect::FaceHeaderMissing,
        format_owner: Defect::FaceFormatOwner,
        format_owner_missing: Defect::FaceFormatOwnerMissing,
        format_type: Defect::FaceFormatType,
        format_type_missing: Defect::FaceFormatTypeMissing,
        biometric_type: Defect::FaceBiometricType,
        record_identifier: Defect::FaceFormatIdentifier,
        record_version: Defect::FaceVersion,
        record_length: Defect::FaceRecordLength,
        zeros_after_image: Defect::FaceZerosAfterImage,
        no_image: Defect::FaceNoImage,
        image_unknown: Defect::FaceImageUnknown,
        image_mislabelled: Defect::FaceImageMislabelled,
    };

    /// The names that DG3 and DG4 share.
    pub(crate) const FINGER_AND_IRIS: Self = Self {
        count_missing: Defect::CountMissing,
        count_wrong: Defect::CountWrong,
        too_many: Defect::ObjectsTooMany,
        header_missing: Defect::BiometricHeaderMissing,
        format_owner: Defect::BiometricFormatOwner,
        format_owner_missing: Defect::BiometricFormatOwnerMissing,
        format_type: Defect::BiometricFormatType,
        format_type_missing: Defect::BiometricFormatTypeMissing,
        biometric_type: Defect::BiometricType,
        record_identifier: Defect::RecordIdentifier,
        record_version: Defect::RecordVersion,
        record_length: Defect::RecordLength,
        zeros_after_image: Defect::RecordZerosAfterImage,
        no_image: Defect::ImageMissing,
        image_unknown: Defect::ImageUnknown,
        image_mislabelled: Defect::ImageMislabelled,
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
    /// are the formats that the record announces; `None` for any.
    pub(crate) fn push(&mut self, image: &Image<'_>, due: Option<&[ImageFormat]>, value: T) -> bool {
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
        self.list.push(value);
        true
    }
}
