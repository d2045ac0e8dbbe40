//! The pitfalls of conformance 4.1 to 4.5: for each the tests that show that it is avoided, and those that stand nowhere else.

use crate::forge::{P256, Trust, Victim, Way, base, fails, forger, listed, open, read, signed};
use crate::reading::{go_on, lines, now};
use crate::trust_changes::AddTrust as _;
use chipid::internals::issuer::{Extension, Framing, SignedDataFields, SigningKey};
use chipid::internals::oid;
use chipid::internals::signed_lists::ListError;
use chipid::lds::FileId;
use chipid::sim::faults::{Fault, Faulty};
use chipid::sim::{Folder, SimulatedCard};
use chipid::transport::Transport;
use chipid::trust::TrustStore;
use chipid::{Card, CheckId, Reason, State, TransportError, Verdict, Warning};
use std::path::Path;

/// Pitfall; file and test, each.
const PITFALLS: &[(&str, &[(&str, &str)])] = &[
    (
        "SM-1",
        &[
            (HERE_MESSAGING, "sm_1_a_plain_answer_is_neither_data_nor_a_status"),
            ("tests/faults/sm.rs", "an_unauthenticated_status_is_never_data_and_never_a_status"),
            ("tests/faults/sm.rs", "an_unauthenticated_status_ends_the_session_at_every_apdu"),
        ],
    ),
    ("SM-2", &[(HERE_MESSAGING, "sm_2_the_authenticated_status_is_there_and_is_the_lines")]),
    ("SM-3", &[(HERE_MESSAGING, "sm_3_there_is_one_way_out_and_no_switch_to_turn_it_off")]),
    ("SM-4", &[(HERE_MESSAGING, "sm_4_a_checksum_has_eight_octets_and_all_of_them_count")]),
    ("SM-5", &[(HERE_MESSAGING, "sm_5_the_checksum_goes_first_and_every_fault_is_the_same_error")]),
    ("SM-6", &[(HERE_MESSAGING, "sm_6_the_counter_never_goes_back_and_after_an_error_nothing_is_sent")]),
    ("SM-7", &[(HERE_MESSAGING, "sm_7_two_answers_that_are_exchanged_and_a_file_for_another_are_found")]),
    (
        "SM-8",
        &[
            (HERE_MESSAGING, "sm_8_the_counter_begins_at_zero_or_at_the_halves_of_the_nonces"),
            (CHIP, "ch_4_a_yes_of_the_chip_proves_nothing_before_an_answer_under_the_new_keys"),
        ],
    ),
    ("SM-9", &[(HERE_MESSAGING, "sm_9_the_counter_does_not_wrap_and_the_budget_ends_long_before")]),
    ("SM-10", &[(HERE_MESSAGING, "sm_10_the_data_objects_stand_once_in_their_order_and_in_their_shortest_form")]),
    ("AC-1", &[(ACCESS, "ac_1_bac_after_pace_only_where_the_caller_says_so_after_a_reset_and_on_record")]),
    (
        "AC-2",
        &[
            (ACCESS, "ac_2_a_hidden_ef_card_access_is_found_by_what_is_signed"),
            ("tests/attacks/downgrades.rs", "x_down_an_ef_card_access_that_answers_6a82_is_found_by_dg14"),
        ],
    ),
    ("AC-3", &[(ACCESS, "ac_3_weaker_suites_than_those_that_are_signed_fail")]),
    ("AC-4", &[(ACCESS, "ac_4_keys_that_give_a_known_secret_are_refused_in_the_mapping_and_in_the_agreement")]),
    ("AC-5", &[(ACCESS, "ac_5_parameters_that_come_from_the_card_are_never_used")]),
    ("AC-6", &[(ACCESS, "ac_6_a_random_source_that_fails_or_is_stuck_ends_the_work_at_once")]),
    ("AC-7", &[(ACCESS, "ac_7_pace_goes_before_bac_the_can_before_the_mrz_and_bac_is_told")]),
    ("AC-8", &[(ACCESS, "ac_8_no_password_is_tried_twice_and_tries_left_are_told_before_one_is_spent")]),
    ("AC-9", &[(ACCESS, "ac_9_a_card_that_takes_its_time_after_a_wrong_password_is_not_broken")]),
    ("AC-10", &[(ACCESS, "ac_10_nothing_of_one_try_is_sent_in_another_or_told_in_an_error")]),
    ("AC-11", &[(ACCESS, "ac_11_a_misread_mrz_costs_no_try_and_its_variants_open_the_chip")]),
    (
        "CH-1",
        &[(CHIP, "ch_1_copied_data_on_a_blank_chip_fail_where_a_proof_is_due_and_are_no_more_than_data_where_none_is")],
    ),
    ("CH-2", &[(CHIP, "ch_2_a_stripped_ef_com_hides_no_proof_and_a_listed_file_that_is_gone_fails")]),
    (
        "CH-2a",
        &[
            (TRANSPLANTS, "ch_2a_a_transplanted_mapping_fails_where_dg14_holds_a_key"),
            (
                TRANSPLANTS,
                "ch_2a_a_stored_mapping_without_chip_authentication_is_undetermined_where_dg14_holds_other_keys",
            ),
            (TRANSPLANTS, "ch_2a_without_a_key_in_dg14_the_clone_is_genuine_with_a_warning_that_strict_refers"),
            (TRANSPLANTS, "ch_2a_a_key_of_dg14_that_cannot_be_read_is_not_taken_for_none"),
            (TRANSPLANTS, "ch_2a_while_dg14_is_not_held_nothing_binds_the_mapping"),
            (TRANSPLANTS, "ch_2a_removing_dg14_from_evidence_never_helps"),
            (TRANSPLANTS, "ch_2a_a_dg14_that_nobody_signed_binds_nothing"),
            (RESUME, "another_chip_of_the_product_does_not_inherit_what_the_mapping_proved"),
        ],
    ),
    (
        "CH-2b",
        &[
            (CLAIMS, "another_number_with_the_same_last_six_digits_differs_and_the_card_stays_genuine"),
            (CLAIMS, "the_mrz_of_another_person_whose_number_ends_in_the_same_digits_differs"),
            (CLAIMS, "a_folder_records_the_outcome_and_no_value"),
            (CLAIMS, "a_folder_that_states_a_match_states_nothing"),
            (CLAIMS, "a_policy_decides_about_claims_and_never_accepts_another_person"),
            (CLAIMS_EVIDENCE, "row_10_a_recorded_difference_counts_whoever_wrote_it"),
            (CLAIMS_EVIDENCE, "no_edited_record_of_a_match_counts_without_a_trusted_signature"),
        ],
    ),
    (
        "CH-2c",
        &[
            (OMISSIONS, "a_listed_data_group_that_is_missing_from_a_folder_makes_the_verdict_undetermined"),
            (OMISSIONS, "a_listed_data_group_that_is_missing_from_unsigned_evidence_makes_the_verdict_undetermined"),
            (OMISSIONS, "a_group_that_the_archive_does_not_keep_limits_nothing_and_a_missing_one_that_it_keeps_does"),
            (OMISSIONS, "without_dg1_the_country_stays_open_whatever_the_archive_keeps"),
            (OMISSIONS, "a_proof_that_is_recorded_as_refused_stays_failed_without_the_file_of_its_key"),
        ],
    ),
    ("CH-3", &[(CHIP, "ch_3_a_clone_with_a_key_of_its_own_proves_nothing")]),
    ("CH-4", &[(CHIP, "ch_4_a_yes_of_the_chip_proves_nothing_before_an_answer_under_the_new_keys")]),
    ("CH-5", &[(CHIP, "ch_5_the_challenge_is_the_verifiers_and_an_old_answer_is_none")]),
    ("CH-6", &[(CHIP, "ch_6_by_default_the_challenge_means_nothing_and_chip_authentication_goes_first")]),
    ("CH-7", &[(CHIP, "ch_7_an_rsa_answer_is_recomputed_whole")]),
    ("CH-8", &[(CHIP, "ch_8_an_ecdsa_answer_is_plain_der_by_tolerance_and_its_hash_no_longer_than_the_key")]),
    ("CH-9", &[(CHIP, "ch_9_the_key_is_matched_exactly_and_no_other_is_tried_over_the_card")]),
    ("CH-10", &[(CHIP, "ch_10_a_relayed_card_is_not_told_from_a_near_one_and_the_time_it_took_is")]),
    ("CH-11", &[(CHIP, "ch_11_a_chip_that_is_shown_by_an_ef_card_security_of_nobodys_is_not_proven")]),
    ("CH-12", &[(CHIP, "ch_12_a_static_key_of_a_small_subgroup_is_never_agreed_with")]),
    ("PA-1", &[(CERTIFICATES, "x_pa_a_signer_of_one_country_cannot_sign_for_another")]),
    (
        "PA-2",
        &[
            (CERTIFICATES, "x_pa_a_self_signed_document_signer_is_nobodys"),
            ("tests/passive_authentication.rs", "certificates_in_the_security_object_are_never_anchors"),
        ],
    ),
    (
        "PA-3",
        &[
            (CERTIFICATES, "x_pa_only_an_authority_certifies_and_only_signers"),
            (CERTIFICATES, "x_pa_an_authority_does_not_sign_documents"),
            (CERTIFICATES, "x_pa_an_unknown_critical_extension_fails"),
        ],
    ),
    ("PA-4", &[(HERE, "pa_4_a_master_list_is_its_signers_word_and_the_signer_an_authoritys")]),
    ("PA-5", &[(CERTIFICATES, "x_pa_a_generator_of_the_forgers_own_under_the_authoritys_public_key_certifies_nobody")]),
    (
        "PA-6",
        &[
            (SIGNATURES, "x_pa_a_cube_root_is_no_signature_of_a_document"),
            (SIGNATURES, "x_pa_a_cube_root_is_no_signature_of_a_certificate"),
            (SIGNATURES, "x_pa_an_exponent_of_one_is_no_key"),
        ],
    ),
    ("PA-7", &[(SIGNATURES, "x_pa_pss_is_verified_by_the_parameters_that_are_stated")]),
    ("PA-8", &[(SIGNATURES, "x_pa_no_digest_stands_in_for_another")]),
    (
        "PA-9",
        &[
            (SIGNATURES, "x_pa_signed_attributes_are_hashed_as_der_has_them"),
            (SIGNATURES, "x_pa_without_signed_attributes_there_is_no_signature"),
            (SIGNATURES, "x_pa_the_signed_content_type_is_the_contents"),
        ],
    ),
    ("PA-10", &[(HERE, "pa_10_what_is_hashed_are_the_octets_that_came")]),
    (
        "PA-11",
        &[
            (CERTIFICATES, "x_pa_the_signed_file_of_one_person_does_not_cover_the_groups_of_another"),
            (CERTIFICATES, "x_pa_a_group_that_stands_twice_fails"),
        ],
    ),
    ("PA-12", &[(HERE, "pa_12_no_signature_is_the_name_of_anything")]),
    (
        "PA-13",
        &[
            (SIGNATURES, "x_pa_r_and_s_are_from_one_to_the_order"),
            (CERTIFICATES, "x_pa_a_named_curve_is_a_curve_and_another_name_is_another"),
        ],
    ),
    ("PA-14", &[(CERTIFICATES, "x_pa_a_certificate_out_of_its_time_is_not_valid")]),
    (
        "PA-15",
        &[
            (REVOCATION, "x_pa_a_list_out_of_its_time_says_nothing_good"),
            (REVOCATION, "x_pa_a_list_of_another_issuer_neither_clears_nor_revokes"),
            (REVOCATION, "x_pa_a_list_signed_by_another_key_neither_clears_nor_revokes"),
            ("tests/revocation.rs", "without_a_list_revocation_is_not_checked_and_caps_nothing"),
        ],
    ),
    (
        "PA-16",
        &[
            (CERTIFICATES, "x_pa_of_authorities_of_one_name_only_the_one_that_signed_counts"),
            (CERTIFICATES, "x_pa_a_link_certificate_leads_on_only_with_the_old_authoritys_signature"),
            (BOMBS, "x_bomb_signatures_tried_are_counted"),
        ],
    ),
    ("PA-17", &[(HERE, "pa_17_no_verdict_is_a_boolean")]),
    ("PA-18", &[(HERE, "pa_18_no_field_of_a_forged_document_looks_verified")]),
    ("PA-19", &[(HERE, "pa_19_indefinite_lengths_are_read_and_told_and_only_the_framing_has_them")]),
    ("RS-1", &[(BOMBS, "x_bomb_data_objects_in_data_objects_end_at_the_sixteenth")]),
    (
        "RS-2",
        &[
            (BOMBS, "x_bomb_a_length_of_four_gigabytes_is_not_believed"),
            (HERE, "rs_2_no_stated_length_is_allocated_and_none_overflows"),
        ],
    ),
    (
        "RS-3",
        &[
            (BOMBS, "x_bomb_counts_of_dg11_and_dg12_are_capped"),
            (BOMBS, "x_bomb_of_255_faces_sixteen_are_read"),
            ("tests/data_group_bounds.rs", "the_largest_file_of_each_kind_keeps_the_bounds"),
        ],
    ),
    (
        "RS-4",
        &[
            (BOMBS, "x_bomb_an_endless_file_ends_with_the_budget"),
            (BOMBS, "x_bomb_61xx_and_6cxx_for_ever_end_with_the_budget"),
            (BOMBS, "x_bomb_one_byte_at_a_time_ends_with_the_budget"),
        ],
    ),
    (
        "RS-5",
        &[
            (BOMBS, "x_bomb_an_image_of_four_gigapixels_is_handed_out_and_not_decoded"),
            ("tests/image.rs", "a_jpeg_2000_that_promises_too_much_is_refused_before_it_is_decoded"),
        ],
    ),
    (
        "RS-6",
        &[
            (BOMBS, "x_bomb_a_giant_rsa_key_is_refused_before_it_is_computed_with"),
            (BOMBS, "x_bomb_a_giant_dh_group_is_refused_before_it_is_computed_with"),
            (BOMBS, "x_bomb_signatures_tried_are_counted"),
            (BOMBS, "x_bomb_an_ef_sod_of_a_megabyte_is_judged_within_its_bounds"),
        ],
    ),
    (
        "RS-7",
        &[
            (HERE, "rs_7_the_lints_that_forbid_panics_are_on_and_no_file_turns_them_off"),
            ("tests/lds.rs", "no_parser_panics_on_any_bytes"),
            ("tests/lds.rs", "no_parser_panics_on_a_changed_file"),
        ],
    ),
    (
        "RS-8",
        &[
            ("tests/cli.rs", "control_characters_never_reach_the_terminal"),
            ("tests/page.rs", "markup_and_control_characters_of_a_card_are_shown_as_text"),
        ],
    ),
    ("RS-9", &[(HERE, "rs_9_no_answer_to_reset_and_no_name_of_a_reader_does_harm")]),
];

