//! The schema of a report's JSON, `chipid.result/1` (JSON Schema 2020-12), made from the tables that make the report.

use crate::checks::{CheckId, Reason, State, Tolerance, Warning};
use crate::document::{ClaimField, ClaimsBasis, ClaimsOutcome, ClaimsWarning, FaceResult};
use crate::policy::{Basis, Outcome};
use crate::report::{FIELD_NAMES, Report};
use serde_json::{Value, json};

impl Report {
    /// The JSON schema of a report's serde output.
    pub fn json_schema() -> Value {
        let codes = |codes: Vec<&'static str>| json!({"enum": codes});
        let state = codes(State::ALL.map(State::as_str).to_vec());
        let text = json!({"type": "string"});
        let optional = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
        let count = json!({"type": "integer", "minimum": 0});
        let field = object(json!({
            "value": text,
            "source": codes(vec!["dg1", "dg11", "dg12", "dg13"]),
            "state": state,
        }));
        let fields: serde_json::Map<String, Value> =
            FIELD_NAMES.iter().map(|name| ((*name).to_owned(), json!({"$ref": "#/$defs/field"}))).collect();
        let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        let warnings: Vec<_> = Warning::ALL.iter().map(|warning| warning.as_str()).collect();
        let check = object(json!({
            "id": codes(CheckId::ALL.iter().map(|id| id.as_str()).collect()),
            "state": state,
            "reason": optional(codes(reasons)),
            "compared": text,
            "warnings": {"type": "array", "items": codes(warnings), "uniqueItems": true},
        }));
        let fields_of_claims = || json!({"type": "array", "items": codes(words(ClaimField::ALL, ClaimField::as_str)), "uniqueItems": true});
        let claims = object(json!({
            "outcome": codes(words(ClaimsOutcome::ALL, ClaimsOutcome::as_str)),
            "basis": codes(words(ClaimsBasis::ALL, ClaimsBasis::as_str)),
            "compared": fields_of_claims(),
            "different": fields_of_claims(),
            "warnings": {"type": "array", "items": codes(words(ClaimsWarning::ALL, ClaimsWarning::as_str)), "uniqueItems": true},
            "checks": {"type": "array", "items": codes(CheckId::ALL.iter().map(|id| id.as_str()).collect())},
        }));
        let access = object(json!({
            "protocol": codes(vec!["pace", "bac", "none"]),
            "mapping": optional(codes(vec!["gm", "im", "cam"])),
            "password": optional(codes(vec!["can", "mrz"])),
            "parameter": optional(text.clone()),
            "cipher": optional(codes(vec!["3des", "aes-128", "aes-192", "aes-256"])),
            "downgraded": {"type": "boolean"},
            "offered": {"type": "array", "items": text},
        }));
        let online_check = object(json!({
            "personal_number": optional(json!({"type": "string", "pattern": "^[0-9]{12}$"})),
            "ds_certificate": optional(text.clone()),
            "province": optional(text.clone()),
        }));
        let mut portrait = object(json!({
            "mime": text,
            "bytes": count,
            "size": optional(json!({"type": "array", "items": count, "minItems": 2, "maxItems": 2})),
            "state": state,
        }));
        // The program adds where it saved the portrait.
        if let Some(Value::Object(properties)) = portrait.get_mut("properties") {
            properties.insert("file".into(), optional(text.clone()));
        }
        let mut schema = object(json!({
            "schema": {"const": "chipid.result/1"},
            "verdict": codes(vec!["failed", "undetermined", "data_authentic", "genuine"]),
            "expired": {"type": "boolean"},
            "claims": {"$ref": "#/$defs/claims"},
            "statements": statements(),
            "checks": {"type": "array", "items": {"$ref": "#/$defs/check"}},
            "holder": {"type": "object", "properties": fields, "additionalProperties": false},
            "portrait": optional(json!({"$ref": "#/$defs/portrait"})),
            "access": optional(json!({"$ref": "#/$defs/access"})),
            "online_check": optional(json!({"$ref": "#/$defs/online_check"})),
            "exchanges": count,
            "elapsed_ms": count,
            "limits": optional(object(json!({"max_command": count, "max_answer": count}))),
            "restarts": count,
            "resumes": count,
            "resumed_files": {"type": "array", "items": text},
            "not_read": {"type": "array", "items": object(json!({
                "file": text,
                "why": codes(vec!["plan", "needs_terminal_authentication", "removed", "not_held", "not_kept"]),
            }))},
            "data_groups": object(json!({"listed": count, "unchanged": count})),
            "certificate_path": {"type": "array", "items": object(json!({
                "role": codes(vec!["document_signer", "link", "csca", "link_as_anchor"]),
                "subject": text,
                "issuer": text,
                "serial": text,
                "sha256": text,
                "not_before": text,
                "not_after": text,
                "void": {"type": "array", "items": text},
                "remarks": {"type": "array", "items": text},
            }))},
            "tolerances": {"type": "array", "items": object(json!({
                "check": codes(CheckId::ALL.iter().map(|id| id.as_str()).collect()),
                "tolerance": codes(Tolerance::ALL.iter().map(|tolerance| tolerance.as_str()).collect()),
            }))},
            "unused_trust": {"type": "array", "items": object(json!({"source": text, "why": text}))},
        }));
        if let Value::Object(top) = &mut schema {
            // The program adds whose report it is among several, what a policy makes of it, and what evidence gave with the
            // trust of then.
            let then = object(json!({
                "verdict": codes(vec!["failed", "undetermined", "data_authentic", "genuine"]),
                "expired": {"type": "boolean"},
                "same_lists": {"type": "boolean"},
            }));
            if let Some(Value::Object(properties)) = top.get_mut("properties") {
                properties.insert("decision".into(), decision());
                properties.insert("path".into(), text.clone());
                properties.insert("then".into(), then);
            }
            top.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
            top.insert("title".into(), json!("What verifying an identity document gave"));
            let definitions = json!({"field": field, "check": check, "claims": claims, "access": access, "online_check": online_check, "portrait": portrait});
            top.insert("$defs".into(), definitions);
        }
        schema
    }
}

