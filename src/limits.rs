//! Every limit that an input can reach: how large, how deep, how many. Reaching one is said, and nothing aborts.
//!
//! What is only a matter of layout (how many values a report shows) or of speed stands where it is used.
//! `docs/LIMITS.md` lists all of these; a test holds it to them.

macro_rules! limits {
    ($($name:ident: $type:ty = $value:expr, $unit:literal, $what:literal;)*) => {
        $(
            #[doc = $what]
            pub const $name: $type = $value;
        )*

        /// Name, value, unit, and what happens when it is reached.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, u64, &str, &str)] =
            &[$((stringify!($name), $value as u64, $unit, $what)),*];
    };
}

limits! {
    BODY: u64 = 256 << 20, "bytes", "A payload, a line, or a file that is read as a whole, after decompression. A larger one is not read; `--max-body` raises the limit.";
    DOCUMENT: u64 = 512 << 20, "bytes", "A document of a contract. A larger one is refused.";
    STACK: usize = 256 << 20, "bytes", "The stack that a thread reserves for reading and comparing.";
    HEAD: usize = 64 << 10, "bytes", "The start of a file in which its format is recognised.";
    NESTING: u8 = 127, "levels", "Arrays and objects inside each other, in payloads and in contracts. A deeper payload is not read, a deeper contract is refused.";
    NESTED_SCHEMAS: u32 = 1_024, "schemas", "Schemas that ask each other in a row whether they accept a value: each level of a payload is one, and each union inside a union. Beyond that a payload is not compared to its end, which is a problem of the run.";
    CHAIN: u32 = 256, "schemas", "Schemas that apply each other to the same value. A longer chain is cut, which is a finding.";
    DYNAMIC_SCOPES: usize = 64, "meanings", "Meanings that dynamic anchors may give to the schemas of a contract. Beyond that, `$dynamicRef` leads to the nearest anchor, which is a finding.";
    ALIASED: usize = 1_000_000, "values", "Values that the aliases of a YAML document may add to it. A document with more is refused.";
    REFERENCES: usize = 32, "references", "References of an OpenAPI document that lead to each other. A longer row counts as a cycle.";
    PATTERN_SIZE: usize = 2 << 20, "bytes", "The automaton of a `pattern`. A pattern that needs more is matched by backtracking.";
    PATTERN_STEPS: usize = 1_000_000, "steps", "Steps back for one text and one `pattern` that needs backtracking: look-around, back-references, large counted repeats. A text that needs more counts as rejected, and the finding says so.";
    BASE_PATHS: usize = 64, "paths", "Base paths that the variables of a server give. With more of them, a variable takes any text.";
    PATH_STEPS: u32 = 10_000, "steps", "Ways to fit a path to a template that are tried.";
    BRACKETS: usize = 32, "brackets", "Brackets in the name of a query parameter. A name with more belongs to no parameter.";
    REQUESTS_IN_A_ROW: usize = 1_000, "requests", "Requests in a text that wait for their responses. More of them are paired one by one.";
    EVIDENCE: usize = 3, "places", "Places in captures that are kept for a finding. The others are counted.";
    DISTINCT: usize = 256, "values", "Different values or names that are told apart for one fact. With more of them, only their number is kept.";
    VERDICTS: usize = 1_000, "payloads", "Verdicts on single payloads that are kept for reports. The others are counted.";
    PROBLEMS: usize = 1_000, "problems", "Inputs that could not be read and are listed. The others are counted.";
    HOSTS: usize = 1_000, "hosts", "Hosts that are told apart: the first ones by name. Requests to others are counted together.";
    PATHS: usize = 65_536, "places", "Places in the payloads of one operation, side and status that are told apart. What is met elsewhere counts for the place above.";
    UNSEEN_PLACES: usize = 1_000, "places", "Places that are listed for a declared property or enum that no payload showed. The others are counted.";
    COMPILED_PLACES: usize = 4_096, "places", "Places for which the streaming walk keeps what it learnt. Payloads with more of them are compared by the reference walk, which is slower.";
    MEASURED: u32 = 100_000, "values", "Values of a payload that are looked at to find out which operation it belongs to.";
    MEASURED_OF_VARIANT: u32 = 2_000, "values", "Values that are looked at to find out which variant one was meant for.";
    MEASURED_ELEMENTS: u32 = 3, "elements", "Elements of each array that are looked at for either.";
    EQUAL_PLACES: usize = 4, "operations", "Operations that a payload may fit equally well and be compared with the first one. With more of them it is not compared.";
    WITNESS_NESTING: usize = 120, "levels", "Levels of a payload that is built to show a change.";
    REWRITTEN_NESTING: usize = 512, "levels", "Levels of a payload that `upgrade` and `report` follow.";
    PROOF_STEPS: u32 = 4_000, "steps", "Steps of the proof that one schema accepts what another one does. Beyond that the verdict is `unknown`.";
}

/// A place in a table, which has 32 bits: no table can have more entries within these limits.
///
/// # Panics
///
/// Beyond 2³² entries.
#[must_use]
pub fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a table within the limits")
}

#[cfg(test)]
mod tests {
    use super::ALL;

    /// Set to bring the generated parts of the documentation up to date.
    const UPDATE: &str = "WIREDRIFT_UPDATE";

    #[test]
    fn the_documentation_lists_every_limit() {
        let mut text = String::from(
            "# Limits\n\nGenerated from `src/limits.rs`. Payloads are untrusted, so everything that one can make large, deep or many \
             has a limit. Reaching one is reported, and the rest of the run goes on.\n\n| limit | what it bounds, and what happens beyond it |\n| --- | --- |\n",
        );
        for (_, value, unit, what) in ALL {
            let value = match (value, *unit) {
                (value, "bytes") if value % (1 << 20) == 0 => format!("{} MiB", value >> 20),
                (value, "bytes") => format!("{} KiB", value >> 10),
                (value, unit) => format!("{value} {unit}"),
            };
            text.push_str(&format!("| {value} | {what} |\n"));
        }
        let path = "docs/LIMITS.md";
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(path, text).expect("written");
        } else {
            let written = std::fs::read_to_string(path).unwrap_or_default();
            assert_eq!(written, text, "run with {UPDATE}=1 to update");
        }
    }
}