const HERE: &str = "tests/attacks/pitfalls.rs";
const HERE_MESSAGING: &str = "tests/attacks/messaging.rs";
const BOMBS: &str = "tests/attacks/bombs.rs";
const CERTIFICATES: &str = "tests/attacks/certificates.rs";
const REVOCATION: &str = "tests/attacks/revocation.rs";
const SIGNATURES: &str = "tests/attacks/signatures.rs";
const TRANSPLANTS: &str = "tests/attacks/transplants.rs";
const CLAIMS: &str = "tests/claims.rs";
const CLAIMS_EVIDENCE: &str = "tests/claims_evidence.rs";
const OMISSIONS: &str = "tests/attacks/omissions.rs";
const RESUME: &str = "tests/resume.rs";
const ACCESS: &str = "tests/refusals/access_attacks.rs";
const CHIP: &str = "tests/refusals/chip_attacks.rs";

/// The pitfalls there are: letters and the last number.
const KINDS: [(&str, usize); 5] = [("SM", 10), ("AC", 11), ("CH", 12), ("PA", 19), ("RS", 9)];

/// Rows that the tables got later, each with the row that it follows.
const ADDED: [(&str, &str); 3] = [("CH-2", "CH-2a"), ("CH-2", "CH-2b"), ("CH-2", "CH-2c")];

