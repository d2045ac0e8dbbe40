//! From a failing case to the smallest that still fails: fewest faults, earliest place, simplest card.

use crate::cards::all;
use crate::case::Case;
use crate::catalogue::applies;
use crate::wire::Planned;

/// The smallest case that still fails: as a script it becomes a test of its own.
pub fn shrunk(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Case {
    let mut small = case.clone();
    loop {
        let smaller = fewer(&small, fails).or_else(|| earlier(&small, fails)).or_else(|| simpler(&small, fails));
        match smaller {
            Some(smaller) => small = smaller,
            None => return small,
        }
    }
}

/// The same with one fault less.
fn fewer(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Option<Case> {
    let without = |index| {
        let mut faults = case.faults.clone();
        faults.remove(index);
        Case { faults, ..case.clone() }
    };
    if case.faults.len() < 2 {
        return None;
    }
    (0..case.faults.len()).map(without).find(|case| fails(case))
}

/// The same with one fault at an earlier place.
fn earlier(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Option<Case> {
    for (index, planned) in case.faults.iter().enumerate() {
        for at in 1..planned.at {
            let mut faults = case.faults.clone();
            faults[index].at = at;
            let moved = Case { faults, ..case.clone() };
            if applies(moved.bench, &moved.faults[index]) && fails(&moved) {
                return Some(moved);
            }
        }
    }
    None
}

/// The same faults on a simpler card, at any place: one after the other in the same order.
fn simpler(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Option<Case> {
    for bench in all().iter().take_while(|bench| bench.name != case.bench.name) {
        let length = bench.truth.kinds.len();
        let kind = &case.bench.truth.kinds.get(case.faults[0].at - 1);
        // The same kind of exchange first.
        let mut places: Vec<usize> = (1..=length).collect();
        places.sort_by_key(|at| (bench.truth.kinds.get(at - 1) != *kind, *at));
        for first in places {
            let from = case.faults[0].at;
            let moved = |planned: &Planned| Planned { at: (first + (planned.at - from)).min(length), row: planned.row };
            let moved = Case { bench, faults: case.faults.iter().map(moved).collect() };
            if applies(bench, &moved.faults[0]) && fails(&moved) {
                return Some(moved);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::shrunk;
    use crate::case::Case;
    use crate::scripts::Script;

    fn case(text: &str) -> Case {
        Script::parse(text).unwrap().case
    }

    #[test]
    fn a_pair_shrinks_to_the_one_fault_that_matters_at_its_earliest_place_on_the_simplest_card() {
        let failing = case("profile: vn-short\nat 40: 61xx/true\nat 70: sm-flipped-8e\n");
        // An artificial defect: as if no answer could be found not authentic.
        let fails = |case: &Case| case.run(false).error.is_some_and(|error| error.code == "protocol.bad_response");
        assert!(fails(&failing));
        let small = shrunk(&failing, &fails);
        // The first protected exchange of the first card that has any.
        assert_eq!(small.to_string(), "profile: bac-3des-aa-rsa\nat 7: sm-flipped-8e\n");
        assert!(fails(&case(&small.to_string())));
    }

    #[test]
    fn a_pair_of_which_both_matter_stays_a_pair() {
        let failing = case("profile: gm-aes128-aa-ec\nat 60: 61xx/true\nat 70: 61xx/false\n");
        // An artificial defect: as if no reading could have two answers in parts.
        let fails = |case: &Case| {
            let asked = case
                .run(false)
                .seen
                .into_iter()
                .filter(|seen| matches!(seen, crate::wire::Seen::Exchange { command, .. } if command[1] == 0xC0));
            asked.count() == 2 && case.faults.iter().all(|planned| planned.row.name.starts_with("61xx"))
        };
        assert!(fails(&failing));
        let small = shrunk(&failing, &fails);
        // EF.COM and EF.SOD, the first answers of the plain card that have two octets; GET RESPONSE stands between.
        assert_eq!(small.to_string(), "profile: plain\nat 5: 61xx/true\nat 7: 61xx/false\n");
    }
}
