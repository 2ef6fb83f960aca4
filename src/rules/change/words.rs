//! Describes changes, each in one sentence.

use crate::redact::sanitised;
use crate::diff::{Difference, Fact, Owner};

/// A change in one line.
pub(crate) fn message(change: &Difference) -> String {
    let subject = &change.subject;
    let old = change.old.as_deref().unwrap_or_default();
    let new = change.new.as_deref().unwrap_or_default();
    let place = place(change);
    let here = &place;
    match change.fact {
        Fact::OperationAdded => format!("{} was added", operation(change, new)),
        Fact::OperationRemoved => format!("{} was removed", operation(change, old)),
        Fact::OperationReplaced => match new.lines().count() {
            1 => format!("{old} was replaced by {new}"),
            count => format!("{old} was replaced by {count} operations"),
        },
        Fact::MethodChanged if change.guess.is_some() => format!("{old} probably became {new}"),
        Fact::MethodChanged => format!("{old} became {new}"),
        Fact::PathChanged if subject == "servers" => {
            format!("the base path changed from {old} to {new}")
        }
        Fact::PathChanged if change.owner == Owner::Contract => {
            let count = change.reach.len();
            let verb = if change.guess.is_some() {
                "probably moved"
            } else {
                "moved"
            };
            format!("{count} operations {verb} from {old} to {new}")
        }
        Fact::PathChanged if change.guess.is_some() => {
            format!("path probably changed from {old} to {new}")
        }
        Fact::PathChanged if change.is_minor => {
            format!("path {old} is now written {new}")
        }
        Fact::PathChanged => format!("path changed from {old} to {new}"),
        Fact::NoteChanged => match (old, new) {
            ("", new) => format!("note added: {}", one_line(new)),
            (old, "") => format!("note removed: {}", one_line(old)),
            (_, new) => format!("note changed: {}", one_line(new)),
        },
        Fact::DeprecationAdded => format!("{} {} now deprecated", named(change), is(change)),
        Fact::DeprecationRemoved => {
            format!("{} {} no longer deprecated", named(change), is(change))
        }
        Fact::SecurityNarrowed if old == "nothing" => {
            format!("requests now need authorization: {new}")
        }
        Fact::SecurityNarrowed => format!("requests now need {new}; {old} was enough"),
        Fact::SecurityWidened if new == "nothing" => {
            format!("requests no longer need authorization; they needed {old}")
        }
        Fact::SecurityWidened => format!("{new} is now enough for requests; they needed {old}"),
        Fact::SecurityChanged => format!("requests now need {new} instead of {old}"),
        Fact::ParameterAdded | Fact::HeaderAdded => format!("{here} {} added ({new})", was(here)),
        Fact::ParameterRemoved | Fact::HeaderRemoved => format!("{here} {} removed ({old})", was(here)),
        Fact::ParameterRequired => format!("{here} is now required"),
        Fact::ParameterOptional => format!("{here} is now optional"),
        Fact::ParameterEncoding if subject == "allowEmptyValue" => match change.is_minor {
            true => format!("{here} may now be empty"),
            false => format!("{here} may no longer be empty"),
        },
        Fact::ParameterEncoding if subject == "allowReserved" => match new {
            "true" => format!("reserved characters of {here} may now be sent as they are"),
            _ => format!("reserved characters of {here} must now be percent-encoded"),
        },
        Fact::ParameterEncoding => format!("{here} changed from {old} to {new}"),
        Fact::BodyAdded if change.is_minor => format!("{here} may now have a body"),
        Fact::BodyAdded => format!("{here} now has a body"),
        Fact::BodyRemoved => format!("{here} no longer has a body"),
        Fact::BodyRequired => "the request body is now required".to_owned(),
        Fact::BodyOptional => "the request body is now optional".to_owned(),
        Fact::MediaTypeAdded => format!("{here} may now be `{subject}`"),
        Fact::MediaTypeRemoved => format!("{here} may no longer be `{subject}`"),
        Fact::BodyEncoding => {
            format!("the encoding of `{subject}` in {here} changed from {old} to {new}")
        }
        Fact::StatusAdded => format!("{here} was added"),
        Fact::StatusRemoved => format!("{here} was removed"),
        Fact::HeaderRequired => format!("{here} is now always sent"),
        Fact::HeaderOptional => format!("{here} is no longer always sent"),
        Fact::SchemaAdded => format!("{here} now has a schema{}", beside(new)),
        Fact::SchemaRemoved => format!("{here} no longer has a schema{}", beside(old)),
        Fact::PropertyAdded => format!("property `{subject}` was added ({new})"),
        Fact::PropertyRemoved => format!("property `{subject}` was removed ({old})"),
        Fact::PropertyRenamed => format!("property `{old}` was probably renamed to `{new}`"),
        Fact::PropertiesMoved => match change.old.as_deref().is_some_and(is_inside) {
            true => format!("the properties of `{subject}` probably moved up to its parent"),
            false => format!("properties probably moved into `{subject}`"),
        },
        Fact::EnvelopeRemoved => {
            let what = wrapped_name(change);
            format!("{what} is probably no longer wrapped; it was {old}")
        }
        Fact::EnvelopeAdded => {
            let what = wrapped_name(change);
            format!("{what} is probably wrapped now: it is {new}")
        }
        Fact::PropertyRequired => format!("property `{subject}` is now required"),
        Fact::PropertyOptional => format!("property `{subject}` is now optional"),
        Fact::TypeNarrowed | Fact::TypeWidened | Fact::TypeChanged => {
            format!("{here} changed from {old} to {new}")
        }
        Fact::NullRemoved => format!("{here} may no longer be null"),
        Fact::NullAdded => format!("{here} may now be null"),
        Fact::EnumValueRemoved => format!("{here} lost {}", values(change)),
        Fact::EnumValueAdded => format!("{here} gained {}", values(change)),
        Fact::EnumAdded if change.values.len() == 1 => {
            format!("{here} must now be {}", values(change))
        }
        Fact::EnumAdded => format!("{here} is now limited to {}", counted(change)),
        Fact::EnumRemoved => format!("{here} is no longer limited to {}", counted(change)),
        Fact::BoundsNarrowed
        | Fact::BoundsWidened
        | Fact::BoundsChanged
        | Fact::LengthNarrowed
        | Fact::LengthWidened
        | Fact::PatternNarrowed
        | Fact::PatternWidened
        | Fact::PatternChanged
        | Fact::FormatNarrowed
        | Fact::FormatWidened
        | Fact::FormatChanged => constraint(change, here, old, new),
        Fact::ObjectClosed => format!("{here} no longer allows undeclared properties"),
        Fact::ObjectOpened => format!("{here} now allows undeclared properties"),
        Fact::VariantAdded => format!("{here} may now be `{subject}`"),
        Fact::VariantRemoved => format!("{here} may no longer be `{subject}`"),
        Fact::ConstraintNarrowed | Fact::ConstraintWidened | Fact::ConstraintChanged
            if subject.is_empty() =>
        {
            format!("{here} changed in a way that no single edit explains")
        }
        Fact::ConstraintNarrowed => format!("`{subject}` of {here} is now stricter"),
        Fact::ConstraintWidened => format!("`{subject}` of {here} now allows more"),
        Fact::ConstraintChanged => format!("`{subject}` of {here} changed"),
        Fact::ReadOnlyAdded => format!("{here} is now {new}"),
        Fact::ReadOnlyRemoved => format!("{here} is no longer {old}"),
        Fact::DefaultChanged => match (old, new) {
            ("", new) => format!("{here} now has the default {new}"),
            (old, "") => format!("{here} no longer has a default; it was {old}"),
            (old, new) => format!("the default of {here} changed from {old} to {new}"),
        },
        Fact::ContentChanged => match (old, new) {
            ("", new) => format!("{here} now has {subject} {new}"),
            (old, "") => format!("{here} no longer has {subject} {old}"),
            (old, new) => format!("{subject} of {here} changed from {old} to {new}"),
        },
        Fact::XmlChanged => format!("{here} was {old} in XML and is now {new}"),
        Fact::LinkAdded => format!("link `{subject}` was added to {here}"),
        Fact::LinkRemoved => format!("link `{subject}` was removed from {here}"),
        Fact::LinkChanged => format!("link `{subject}` of {here} changed"),
        Fact::OperationIdChanged => format!("operationId changed from `{old}` to `{new}`"),
        Fact::ServerAdded => format!("server {subject} was added"),
        Fact::ServerRemoved => format!("server {subject} was removed"),
        Fact::DiscriminatorChanged => format!("the discriminator of {here} changed"),
    }
}