#[test]
fn every_pitfall_is_shown_by_tests_that_are_there() {
    let numbered = KINDS.iter().flat_map(|(kind, last)| (1..=*last).map(move |number| format!("{kind}-{number}")));
    let with_added = |row: String| {
        let added: Vec<_> = ADDED.iter().filter(|(after, _)| *after == row).map(|(_, new)| (*new).to_owned()).collect();
        [row].into_iter().chain(added)
    };
    let due: Vec<String> = numbered.flat_map(with_added).collect();
    let named: Vec<&str> = PITFALLS.iter().map(|(pitfall, _)| *pitfall).collect();
    assert_eq!(named, due);
    let mut count = 0;
    for (pitfall, tests) in PITFALLS {
        assert!(!tests.is_empty(), "{pitfall}: no test");
        for (file, test) in *tests {
            let source = std::fs::read_to_string(crate::root().join(file)).unwrap();
            assert!(crate::tests_in(&source).contains(test), "{pitfall}: there is no test {test} in {file}");
            count += 1;
        }
    }
    // The other way round: who is named after a pitfall stands in its row.
    let here = [include_str!("pitfalls.rs"), include_str!("messaging.rs")];
    for test in here.iter().flat_map(|source| crate::tests_in(source)) {
        let is_named = PITFALLS.iter().any(|(pitfall, tests)| {
            let prefix = format!("{}_", pitfall.to_lowercase().replace('-', "_"));
            test.starts_with(&prefix) && tests.iter().any(|(_, own)| *own == test)
        });
        assert!(is_named || test == "every_pitfall_is_shown_by_tests_that_are_there", "{test}: no row");
    }
    println!("{} pitfalls, shown by {count} tests", PITFALLS.len());
    if let Some(tables) = crate::shared::shared_data("../conformance.md") {
        let tables = std::fs::read_to_string(tables).unwrap();
        let rows = tables.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
        let rows: Vec<&str> =
            rows.filter(|row| KINDS.iter().any(|(kind, _)| row.starts_with(&format!("{kind}-")))).collect();
        assert_eq!(rows, due);
    }
}

