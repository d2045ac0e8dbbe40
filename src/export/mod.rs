//! A report in the forms that other programs take.

pub mod fhir;
mod report_schema;
