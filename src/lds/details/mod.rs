//! EF.DG11, EF.DG12 and EF.DG16: further details of the holder, of the document, and persons to notify (9303-10 §4.7.11,
//! §4.7.12, §4.7.16).
//!
//! All are templates of optional fields. A field that is malformed loses only itself; what is absent differs from
//! what is empty; of fields that stand twice the first counts. Dates are read in digits and in BCD (§4.7.12).

mod text;
mod template;
mod dg11;
mod dg12;
mod dg16;

pub use dg11::Dg11;
pub use dg12::Dg12;
pub use dg16::{Dg16, PersonToNotify};
pub use text::{Text, comparable};
