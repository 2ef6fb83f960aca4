//! Changes between two contracts: facts, without opinion.

use std::sync::Arc;

use serde_json::Value;

use crate::location::{PathPattern, Side};
use crate::rules::catalogue::{self, Rule};
use crate::schema::Place;

/// Who sends a payload: that decides which direction of a change can break somebody.
///
/// What clients send was made for the old contract and meets the new one; what servers send is made for
/// the new contract and meets clients that know the old one.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// Requests; responses to webhooks and callbacks.
    Client,
    /// Responses; requests of webhooks and callbacks.
    Server,
}

/// One edit between two contracts.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What happened.
    pub fact: Fact,
    /// What it happened to: a property, a keyword, a status; empty where the place says it all.
    pub subject: String,
    /// The operation or component that it belongs to.
    pub owner: Owner,
    /// Where in the owner's payloads.
    pub path: PathPattern,
    /// The variant of a union that it is about, where the path does not say: `variant 2 of 3 at /pet`.
    pub variant: Option<Arc<str>>,
    /// What the old contract says, on one line or several.
    pub old: Option<String>,
    /// What the new contract says.
    pub new: Option<String>,
    /// The values that an enum lost or gained, or that are listed now or no longer.
    pub values: Vec<String>,
    /// Where the old contract says it.
    pub old_place: Option<Place>,
    /// Where the new contract says it.
    pub new_place: Option<Place>,
    /// Whether less depends on it than on others of its kind: an optional property, a status of failure.
    pub is_minor: bool,
    /// The ground that a guess stands on; `None` for what is sure.
    pub guess: Option<String>,
    /// More to say of it, one sentence each.
    pub notes: Vec<String>,
    /// The payloads, parameters and operations that it reaches.
    pub reach: Vec<Reach>,
    /// What it does to what each sender sends.
    pub verdicts: Vec<(Sender, Verdict)>,
    /// The schemas that differ, in [`Alignment::pairs`](super::Alignment::pairs); `None` for what is
    /// around schemas.
    pub pair: Option<usize>,
}

/// What a change belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The contract as a whole.
    Contract,
    /// The same part of several operations.
    Operations(Arc<str>),
    /// An operation, and which part of it: `response 200`, `query parameter limit`; empty for all of it.
    Operation(Arc<OperationName>, Arc<str>),
    /// A component, by its names in the old and in the new contract.
    Component(Arc<str>, Arc<str>),
}

/// How an operation is called in both contracts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationName {
    /// Its place among the operations: those of the new contract first.
    pub position: usize,
    /// Its id in the new contract; in the old one where it is gone.
    pub id: String,
    /// `GET /pets/{id}`, as the new contract has it; as the old one where it is gone.
    pub signature: String,
}

/// Where a change has an effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reach {
    /// The operation.
    pub operation: Arc<OperationName>,
    /// Who sends it.
    pub sender: Sender,
    /// Which part, as in [`Owner::Operation`].
    pub part: Arc<str>,
}

/// What a change does to what one sender sends.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// A payload shows that it breaks.
    Breaking(Box<Witness>),
    /// It was proved that it breaks nothing.
    Compatible(Proof),
    /// Neither was shown.
    Unknown(String),
}

/// Why a change breaks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It asks nothing of what this sender sends.
    AsksNothing,
    /// What it is about is never sent by this sender: read-only or write-only.
    NotSent,
    /// What it asks, in these words, follows from what the other side asks already.
    Follows(String),
    /// It would break values that are not sent in practice, for this reason.
    Assumed(&'static str),
    /// What it asks, in these words, is never at stake, with the rest of the payload as it is.
    Vacuous(String),
}

/// A payload that one contract accepts and the other one rejects, as the `jsonschema` crate decides, too.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The payload.
    pub payload: Value,
    /// How it is written, where it is sent as text: `status=open`.
    pub text: Option<String>,
    /// Where in it the change shows, as a JSON pointer.
    pub at: crate::location::Pointer,
    /// What it is a payload of.
    pub of: Reach,
    /// Which side it would be on.
    pub side: Option<Side>,
    /// The component that it is a value of, where it is no whole payload.
    pub component: Option<Arc<str>>,
    /// What rejects it, in words.
    pub why: String,
}