/// The sources under a folder of the repository, by their paths in it.
pub fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(crate::root()).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&crate::root().join(folder), &mut found);
    found
}

/// A source without its comments and its own tests.
pub fn code_of(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn pa_4_a_master_list_is_its_signers_word_and_the_signer_an_authoritys() {
    let victim = Victim::new(base());
    let foreign = crate::forge::foreign();
    let content = [foreign.csca(), victim.issuer.csca()];
    let key = foreign.master_list_key().unwrap();
    let sound = || foreign.master_list_fields(&content).unwrap();
    let sign =
        |fields: &SignedDataFields, key: &SigningKey| fields.sign(key, &mut crate::forge::seeded(b"list")).unwrap();
    assert!(TrustStore::from_trusted_master_list(&sign(&sound(), &key)).is_ok());
    // Signed by another key, or with another content than the one that was signed.
    let own = forger(&base().issuer);
    assert!(TrustStore::from_trusted_master_list(&sign(&sound(), own.ds_key())).is_err());
    let mut other = sound();
    other.content = foreign.master_list_fields(&content[..1]).unwrap().content;
    let other = TrustStore::from_trusted_master_list(&sign(&other, &key));
    assert!(matches!(other.err(), Some(ListError::Cms(_))));
    // A document signer's key signs no lists, though the same authority certified it.
    let mut by_signer = sound();
    by_signer.certificates = vec![foreign.ds().to_vec(), foreign.csca().to_vec()];
    by_signer.signer = chipid::internals::issuer::SignerId::KeyId(foreign.ds_key().key_id());
    let refused = TrustStore::from_trusted_master_list(&sign(&by_signer, foreign.ds_key()));
    assert!(matches!(refused.err(), Some(ListError::SignerPurpose)));
    // A signer whose authority neither the caller trusts nor the list holds.
    let mut stranger = own.master_list_fields(&content).unwrap();
    stranger.certificates.truncate(1);
    let refused = TrustStore::from_trusted_master_list(&sign(&stranger, &own.master_list_key().unwrap()));
    assert!(matches!(refused.err(), Some(ListError::SignerUnanchored)));
    // A list that came to the store as a file among others and does not verify brings no anchor.
    let mut trust = TrustStore::empty();
    let source = trust.add_file("list", &sign(&sound(), own.ds_key()));
    assert!(source.accepted == 0 && !source.refused.is_empty() && trust.is_empty());
    // The certificates of a list are no list: their names admit what they are.
    assert!(victim.trust(Trust::List).anchors().len() == 3);
}

#[test]
fn pa_10_what_is_hashed_are_the_octets_that_came() {
    // A group, signed as the issuer wrote it: with a length that is longer than need be. It is hashed so, and not as
    // somebody would write it again.
    let profile = base();
    let issuer = profile.issuer().unwrap();
    let mut groups = profile.groups().unwrap();
    for (number, file) in &mut groups {
        if *number == 15 {
            let tlv = chipid::internals::tlv::Reader::new(file).next().unwrap();
            let length = u16::try_from(tlv.value.len()).unwrap().to_be_bytes();
            *file = [&[0x6F, 0x83, 0x00][..], &length, tlv.value].concat();
        }
    }
    let sod = issuer.sod(&listed(&groups)).unwrap();
    let contents = profile.contents_with(groups.clone(), sod);
    let (csca, ds) = (issuer.csca().to_vec(), issuer.ds().to_vec());
    let victim = Victim::issued_by(profile.clone(), issuer, contents, &csca, &ds);
    // The same group in its shortest form says the same, and is another one.
    let mut shortened = profile.groups().unwrap();
    shortened.sort();
    let mut contents = victim.contents();
    let short = &shortened.iter().find(|(number, _)| *number == 15).unwrap().1;
    let file = contents.files.iter_mut().find(|file| (file.folder, file.fid) == (Folder::Application, 0x010F));
    file.unwrap().content.clone_from(short);
    let card = victim.profile.card_with(contents).unwrap();
    victim.refuses("shortened", card, Verdict::Failed, &[fails(CheckId::PaDg15, Reason::Mismatch)]);
}

#[test]
fn pa_12_no_signature_is_the_name_of_anything() {
    // Two readings of one document whose signature differs in its form are the same document to the library: certificates
    // are named by their whole encoding, and trust by a hash over it.
    let victim = Victim::new(base());
    let fields = victim.sod_fields();
    let again = |salt: &[u8]| {
        let mut random = crate::forge::seeded(salt);
        chipid::internals::tlv::encode(
            chipid::internals::tlv::Tag(0x77),
            &fields.sign(victim.issuer.ds_key(), &mut random).unwrap(),
        )
    };
    let (one, other) = (again(b"one"), again(b"other"));
    assert_ne!(one, other, "two signatures over the same");
    for sod in [one, other] {
        victim.accepts("signed again", victim.with_sod(sod));
    }
    // Nowhere is a signature's octets a key of a map or a set.
    for (name, source) in sources("src") {
        let source = code_of(&source);
        let maps = ["HashMap<", "HashSet<", "BTreeMap<", "BTreeSet<"];
        let is_map =
            |line: &&str| maps.iter().any(|map| line.contains(map)) && line.to_lowercase().contains("signature");
        assert_eq!(source.lines().find(is_map), None, "{name}");
    }
}

#[test]
fn pa_17_no_verdict_is_a_boolean() {
    for (name, source) in sources("src") {
        let source = code_of(&source);
        for word in
            ["fn is_genuine", "fn is_authentic(&self)", "fn is_valid", "fn is_verified", "fn is_trusted_document"]
        {
            assert!(!source.contains(word), "{name}: {word}");
        }
    }
    // Four words from worst to best, and each check its reason where it is not plainly successful.
    let order = [Verdict::Failed, Verdict::Undetermined, Verdict::DataAuthentic, Verdict::Genuine];
    assert!(order.is_sorted() && order.windows(2).all(|pair| pair[0] != pair[1]));
    let victim = Victim::new(base());
    let document = read(victim.card(), &victim.password());
    victim.judge(&document, &Way::ALL, |trust, way, report| {
        for check in report.checks() {
            let is_told = check.state == State::Successful || check.reason.is_some();
            assert!(is_told, "{trust:?}, {way:?}: {}\n{}", check.id, lines(report));
        }
    });
}

#[test]
fn pa_18_no_field_of_a_forged_document_looks_verified() {
    let victim = Victim::new(base());
    let own = forger(&base().issuer);
    let document = read(victim.card(), &victim.password());
    // The genuine one first: every field of DG1 is verified under the authority, and none under nobody.
    let states = |report: &chipid::Report| -> Vec<State> {
        report.holder().fields().map(|(_, field)| field.state).chain(report.portrait().map(|one| one.state)).collect()
    };
    victim.judge(&document, &Way::ALL, |trust, way, report| {
        let found = states(report);
        let is_due = |state: &State| (*state == State::Successful) == trust.knows_the_signer();
        assert!(found.len() > 10 && found.iter().all(is_due), "{trust:?}, {way:?}: {found:?}");
    });
    let wrong_signature = victim.with_fields(|fields| fields.signature = Some(vec![0x30, 0x06, 2, 1, 1, 2, 1, 1]));
    let of_the_forger = victim.with_sod(own.sod(&listed(&victim.groups)).unwrap());
    let no_key_usage = {
        let ds = victim.issuer.ds_fields().without(oid::KEY_USAGE);
        victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme)
    };
    let signer_of_another = {
        let ds = victim.issuer.ds_fields().with(Extension::document_types(&["P"]));
        victim.with_signer(&ds, victim.issuer.ds_key(), P256.scheme)
    };
    for (name, card) in [
        ("a wrong signature", wrong_signature),
        ("the forger's signer", of_the_forger),
        ("a signer without key usage", no_key_usage),
        ("a signer for other documents", signer_of_another),
    ] {
        let document = read(card, &victim.password());
        victim.judge(&document, &Way::ALL, |trust, way, report| {
            let found = states(report);
            assert!(!found.is_empty());
            assert!(!found.contains(&State::Successful), "{name}, {trust:?}, {way:?}: {found:?}\n{}", lines(report));
        });
    }
    // One group of another's: its fields alone are not verified.
    let mut groups = victim.groups.clone();
    let other = crate::forge::another(&base()).groups().unwrap();
    groups.iter_mut().filter(|(number, _)| *number == 13).for_each(|(_, file)| file.clone_from(&other[2].1));
    assert_eq!(other[2].0, 13);
    let sod = victim.contents().file(Folder::Application, 0x011D).unwrap().to_vec();
    let card = victim.profile.card_with(victim.profile.contents_with(groups, sod)).unwrap();
    let report = read(card, &victim.password()).verify(victim.trust(Trust::Csca), now());
    let name = report.holder().field("full_name").unwrap();
    assert_ne!(name.state, State::Successful, "{}", lines(&report));
    assert_eq!(report.holder().field("document_number").unwrap().state, State::Successful);
}

