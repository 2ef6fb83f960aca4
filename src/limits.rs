//! Every limit that an input can reach: size, depth, count. Reaching one is reported, and nothing aborts.
//!
//! Constants that only affect layout (how many values a report shows) or speed are defined where they are
//! used. `docs/LIMITS.md` lists all of these limits; a test checks that it is up to date.

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
    NESTING: u8 = 127, "levels", "Nesting of arrays and objects, in payloads and in contracts. A deeper payload is not read; a deeper contract is refused.";
    NESTED_SCHEMAS: u32 = 1_024, "schemas", "Nested evaluations of schemas: each level of a payload counts as one, and so does each union inside a union. Beyond that, the rest of the payload is not compared, which is reported as a problem.";
    CHAIN: u32 = 256, "schemas", "Chain of schemas that apply to the same value, one through the other. A longer chain is cut, which is reported as a finding.";
    DYNAMIC_SCOPES: usize = 64, "meanings", "Different meanings that dynamic anchors may give to the schemas of a contract. Beyond that, `$dynamicRef` resolves to the nearest anchor, which is reported as a finding.";
    ALIASED: usize = 1_000_000, "values", "Values that the aliases of a YAML document may add to it. A document with more is refused.";
    REFERENCES: usize = 32, "references", "Chain of references in an OpenAPI document. A longer chain is treated as a cycle.";
    PATTERN_SIZE: usize = 2 << 20, "bytes", "The compiled automaton of a `pattern`. A pattern that needs more is matched by backtracking.";
    PATTERN_STEPS: usize = 1_000_000, "steps", "Backtracking steps for one text and one `pattern` that cannot be compiled to an automaton: look-around, back-references, large counted repeats. A text that needs more is treated as rejected, and the finding says so.";
    BASE_PATHS: usize = 64, "paths", "Base paths that the variables of a server produce. With more of them, a variable matches any text.";
    PATH_STEPS: u32 = 10_000, "steps", "Attempts to match a path to a template.";
    BRACKETS: usize = 32, "brackets", "Brackets in the name of a query parameter. A name with more matches no parameter.";
    FILE_PART: usize = 64 << 10, "bytes", "A file in a multipart form that is compared as text. Of a longer or binary one, only the presence, the media type and the length are compared.";
    FILE_LENGTH: usize = 16 << 20, "bytes", "The length of such a file, as far as `minLength` and `maxLength` ask for it. A longer one counts as this long.";
    ACCEPTED: usize = 64, "ranges", "Media ranges in the `Accept` of a request. A request with more of them is not compared with the media types that its operation answers with.";
    LINKS: usize = 64, "links", "Links in the headers of a response that are compared with the operations of the contract.";
    XML: usize = 16 << 20, "bytes", "A body in XML, which is held as a tree. A larger one is not compared, which is reported as a finding.";
    REQUESTS_IN_A_ROW: usize = 1_000, "requests", "Consecutive requests in a text that wait for their responses. Beyond that, requests and responses are paired one by one.";
    EVIDENCE: usize = 3, "places", "Places in captures that are kept for a finding. Further ones are only counted.";
    DISTINCT: usize = 256, "values", "Distinct values or names that are kept for one fact. Beyond that, only their number is kept.";
    VERDICTS: usize = 1_000, "payloads", "Verdicts on single payloads that are kept for reports. Further ones are only counted.";
    PROBLEMS: usize = 1_000, "problems", "Unreadable inputs that are listed. Further ones are only counted.";
    CALLBACK_URLS: usize = 10_000, "URLs", "URLs that are kept for a callback: the first ones by host and path. Requests to further ones are not recognised, which the summary reports.";
    CALLBACK_URL: usize = 8 << 10, "bytes", "The URL of a callback. A longer text in an exchange is not taken for a URL.";
    HOSTS: usize = 1_000, "hosts", "Hosts that are counted separately: the first ones by name. Requests to further hosts are counted together.";
    PATHS: usize = 65_536, "places", "Distinct places in the payloads of one operation, side and status. Values at further places count for the enclosing place.";
    UNSEEN_PLACES: usize = 1_000, "places", "Places that are listed for declared properties or enums that no payload showed. Further ones are only counted.";
    COMPILED_PLACES: usize = 4_096, "places", "Places for which the streaming engine keeps compiled state. Payloads with more of them are compared by the reference engine, which is slower.";
    MEASURED: u32 = 100_000, "values", "Values of a payload that are examined to find the operation it belongs to.";
    MEASURED_OF_VARIANT: u32 = 2_000, "values", "Values that are examined to find the variant that a value was meant for.";
    MEASURED_ELEMENTS: u32 = 3, "elements", "Elements of each array that are examined for either of these.";
    EQUAL_PLACES: usize = 4, "operations", "Operations that a payload may match equally well: it is compared with the first one. With more of them, it is not compared.";
    WITNESS_NESTING: usize = 120, "levels", "Levels of a payload that is generated to show a change.";
    REWRITTEN_NESTING: usize = 512, "levels", "Levels of a payload that `upgrade` and `report` follow.";
    PROOF_STEPS: u32 = 4_000, "steps", "Steps of the proof that one schema accepts everything that another one accepts. Beyond that the verdict is `unknown`.";
}

/// An index into a table, as 32 bits: within these limits, no table has more entries.
///
/// # Panics
///
/// If the index does not fit in 32 bits.
#[must_use]
pub fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a table within the limits")
}

#[cfg(test)]
mod tests {
    use super::ALL;

    /// Set this variable to update the generated parts of the documentation.
    const UPDATE: &str = "WIREDRIFT_UPDATE";

    #[test]
    fn the_documentation_lists_every_limit() {
        let mut text = String::from(
            "# Limits\n\nGenerated from `src/limits.rs`. Payloads are untrusted, so everything in them that can be large, deep or numerous \
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
