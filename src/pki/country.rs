//! The states of machine readable zones (9303-3 §5) and the countries of certificates (9303-12 §7.1.1).
//!
//! A machine readable zone has a code of three letters, a certificate one of two. ISO 3166-1 pairs most of them; a second
//! table has the exceptions that Doc 9303 allows.

use core::fmt;

/// A country whose certificates may stand for documents of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Two letters.
    pub country: &'static str,
    /// The exception that allows it; `None` where ISO 3166-1 pairs the two.
    pub exception: Option<Exception>,
}

/// An exception by which the certificates of a state have another code than ISO 3166-1 pairs with its own (9303-3 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Exception {
    /// Germany's one letter, D.
    GermanyD,
    /// Documents of the European Union.
    EuropeanUnion,
    /// British nationals of other kinds than British citizens.
    British,
    /// China and its special administrative regions, under each other's authorities.
    ChinaRegions,
    /// Kosovo, whose letters are not of ISO 3166-1.
    Kosovo,
    /// The United Nations and their agencies; a real authority of theirs bears ZZ.
    UnitedNations,
    /// The Sovereign Military Order of Malta.
    OrderOfMalta,
    /// Interpol.
    Interpol,
    /// Specimens of a fictitious country.
    Utopia,
}

impl Exception {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::GermanyD,
        Self::EuropeanUnion,
        Self::British,
        Self::ChinaRegions,
        Self::Kosovo,
        Self::UnitedNations,
        Self::OrderOfMalta,
        Self::Interpol,
        Self::Utopia,
    ];

    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GermanyD => "germany_d",
            Self::EuropeanUnion => "european_union",
            Self::British => "british",
            Self::ChinaRegions => "china_regions",
            Self::Kosovo => "kosovo",
            Self::UnitedNations => "united_nations",
            Self::OrderOfMalta => "order_of_malta",
            Self::Interpol => "interpol",
            Self::Utopia => "utopia",
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The countries that a certificate for documents of this issuing state may bear; none if the state is not known.
///
/// `state` is the issuing state of a machine readable zone, with or without its fillers.
pub fn bindings(state: &str) -> Vec<Binding> {
    let state = state.trim_end_matches('<');
    let listed =
        STATES.iter().filter(|(three, _)| *three == state).map(|(_, country)| Binding { country, exception: None });
    let excepted = EXCEPTIONS.iter().filter(|(three, ..)| *three == state).flat_map(|(_, countries, exception)| {
        countries.iter().map(|country| Binding { country, exception: Some(*exception) })
    });
    listed.chain(excepted).collect()
}

/// The two-letter codes of [`bindings`].
pub fn alpha_2(state: &str) -> Vec<&'static str> {
    bindings(state).into_iter().map(|binding| binding.country).collect()
}

/// Whether certificates of both countries may be used for documents of one state: the countries are the same, or an
/// exception pairs them.
pub(crate) fn issue_for_one_state(one: &str, other: &str) -> bool {
    let states = EXCEPTIONS.iter().map(|(state, ..)| *state);
    one == other || states.map(alpha_2).any(|countries| countries.contains(&one) && countries.contains(&other))
}

/// States whose documents bear another code than ISO 3166-1 pairs with the one of their certificates (9303-3 §5).
const EXCEPTIONS: &[(&str, &[&str], Exception)] = &[
    ("D", &["DE"], Exception::GermanyD),
    ("EUE", &["EU"], Exception::EuropeanUnion),
    ("GBD", &["GB"], Exception::British),
    ("GBN", &["GB"], Exception::British),
    ("GBO", &["GB"], Exception::British),
    ("GBP", &["GB"], Exception::British),
    ("GBS", &["GB"], Exception::British),
    ("CHN", &["HK", "MO"], Exception::ChinaRegions),
    ("HKG", &["CN"], Exception::ChinaRegions),
    ("MAC", &["CN"], Exception::ChinaRegions),
    ("RKS", &["KS", "XK"], Exception::Kosovo),
    ("UNK", &["KS", "XK"], Exception::Kosovo),
    ("UNK", &["UN", "ZZ"], Exception::UnitedNations),
    ("UNO", &["UN", "ZZ"], Exception::UnitedNations),
    ("UNA", &["UN", "ZZ"], Exception::UnitedNations),
    ("UTO", &["UT"], Exception::Utopia),
    ("XOM", &["XO", "XM"], Exception::OrderOfMalta),
    ("XPO", &["XP"], Exception::Interpol),
];

