//! Which messages of the old contract a change affects: one table for all changes, repeated in
//! docs/report.md.

use crate::diff::{Difference, Fact, Sender, Verdict};

/// The messages that a change affects, among those that contain the place it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affected {
    /// All of them.
    Every,
    /// Those that have what it is about: a property, a parameter, a header, a body, a status, a media type.
    With,
    /// Those that do not have it.
    Without,
    /// Those with it whose text the new contract reads as another value, or rejects.
    Reread,
    /// Those with one of the values that it lists.
    Listed,
    /// Those with a value that is no longer listed.
    Unlisted,
    /// Those with null.
    Null,
    /// Those with a value of a type that is no longer allowed.
    Type,
    /// Those with a value that the old contract allows and the changed keyword rejects.
    Keyword,
    /// Those with members that the new contract does not declare.
    Undeclared,
    /// Those with some of the properties that moved.
    Moved,
    /// Those with a value of the variant, by its tag or its best fit.
    Variant,
    /// None: traffic of the old version cannot show it.
    NotShown,
}

impl Affected {
    /// What the messages have in common, as the docs put it.
    #[cfg(test)]
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Every => "every message that holds the place",
            Self::With => "messages with it",
            Self::Without => "messages without it",
            Self::Reread => "messages with it that the new contract reads as another value",
            Self::Listed => "messages with one of the values",
            Self::Unlisted => "messages with a value that is not listed",
            Self::Null => "messages with null there",
            Self::Type => "messages with a value of a type that was removed",
            Self::Keyword => "messages with a value that the old contract allows and this keyword rejects",
            Self::Undeclared => "messages with members that the new contract does not declare",
            Self::Moved => "messages with some of the properties",
            Self::Variant => "messages with a value of the variant, by its tag or best fit",
            Self::NotShown => "none: old traffic cannot show it",
        }
    }
}

/// The messages of the old contract that a change affects if `sender` sends them. A change that breaks what
/// one sender sends affects nobody else.
#[must_use]
pub fn affected(change: &Difference, sender: Sender) -> Affected {
    match concerns(change, sender) {
        true => of_fact(change.fact, sender, change.is_minor),
        false => Affected::NotShown,
    }
}

/// Whether a change concerns what `sender` sends: not if it only breaks what the other one sends.
#[must_use]
pub fn concerns(change: &Difference, sender: Sender) -> bool {
    let breaks = |of: Option<Sender>| {
        let mut verdicts = change.verdicts.iter();
        verdicts.any(|(own, verdict)| {
            of.is_none_or(|of| of == *own) && !matches!(verdict, Verdict::Compatible(_))
        })
    };
    breaks(Some(sender)) || !breaks(None) || change.senders().len() < 2
}

/// The same for a fact; `is_optional` says whether what was added is optional.
#[must_use]
pub const fn of_fact(fact: Fact, sender: Sender, is_optional: bool) -> Affected {
    let is_client = matches!(sender, Sender::Client);
    match fact {
        Fact::OperationRemoved
        | Fact::OperationReplaced
        | Fact::MethodChanged
        | Fact::PathChanged
        | Fact::NoteChanged
        | Fact::SecurityNarrowed
        | Fact::SecurityChanged
        | Fact::ServerRemoved
        | Fact::LinkRemoved
        | Fact::LinkChanged
        | Fact::SchemaAdded
        | Fact::EnvelopeAdded
        | Fact::EnvelopeRemoved
        | Fact::ContentChanged
        | Fact::XmlChanged
        | Fact::DiscriminatorChanged => Affected::Every,

        Fact::ParameterRemoved
        | Fact::BodyRemoved
        | Fact::BodyEncoding
        | Fact::MediaTypeRemoved
        | Fact::StatusRemoved
        | Fact::HeaderRemoved
        | Fact::PropertyRemoved
        | Fact::PropertyRenamed
        | Fact::DeprecationAdded => Affected::With,
        Fact::ReadOnlyAdded if is_client => Affected::With,

        Fact::ParameterRequired | Fact::BodyRequired => Affected::Without,
        // Old messages lack what is new and required.
        Fact::ParameterAdded | Fact::PropertyAdded if is_client && !is_optional => {
            Affected::Without
        }
        Fact::BodyAdded | Fact::PropertyRequired | Fact::DefaultChanged if is_client => {
            Affected::Without
        }

        Fact::ParameterEncoding => Affected::Reread,
        Fact::EnumValueRemoved => Affected::Listed,
        Fact::EnumAdded => Affected::Unlisted,
        Fact::NullRemoved => Affected::Null,
        Fact::TypeNarrowed | Fact::TypeChanged => Affected::Type,
        Fact::BoundsNarrowed
        | Fact::BoundsChanged
        | Fact::LengthNarrowed
        | Fact::PatternNarrowed
        | Fact::PatternChanged
        | Fact::FormatNarrowed
        | Fact::FormatChanged
        | Fact::ConstraintNarrowed
        | Fact::ConstraintChanged => Affected::Keyword,
        Fact::ObjectClosed => Affected::Undeclared,
        Fact::PropertiesMoved => Affected::Moved,
        Fact::VariantRemoved => Affected::Variant,

        // No old message contains what is new or wider. A reader of a response does not depend on its
        // default, nor on what is now always present.
        Fact::OperationAdded
        | Fact::OperationIdChanged
        | Fact::ServerAdded
        | Fact::DeprecationRemoved
        | Fact::SecurityWidened
        | Fact::ParameterAdded
        | Fact::ParameterOptional
        | Fact::BodyAdded
        | Fact::BodyOptional
        | Fact::MediaTypeAdded
        | Fact::StatusAdded
        | Fact::LinkAdded
        | Fact::HeaderAdded
        | Fact::HeaderRequired
        | Fact::HeaderOptional
        | Fact::SchemaRemoved
        | Fact::PropertyAdded
        | Fact::PropertyRequired
        | Fact::PropertyOptional
        | Fact::TypeWidened
        | Fact::NullAdded
        | Fact::EnumValueAdded
        | Fact::EnumRemoved
        | Fact::BoundsWidened
        | Fact::LengthWidened
        | Fact::PatternWidened
        | Fact::FormatWidened
        | Fact::ObjectOpened
        | Fact::VariantAdded
        | Fact::ConstraintWidened
        | Fact::ReadOnlyAdded
        | Fact::ReadOnlyRemoved
        | Fact::DefaultChanged => Affected::NotShown,
    }
}
