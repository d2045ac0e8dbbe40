//! A desk that answers online questions from a script, and signs with a simulated key; it keeps what it was asked.

use chipid::internals::crypto::{CurveId, DigestAlgorithm, ScriptedRandom};
use chipid::internals::issuer::{
    CertificateFields, CurveForm, DIGITAL_SIGNATURE, Extension, Holder, KeyKind, Name, Scheme, SigningKey,
};
use chipid::online::{OnlineAnswer, OnlineError, OnlineQuestion, OnlineSignature, OnlineVerdict, OnlineVerifier};
use chipid::sim::profile;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub personal_number: String,
    pub ds_certificate: Vec<u8>,
    pub province: Option<String>,
    pub nonce: [u8; 32],
    pub binding: [u8; 32],
}

/// A desk: what it says, and how it departs from a good answer.
pub struct Desk {
    pub key: SigningKey,
    pub scheme: Scheme,
    pub certificate: Vec<u8>,
    pub verdict: OnlineVerdict,
    pub clock: SystemTime,
    /// No answer at all.
    pub error: Option<OnlineError>,
    /// Changes the answer before it is signed.
    pub before_signing: fn(&mut OnlineAnswer),
    /// Changes the answer after it was signed.
    pub after_signing: fn(&mut OnlineAnswer),
    pub asked: Vec<Asked>,
}

impl Desk {
    /// A desk that confirms, with a key of its own for each label; its certificate is in force from 2020 to 2030.
    pub fn new(label: &str, clock: SystemTime) -> Self {
        let scheme = Scheme::Ecdsa(DigestAlgorithm::Sha256);
        let key = SigningKey::of(KeyKind::Ec(CurveId::Secp256r1), Holder::DocumentSigner, label).unwrap();
        let name = Name::new("VN", "Invented desk", label);
        let year = |year: i64| OffsetDateTime::UNIX_EPOCH + time::Duration::days(365 * (year - 1970) + 13);
        // What a certificate has beside this is no matter here: it is trusted by name.
        let fields = CertificateFields {
            serial: vec![0x31],
            scheme,
            issuer: name.clone(),
            subject: name,
            not_before: year(2020),
            not_after: year(2030),
            public_key: key.spki(CurveForm::Named),
            extensions: vec![Extension::key_usage(DIGITAL_SIGNATURE)],
            ..profile::vn().issuer().unwrap().ds_fields()
        };
        let certificate = fields.sign(&key, &mut random()).unwrap();
        Self {
            key,
            scheme,
            certificate,
            verdict: OnlineVerdict::Confirmed,
            clock,
            error: None,
            before_signing: |_| (),
            after_signing: |_| (),
            asked: Vec::new(),
        }
    }

    pub fn denying(self) -> Self {
        Self { verdict: OnlineVerdict::Denied, ..self }
    }
}

impl OnlineVerifier for Desk {
    fn ask(&mut self, question: &OnlineQuestion<'_>) -> Result<OnlineAnswer, OnlineError> {
        self.asked.push(Asked {
            personal_number: question.personal_number().to_owned(),
            ds_certificate: question.ds_certificate().to_vec(),
            province: question.province().map(str::to_owned),
            nonce: question.nonce(),
            binding: question.binding(),
        });
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut answer = OnlineAnswer {
            binding: question.binding(),
            verdict: self.verdict,
            answered_at: self.clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs(),
            signature: None,
        };
        (self.before_signing)(&mut answer);
        let signature = self.key.sign(self.scheme, &answer.message(), &mut random()).unwrap();
        answer.signature = Some(OnlineSignature {
            algorithm: self.scheme.algorithm_identifier(),
            certificate: self.certificate.clone(),
            signature,
        });
        (self.after_signing)(&mut answer);
        Ok(answer)
    }
}

fn random() -> ScriptedRandom {
    ScriptedRandom::new((0..64).map(|_| vec![0x5A; 32]))
}
