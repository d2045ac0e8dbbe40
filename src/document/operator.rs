//! What the operator supplied with a document: claims and statements, now or as the stored document records them.

use super::claims::{Claims, ClaimsRecord};
use super::statements::{FaceComparison, Statements};

/// Claims of now, and the record of earlier ones.
#[derive(Debug, Default)]
pub(crate) struct SuppliedClaims {
    given: Claims,
    recorded: Option<ClaimsRecord>,
}

impl SuppliedClaims {
    pub(crate) fn given(&self) -> &Claims {
        &self.given
    }

    /// The record of a stored document.
    pub(crate) fn recorded(&self) -> Option<&ClaimsRecord> {
        self.recorded.as_ref()
    }

    /// Replaces claims of the same kind.
    pub(crate) fn give(&mut self, claims: Claims) {
        self.given = claims.or(core::mem::take(&mut self.given));
    }

    pub(crate) fn record(&mut self, recorded: Option<ClaimsRecord>) {
        self.recorded = recorded;
    }
}

/// Statements of now, and recorded ones.
#[derive(Debug, Default)]
pub(crate) struct SuppliedStatements {
    given: Statements,
    recorded: Statements,
}

impl SuppliedStatements {
    pub(crate) fn given(&self) -> &Statements {
        &self.given
    }

    /// The record of a stored document.
    pub(crate) fn recorded(&self) -> &Statements {
        &self.recorded
    }

    /// Those of now, and where there are none, the recorded ones.
    pub(crate) fn all(&self) -> Statements {
        self.given.clone().or(self.recorded.clone())
    }

    /// Replaces statements of the same kind.
    pub(crate) fn give(&mut self, statements: Statements) {
        self.given = statements.or(core::mem::take(&mut self.given));
    }

    pub(crate) fn compared(&mut self, face: FaceComparison) {
        self.given.face = Some(face);
    }

    pub(crate) fn record(&mut self, recorded: Statements) {
        self.recorded = recorded;
    }
}
