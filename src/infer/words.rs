//! Names made of other names.

/// The words of a name: `line_items`, `lineItems` and `line-items` have two.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_new = true;
    let mut was_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            is_new = true;
            continue;
        }
        if is_new || (was_lower && character.is_uppercase()) {
            words.push(String::new());
        }
        is_new = false;
        was_lower = character.is_lowercase() || character.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

/// `LineItems`
pub(super) fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}

/// `lineItems`
pub(super) fn camel(name: &str) -> String {
    let words = words(name);
    let rest = words.iter().skip(1).map(|word| capitalised(word));
    words.first().cloned().into_iter().chain(rest).collect()
}

/// `line_items`
pub(super) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// The singular of the last word of a name, as English forms it regularly.
pub(super) fn singular(name: &str) -> String {
    const SAME: [&str; 10] =
        ["news", "series", "species", "status", "address", "access", "analytics", "settings", "sms", "chaos"];
    const IRREGULAR: [(&str, &str); 6] = [
        ("people", "person"), ("children", "child"), ("men", "man"), ("women", "woman"), ("indices", "index"),
        ("movies", "movie"),
    ];
    let end = name.char_indices().rev().find(|(_, c)| !c.is_alphanumeric());
    let (before, word) = name.split_at(end.map_or(0, |(at, c)| at + c.len_utf8()));
    if !word.is_ascii() {
        return name.to_owned();
    }
    let lower = word.to_lowercase();
    if SAME.contains(&lower.as_str()) || lower.ends_with("ss") || lower.ends_with("us") || lower.ends_with("is") {
        return name.to_owned();
    }
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == lower) {
        return format!("{before}{singular}");
    }
    let cut = |letters: usize, end: &str| format!("{before}{}{end}", &word[..word.len() - letters]);
    match lower.as_str() {
        word if word.len() > 4 && word.ends_with("ies") => cut(3, "y"),
        word if ["sses", "shes", "ches", "xes", "zes", "uses"].iter().any(|end| word.ends_with(end)) => cut(2, ""),
        word if word.len() > 2 && word.ends_with('s') => cut(1, ""),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, pascal, singular};

    #[test]
    fn names_are_formed() {
        for (name, words) in [
            ("line_items", ["LineItems", "lineItems"]),
            ("lineItems", ["LineItems", "lineItems"]),
            ("line-items", ["LineItems", "lineItems"]),
            ("@type", ["Type", "type"]),
            ("v2", ["V2", "v2"]),
            ("userID", ["UserId", "userId"]),
        ] {
            assert_eq!([pascal(name), camel(name)], words);
        }
    }

    #[test]
    fn plurals_become_singulars() {
        for (plural, one) in [
            ("pets", "pet"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("statuses", "status"),
            ("people", "person"),
            ("line_items", "line_item"),
            ("status", "status"),
            ("analysis", "analysis"),
            ("data", "data"),
            ("organisations", "organisation"),
        ] {
            assert_eq!(singular(plural), one);
        }
    }
}
