//! Holds a suite's list of items and its tests together.

/// Every item names tests that are there, and every test of the source is named by an item.
pub fn every_item_has_its_test(items: &[(&str, &[&str])], source: &str, itself: &str) {
    let mut tests: Vec<&str> =
        source.split("#[test]\nfn ").skip(1).map(|test| test.split('(').next().unwrap()).collect();
    // Tests beside a service of their own stand in a macro, four spaces in.
    tests.extend(source.lines().filter_map(|line| line.strip_prefix("    fn ")?.strip_suffix("(service) {")));
    for (item, shown_by) in items {
        assert!(!shown_by.is_empty(), "{item}: no test");
        let missing: Vec<_> = shown_by.iter().filter(|test| !tests.contains(test)).collect();
        assert!(missing.is_empty(), "{item}: no test of the name {missing:?}");
    }
    let named = |test: &&str| items.iter().any(|(_, shown_by)| shown_by.contains(test)) || *test == itself;
    let stray: Vec<_> = tests.iter().filter(|test| !named(test)).collect();
    assert!(stray.is_empty(), "tests without an item: {stray:?}");
    println!("{} items, {} tests", items.len(), tests.len() - 1);
}

#[test]
#[should_panic(expected = "no test of the name")]
fn an_item_without_a_test_is_found() {
    every_item_has_its_test(&[("an item", &["a_test"])], "#[test]\nfn another() {}", "itself");
}

#[test]
#[should_panic(expected = "tests without an item")]
fn a_test_without_an_item_is_found() {
    every_item_has_its_test(&[("an item", &["a_test"])], "#[test]\nfn a_test() {}\n#[test]\nfn another() {}", "itself");
}