/// `/limit must be at most 50; it was 100`: what keywords on values and lengths now require.
fn constraint(change: &Difference, here: &str, old: &str, new: &str) -> String {
    let (was, is) = (Limit::of(old), Limit::of(new));
    let is_wider = matches!(
        change.fact,
        Fact::BoundsWidened | Fact::LengthWidened | Fact::PatternWidened | Fact::FormatWidened
    );
    match (was, is) {
        (None, Some(is)) => format!("{here} must {}{}", is.asked(), is.none_before()),
        (Some(was), None) => format!("{here} no longer has to {}", was.asked()),
        (Some(was), Some(is)) if was.is_alike(&is) => match is.keyword {
            "pattern" | "format" => {
                let noun = is.keyword;
                let verb = if is_wider { "was widened" } else { "changed" };
                format!(
                    "the {noun} of {here} {verb} from `{}` to `{}`",
                    was.value, is.value
                )
            }
            _ if is_wider => format!("{here} may {}; it was {}", is.allowed(), was.value),
            _ => format!("{here} must {}; it was {}", is.asked(), was.value),
        },
        _ => match (old, new) {
            ("", new) => format!("{here} must satisfy {new}"),
            (old, "") => format!("{here} no longer has to satisfy {old}"),
            (old, new) => format!("{here} changed from {old} to {new}"),
        },
    }
}

