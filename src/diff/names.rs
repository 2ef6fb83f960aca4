//! Detects property names that are spelling variants of each other.
//!
//! Spelling variants differ in case and separators (`clientsCount`, `clients_count`, `Clients Count`), in a
//! leading `is` or `has`, in number (`tag`, `tags`), or in British and American spelling (`colour`, `color`).

/// How the spelling of two names is related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variant {
    /// The letters and digits are the same.
    Letters,
    /// The words are the same, except for number, a leading `is` or `has`, or British and American spelling.
    Words,
}

impl Variant {
    /// How the spelling of two names is related; `None` if it is not.
    pub(super) fn of(one: &str, other: &str) -> Option<Self> {
        let (one, other) = (words(one), words(other));
        if one.is_empty() || other.is_empty() {
            return None;
        }
        if one.concat() == other.concat() {
            return Some(Self::Letters);
        }
        let is_alike = are_alike(&one, &other)
            || without_verb(&one).is_some_and(|one| are_alike(one, &other))
            || without_verb(&other).is_some_and(|other| are_alike(&one, other));
        is_alike.then_some(Self::Words)
    }

    /// How a name relates to two others combined: `address_street` to `address` and `street`.
    pub(super) fn of_parts(whole: &str, outer: &str, inner: &str) -> Option<Self> {
        let whole = words(whole);
        let parts = [words(outer), words(inner)].concat();
        if whole.is_empty() || parts.len() < 2 {
            return None;
        }
        match whole.concat() == parts.concat() {
            true => Some(Self::Letters),
            false => are_alike(&whole, &parts).then_some(Self::Words),
        }
    }
}