macro_rules! facts {
    ($($name:ident / $mirror:ident: $family:ident, $rule:ident, $doc:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact {
            $(#[doc = $doc] $name,)*
        }

        impl Fact {
            /// What it has in common with others.
            #[must_use]
            pub const fn family(self) -> Family {
                match self {
                    $(Self::$name => Family::$family,)*
                }
            }

            /// The rule that it falls under.
            #[must_use]
            pub const fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$name => &catalogue::$rule,)*
                }
            }
        }

        #[cfg(test)]
        impl Fact {
            /// Every fact.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What the same edit is when the contracts change places.
            pub(crate) const fn mirror(self) -> Self {
                match self {
                    $(Self::$name => Self::$mirror,)*
                }
            }
        }
    };
}

/// What facts have in common, for whoever lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Something is new.
    Added,
    /// Something is gone.
    Removed,
    /// Less is allowed.
    Narrowed,
    /// More is allowed.
    Widened,
    /// Something is different, and neither narrower nor wider for sure.
    Changed,
    /// Something stands elsewhere or has another name: a guess.
    Moved,
    /// The contract advises against something, or no longer.
    Deprecation,
    /// How requests are authorised.
    Security,
    /// What is said of values without asserting it.
    Annotation,
}

// Fact / what it is the other way round: family, rule, what happened.
facts! {
    OperationAdded / OperationRemoved: Added, OPERATION_ADDED, "An operation is new.";
    OperationRemoved / OperationAdded: Removed, OPERATION_REMOVED, "An operation is gone.";
    OperationReplaced / OperationReplaced: Changed, OPERATION_REPLACED, "Other operations took over from an operation.";
    MethodChanged / MethodChanged: Changed, METHOD_CHANGED, "An operation has another method.";
    PathChanged / PathChanged: Changed, PATH_CHANGED, "An operation has another path.";
    NoteChanged / NoteChanged: Annotation, NOTE_CHANGED, "Behaviour that no schema shows is described another way.";
    OperationIdChanged / OperationIdChanged: Annotation, OPERATION_ID_CHANGED, "An operation has another operationId.";
    ServerAdded / ServerRemoved: Added, SERVER_ADDED, "The contract names another server.";
    ServerRemoved / ServerAdded: Removed, SERVER_REMOVED, "The contract no longer names a server.";
    DeprecationAdded / DeprecationRemoved: Deprecation, DEPRECATION_ADDED, "The contract advises against it now.";
    DeprecationRemoved / DeprecationAdded: Deprecation, DEPRECATION_REMOVED, "The contract advises against it no longer.";
    SecurityNarrowed / SecurityWidened: Security, SECURITY_NARROWED, "Requests have to be authorised by more.";
    SecurityWidened / SecurityNarrowed: Security, SECURITY_WIDENED, "Requests may be authorised by less.";
    SecurityChanged / SecurityChanged: Security, SECURITY_CHANGED, "Requests have to be authorised another way.";
    ParameterAdded / ParameterRemoved: Added, PARAMETER_ADDED, "A parameter is new.";
    ParameterRemoved / ParameterAdded: Removed, PARAMETER_REMOVED, "A parameter is gone.";
    ParameterRequired / ParameterOptional: Narrowed, PARAMETER_REQUIRED, "A parameter became required.";
    ParameterOptional / ParameterRequired: Widened, PARAMETER_OPTIONAL, "A parameter became optional.";
    ParameterEncoding / ParameterEncoding: Changed, PARAMETER_ENCODING, "The encoding of a parameter changed.";
    BodyAdded / BodyRemoved: Added, BODY_ADDED, "There is a body where there was none.";
    BodyRemoved / BodyAdded: Removed, BODY_REMOVED, "There is no body where there was one.";
    BodyRequired / BodyOptional: Narrowed, BODY_REQUIRED, "A request body became required.";
    BodyOptional / BodyRequired: Widened, BODY_OPTIONAL, "A request body became optional.";
    MediaTypeAdded / MediaTypeRemoved: Added, MEDIA_TYPE_ADDED, "A body may have another media type.";
    MediaTypeRemoved / MediaTypeAdded: Removed, MEDIA_TYPE_REMOVED, "A body may no longer have a media type.";
    BodyEncoding / BodyEncoding: Changed, BODY_ENCODING, "The encoding of a form's properties changed.";
    StatusAdded / StatusRemoved: Added, STATUS_ADDED, "A response may have another status.";
    StatusRemoved / StatusAdded: Removed, STATUS_REMOVED, "A response no longer has a status.";
    LinkAdded / LinkRemoved: Added, LINK_ADDED, "A link of a response is new.";
    LinkRemoved / LinkAdded: Removed, LINK_REMOVED, "A link of a response is gone.";
    LinkChanged / LinkChanged: Changed, LINK_CHANGED, "A link of a response leads elsewhere.";
    HeaderAdded / HeaderRemoved: Added, HEADER_ADDED, "A response header is new.";
    HeaderRemoved / HeaderAdded: Removed, HEADER_REMOVED, "A response header is gone.";
    HeaderRequired / HeaderOptional: Narrowed, HEADER_REQUIRED, "A response header is always there now.";
    HeaderOptional / HeaderRequired: Widened, HEADER_OPTIONAL, "A response header is no longer required.";
    SchemaAdded / SchemaRemoved: Added, SCHEMA_ADDED, "There is a schema where there was none.";
    SchemaRemoved / SchemaAdded: Removed, SCHEMA_REMOVED, "There is no schema where there was one.";
    PropertyAdded / PropertyRemoved: Added, PROPERTY_ADDED, "A property is new.";
    PropertyRemoved / PropertyAdded: Removed, PROPERTY_REMOVED, "A property is gone.";
    PropertyRenamed / PropertyRenamed: Moved, PROPERTY_RENAMED, "A property has another name: a guess.";
    PropertiesMoved / PropertiesMoved: Moved, PROPERTIES_MOVED, "Properties stand in another place of the payload: a guess.";
    EnvelopeRemoved / EnvelopeAdded: Moved, ENVELOPE_REMOVED, "What was wrapped stands by itself: a guess.";
    EnvelopeAdded / EnvelopeRemoved: Moved, ENVELOPE_ADDED, "What stood by itself is wrapped: a guess.";
    PropertyRequired / PropertyOptional: Narrowed, PROPERTY_REQUIRED, "A property became required.";
    PropertyOptional / PropertyRequired: Widened, PROPERTY_OPTIONAL, "A property became optional.";
    TypeNarrowed / TypeWidened: Narrowed, TYPE_NARROWED, "Values are of fewer types.";
    TypeWidened / TypeNarrowed: Widened, TYPE_WIDENED, "Values are of more types.";
    TypeChanged / TypeChanged: Changed, TYPE_CHANGED, "Values are of another type.";
    NullRemoved / NullAdded: Narrowed, NULL_REMOVED, "Null is no longer allowed.";
    NullAdded / NullRemoved: Widened, NULL_ADDED, "Null is allowed.";
    EnumValueRemoved / EnumValueAdded: Removed, ENUM_VALUE_REMOVED, "An enum lost values.";
    EnumValueAdded / EnumValueRemoved: Added, ENUM_VALUE_ADDED, "An enum has new values.";
    EnumAdded / EnumRemoved: Narrowed, ENUM_ADDED, "Values are listed where they were free.";
    EnumRemoved / EnumAdded: Widened, ENUM_REMOVED, "Values are free where they were listed.";
    BoundsNarrowed / BoundsWidened: Narrowed, BOUNDS_NARROWED, "Numbers are held to narrower bounds.";
    BoundsWidened / BoundsNarrowed: Widened, BOUNDS_WIDENED, "Numbers are held to wider bounds.";
    BoundsChanged / BoundsChanged: Changed, BOUNDS_CHANGED, "Numbers are held to other bounds.";
    LengthNarrowed / LengthWidened: Narrowed, LENGTH_NARROWED, "Lengths are held to narrower limits.";
    LengthWidened / LengthNarrowed: Widened, LENGTH_WIDENED, "Lengths are held to wider limits.";
    PatternNarrowed / PatternWidened: Narrowed, PATTERN_NARROWED, "Strings have to match more.";
    PatternWidened / PatternNarrowed: Widened, PATTERN_WIDENED, "Strings have to match less.";
    PatternChanged / PatternChanged: Changed, PATTERN_CHANGED, "Strings have to match another pattern.";
    FormatNarrowed / FormatWidened: Narrowed, FORMAT_NARROWED, "Values have to be of a format.";
    FormatWidened / FormatNarrowed: Widened, FORMAT_WIDENED, "Values need no longer be of a format.";
    FormatChanged / FormatChanged: Changed, FORMAT_CHANGED, "Values have to be of another format.";
    ObjectClosed / ObjectOpened: Narrowed, OBJECT_CLOSED, "An object takes declared properties only.";
    ObjectOpened / ObjectClosed: Widened, OBJECT_OPENED, "An object takes more than declared properties.";
    VariantAdded / VariantRemoved: Added, VARIANT_ADDED, "A value may be of another variant.";
    VariantRemoved / VariantAdded: Removed, VARIANT_REMOVED, "A value may no longer be of a variant.";
    ConstraintNarrowed / ConstraintWidened: Narrowed, CONSTRAINT_NARROWED, "A keyword without rule of its own asks more.";
    ConstraintWidened / ConstraintNarrowed: Widened, CONSTRAINT_WIDENED, "A keyword without rule of its own asks less.";
    ConstraintChanged / ConstraintChanged: Changed, CONSTRAINT_CHANGED, "A keyword without rule of its own asks something else.";
    ReadOnlyAdded / ReadOnlyRemoved: Annotation, READ_ONLY_ADDED, "A property became read-only or write-only.";
    ReadOnlyRemoved / ReadOnlyAdded: Annotation, READ_ONLY_REMOVED, "A property is read-only or write-only no longer.";
    ContentChanged / ContentChanged: Annotation, CONTENT_CHANGED, "Strings hold something else: another encoding, another media type.";
    DefaultChanged / DefaultChanged: Annotation, DEFAULT_CHANGED, "The default of a value is another.";
    DiscriminatorChanged / DiscriminatorChanged: Annotation, DISCRIMINATOR_CHANGED, "The property that tells variants apart, or its values, changed.";
}

