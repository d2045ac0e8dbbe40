//! What is kept in files: evidence, `proofs.json`, transcripts.

use super::now;
use chipid::transport::transcript::Transcript;
use chipid::trust::TrustStore;
use chipid::{Document, Evidence, Proofs, Verdict};

pub fn all(bytes: &[u8]) {
    evidence(bytes);
    proofs(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        transcript(text);
    }
}

/// Evidence has one form, and nobody who signs nothing makes it more than undetermined.
fn evidence(bytes: &[u8]) {
    let Ok(evidence) = Evidence::decode(bytes) else { return };
    assert_eq!(evidence.encode(), bytes, "evidence has one form");
    let report = Document::from_evidence(&evidence).verify(&TrustStore::empty(), now());
    assert!(report.verdict() <= Verdict::Undetermined);
    for file in evidence.files().collect::<Vec<_>>() {
        if let Some(less) = evidence.without(file) {
            assert_eq!(less.digest(), evidence.digest(), "the name of evidence stays");
            let again = Evidence::decode(&less.encode()).expect("what is left is evidence");
            assert!(again.removed().any(|removed| removed == file));
        }
    }
}

/// Proofs write what they read, and are worth nothing by themselves.
fn proofs(bytes: &[u8]) {
    let Some(proofs) = serde_json::from_slice::<Proofs>(bytes).ok().and_then(|proofs| proofs.check().ok()) else {
        return;
    };
    let text = serde_json::to_vec(&proofs).expect("proofs are JSON");
    assert_eq!(serde_json::from_slice::<Proofs>(&text).ok().as_ref(), Some(&proofs));
    let document = Document::from_files([], Some(proofs));
    assert!(document.verify(&TrustStore::empty(), now()).verdict() <= Verdict::Undetermined);
    let kept = document.proofs();
    let restored = Document::from_files([], Some(kept.clone()));
    assert_eq!(restored.proofs(), kept, "what a document keeps of its proofs, it keeps again");
}

/// A transcript that was written reads the same, but for control characters in a reader's name.
fn transcript(text: &str) {
    let Ok(transcript) = text.parse::<Transcript>() else { return };
    let again: Transcript = transcript.to_string().parse().expect("a transcript reads what it writes");
    assert!(again.steps == transcript.steps && again.atr == transcript.atr && again.max_apdu == transcript.max_apdu);
}
