//! Changes in one sentence.

use crate::capture::redact::sanitised;
use crate::diff::{Change, Fact, Owner};

/// What a change is, in one line.
pub(super) fn message(change: &Change) -> String {
    let subject = &change.subject;
    let old = change.old.as_deref().unwrap_or_default();
    let new = change.new.as_deref().unwrap_or_default();
    let place = place(change);
    let here = &place;
    match change.fact {
        Fact::OperationAdded => format!("{} is new", operation(change, new)),
        Fact::OperationRemoved => format!("{} is gone", operation(change, old)),
        Fact::OperationReplaced => match new.lines().count() {
            1 => format!("{old} was replaced by {new}"),
            count => format!("{old} was replaced by {count} operations"),
        },
        Fact::MethodChanged => format!("{old} is {new} now"),
        Fact::PathChanged if subject == "servers" => {
            format!("the servers' base path is {new}, where it was {old}")
        }
        Fact::PathChanged if change.owner == Owner::Contract => {
            format!(
                "{} operations under {old} are under {new} now",
                change.reach.len()
            )
        }
        Fact::PathChanged => format!("path {old} is {new} now"),
        Fact::NoteChanged => match (old, new) {
            ("", new) => format!("noted now: {}", one_line(new)),
            (old, "") => format!("no longer noted: {}", one_line(old)),
            (_, new) => format!("behaviour changed: {}", one_line(new)),
        },
        Fact::DeprecationAdded => format!("{} {} deprecated now", named(change), is(change)),
        Fact::DeprecationRemoved => {
            format!("{} {} deprecated no longer", named(change), is(change))
        }
        Fact::SecurityNarrowed if old == "nothing" => {
            format!("requests have to be authorised now: {new}")
        }
        Fact::SecurityNarrowed => format!("requests need {new} now, where {old} was enough"),
        Fact::SecurityWidened if new == "nothing" => {
            format!("requests need not be authorised any longer; they needed {old}")
        }
        Fact::SecurityWidened => {
            format!("{new} is enough for requests now, where they needed {old}")
        }
        Fact::SecurityChanged => format!("requests need {new} now, where they needed {old}"),
        Fact::ParameterAdded => format!("{here} is new ({new})"),
        Fact::ParameterRemoved => format!("{here} is gone ({old})"),
        Fact::ParameterRequired => format!("{here} is required now"),
        Fact::ParameterOptional => format!("{here} is optional now"),
        Fact::ParameterEncoding if subject == "allowEmptyValue" => match change.is_minor {
            true => format!("{here} may be empty now"),
            false => format!("{here} may not be empty any longer"),
        },
        Fact::ParameterEncoding => {
            format!("{here} is written another way: {new}, where it was {old}")
        }
        Fact::BodyAdded if change.is_minor => format!("{here} may have a body now"),
        Fact::BodyAdded => format!("{here} has a body now"),
        Fact::BodyRemoved => format!("{here} has no body any longer"),
        Fact::BodyRequired => "the request body is required now".to_owned(),
        Fact::BodyOptional => "the request body is optional now".to_owned(),
        Fact::MediaTypeAdded => format!("{here} may be {subject} now"),
        Fact::MediaTypeRemoved => format!("{here} may not be {subject} any longer"),
        Fact::BodyEncoding => format!("form properties of {here} are written another way"),
        Fact::StatusAdded => format!("{here} is new"),
        Fact::StatusRemoved => format!("{here} is gone"),
        Fact::HeaderAdded => format!("{here} is new ({new})"),
        Fact::HeaderRemoved => format!("{here} is gone ({old})"),
        Fact::HeaderRequired => format!("{here} is always there now"),
        Fact::HeaderOptional => format!("{here} need not be there any longer"),
        Fact::SchemaAdded => format!("{here} has a schema now{}", beside(new)),
        Fact::SchemaRemoved => format!("{here} has no schema any longer{}", beside(old)),
        Fact::PropertyAdded => format!("property `{subject}` is new ({new})"),
        Fact::PropertyRemoved => format!("property `{subject}` is gone ({old})"),
        Fact::PropertyRenamed => format!("property `{old}` is probably called `{new}` now"),
        Fact::PropertiesMoved => match change.old.as_deref().is_some_and(is_inside) {
            true => format!("the properties of `{subject}` probably stand beside it now"),
            false => format!("properties probably stand in `{subject}` now"),
        },
        Fact::EnvelopeRemoved => {
            let what = wrapped_name(change);
            format!("{what} probably stands by itself now, where it was {old}")
        }
        Fact::EnvelopeAdded => {
            let what = wrapped_name(change);
            format!("{what} probably is {new} now, where it stood by itself")
        }
        Fact::PropertyRequired => format!("property `{subject}` is required now"),
        Fact::PropertyOptional => format!("property `{subject}` is optional now"),
        Fact::TypeNarrowed | Fact::TypeWidened | Fact::TypeChanged => {
            format!("{here} is {new} now, where it was {old}")
        }
        Fact::NullRemoved => format!("{here} may not be null any longer"),
        Fact::NullAdded => format!("{here} may be null now"),
        Fact::EnumValueRemoved => format!("{here} lost {}", values(change)),
        Fact::EnumValueAdded => format!("{here} gained {}", values(change)),
        Fact::EnumAdded if change.values.len() == 1 => {
            format!("{here} has to be {} now", values(change))
        }
        Fact::EnumAdded => format!("{here} has to be one of {} now", values(change)),
        Fact::EnumRemoved => format!("{here} was one of {}, and is free now", values(change)),
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
        | Fact::FormatChanged => match (old, new) {
            ("", new) => format!("{here} has to keep {new} now"),
            (old, "") => format!("{here} need not keep {old} any longer"),
            (old, new) => match (old.split_once(": "), new.split_once(": ")) {
                (Some((keyword, was)), Some((other, is))) if keyword == other => {
                    format!("`{keyword}` of {here} is {is} now, where it was {was}")
                }
                _ => format!("{here} has to keep {new} now, where it was {old}"),
            },
        },
        Fact::ObjectClosed => format!("{here} takes declared properties only now"),
        Fact::ObjectOpened => format!("{here} takes more than declared properties now"),
        Fact::VariantAdded => format!("{here} may be `{subject}` now"),
        Fact::VariantRemoved => format!("{here} may not be `{subject}` any longer"),
        Fact::ConstraintNarrowed | Fact::ConstraintWidened | Fact::ConstraintChanged
            if subject.is_empty() =>
        {
            format!("{here} changed, and no single edit explains it")
        }
        Fact::ConstraintNarrowed => format!("`{subject}` of {here} asks more now"),
        Fact::ConstraintWidened => format!("`{subject}` of {here} asks less now"),
        Fact::ConstraintChanged => format!("`{subject}` of {here} asks something else now"),
        Fact::ReadOnlyAdded => format!("{here} is {new} now"),
        Fact::ReadOnlyRemoved => format!("{here} is {old} no longer"),
        Fact::DefaultChanged => match (old, new) {
            ("", new) => format!("{here} has the default {new} now"),
            (old, "") => format!("{here} has no default any longer, where it was {old}"),
            (old, new) => format!("the default of {here} is {new} now, where it was {old}"),
        },
        Fact::DiscriminatorChanged => format!("variants of {here} are told apart another way"),
    }
}