impl Fact {
    /// The three ways that an edit of one keyword can go: narrower, wider, neither.
    pub(super) const fn relations(self) -> Option<[Self; 3]> {
        let [narrowed, widened, changed] = match self {
            Self::TypeChanged => [Self::TypeNarrowed, Self::TypeWidened, self],
            Self::BoundsChanged => [Self::BoundsNarrowed, Self::BoundsWidened, self],
            Self::PatternChanged => [Self::PatternNarrowed, Self::PatternWidened, self],
            Self::FormatChanged => [Self::FormatNarrowed, Self::FormatWidened, self],
            Self::ConstraintChanged => [Self::ConstraintNarrowed, Self::ConstraintWidened, self],
            _ => return None,
        };
        Some([narrowed, widened, changed])
    }

    /// Whether the fact says something of the values that a schema accepts, so that one that changes
    /// nothing there is no change.
    pub(super) const fn is_assertion(self) -> bool {
        matches!(
            self,
            Self::PropertyRequired
                | Self::PropertyOptional
                | Self::TypeNarrowed
                | Self::TypeWidened
                | Self::TypeChanged
                | Self::NullRemoved
                | Self::NullAdded
                | Self::EnumValueRemoved
                | Self::EnumValueAdded
                | Self::EnumAdded
                | Self::EnumRemoved
                | Self::BoundsNarrowed
                | Self::BoundsWidened
                | Self::BoundsChanged
                | Self::LengthNarrowed
                | Self::LengthWidened
                | Self::PatternNarrowed
                | Self::PatternWidened
                | Self::PatternChanged
                | Self::FormatNarrowed
                | Self::FormatWidened
                | Self::FormatChanged
                | Self::ObjectClosed
                | Self::ObjectOpened
                | Self::VariantAdded
                | Self::VariantRemoved
                | Self::ConstraintNarrowed
                | Self::ConstraintWidened
                | Self::ConstraintChanged
        )
    }
}

impl Difference {
    /// The verdict on what one sender sends.
    #[must_use]
    pub fn verdict(&self, sender: Sender) -> Option<&Verdict> {
        let mut verdicts = self.verdicts.iter();
        verdicts
            .find(|(known, _)| *known == sender)
            .map(|(_, verdict)| verdict)
    }

    /// Whether some payload shows that it breaks.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        let mut verdicts = self.verdicts.iter();
        verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Breaking(_)))
    }

    /// Every sender whose payloads, parameters or operations it reaches.
    #[must_use]
    pub fn senders(&self) -> Vec<Sender> {
        let mut senders: Vec<Sender> = self.reach.iter().map(|reach| reach.sender).collect();
        senders.sort_unstable();
        senders.dedup();
        senders
    }
}

impl Verdict {
    /// One word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Breaking(_) => "breaking",
            Self::Compatible(_) => "compatible",
            Self::Unknown(_) => "unknown",
        }
    }
}
