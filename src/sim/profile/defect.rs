//! What can be wrong with the signed files of a card, one at a time: the issuer signs it all the same.
//!
//! A quirk is a habit that a reader survives and a deviation what a hostile chip does; a defect is in the files.

/// One defect of a card's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// The signature of EF.CardSecurity is wrong.
    CardSecurityWrongSignature,
    /// EF.CardSecurity is signed with the digest of another content.
    CardSecurityWrongHash,
    /// EF.CardSecurity holds none of the infos of EF.CardAccess.
    CardSecurityFewerInfos,
    /// EF.CardSecurity holds PACEInfos with other domain parameters than EF.CardAccess.
    CardSecurityOtherInfos,
    /// EF.CardSecurity holds an info that EF.CardAccess has not, which is allowed.
    CardSecurityMoreInfos,
    /// EF.CardSecurity holds another key of chip authentication mapping than the chip has.
    CardSecurityOtherKey,
    /// EF.CardSecurity holds a DH key where that of chip authentication mapping is due.
    CardSecurityKeyOfDh,
    /// EF.CardSecurity holds no key of chip authentication mapping.
    CardSecurityNoKey,
    /// EF.DG14 holds none of the infos of EF.CardAccess.
    Dg14WithoutInfos,
    /// The public keys of chip authentication are wrong in their last bit.
    CaKeyCorrupt,
    /// ActiveAuthenticationInfo names an RSA algorithm for a key on a curve.
    AaInfoOfRsa,
    /// ActiveAuthenticationInfo names an algorithm that nobody knows.
    AaInfoUnknown,
}

impl Defect {
    /// All of them.
    pub const ALL: [Defect; 12] = [
        Defect::CardSecurityWrongSignature,
        Defect::CardSecurityWrongHash,
        Defect::CardSecurityFewerInfos,
        Defect::CardSecurityOtherInfos,
        Defect::CardSecurityMoreInfos,
        Defect::CardSecurityOtherKey,
        Defect::CardSecurityKeyOfDh,
        Defect::CardSecurityNoKey,
        Defect::Dg14WithoutInfos,
        Defect::CaKeyCorrupt,
        Defect::AaInfoOfRsa,
        Defect::AaInfoUnknown,
    ];
}