/// One keyword with its argument.
struct Limit<'t> {
    keyword: &'t str,
    value: &'t str,
}

impl<'t> Limit<'t> {
    /// Reads `maximum: 50`.
    fn of(text: &'t str) -> Option<Self> {
        let (keyword, value) = text.split_once(": ")?;
        let is_text = matches!(keyword, "pattern" | "format");
        // The text of several keywords contains commas.
        (is_text || !value.contains(", ")).then_some(Self { keyword, value })
    }

    /// Whether another one is the same keyword.
    fn is_alike(&self, other: &Self) -> bool {
        self.keyword == other.keyword
    }

    fn count(&self) -> String {
        let unit = match self.keyword {
            "minLength" | "maxLength" => "character",
            "minItems" | "maxItems" => "element",
            _ => "member",
        };
        match self.value {
            "1" => format!("1 {unit}"),
            value => format!("{value} {unit}s"),
        }
    }

    /// To follow "must".
    fn asked(&self) -> String {
        let value = self.value;
        match self.keyword {
            "minimum" => format!("be at least {value}"),
            "exclusiveMinimum" => format!("be greater than {value}"),
            "maximum" => format!("be at most {value}"),
            "exclusiveMaximum" => format!("be less than {value}"),
            "multipleOf" => format!("be a multiple of {value}"),
            "minLength" | "minItems" | "minProperties" => format!("have at least {}", self.count()),
            "maxLength" | "maxItems" | "maxProperties" => format!("have at most {}", self.count()),
            "pattern" => format!("match `{value}`"),
            "format" => format!("be a valid `{value}`"),
            keyword => format!("satisfy {keyword}: {value}"),
        }
    }

