//! Where real cards differ from the standard or from each other, one switch each.
//!
//! The names are stable, for the command line and for tests. Apart from those that show a copied chip or a downgrade,
//! a reader must get the same data and the same verdict with a quirk as without.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;
use thiserror::Error;

macro_rules! quirks {
    ($($variant:ident, $name:literal, $sentence:literal;)*) => {
        /// One habit of a real card.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Quirk {
            $(#[doc = $sentence] $variant,)*
        }

        impl Quirk {
            /// All of them.
            pub const ALL: &'static [Quirk] = &[$(Quirk::$variant),*];

            /// The stable name: `select-mf-6d00`.
            pub fn name(self) -> &'static str {
                match self { $(Quirk::$variant => $name,)* }
            }

            /// What the card does, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Quirk::$variant => $sentence,)* }
            }
        }
    };
}

#[rustfmt::skip]
quirks! {
    SelectMf6d00, "select-mf-6d00",
        "SELECT of the master file answers 6D00 (Vietnam).";
    SelectMf6982, "select-mf-6982",
        "SELECT of the master file answers 6982.";
    SelectMf6985, "select-mf-6985",
        "SELECT of the master file answers 6985.";
    SelectMf6a81, "select-mf-6a81",
        "SELECT of the master file answers 6A81.";
    SelectMf6a86, "select-mf-6a86",
        "SELECT of the master file answers 6A86.";
    SelectMf6a87, "select-mf-6a87",
        "SELECT of the master file answers 6A87.";
    SelectMfWithoutEffect, "select-mf-without-effect",
        "SELECT of the master file answers 9000 and changes nothing.";
    Select6283, "select-6283",
        "SELECT of a file or of the application answers 6283 and succeeds.";
    SelectRefusesLe, "select-refuses-le",
        "SELECT without response data (P2=0C) and with an Le answers 6700.";
    MseRefusesLe, "mse-refuses-le",
        "MSE with an Le answers 6700.";
    NoShortIds, "no-short-ids",
        "Short file identifiers are refused with 6A82, everywhere.";
    NoShortIdForCardAccess, "no-short-id-for-card-access",
        "The short identifier of EF.CardAccess is refused with 6A82; SELECT 011C works.";
    CardAccessAfterAid6982, "card-access-after-aid-6982",
        "EF.CardAccess asked for after the application was selected answers 6982 (Vietnam).";
    ApplicationSelected, "application-selected",
        "The application is selected after a reset, so that EF.CardAccess answers 6982 until a second reset.";
    CardAccessAbsent6a82, "card-access-absent-6a82",
        "EF.CardAccess does not exist: 6A82.";
    CardAccessAbsent6a88, "card-access-absent-6a88",
        "EF.CardAccess does not exist: 6A88.";
    CardAccessHidden, "card-access-hidden",
        "EF.CardAccess answers 6A82 although EF.DG14 lists PACE (a downgrade).";
    CardAccessWithoutPace, "card-access-without-pace",
        "EF.CardAccess holds no PACEInfo, and PACE is refused.";
    CardAccessUnknownInfos, "card-access-unknown-infos",
        "EF.CardAccess holds unknown infos before, between and after those that count.";
    AtrInfoAbsent, "atr-info-absent",
        "EF.ATR/INFO does not exist.";
    AtrInfoLies, "atr-info-lies",
        "EF.ATR/INFO states 65 536 bytes whatever the card can.";
    AtrInfoOneLength, "atr-info-one-length",
        "EF.ATR/INFO holds one length for two in DO'7F66'.";
    AtrInfoTag7f65, "atr-info-tag-7f65",
        "EF.ATR/INFO holds tag 7F65 for 7F66.";
    LargeLeFewerBytes, "large-le-fewer-bytes",
        "An Le beyond 1 000 bytes is stated as possible, and answered with fewer bytes and 9000.";
    LargeLe6282, "large-le-6282",
        "An Le beyond 1 000 bytes is stated as possible, and answered with fewer bytes and 6282.";
    LargeLe6700, "large-le-6700",
        "An Le beyond 1 000 bytes is stated as possible, and refused with 6700, under secure messaging where open.";
    LargeLe6700Naked, "large-le-6700-naked",
        "An Le beyond 1 000 bytes is stated as possible, and refused with a plain 6700 that ends the session.";
    LargeLe6cxx, "large-le-6cxx",
        "An Le beyond 1 000 bytes is stated as possible, and refused with 6C00.";
    LargeLeZeroBytes, "large-le-zero-bytes",
        "An Le beyond 1 000 bytes is stated as possible, and answered with no bytes and 9000.";
    LargeLeTruncated, "large-le-truncated",
        "An Le beyond 1 000 bytes is stated as possible, and the answer is cut off silently, checksum and all.";
    AnswersOf65533, "answers-of-65533",
        "No answer has more than 65 533 data bytes on the line: the rest is cut off (some drivers).";
    ExtendedLengthRefused, "extended-length-refused",
        "Commands in extended length are refused with 6700, whatever EF.ATR/INFO states.";
    EndOfFile6282, "end-of-file-6282",
        "An Le beyond the end of a file is answered with the rest and 6282.";
    EndOfFile6b00, "end-of-file-6b00",
        "An Le beyond the end of a file is refused with 6B00.";
    EndOfFile6cxx, "end-of-file-6cxx",
        "An Le beyond the end of a file is refused with 6Cxx, the rest, where it fits a byte.";
    ShortAnswers, "short-answers",
        "READ BINARY gives at most 100 bytes at a time, with 9000.";
    OneByteShort, "one-byte-short",
        "READ BINARY gives one byte fewer than asked, with 9000 (seen with AES-256).";
    ZerosAfterEnd, "zeros-after-end",
        "Files are followed by sixteen zeros that do not belong to them.";
    PaddingInFile, "padding-in-file",
        "Files are followed by a padding 80 00 … that does not belong to them.";
    OddReadOnly, "odd-read-only",
        "READ BINARY exists with the odd instruction only; B0 answers 6D00.";
    LargeDg2, "large-dg2",
        "EF.DG2 is longer than 32 767 bytes.";
    ChopsAnswers, "chops-answers",
        "Answers come in parts of 200 bytes with 61xx, whatever Le allows.";
    GetResponseAborts, "get-response-aborts",
        "GET RESPONSE under secure messaging ends the session with 6982.";
    GetResponseCut, "get-response-cut",
        "An answer that needs GET RESPONSE is cut off with 9000 in its place.";
    ChainingRefused, "chaining-refused",
        "Command chaining is refused with 6884, but for PACE.";
    ChainsLinkByLink, "chains-link-by-link",
        "Chained commands under secure messaging must be protected link by link; pieces of one end the session.";
    DirSeveralTemplates, "dir-several-templates",
        "EF.DIR holds several templates, that of the eMRTD application in their midst.";
    LineBreaksInMrz, "line-breaks-in-mrz",
        "The MRZ in EF.DG1 holds line breaks (Vietnam).";
    PaceRefusesParameterId, "pace-refuses-parameter-id",
        "MSE:Set AT with DO'84' is refused with 6A80.";
    PaceRequiresParameterId, "pace-requires-parameter-id",
        "MSE:Set AT without DO'84' is refused with 6A88.";
    WrongPassword63cf, "wrong-password-63cf",
        "A wrong password shows as 63CF at the last step of PACE.";
    WrongPassword63cx, "wrong-password-63cx",
        "A wrong password shows as 63C2, 63C1, 63C0 at the last step of PACE.";
    WrongPassword6300, "wrong-password-6300",
        "A wrong password shows as 6300 at the last step of PACE.";
    WrongPassword6a80, "wrong-password-6a80",
        "A wrong password shows as 6A80 at the last step of PACE.";
    WrongPassword6985, "wrong-password-6985",
        "A wrong password shows as 6985 at the last step of PACE.";
    WrongPassword6988, "wrong-password-6988",
        "A wrong password shows as 6988 at the last step of PACE.";
    LockedAfterFailure6883, "locked-after-failure-6883",
        "After a failed PACE or BAC everything is refused with 6883 until a reset.";
    LockedAfterFailure6985, "locked-after-failure-6985",
        "After a failed PACE or BAC everything is refused with 6985 until a reset.";
    LockedAfterFailure6988, "locked-after-failure-6988",
        "After a failed PACE or BAC everything is refused with 6988 until a reset.";
    SlowAfterFailure, "slow-after-failure",
        "After each wrong password the card takes longer, up to two seconds.";
    MseShows63cx, "mse-shows-63cx",
        "After a wrong password MSE:Set AT is accepted with 63C2, 63C1, 63C0, the tries left.";
    PaceShowsReferences, "pace-shows-references",
        "The last answer of PACE also holds DO'87' and DO'88', certification authority references.";
    PaceOnly6982, "pace-only-6982",
        "Without PACE, SELECT of the application and BAC are refused with 6982.";
    PaceOnly6a88, "pace-only-6a88",
        "Without PACE, SELECT of the application and BAC are refused with 6A88.";
    PaceOffered6fff, "pace-offered-6fff",
        "PACE is offered, and its first command answers 6FFF (a downgrade).";
    CaKeepsOldKeys, "ca-keeps-old-keys",
        "Chip authentication answers 9000 and goes on under the old keys.";
    CaRefused, "ca-refused",
        "Chip authentication is refused with 6A80 at its first command.";
    CaRefused6d00, "ca-refused-6d00",
        "Chip authentication is refused with 6D00, as a copied chip answers.";
    CaRefused6a88, "ca-refused-6a88",
        "Chip authentication is refused with 6A88 at its first command.";
    CaRefused6985, "ca-refused-6985",
        "Chip authentication is refused with 6985 at its first command.";
    CaRefusedNaked, "ca-refused-naked",
        "Chip authentication is refused with a plain 6985 that ends the session.";
    CaRefusedAtKey, "ca-refused-at-key",
        "Chip authentication accepts MSE:Set AT and refuses the key of GENERAL AUTHENTICATE with 6A80.";
    CaWithoutInfo, "ca-without-info",
        "EF.DG14 holds the public key of chip authentication and no ChipAuthenticationInfo (France).";
    AaRefused, "aa-refused",
        "Active authentication is refused with 6D00, as a copied chip answers.";
    AaDerSignature, "aa-der-signature",
        "An ECDSA signature of active authentication is DER encoded (Portugal).";
    AaHighS, "aa-high-s",
        "The s of an ECDSA signature of active authentication is above half the order.";
    AaLowS, "aa-low-s",
        "The s of an ECDSA signature of active authentication is at most half the order.";
    AaExplicitTrailer, "aa-explicit-trailer",
        "An RSA signature of active authentication with SHA-1 ends with 33CC for BC.";
    BiometricsDenied, "biometrics-denied",
        "Terminal authentication succeeds, and EF.DG3 and EF.DG4 are refused with 6982 all the same.";
    NakedErrors, "naked-errors",
        "An error under secure messaging is answered in the plain and ends the session.";
    LastGroupUnreadable, "last-group-unreadable",
        "The data group of the highest number but 14 and 15 is listed and answers 6A82.";
    Dg13Unreadable, "dg13-unreadable",
        "EF.DG13 is listed and answers 6982.";
}

