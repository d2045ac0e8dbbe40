//! What can be wrong with the signed files of a card, one at a time: the issuer signs it all the same.
//!
//! A quirk is a habit that a reader survives and a deviation what a hostile chip does; a defect is in the files.

macro_rules! defects {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One defect of a card's files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PlantedDefect {
            $($(#[$doc])* $name,)*
        }

        impl PlantedDefect {
            /// All of them.
            pub const ALL: [PlantedDefect; [$(PlantedDefect::$name),*].len()] = [$(PlantedDefect::$name),*];
        }
    };
}

defects! {
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
    /// The public keys of chip authentication come with explicit parameters that are wrong in their first prime.
    CaParametersCorrupt,
    /// The public keys of chip authentication have another number than their ChipAuthenticationInfos.
    CaKeyOtherId,
    /// ChipAuthenticationInfo has version 10.
    CaInfoVersion10,
    /// ChipAuthenticationInfo has no version.
    CaInfoWithoutVersion,
    /// ChipAuthenticationInfo names a cipher that there is not.
    CaInfoUnknown,
    /// EF.CVCA names an authority that the card does not trust.
    CvcaOtherReference,
    /// EF.CVCA holds three references, two of them of nobody.
    CvcaThreeReferences,
    /// EF.CVCA holds tag 43 for 42.
    CvcaTag43,
    /// There is no EF.CVCA.
    CvcaAbsent,
    /// TerminalAuthenticationInfo names a file that is not there.
    TaInfoOtherFile,
    /// TerminalAuthenticationInfo names the file of EF.CVCA and the short identifier of another.
    TaInfoOtherShortId,
    /// ActiveAuthenticationInfo names an RSA algorithm for a key on a curve.
    AaInfoOfRsa,
    /// ActiveAuthenticationInfo names an algorithm that nobody knows.
    AaInfoUnknown,
}
