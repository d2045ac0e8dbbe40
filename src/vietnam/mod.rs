//! The country profile of Vietnam's chip ID card: EF.DG13, the QR code on its face, the personal number, and how they
//! are compared with each other and with the MRZ.
//!
//! The Ministry publishes no specification of the chip: what stands here is observed practice. So everything beyond the
//! hard rule of twelve digits is a finding or a warning, never a refusal.

mod personal_number;
mod text;
mod dg13;
mod qr;
mod td1;
mod expiry_date;
mod cross_checks;

pub use cross_checks::{Comparison, CrossCheck, CrossWarning, Sources, cross_checks};
pub use dg13::{Dg13, Dg13Field, VnField};
pub use expiry_date::expiry_candidates;
pub use personal_number::{NumberError, NumberWarning, PersonalNumber, province};
pub use qr::{Qr, QrError};
pub(crate) use td1::number_in_optional_data;
pub use td1::{Td1Number, is_vietnamese, td1_number};
pub(crate) use text::is_without_term;
pub use text::{comparable, parse_date, parse_sex, province_of_residence, transliterate};
