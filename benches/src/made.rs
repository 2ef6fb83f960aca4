//! Payloads of the built-in contracts, generated from a seed.

use std::fmt::Write as _;

use crate::mutate::Random;

/// How payloads differ from clean ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drift {
    /// Out of a hundred payloads, this many have an undeclared field and a wrong type.
    pub bad: usize,
    /// Members of organisations come in any order.
    pub shuffled: bool,
}

const WORDS: [&str; 12] = [
    "Grace",
    "Harrington",
    "Kerr",
    "Michaels",
    "Roe",
    "Cadwell",
    "Flooring",
    "Logistics",
    "Ltd",
    "Partners",
    "Holdings",
    "Trading",
];

const PLACES: [&str; 8] = ["gb", "ie", "us_de", "us_ca", "fr", "nl", "ca_qc", "za"];

fn time(random: &mut Random, offset: &str) -> String {
    format!(
        "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}{offset}",
        18 + random.below(8),
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60)
    )
}

fn name(random: &mut Random) -> String {
    let mut name = String::new();
    for _ in 0..2 + random.below(3) {
        let word = WORDS[random.below(WORDS.len())];
        name.push_str(word);
        name.push(' ');
    }
    name.pop();
    name
}

/// One list of organisations of a version (1 or 2), on one line.
pub fn list(random: &mut Random, version: u8, drift: Drift) -> String {
    let is_bad = random.below(100) < drift.bad;
    let count = 40 + random.below(21);
    let mut organisations = Vec::new();
    for index in 0..count {
        let id = 1 + random.below(1_000_000);
        let jurisdiction = match random.below(4) {
            0 => "null".to_owned(),
            _ => format!("\"{}\"", PLACES[random.below(8)]),
        };
        let number = match random.below(3) {
            0 => "null".to_owned(),
            _ => format!("\"{:08}\"", random.below(100_000_000)),
        };
        let offset = if version == 1 { "+00:00" } else { "Z" };
        let mut members = Vec::new();
        if version == 2 {
            members.push("\"object\":\"organisation\"".to_owned());
        }
        members.push(match is_bad && index == 7 {
            true => format!("\"id\":\"{id}\""),
            false => format!("\"id\":{id}"),
        });
        members.push(format!("\"name\":\"{}\"", name(random)));
        members.push(format!("\"company_number\":{number}"));
        members.push(format!("\"jurisdiction\":{jurisdiction}"));
        if version == 1 {
            members.push(format!("\"archived\":{}", random.below(2) == 0));
        }
        members.push(format!("\"created_at\":\"{}\"", time(random, offset)));
        members.push(format!("\"updated_at\":\"{}\"", time(random, offset)));
        if version == 1 {
            members.push(format!("\"clients_count\":{}", random.below(40)));
            members.push(format!(
                "\"links\":{{\"show\":\"/organisations/{id}\",\"api\":{{\"update\":\"/api/organisations/{id}\"}}}}"
            ));
        }
        if is_bad && index == 7 {
            members.push("\"score\":4".to_owned());
        }
        if drift.shuffled {
            for at in (1..members.len()).rev() {
                members.swap(at, random.below(at + 1));
            }
        }
        organisations.push(format!("{{{}}}", members.join(",")));
    }
    let organisations = organisations.join(",");
    let total = 1_000 + random.below(9_000);
    let pages = total.div_ceil(60);
    match version {
        1 => format!(
            "{{\"data\":[{organisations}],\"meta\":{{\"pagination\":{{\"total\":{total},\"count\":{count},\
             \"per_page\":60,\"current_page\":1,\"total_pages\":{pages},\"links\":{{\"next\":\"/api/organisations?page=2\"}}}}}}}}"
        ),
        _ => format!(
            "{{\"object\":\"paginated_list\",\"data\":[{organisations}],\"total\":{total},\"count\":{count},\
             \"limit\":60,\"current_page\":1,\"total_pages\":{pages},\"links\":{{\"next\":\"/api/organisations?page=2\",\
             \"previous\":null}}}}"
        ),
    }
}

/// Lists with this many bytes in total.
pub fn lists(bytes: usize, version: u8, drift: Drift) -> Vec<String> {
    let mut random = Random(20_221_101);
    let mut lists = Vec::new();
    let mut length = 0;
    while length < bytes {
        let list = list(&mut random, version, drift);
        length += list.len() + 1;
        lists.push(list);
    }
    lists
}

/// A JSON string of some text.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