#[test]
fn pa_19_indefinite_lengths_are_read_and_told_and_only_the_framing_has_them() {
    let victim = Victim::new(base());
    let mut fields = victim.sod_fields();
    fields.framing = Framing::Indefinite;
    let document = victim.accepts("indefinite", victim.with_sod(signed(&fields, victim.issuer.ds_key())));
    let report = document.verify(victim.trust(Trust::Csca), now());
    let warnings = &report.check(CheckId::PaSecurityObject).unwrap().warnings;
    assert_eq!(warnings, &[Warning::IndefiniteLength], "{}", lines(&report));
    // The message digest is over the joined octets of the content: one octet of a piece changed is another content.
    let sod = signed(&fields, victim.issuer.ds_key());
    let hash = chipid::internals::crypto::DigestAlgorithm::Sha256.digest(&[&victim.groups[0].1]);
    let at = sod.windows(hash.len()).position(|window| window == hash).unwrap();
    let mut altered = sod.clone();
    altered[at] ^= 1;
    let by = [fails(CheckId::PaSignature, Reason::MessageDigestMismatch)];
    victim.refuses("a piece altered", victim.with_sod(altered), Verdict::Failed, &by);
    // The forger's, in the same framing, is as little worth as in the other.
    let own = forger(&base().issuer);
    let mut forged = own.sod_fields(&listed(&victim.groups));
    forged.framing = Framing::Indefinite;
    let card = victim.with_sod(own.sign_sod(&forged).unwrap());
    victim.refuses("the forger's", card, Verdict::Undetermined, &[open(CheckId::PaChain, Reason::AnchorNotFound)]);
    // A data group is no CMS: there it is malformed.
    let mut groups = victim.groups.clone();
    let dg1 = &mut groups[0].1;
    *dg1 = [&[0x61, 0x80][..], &dg1[2..], &[0, 0]].concat();
    let sod = victim.issuer.sod(&listed(&groups)).unwrap();
    let card = victim.profile.card_with(victim.profile.contents_with(groups, sod)).unwrap();
    let document = read(card, &victim.password());
    let report = document.verify(victim.trust(Trust::Csca), now());
    assert!(report.verdict() <= Verdict::Undetermined, "{}", lines(&report));
}

