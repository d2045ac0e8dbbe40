//! Every bound on what a card, a file or a certificate can make the library do: one table.
//!
//! A hostile card multiplies work by counts and lengths that it states itself. Each loop over such a count ends at a number
//! of this table, and each number has a test that reaches it (`tests/bounds.rs`). [`Budget`](crate::Budget) and
//! `ImageLimits`, which a caller can set, have these numbers as their defaults. The others are fixed: they lie far above
//! what real documents have, and data beyond them is refused or reported, never silently cut short.

use std::time::Duration;

macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $value:expr,)*) => {
        /// The bounds, each with its unit. There is one value: [`BOUNDS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Bounds {
            $($(#[$doc])* pub $name: $type,)*
        }

        /// The bounds in force.
        pub const BOUNDS: Bounds = Bounds { $($name: $value,)* };

        impl Bounds {
            /// The names of all bounds, in the order of the table.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }
    };
}

bounds! {
    // A reading.
    /// Exchanges with one card.
    exchanges: u32 = 4096,
    /// Bytes of all answers of one card.
    total_bytes: usize = 4 << 20,
    /// Bytes of one file or one answer.
    file_bytes: usize = 1 << 20,
    /// Wall clock of one reading, from the connection on.
    reading_time: Duration = Duration::from_secs(300),
    /// Parts of one answer that are collected by GET RESPONSE.
    answer_parts: u32 = 512,
    /// Times that access is opened again because an answer was too long.
    restarts: u32 = 2,
    /// Times that a card which was lost in a reading is waited for.
    resumes: u32 = 2,
    /// Keys of basic access control that are made of a QR code, which lacks the date of expiry.
    bac_candidates: usize = 3,
    /// Draws of a random number below the order of a group before the source is considered broken.
    random_draws: usize = 128,
    /// Octets of one APDU of a transcript.
    transcript_octets: usize = 65_544,

    // Data objects.
    /// Octets of an object identifier; longer ones are treated as unknown.
    oid_octets: usize = 23,
    /// Octets of a tag.
    tag_octets: usize = 4,
    /// Data objects one in the other.
    tlv_depth: u8 = 16,

    // Keys and signatures.
    /// Bits of an RSA modulus.
    rsa_modulus_bits: u32 = 8192,
    /// Bits of an RSA public exponent.
    rsa_exponent_bits: u32 = 33,
    /// Bits of the prime p of a DSA key.
    dsa_modulus_bits: usize = 3072,
    /// Octets of the salt of RSASSA-PSS.
    pss_salt_octets: u32 = 1024,
    /// Signatures tried for one signed object.
    signatures: u32 = 64,

    // Certificates and lists.
    /// Octets of a certificate.
    certificate_octets: usize = 32 * 1024,
    /// Extensions of a certificate.
    certificate_extensions: usize = 64,
    /// Certificates that come with a SignedData.
    signed_data_certificates: usize = 32,
    /// Signers of a SignedData, its digest algorithms, the attributes of a signer, and the values of an attribute.
    signed_data_entries: usize = 32,
    /// Link certificates from a signer to an anchor: generations of an authority, one each three to five years.
    certificate_links: usize = 4,
    /// Certificates of a master list.
    master_list_certificates: usize = 16_384,
    /// Certificates and lists in one file of trust material.
    pieces: usize = 65_536,
    /// Anchors that a caller may trust.
    anchors: usize = 65_536,
    /// Certificates of one purpose that a caller may name one by one: pinned signers, links, signers of lists.
    named_certificates: usize = 4096,
    /// Revocation lists that a caller may add, master lists, and lists of known defects.
    lists: usize = 4096,
    /// Octets of a revocation list.
    revocation_list_octets: usize = 16 << 20,
    /// Certificates that a list revokes.
    revoked_certificates: usize = 262_144,
    /// Extensions of a revocation list, and of an entry.
    revocation_list_extensions: usize = 32,
    /// Entries of a list of known defects.
    defect_list_entries: usize = 65_536,
    /// Document numbers of a list of known defects, all entries together.
    defect_list_numbers: usize = 2_000_000,
    /// Defects of an entry, and files of a defect.
    known_defects: usize = 64,
    /// Octets of a trust bundle.
    bundle_octets: usize = 256 << 20,
    /// Files in a trust bundle.
    bundle_parts: usize = 8192,
    /// Octets of a card-verifiable certificate.
    cv_certificate_octets: usize = 8192,
    /// Card-verifiable certificates from what a chip trusts to the terminal.
    cv_chain: usize = 10,
    /// Signatures tried in the search for such a chain.
    cv_signatures: u32 = 256,
    /// Certificates that a terminal may hold.
    terminal_certificates: usize = 64,

    // Files of the chip.
    /// Findings that are reported of one file.
    findings: usize = 64,
    /// SecurityInfos of a file.
    security_infos: usize = 128,
    /// Certification authority references of EF.CVCA.
    cvca_references: usize = 8,
    /// Application templates of EF.DIR.
    applications: usize = 64,
    /// Faces of EF.DG2.
    faces: usize = 16,
    /// Fingers of EF.DG3.
    fingers: usize = 32,
    /// Irises of EF.DG4.
    irises: usize = 16,
    /// Images of EF.DG5 and EF.DG7.
    displayed_images: usize = 9,
    /// Data objects of a data group without a form of its own.
    opaque_objects: usize = 256,
    /// Other names of EF.DG11, and of other persons in EF.DG12.
    names: usize = 64,
    /// Data objects that the standard does not have in EF.DG11 and EF.DG12.
    other_objects: usize = 64,
    /// Octets of the tag list of EF.DG11 and EF.DG12.
    tag_list_octets: usize = 256,
    /// Persons of EF.DG16.
    persons: usize = 15,
    /// Fields of the Vietnamese EF.DG13.
    dg13_fields: usize = 64,
    /// Texts of one field of the Vietnamese EF.DG13.
    dg13_texts: usize = 16,
    /// Octets of a QR code.
    qr_octets: usize = 4096,
    /// Characters of a text in a statement of the operator's.
    statement_characters: usize = 200,

    // Evidence.
    /// Octets of evidence.
    evidence_octets: usize = 32 << 20,
    /// Signatures over evidence.
    evidence_signatures: usize = 16,

    // Policies and answers to online questions.
    /// Octets of a policy's file.
    policy_octets: usize = 64 << 10,
    /// Octets of the signature and of the certificate of an answer that is read back.
    online_octets: usize = 64 << 10,

    // Pictures (feature `image`).
    /// Pixels, for JPEG 2000 on the reference grid.
    image_pixels: u64 = 1 << 21,
    /// Components of an image.
    image_components: u16 = 4,
    /// Bytes of an encoded image.
    image_bytes: usize = 1 << 20,
    /// Wall clock of a decoder.
    image_time: Duration = Duration::from_secs(5),
    /// Scans of a JPEG: each goes over the whole image. Encoders write about ten.
    image_scans: usize = 64,
    /// Tiles of a JPEG 2000 image: 1 200 × 1 600 pixels in tiles of 128 × 128 are 130.
    image_tiles: u64 = 256,
    /// Packets of a JPEG 2000 image.
    image_packets: u64 = 1 << 18,
    /// Code-blocks of a JPEG 2000 image.
    image_code_blocks: u64 = 1 << 18,
    /// Coding styles of a JPEG 2000 image: one for all components, and those that differ.
    image_coding_styles: usize = 16,
    /// Points on a side of the reference grid.
    image_side: u32 = 1 << 24,
    /// Entries of a palette.
    image_palette: u16 = 1024,
}
