//! What DG2, DG3 and DG4 have in common: the biometric information template group around their records (9303-10 §4.7.2.1,
//! §4.7.3.1, §4.7.4.1; ISO/IEC 7816-11), the header of each template, and the parts that all records have.
//!
//! A template that is malformed loses only itself. Which standard a record follows is decided by its own first tag, not
//! by the tag around it: both tags occur around both (9303-10 §4.5.6).

mod modality;
mod header;
mod iso_19794;
mod iso_39794;
mod group;

pub(super) use group::{RecordReaders, read_group};
pub use header::{BiometricHeader, RecordFormat};
pub(super) use iso_19794::{Cursor, image_length, raw_octets};
pub use iso_39794::RecordVersion;
pub(super) use iso_39794::{Fields, formats_of, read_representations};
pub(super) use modality::{Images, Modality, ModalityDefects};
