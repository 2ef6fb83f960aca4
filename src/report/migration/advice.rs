//! What to do about a change, in one or two sentences.

use crate::diff::{Difference, Fact, Sender, Verdict};
use crate::migrate::impact::Usage;
use crate::rules::{Change, Level};

use super::words::last_name;

/// What users of the API must do; `None` if there is nothing to do.
pub(super) fn advice(judged: &Change, usage: &Usage) -> Option<String> {
    let change = &judged.difference;
    let senders = change.senders();
    let is_sent = senders.contains(&Sender::Client);
    let is_read = senders.contains(&Sender::Server);
    let is_only_sent = is_sent && !is_read;
    let is_keyword = matches!(
        change.fact,
        Fact::BoundsNarrowed | Fact::BoundsWidened | Fact::BoundsChanged
    );
    let name = match change.subject.is_empty() || is_keyword {
        true => last_name(judged),
        false => change.subject.clone(),
    };
    let is_unused = usage.old.telling > 0
        && usage.old.shown + usage.old.elsewhere + usage.left_open() == 0;
    let here = last_name(judged);
    let words = match change.fact {
        Fact::OperationAdded => return None,
        Fact::OperationRemoved => {
            "Remove every call of it: nothing in the new contract replaces it."
                .to_owned()
        }
        Fact::OperationReplaced => {
            "Replace the call with the new operations; see “Replaced operations”.".to_owned()
        }
        Fact::MethodChanged => {
            let method = |text: &Option<String>| {
                let first = text.as_deref().and_then(|text| text.split(' ').next());
                first.unwrap_or_default().to_owned()
            };
            format!(
                "Send `{}` instead of `{}`.",
                method(&change.new),
                method(&change.old)
            )
        }
        Fact::PathChanged => format!(
            "Use `{}` instead of `{}` in the URLs that you call; keep the old path available until its \
             last caller has moved.",
            change.new.as_deref().unwrap_or("/"),
            change.old.as_deref().unwrap_or("/")
        ),
        Fact::NoteChanged if change.is_minor => return None,
        Fact::NoteChanged => {
            "No schema expresses this, so no payload test detects it: check what your code assumes."
                .to_owned()
        }
        Fact::DeprecationAdded => "Plan to stop using it.".to_owned(),
        Fact::SecurityNarrowed | Fact::SecurityChanged => format!(
            "Authorise the requests with {}.",
            change
                .new
                .as_deref()
                .unwrap_or("what the new contract requires")
        ),
        Fact::ParameterRemoved if is_unused => {
            format!("Nothing in this traffic sends `{name}`; check that no other client does.")
        }
        Fact::ParameterRemoved => format!(
            "Stop sending `{name}`: it is ignored or rejected. Implement its effect in the client."
        ),
        Fact::ParameterAdded if change.is_minor => return None,
        Fact::ParameterAdded | Fact::ParameterRequired => {
            format!("Send `{name}` with every request.")
        }
        Fact::ParameterEncoding => format!("Encode the value of `{name}` in the new way."),
        Fact::BodyAdded if change.is_minor || !is_sent => return None,
        Fact::BodyAdded | Fact::BodyRequired => "Send a body.".to_owned(),
        Fact::BodyRemoved if is_only_sent => "Stop sending a body.".to_owned(),
        Fact::BodyRemoved => "Do not read a body: there no longer is one.".to_owned(),
        Fact::MediaTypeRemoved if is_only_sent => {
            format!("Send a media type other than `{name}`.")
        }
        Fact::MediaTypeRemoved => format!("Request and read a media type other than `{name}`."),
        Fact::MediaTypeAdded if is_only_sent => return None,
        Fact::MediaTypeAdded => "Use `Accept` to request the media type that you read.".to_owned(),
        Fact::StatusRemoved => {
            format!("Do not rely on status {name}; check the class of the status instead.")
        }
        Fact::StatusAdded => format!("Handle status {name}."),
        Fact::HeaderRemoved | Fact::HeaderOptional => {
            format!("Do not rely on the header `{name}`.")
        }
        Fact::SchemaRemoved | Fact::SchemaAdded => {
            "Compare the payloads by hand: one of the contracts does not describe them.".to_owned()
        }
        Fact::PropertyRemoved if is_only_sent => format!(
            "Stop sending `{name}`{}.",
            match change.is_breaking() {
                true => ": it is rejected",
                false => "; it no longer has an effect",
            }
        ),
        Fact::PropertyRemoved if is_unused => {
            format!("Nothing in this traffic has `{name}`: safe to ignore for this traffic.")
        }
        Fact::PropertyRemoved => {
            format!("Remove every use of `{name}`, or get it from elsewhere before you migrate.")
        }
        Fact::PropertyAdded if is_sent && !change.is_minor => {
            format!("Send `{name}` in every request.")
        }
        Fact::PropertyAdded if judged.level > Level::Info => {
            format!("Make sure that your readers accept objects with `{name}`.")
        }
        Fact::PropertyAdded => return None,
        Fact::PropertyRenamed => format!(
            "{} `{}` where you {} `{}`.",
            match (is_sent, is_read) {
                (true, true) => "Send and read",
                (true, false) => "Send",
                _ => "Read",
            },
            change.new.as_deref().unwrap_or_default(),
            match (is_sent, is_read) {
                (true, true) => "send and read",
                (true, false) => "send",
                _ => "read",
            },
            change.old.as_deref().unwrap_or_default()
        ),
        Fact::PropertiesMoved => format!(
            "{} the properties in their new places; `wiredrift upgrade` moves them in fixtures.",
            match (is_sent, is_read) {
                (true, true) => "Send and read",
                (true, false) => "Send",
                _ => "Read",
            }
        ),
        Fact::EnvelopeRemoved => {
            "Read the resource itself: it is no longer wrapped.".to_owned()
        }
        Fact::EnvelopeAdded => "Unwrap the resource before you read it.".to_owned(),
        Fact::PropertyRequired if is_sent => format!("Send `{here}` in every request."),
        Fact::PropertyOptional if is_read => {
            format!("Handle objects without `{here}`.")
        }
        Fact::NullAdded if is_read => format!("Check `{here}` for null before you use it."),
        Fact::NullRemoved if is_sent => {
            format!("Send a value for `{here}`, or omit it: null is rejected.")
        }
        Fact::EnumValueAdded if is_read => {
            format!("Handle unknown values wherever you branch on `{here}`.")
        }
        Fact::EnumValueRemoved | Fact::EnumAdded if is_sent && is_unused => format!(
            "Nothing in this traffic sends {}: safe to ignore for this traffic.",
            if change.values.len() == 1 {
                "the value"
            } else {
                "these values"
            }
        ),
        Fact::EnumValueRemoved | Fact::EnumAdded if is_sent => {
            format!("Send only values of `{here}` that the new contract lists.")
        }
        Fact::EnumRemoved if is_read => {
            format!("Handle any value of `{here}`.")
        }
        Fact::ObjectClosed if is_sent => {
            "Send only declared properties: others are rejected.".to_owned()
        }
        Fact::VariantAdded if is_read => {
            "Handle the new variant, or ignore variants that you do not know.".to_owned()
        }
        Fact::VariantRemoved if is_sent => "Stop sending this variant.".to_owned(),
        Fact::ReadOnlyAdded => {
            format!("Stop sending or reading `{here}`, whichever the contract now forbids.")
        }
        Fact::DefaultChanged if is_sent => {
            format!("Send `{here}` explicitly where you rely on the old default.")
        }
        Fact::DiscriminatorChanged => {
            "Choose the variant by the new property, or by its new values.".to_owned()
        }
        _ => by_verdict(change, is_unused, &here)?,
    };
    Some(words)
}

/// Advice for the other facts: keywords that require more or less.
fn by_verdict(change: &Difference, is_unused: bool, name: &str) -> Option<String> {
    let of = |sender: Sender| change.verdict(sender);
    if matches!(of(Sender::Client), Some(Verdict::Breaking(_))) {
        return Some(match is_unused {
            true => format!(
                "No value of `{name}` in this traffic is newly rejected; check what else you may send."
            ),
            false => format!("Send only values of `{name}` that the new contract accepts."),
        });
    }
    if matches!(of(Sender::Server), Some(Verdict::Breaking(_))) {
        return Some(format!(
            "Handle values of `{name}` that the old contract did not allow."
        ));
    }
    let is_open = crate::migrate::impact::is_open(change);
    is_open.then(|| "Check it by hand: neither a proof nor a counterexample was found.".to_owned())
}