/// ISO 3166-1: three letters and two.
#[rustfmt::skip]
const STATES: &[(&str, &str)] = &[
    ("ABW", "AW"), ("AFG", "AF"), ("AGO", "AO"), ("AIA", "AI"), ("ALA", "AX"), ("ALB", "AL"), ("AND", "AD"),
    ("ARE", "AE"), ("ARG", "AR"), ("ARM", "AM"), ("ASM", "AS"), ("ATA", "AQ"), ("ATF", "TF"), ("ATG", "AG"),
    ("AUS", "AU"), ("AUT", "AT"), ("AZE", "AZ"), ("BDI", "BI"), ("BEL", "BE"), ("BEN", "BJ"), ("BES", "BQ"),
    ("BFA", "BF"), ("BGD", "BD"), ("BGR", "BG"), ("BHR", "BH"), ("BHS", "BS"), ("BIH", "BA"), ("BLM", "BL"),
    ("BLR", "BY"), ("BLZ", "BZ"), ("BMU", "BM"), ("BOL", "BO"), ("BRA", "BR"), ("BRB", "BB"), ("BRN", "BN"),
    ("BTN", "BT"), ("BVT", "BV"), ("BWA", "BW"), ("CAF", "CF"), ("CAN", "CA"), ("CCK", "CC"), ("CHE", "CH"),
    ("CHL", "CL"), ("CHN", "CN"), ("CIV", "CI"), ("CMR", "CM"), ("COD", "CD"), ("COG", "CG"), ("COK", "CK"),
    ("COL", "CO"), ("COM", "KM"), ("CPV", "CV"), ("CRI", "CR"), ("CUB", "CU"), ("CUW", "CW"), ("CXR", "CX"),
    ("CYM", "KY"), ("CYP", "CY"), ("CZE", "CZ"), ("DEU", "DE"), ("DJI", "DJ"), ("DMA", "DM"), ("DNK", "DK"),
    ("DOM", "DO"), ("DZA", "DZ"), ("ECU", "EC"), ("EGY", "EG"), ("ERI", "ER"), ("ESH", "EH"), ("ESP", "ES"),
    ("EST", "EE"), ("ETH", "ET"), ("FIN", "FI"), ("FJI", "FJ"), ("FLK", "FK"), ("FRA", "FR"), ("FRO", "FO"),
    ("FSM", "FM"), ("GAB", "GA"), ("GBR", "GB"), ("GEO", "GE"), ("GGY", "GG"), ("GHA", "GH"), ("GIB", "GI"),
    ("GIN", "GN"), ("GLP", "GP"), ("GMB", "GM"), ("GNB", "GW"), ("GNQ", "GQ"), ("GRC", "GR"), ("GRD", "GD"),
    ("GRL", "GL"), ("GTM", "GT"), ("GUF", "GF"), ("GUM", "GU"), ("GUY", "GY"), ("HKG", "HK"), ("HMD", "HM"),
    ("HND", "HN"), ("HRV", "HR"), ("HTI", "HT"), ("HUN", "HU"), ("IDN", "ID"), ("IMN", "IM"), ("IND", "IN"),
    ("IOT", "IO"), ("IRL", "IE"), ("IRN", "IR"), ("IRQ", "IQ"), ("ISL", "IS"), ("ISR", "IL"), ("ITA", "IT"),
    ("JAM", "JM"), ("JEY", "JE"), ("JOR", "JO"), ("JPN", "JP"), ("KAZ", "KZ"), ("KEN", "KE"), ("KGZ", "KG"),
    ("KHM", "KH"), ("KIR", "KI"), ("KNA", "KN"), ("KOR", "KR"), ("KWT", "KW"), ("LAO", "LA"), ("LBN", "LB"),
    ("LBR", "LR"), ("LBY", "LY"), ("LCA", "LC"), ("LIE", "LI"), ("LKA", "LK"), ("LSO", "LS"), ("LTU", "LT"),
    ("LUX", "LU"), ("LVA", "LV"), ("MAC", "MO"), ("MAF", "MF"), ("MAR", "MA"), ("MCO", "MC"), ("MDA", "MD"),
    ("MDG", "MG"), ("MDV", "MV"), ("MEX", "MX"), ("MHL", "MH"), ("MKD", "MK"), ("MLI", "ML"), ("MLT", "MT"),
    ("MMR", "MM"), ("MNE", "ME"), ("MNG", "MN"), ("MNP", "MP"), ("MOZ", "MZ"), ("MRT", "MR"), ("MSR", "MS"),
    ("MTQ", "MQ"), ("MUS", "MU"), ("MWI", "MW"), ("MYS", "MY"), ("MYT", "YT"), ("NAM", "NA"), ("NCL", "NC"),
    ("NER", "NE"), ("NFK", "NF"), ("NGA", "NG"), ("NIC", "NI"), ("NIU", "NU"), ("NLD", "NL"), ("NOR", "NO"),
    ("NPL", "NP"), ("NRU", "NR"), ("NZL", "NZ"), ("OMN", "OM"), ("PAK", "PK"), ("PAN", "PA"), ("PCN", "PN"),
    ("PER", "PE"), ("PHL", "PH"), ("PLW", "PW"), ("PNG", "PG"), ("POL", "PL"), ("PRI", "PR"), ("PRK", "KP"),
    ("PRT", "PT"), ("PRY", "PY"), ("PSE", "PS"), ("PYF", "PF"), ("QAT", "QA"), ("REU", "RE"), ("ROU", "RO"),
    ("RUS", "RU"), ("RWA", "RW"), ("SAU", "SA"), ("SDN", "SD"), ("SEN", "SN"), ("SGP", "SG"), ("SGS", "GS"),
    ("SHN", "SH"), ("SJM", "SJ"), ("SLB", "SB"), ("SLE", "SL"), ("SLV", "SV"), ("SMR", "SM"), ("SOM", "SO"),
    ("SPM", "PM"), ("SRB", "RS"), ("SSD", "SS"), ("STP", "ST"), ("SUR", "SR"), ("SVK", "SK"), ("SVN", "SI"),
    ("SWE", "SE"), ("SWZ", "SZ"), ("SXM", "SX"), ("SYC", "SC"), ("SYR", "SY"), ("TCA", "TC"), ("TCD", "TD"),
    ("TGO", "TG"), ("THA", "TH"), ("TJK", "TJ"), ("TKL", "TK"), ("TKM", "TM"), ("TLS", "TL"), ("TON", "TO"),
    ("TTO", "TT"), ("TUN", "TN"), ("TUR", "TR"), ("TUV", "TV"), ("TWN", "TW"), ("TZA", "TZ"), ("UGA", "UG"),
    ("UKR", "UA"), ("UMI", "UM"), ("URY", "UY"), ("USA", "US"), ("UZB", "UZ"), ("VAT", "VA"), ("VCT", "VC"),
    ("VEN", "VE"), ("VGB", "VG"), ("VIR", "VI"), ("VNM", "VN"), ("VUT", "VU"), ("WLF", "WF"), ("WSM", "WS"),
    ("YEM", "YE"), ("ZAF", "ZA"), ("ZMB", "ZM"), ("ZWE", "ZW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_countries_of_a_state() {
        assert_eq!(alpha_2("VNM"), ["VN"]);
        assert_eq!(alpha_2("D<<"), ["DE"]);
        assert_eq!(alpha_2("UNO"), ["UN", "ZZ"]);
        assert_eq!(alpha_2("CHN"), ["CN", "HK", "MO"]);
        assert_eq!(alpha_2("XXX"), Vec::<&str>::new());
    }

    #[test]
    fn every_exception_is_named() {
        let exception = |state: &str, country: &str| {
            let bindings = bindings(state);
            bindings.iter().find(|one| one.country == country).map(|one| one.exception)
        };
        assert_eq!(exception("VNM", "VN"), Some(None));
        assert_eq!(exception("D<<", "DE"), Some(Some(Exception::GermanyD)));
        assert_eq!(exception("DEU", "DE"), Some(None));
        assert_eq!(exception("EUE", "EU"), Some(Some(Exception::EuropeanUnion)));
        assert_eq!(exception("UNO", "ZZ"), Some(Some(Exception::UnitedNations)));
        assert_eq!(exception("UNK", "KS"), Some(Some(Exception::Kosovo)));
        assert_eq!(exception("XOM", "XO"), Some(Some(Exception::OrderOfMalta)));
        assert_eq!(exception("VNM", "LA"), None);
        for exception in Exception::ALL {
            assert!(EXCEPTIONS.iter().any(|(.., used)| used == exception), "{exception}");
        }
    }

    #[test]
    fn holds_each_state_once() {
        let mut threes: Vec<&str> = STATES.iter().map(|(three, _)| *three).collect();
        let mut twos: Vec<&str> = STATES.iter().map(|(_, two)| *two).collect();
        assert_eq!(threes.len(), 249);
        for codes in [&mut threes, &mut twos] {
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), 249);
        }
    }
}
