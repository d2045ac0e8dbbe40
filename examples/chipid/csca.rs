//! `chipid csca`: what certificates, lists and bundles hold, and whether their signatures are right.

use crate::arguments::CscaAction;
use crate::failure::Failure;
use crate::output::Output;
use crate::{csca_bundle, csca_check, csca_country, csca_diff, csca_list};

pub fn run(output: &Output, action: CscaAction) -> Result<u8, Failure> {
    match action {
        CscaAction::List(paths) => csca_list::run(output, &paths.paths, &paths.lists, csca_list::list),
        CscaAction::Show(arguments) => match &arguments.country {
            Some(country) => csca_country::run(output, &arguments, country),
            None => csca_list::run(output, &arguments.paths, &arguments.lists, csca_list::show),
        },
        CscaAction::Check(paths) => csca_check::run(output, &paths.paths, &paths.lists),
        CscaAction::Diff(arguments) => csca_diff::run(output, arguments),
        CscaAction::Bundle(arguments) => csca_bundle::run(output, arguments),
    }
}