#[test]
fn rs_2_no_stated_length_is_allocated_and_none_overflows() {
    // Capacity is reserved nowhere by a number from outside: only what is at hand is measured.
    for (name, source) in sources("src") {
        for line in
            code_of(&source).lines().filter(|line| line.contains("with_capacity(") || line.contains(".reserve("))
        {
            let number = line.split_once("with_capacity(").and_then(|(_, rest)| rest.split_once(')'));
            let is_constant = number.is_some_and(|(number, _)| number.parse::<usize>().is_ok());
            let is_measured = is_constant || line.contains(".len()");
            // A file grows to the length it states, which was held against the budget before.
            let is_bounded = name == "src/channel/files.rs" && line.contains("length.max(due)");
            assert!(is_measured || is_bounded || name.starts_with("src/sim/"), "{name}: {}", line.trim());
        }
    }
    // Every length of four octets, at the border of 32 bits and beyond, in front of a few bytes.
    for length in [0x7FFF_FFFF_u32, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF] {
        let bytes = [&[0x30, 0x84][..], &length.to_be_bytes(), &[0x5A; 16]].concat();
        let counted = crate::counting::counted(|| {
            let mut reader = chipid::internals::tlv::Reader::new(&bytes);
            (reader.next().is_err(), chipid::internals::tlv::Reader::ber(&bytes).next().is_err())
        });
        assert_eq!((counted.value, counted.taken), ((true, true), 0), "{length:08X}");
    }
    for bytes in
        [[0x30, 0x85, 1, 0, 0, 0, 0].as_slice(), &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255], &[0x30, 0xFE]]
    {
        assert!(
            chipid::internals::tlv::Reader::new(bytes).next().is_err()
                && chipid::internals::tlv::total_length(bytes).is_none()
        );
    }
}