/// `GET /pets`, or the name of a schema.
fn operation(change: &Change, signature: &str) -> String {
    match &change.owner {
        Owner::Operation(name, _) if signature == "(schema)" => format!("schema `{}`", name.id),
        _ => signature.to_owned(),
    }
}

/// `/data/*/jurisdiction`, or what the change belongs to.
fn place(change: &Change) -> String {
    let path = change.path.to_string();
    if !path.is_empty() {
        return format!("`{path}`");
    }
    match &change.owner {
        Owner::Contract => "the contract".to_owned(),
        Owner::Operations(part) if part.is_empty() => "each operation".to_owned(),
        Owner::Operations(part) => part.to_string(),
        Owner::Operation(name, part) if part.is_empty() => format!("`{}`", name.id),
        Owner::Operation(_, part) => part.to_string(),
        Owner::Component(_, new) => format!("`{new}`"),
    }
}

/// What is wrapped or was: a component, or the payload without a name.
fn wrapped_name(change: &Change) -> String {
    match change.subject.as_str() {
        "object" | "array" => format!("what is in {}", place(change)),
        name => format!("`{name}`"),
    }
}

/// What a deprecation is about.
fn named(change: &Change) -> String {
    match &change.owner {
        Owner::Operation(name, part) if part.is_empty() => name.signature.clone(),
        Owner::Operations(part) if part.is_empty() => format!("{} operations", change.reach.len()),
        _ => place(change),
    }
}

fn is(change: &Change) -> &'static str {
    match &change.owner {
        Owner::Operations(part) if part.is_empty() => "are",
        _ => "is",
    }
}

fn beside(label: &str) -> String {
    match label {
        "" => String::new(),
        label => format!(" ({label})"),
    }
}

/// Whether the places written are inside of an object.
fn is_inside(lines: &str) -> bool {
    lines.lines().next().is_some_and(|line| line.contains('.'))
}

/// `3 values`, or the only one.
fn values(change: &Change) -> String {
    match change.values.as_slice() {
        [only] => format!("`{}`", sanitised(only)),
        values => format!("{} values", values.len()),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