/// A name that is no quirk's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no quirk of the name {0:?}")]
pub struct UnknownQuirk(pub String);

impl FromStr for Quirk {
    type Err = UnknownQuirk;

    fn from_str(name: &str) -> Result<Self, UnknownQuirk> {
        Self::ALL.iter().copied().find(|quirk| quirk.name() == name).ok_or_else(|| UnknownQuirk(name.to_owned()))
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The quirks of one card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quirks(BTreeSet<Quirk>);

impl Quirks {
    /// Whether the card has this quirk.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    /// The card has this quirk from now on.
    pub fn add(&mut self, quirk: Quirk) {
        self.0.insert(quirk);
    }

    /// The value of the first row whose quirk the card has.
    pub(super) fn first_of<T: Copy>(&self, rows: &[(Quirk, T)]) -> Option<T> {
        rows.iter().find(|(quirk, _)| self.has(*quirk)).map(|(_, value)| *value)
    }
}

impl FromIterator<Quirk> for Quirks {
    fn from_iter<I: IntoIterator<Item = Quirk>>(quirks: I) -> Self {
        Self(quirks.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_is_found_by_its_name_and_no_name_is_taken_twice() {
        let names: BTreeSet<_> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
        assert_eq!(names.len(), Quirk::ALL.len());
        for quirk in Quirk::ALL {
            assert_eq!(quirk.name().parse(), Ok(*quirk));
        }
        assert_eq!("none-such".parse::<Quirk>(), Err(UnknownQuirk("none-such".into())));
    }
}
