//! Tags of a card-verifiable certificate, and the reading of its object identifiers (TR-03110-3 §D.2, §C.1).

use crate::oid::Oid;
use crate::tlv::{Reader, Tag, TlvError};

/// CV Certificate.
pub(super) const CERTIFICATE: Tag = Tag(0x7F21);
/// Certificate Body.
pub(super) const BODY: Tag = Tag(0x7F4E);
/// Certificate Profile Identifier.
pub(super) const PROFILE: Tag = Tag(0x5F29);
/// Certification Authority Reference.
pub(super) const AUTHORITY: Tag = Tag(0x42);
/// Public Key.
pub(super) const PUBLIC_KEY: Tag = Tag(0x7F49);
/// Certificate Holder Reference.
pub(super) const HOLDER: Tag = Tag(0x5F20);
/// Certificate Holder Authorization Template.
pub(super) const AUTHORIZATION: Tag = Tag(0x7F4C);
/// Certificate Effective Date.
pub(super) const EFFECTIVE: Tag = Tag(0x5F25);
/// Certificate Expiration Date.
pub(super) const EXPIRATION: Tag = Tag(0x5F24);
/// Certificate Extensions.
pub(super) const EXTENSIONS: Tag = Tag(0x65);
/// Discretionary Data Template: one extension.
pub(super) const EXTENSION: Tag = Tag(0x73);
/// Signature.
pub(super) const SIGNATURE: Tag = Tag(0x5F37);

/// The next data object, an object identifier; `what` names it in an error.
pub(super) fn object_identifier(fields: &mut Reader<'_>, what: &'static str) -> Result<Oid, TlvError> {
    let tlv = fields.expect(Tag::OID, what)?;
    Oid::from_der(tlv.value).ok_or(tlv.expected(what))
}