#[test]
fn rs_7_the_lints_that_forbid_panics_are_on_and_no_file_turns_them_off() {
    let lib = std::fs::read_to_string(crate::root().join("src/lib.rs")).unwrap();
    for lint in [
        "forbid(unsafe_code)",
        "clippy::as_conversions",
        "clippy::indexing_slicing",
        "clippy::string_slice",
        "clippy::unwrap_used",
        "clippy::panic",
        "clippy::unreachable",
        "clippy::todo",
        "clippy::unimplemented",
    ] {
        assert!(lib.contains(lint), "{lint}");
    }
    // Where one is put aside it says why, and none that guards against panics is put aside outside of tests.
    let guards = ["indexing_slicing", "as_conversions", "unwrap_used", "clippy::panic", "string_slice", "unreachable"];
    for (name, source) in sources("src") {
        let code = code_of(&source);
        // Tables of constants are made when the library is compiled: there an index is no panic of a running program.
        let aside =
            code.lines().filter(|line| line.contains("expect(") && guards.iter().any(|lint| line.contains(lint)));
        for line in aside {
            assert!(line.contains("reason"), "{name}: {line}");
        }
        assert!(!code.contains("#[allow("), "{name}");
    }
}

/// A card in a reader of this name, with this answer to reset.
struct Named {
    card: SimulatedCard,
    atr: Vec<u8>,
    name: String,
}