/// What the operator states.
fn statements() -> Value {
    let text = json!({"type": "string"});
    let basis = json!({"enum": words(ClaimsBasis::ALL, ClaimsBasis::as_str)});
    let statement = |mut members: Value| {
        if let Value::Object(members) = &mut members {
            members.insert("basis".into(), basis.clone());
        }
        json!({"anyOf": [object(members), {"type": "null"}]})
    };
    object(json!({
        "consent": statement(json!({"given_at": text, "purpose": text})),
        "face": statement(json!({
            "compared_at": text, "result": {"enum": words(FaceResult::ALL, FaceResult::as_str)}, "threshold": text,
            "vendor": text,
        })),
        "identification": statement(json!({"identified_at": text, "scheme": text})),
    }))
}

/// What a policy makes of a report.
fn decision() -> Value {
    let text = json!({"type": "string"});
    let codes = |codes: Vec<&'static str>| json!({"enum": codes});
    let optional = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    let outcome = codes(Outcome::ALL.map(Outcome::as_str).to_vec());
    let ids = codes(CheckId::ALL.iter().map(|id| id.as_str()).collect());
    let tolerance = codes(Tolerance::ALL.iter().map(|tolerance| tolerance.as_str()).collect());
    let reason = object(json!({
        "outcome": outcome,
        "basis": codes(Basis::ALL.map(Basis::as_str).to_vec()),
        "verdict": optional(codes(vec!["failed", "undetermined", "data_authentic", "genuine"])),
        "claims": optional(codes(words(ClaimsOutcome::ALL, ClaimsOutcome::as_str))),
        "claims_warning": optional(codes(words(ClaimsWarning::ALL, ClaimsWarning::as_str))),
        "check": optional(ids.clone()),
        "state": optional(codes(State::ALL.map(State::as_str).to_vec())),
        "reason": optional(codes(Reason::ALL.iter().map(|reason| reason.as_str()).collect())),
        "warning": optional(codes(Warning::ALL.iter().map(|warning| warning.as_str()).collect())),
        "tolerance": optional(tolerance.clone()),
        "rule": text,
    }));
    object(json!({
        "outcome": outcome,
        "policy": text,
        "policy_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "tolerances": {"type": "array", "items": object(json!({"check": ids, "tolerance": tolerance}))},
        "reasons": {"type": "array", "items": reason, "minItems": 1},
    }))
}

/// The codes of a list of words.
fn words<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| code(*one)).collect()
}

/// An object with just these properties, all of them due.
fn object(properties: Value) -> Value {
    let required: Vec<String> =
        properties.as_object().map(|properties| properties.keys().cloned().collect()).unwrap_or_default();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