    /// To follow "may", if more is allowed than before.
    fn allowed(&self) -> String {
        let value = self.value;
        match self.keyword {
            "minimum" => format!("be as low as {value}"),
            "maximum" => format!("be up to {value}"),
            "maxLength" | "maxItems" | "maxProperties" => format!("have up to {}", self.count()),
            "minLength" | "minItems" | "minProperties" => {
                format!("have as few as {}", self.count())
            }
            _ => self.asked(),
        }
    }

    /// The end of the sentence if there was no such limit before.
    fn none_before(&self) -> &'static str {
        match self.keyword {
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
                "; it had no minimum"
            }
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
                "; it had no maximum"
            }
            "pattern" => "; it had no pattern",
            "format" => "; it had no format",
            _ => "",
        }
    }
}

/// `GET /pets`, or the name of a schema.
fn operation(change: &Difference, signature: &str) -> String {
    match &change.owner {
        Owner::Operation(name, _) if signature == "(schema)" => format!("schema `{}`", name.id),
        _ => signature.to_owned(),
    }
}

/// `/data/*/jurisdiction`, or the owner of the change.
fn place(change: &Difference) -> String {
    let path = change.path.to_string();
    if !path.is_empty() {
        return format!("`{path}`");
    }
    match &change.owner {
        Owner::Contract => "the contract".to_owned(),
        Owner::Operations(part) if part.is_empty() => "each operation".to_owned(),
        Owner::Operations(part) => part_words(part),
        Owner::Operation(name, part) if part.is_empty() => format!("`{}`", name.id),
        Owner::Operation(_, part) => part_words(part),
        Owner::Component(_, new) => format!("`{new}`"),
    }
}

/// ``query parameter `limit` ``, ``header `ETag` of response 200``, `the request`, `response 200`
pub(crate) fn part_words(part: &str) -> String {
    if let Some((place, name)) = part.split_once(" parameter ") {
        return format!("{place} parameter `{name}`");
    }
    if let Some((response, name)) = part.split_once(" header ") {
        return format!("header `{name}` of {response}");
    }
    match part.strip_prefix("request") {
        Some(media) => format!("the request{media}"),
        None => part.to_owned(),
    }
}

/// What is or was wrapped: a component, or an unnamed payload.
fn wrapped_name(change: &Difference) -> String {
    match change.subject.as_str() {
        "object" | "array" => format!("the content of {}", place(change)),
        name => format!("`{name}`"),
    }
}

/// What is deprecated or no longer is.
fn named(change: &Difference) -> String {
    match &change.owner {
        Owner::Operation(name, part) if part.is_empty() => name.signature.clone(),
        Owner::Operations(part) if part.is_empty() => format!("{} operations", change.reach.len()),
        _ => place(change),
    }
}

fn is(change: &Difference) -> &'static str {
    match &change.owner {
        Owner::Operations(part) if part.is_empty() => "are",
        _ => "is",
    }
}

/// The verb for a place: `query parameters` is a plural.
fn was(here: &str) -> &'static str {
    match here {
        "query parameters" => "were",
        _ => "was",
    }
}

fn beside(label: &str) -> String {
    match label {
        "" => String::new(),
        label => format!(" ({label})"),
    }
}

/// Whether the listed places are inside an object.
fn is_inside(lines: &str) -> bool {
    lines.lines().next().is_some_and(|line| line.contains('.'))
}

/// The values themselves if there are few, otherwise their number.
fn values(change: &Difference) -> String {
    let quoted = |value: &String| format!("`{}`", sanitised(value));
    match change.values.as_slice() {
        [only] => quoted(only),
        [rest @ .., last] if rest.len() < 4 => {
            let rest: Vec<String> = rest.iter().map(quoted).collect();
            format!("{} and {}", rest.join(", "), quoted(last))
        }
        values => format!("{} values", values.len()),
    }
}

/// `3 values`
fn counted(change: &Difference) -> String {
    match change.values.len() {
        1 => values(change),
        count => format!("{count} values"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