/// The words of a name in lower case. Words end at separators, at capital letters, and between letters and
/// digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            is_open = false;
            continue;
        }
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let starts = before.is_some_and(|before| {
            let is_capital = letter.is_uppercase()
                && (before.is_lowercase() || after.is_some_and(|after| after.is_lowercase()));
            is_capital || before.is_numeric() != letter.is_numeric()
        });
        if !is_open || starts {
            words.push(String::new());
            is_open = true;
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// The words after a leading `is` or `has`.
fn without_verb(words: &[String]) -> Option<&[String]> {
    match words {
        [verb, rest @ ..] if !rest.is_empty() && ["is", "has"].contains(&verb.as_str()) => {
            Some(rest)
        }
        _ => None,
    }
}

fn are_alike(one: &[String], other: &[String]) -> bool {
    let american =
        |words: &[String]| -> Vec<String> { words.iter().map(|word| american(word)).collect() };
    let (one, other) = (american(one), american(other));
    if one.concat() == other.concat() {
        return true;
    }
    let is_word =
        |one: &str, other: &str| one == other || is_plural(one, other) || is_plural(other, one);
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len() && pairs.all(|(one, other)| is_word(one, other))
}

/// Words that look like plurals but are not.
const NO_PLURALS: &[&str] = &[
    "news", "means", "goods", "arms", "customs", "glasses", "minutes",
];

/// Singular and plural of irregular nouns.
const IRREGULAR: &[(&str, &str)] = &[
    ("child", "children"),
    ("person", "people"),
    ("man", "men"),
    ("woman", "women"),
    ("foot", "feet"),
    ("index", "indices"),
    ("vertex", "vertices"),
    ("matrix", "matrices"),
    ("criterion", "criteria"),
    ("analysis", "analyses"),
    ("basis", "bases"),
    ("medium", "media"),
    ("datum", "data"),
];

/// Whether a word is the plural of another.
fn is_plural(singular: &str, plural: &str) -> bool {
    if IRREGULAR.contains(&(singular, plural)) {
        return true;
    }
    if singular.chars().count() < 2 || NO_PLURALS.contains(&plural) {
        return false;
    }
    let Some(ending) = plural.strip_prefix(singular) else {
        let changed = |from: &str, to: &str| {
            let stem = singular.strip_suffix(from);
            stem.is_some_and(|stem| plural.strip_suffix(to) == Some(stem))
        };
        return changed("y", "ies") || changed("f", "ves") || changed("fe", "ves");
    };
    let hisses = ["s", "x", "z", "ch", "sh", "o"];
    match ending {
        // `addresss` is not a word.
        "s" => !singular.ends_with('s'),
        "es" => hisses.iter().any(|hiss| singular.ends_with(hiss)),
        _ => false,
    }
}

/// British stems and their American counterparts.
const STEMS: &[(&str, &str)] = &[
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("favour", "favor"),
    ("honour", "honor"),
    ("labour", "labor"),
    ("neighbour", "neighbor"),
    ("flavour", "flavor"),
    ("humour", "humor"),
    ("rumour", "rumor"),
    ("harbour", "harbor"),
    ("armour", "armor"),
    ("vapour", "vapor"),
    ("odour", "odor"),
    ("savour", "savor"),
    ("endeavour", "endeavor"),
    ("tumour", "tumor"),
    ("rigour", "rigor"),
    ("vigour", "vigor"),
    ("centre", "center"),
    ("metre", "meter"),
    ("litre", "liter"),
    ("theatre", "theater"),
    ("fibre", "fiber"),
    ("calibre", "caliber"),
    ("catalogue", "catalog"),
    ("dialogue", "dialog"),
    ("analogue", "analog"),
    ("prologue", "prolog"),
    ("licence", "license"),
    ("defence", "defense"),
    ("offence", "offense"),
    ("practise", "practice"),
    ("grey", "gray"),
    ("programme", "program"),
    ("cheque", "check"),
    ("tyre", "tire"),
    ("aluminium", "aluminum"),
    ("mould", "mold"),
    ("judgement", "judgment"),
    ("acknowledgement", "acknowledgment"),
    ("artefact", "artifact"),
    ("ageing", "aging"),
    ("jewellery", "jewelry"),
    ("instalment", "installment"),
    ("enrolment", "enrollment"),
    ("fulfilment", "fulfillment"),
    ("paediatric", "pediatric"),
    ("orthopaedic", "orthopedic"),
    ("encyclopaedia", "encyclopedia"),
    ("anaesth", "anesth"),
    ("manoeuvre", "maneuver"),
    ("cancell", "cancel"),
    ("labell", "label"),
    ("travell", "travel"),
    ("modell", "model"),
    ("fuell", "fuel"),
    ("signall", "signal"),
    ("totall", "total"),
    ("levell", "level"),
    ("diall", "dial"),
    ("channell", "channel"),
    ("counsell", "counsel"),
    ("initiall", "initial"),
    ("marshall", "marshal"),
];

/// Suffixes before which British English may write `s` instead of `z`.
const ENDINGS: &[&str] = &[
    "e", "es", "ed", "er", "ers", "ing", "ation", "ations", "ational",
];

/// A word in American spelling. The result is only used for comparison: it need not be a real word, as long
/// as both spellings have the same result.
fn american(word: &str) -> String {
    // `mediation` and `program` contain no stem of the list, but `programmes` and `programming` do.
    let stem = STEMS.iter().find(|(british, _)| word.contains(british));
    let word = match stem {
        Some((british, american)) => word.replace(british, american),
        None => word.to_owned(),
    };
    for ending in ENDINGS {
        let Some(stem) = word.strip_suffix(ending) else {
            continue;
        };
        for (british, american) in [("is", "iz"), ("ys", "yz")] {
            if let Some(stem) = stem.strip_suffix(british).filter(|stem| stem.len() > 3) {
                return format!("{stem}{american}{ending}");
            }
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::Variant;

    #[test]
    fn spelling_variants_are_distinguished_from_other_names() {
        let variants = [
            ("clientsCount", "clients_count"),
            ("clients-count", "ClientsCount"),
            ("Company Number", "company_number"),
            ("userID", "user_id"),
            ("HTTPServer", "http_server"),
            ("line1", "line_1"),
            ("X-Request-Id", "xRequestId"),
            ("is_active", "active"),
            ("archived", "isArchived"),
            ("hasAttachments", "attachments"),
            ("has_attachment", "attachments"),
            ("tag", "tags"),
            ("categories", "category"),
            ("addresses", "address"),
            ("statuses", "status"),
            ("cache_hits", "cachesHit"),
            ("children", "child"),
            ("shelf", "shelves"),
            ("clients_count", "client_count"),
            ("colour", "color"),
            ("favouriteColour", "favorite_color"),
            ("organisation_id", "organizationId"),
            ("authorised_at", "authorizedAt"),
            ("analysed", "analyzed"),
            ("centre", "center"),
            ("catalogues", "catalog"),
            ("licence_no", "license_no"),
            ("cancelledAt", "canceled_at"),
            ("cancellation", "cancelation"),
            ("organisations", "organization"),
        ];
        for (one, other) in variants {
            assert!(Variant::of(one, other).is_some(), "{one} {other}");
            assert!(Variant::of(other, one).is_some(), "{other} {one}");
        }
        let others = [
            ("enabled", "disabled"),
            ("created_at", "deleted_at"),
            ("created_at", "updated_at"),
            ("min_price", "max_price"),
            ("latitude", "longitude"),
            ("timeout_ms", "timeout_s"),
            ("first_name", "street_name"),
            ("first_name", "given_name"),
            ("is_error", "has_error"),
            ("new", "news"),
            ("mean", "means"),
            ("filed_at", "filled_at"),
            ("address1", "address2"),
            ("from", "to"),
            ("user_id", "account_id"),
            ("name", "names_count"),
            ("is", "has"),
            ("a", "as"),
            ("active", "inactive"),
            ("start_date", "started_date"),
            ("noise", "nose"),
            ("per_page", "limit"),
            ("price", "prize"),
            ("", "_"),
            ("org", "organisation"),
        ];
        for (one, other) in others {
            assert_eq!(Variant::of(one, other), None, "{one} {other}");
            assert_eq!(Variant::of(other, one), None, "{other} {one}");
        }
    }

    #[test]
    fn a_name_may_combine_two_names() {
        let parts = [
            ("address_street", "address", "street"),
            ("addressStreetName", "address", "street_name"),
            ("billingAddressCity", "billing_address", "city"),
        ];
        for (whole, outer, inner) in parts {
            assert!(Variant::of_parts(whole, outer, inner).is_some(), "{whole}");
        }
        assert_eq!(Variant::of_parts("street", "address", "street"), None);
        assert_eq!(
            Variant::of_parts("street_address", "address", "street"),
            None
        );
    }
}
