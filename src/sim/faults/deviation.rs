//! What a hostile card does under valid keys.

macro_rules! deviations {
    (
        secure_messaging { $($(#[$in_messaging:meta])* $messaging:ident,)* }
        files { $($(#[$in_files:meta])* $file:ident,)* }
        protocols { $($(#[$in_protocols:meta])* $protocol:ident,)* }
    ) => {
        /// What a hostile card does otherwise than the standard requires, under valid keys.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Deviation {
            $($(#[$in_messaging])* $messaging,)*
            $($(#[$in_files])* $file,)*
            $($(#[$in_protocols])* $protocol,)*
            /// The command is not carried out, and this status alone is the answer, protected where the session is.
            Status(u16),
        }

        impl Deviation {
            /// All of them but [`Deviation::Status`], which has a value.
            pub const ALL: [Deviation; [$(Deviation::$messaging,)* $(Deviation::$file,)* $(Deviation::$protocol,)*].len()] =
                [$(Deviation::$messaging,)* $(Deviation::$file,)* $(Deviation::$protocol,)*];

            /// Whether it concerns the contents of files.
            pub fn is_of_files(self) -> bool {
                matches!(self, $(Self::$file)|*)
            }

            /// Whether it concerns the answers of secure messaging, so that every protected exchange can show it.
            pub fn is_of_secure_messaging(self) -> bool {
                matches!(self, $(Self::$messaging)|*)
            }
        }
    };
}

deviations! {
    secure_messaging {
        /// Protected answers lack DO'87', where data is due.
        DropData,
        /// Protected answers hold DO'87' twice.
        DoubleData,
        /// Protected answers lack DO'99'.
        DropStatus,
        /// Protected answers hold tag 98 in the place of 99.
        StatusTag98,
        /// DO'99' holds 9001 beside another status word.
        OtherStatus,
        /// Protected answers lack DO'8E'.
        DropMac,
        /// DO'8E' is wrong in one bit.
        WrongMac,
        /// DO'8E' has seven bytes.
        ShortMac,
        /// DO'8E' has nine bytes.
        LongMac,
        /// A byte follows DO'8E'.
        TrailingByte,
        /// The padding begins with 00 for 80, under a right checksum.
        WrongPadding,
        /// Protected commands are answered in the plain.
        Unprotected,
        /// DO'87' is wrong in one bit.
        FlippedData,
        /// DO'99' is wrong in one bit.
        FlippedStatus,
        /// Protected answers hold DO'99' twice.
        DoubleStatus,
        /// Protected answers hold DO'8E' twice.
        DoubleMac,
        /// Protected answers hold an object that nobody knows, DO'80', under a right checksum.
        UnknownObject,
        /// Protected answers hold DO'97', the length that the command asked for, under a right checksum.
        EchoedLength,
        /// DO'99' stands before DO'87', under a right checksum; without DO'87', DO'8E' stands first.
        OtherOrder,
        /// DO'99' states its length in two bytes, under a right checksum.
        LongForm,
        /// DO'8E' has sixteen bytes.
        LongestMac,
        /// The card counts one answer too many.
        SkippedCount,
    }
    files {
        /// READ BINARY answers with another file of the folder.
        OtherFile,
        /// READ BINARY answers with what stands sixteen bytes further on.
        OtherOffset,
        /// The first data object of an answer states that it is two thousand million bytes long.
        HugeLength,
        /// The first data object of an answer states that it is one byte shorter than it is.
        SmallLength,
        /// READ BINARY answers with one byte, whatever was asked for.
        OneByteReads,
    }
    protocols {
        /// BAC answers with another challenge than the card gave.
        BacOtherChallenge,
        /// BAC answers with a wrong checksum.
        BacWrongMac,
        /// PACE shows another nonce than the card uses.
        PaceOtherNonce,
        /// PACE agrees on another generator than the nonces give.
        PaceOtherGenerator,
        /// Integrated mapping answers with data where it must answer with none.
        PaceImMappingData,
        /// PACE maps with a key that is not a point of the curve: its y-coordinate, or its number, is wrong in the last bit.
        PaceBadMappingPoint,
        /// PACE maps with a key whose x-coordinate is wrong in its last bit, or its number in the first octet.
        PaceBadMappingX,
        /// PACE maps with a key of a small subgroup: p − 1, or a point of zeros.
        PaceNeutralMappingKey,
        /// PACE shows the reader its own mapping key.
        PaceEchoesMappingKey,
        /// PACE agrees with a key that is not a point of the curve: its y-coordinate, or its number, is wrong in the last bit.
        PaceBadPoint,
        /// PACE agrees with a key whose x-coordinate is wrong in its last bit, or its number in the first octet.
        PaceBadX,
        /// PACE agrees with a key of a small subgroup: p − 1, or a point of zeros.
        PaceNeutralKey,
        /// PACE shows the reader its own ephemeral key.
        PaceEchoesKey,
        /// PACE ends with a wrong token.
        PaceWrongToken,
        /// PACE ends with a token made by another cipher.
        PaceTokenOfOtherCipher,
        /// PACE answers with an empty DO'7C'.
        PaceWithoutObject,
        /// PACE answers with DO'90' for DO'80'.
        PaceTag90,
        /// PACE answers with DO'92' for DO'82'.
        PaceTag92,
        /// PACE answers with DO'94' for DO'84'.
        PaceTag94,
        /// PACE answers with DO'96' for DO'86'.
        PaceTag96,
        /// Chip authentication mapping ends without DO'8A'.
        CamMissing,
        /// Chip authentication mapping ends with an empty DO'8A'.
        CamEmpty,
        /// DO'8A' has one byte too few for whole blocks.
        CamOddLength,
        /// DO'8A' holds its octets inside a data object of their own.
        CamWrapped,
        /// DO'8A' stands there twice.
        CamDoubled,
        /// DO'8A' holds the data of another key.
        CamOtherData,
        /// The data in DO'8A' is padded wrongly.
        CamWrongPadding,
        /// Chip authentication mapping ends with DO'8B' for DO'8A'.
        CamTag8b,
        /// Generic or integrated mapping ends with a DO'8A'.
        CamUnasked,
        /// Active authentication signs another challenge.
        AaOtherChallenge,
        /// Active authentication ends its block with another trailer.
        AaWrongTrailer,
        /// Active authentication signs with another digest than its trailer or EF.DG14 names.
        AaOtherDigest,
        /// Chip authentication succeeds in words, under keys that nobody has.
        CaOtherKeys,
        /// The challenge of terminal authentication has seven bytes.
        TaShortChallenge,
        /// The challenge of terminal authentication has nine bytes.
        TaLongChallenge,
        /// The card finds terminal authentication right only over another document number or key than its own.
        TaOtherDocument,
    }
}