impl Transport for Named {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.card.reset()
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn reader(&self) -> &str {
        &self.name
    }
}

#[test]
fn rs_9_no_answer_to_reset_and_no_name_of_a_reader_does_harm() {
    let victim = Victim::new(base());
    let genuine = victim.card().atr().to_vec();
    let mut answers =
        vec![vec![], vec![0x3B], vec![0xFF; 33], vec![0x3B; 600], vec![0x3B, 0xFF], vec![0x3B, 0x8F, 0x80]];
    answers.extend((0..genuine.len()).map(|length| genuine[..length].to_vec()));
    answers.extend((0..genuine.len()).map(|at| {
        let mut altered = genuine.clone();
        altered[at] ^= 0xFF;
        altered
    }));
    // Historical bytes that promise what they do not hold: compact objects that go beyond the end.
    answers.extend((0..=255).map(|tag| vec![0x3B, 0x83, 0x80, 0x01, 0x80, tag, 0x00]));
    let names = ["", "\u{1b}[2J\u{7}", "a\0b", &"x".repeat(100_000), "\u{202e}gnp.exe"];
    for (index, atr) in answers.into_iter().enumerate() {
        let name = names[index % names.len()].to_owned();
        let line = Named { card: victim.card(), atr: atr.clone(), name };
        let session = Card::connect(Box::new(line)).unwrap().open(&victim.password(), &mut go_on);
        let session = session.unwrap_or_else(|error| panic!("{atr:02X?}: {error}"));
        // Every tenth is read whole; all are opened.
        if index % 10 == 0 {
            let document = session.read(&chipid::ReadPlan::full(), &mut go_on).unwrap();
            let report = document.verify(victim.trust(Trust::Csca), now());
            assert_eq!(report.verdict(), Verdict::Genuine, "{atr:02X?}\n{}", lines(&report));
        }
    }
    // The file that states lengths, cut and altered: what cannot be read is not believed, and the card is read in short.
    for content in [vec![], vec![0x7F, 0x66], vec![0x7F, 0x66, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], vec![0xFF; 300]] {
        let mut card = victim.card();
        let mut files = card.files_mut().iter_mut();
        let is_it = |file: &&mut chipid::sim::File| (file.folder, file.fid) == (Folder::Master, FileId::AtrInfo.fid());
        files.find(is_it).unwrap().content = content.clone();
        let report = read(card, &victim.password()).verify(victim.trust(Trust::Csca), now());
        assert_eq!(report.verdict(), Verdict::Genuine, "{content:02X?}\n{}", lines(&report));
    }
    // A line that answers with one byte, or none, is a garbled line.
    for answer in [vec![], vec![0x90]] {
        let line = Faulty::new(victim.card(), 0, Fault::Answer(answer));
        let opened = Card::connect(Box::new(line)).unwrap().open(&victim.password(), &mut go_on);
        assert!(matches!(opened.err().unwrap().error, chipid::Error::Transport(TransportError::Communication)));
    }
}
