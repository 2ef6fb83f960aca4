//! Changes between two contracts: facts, without judgement.

use std::sync::Arc;

use serde_json::Value;

use crate::location::{PathPattern, Side};
use crate::rules::catalogue::{self, Rule};
use crate::schema::Place;

/// Who sends a payload, which determines in which direction a change can break something.
///
/// What clients send was made for the old contract and is received under the new one. What servers send is
/// made for the new contract and is received by clients that know the old one.
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
    /// Sends requests, and responses to webhooks and callbacks.
    Client,
    /// Sends responses, and requests of webhooks and callbacks.
    Server,
}

/// One edit between two contracts.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What happened.
    pub fact: Fact,
    /// What changed: a property, a keyword, a status. Empty if the place says it all.
    pub subject: String,
    /// The operation or component that it belongs to.
    pub owner: Owner,
    /// The place in the owner's payloads.
    pub path: PathPattern,
    /// The affected variant of a union, if the path does not determine it: `variant 2 of 3 at /pet`.
    pub variant: Option<Arc<str>>,
    /// What the old contract says, on one or more lines.
    pub old: Option<String>,
    /// What the new contract says.
    pub new: Option<String>,
    /// The enum values that were added, removed, newly listed or no longer listed.
    pub values: Vec<String>,
    /// The same values in the form that [`canonical`](super::canonical) gives them.
    pub(crate) canonical: Vec<String>,
    /// The place in the old contract.
    pub old_place: Option<Place>,
    /// The place in the new contract.
    pub new_place: Option<Place>,
    /// Whether it matters less than others of its kind: an optional property, a failure status.
    pub is_minor: bool,
    /// The basis of a heuristic match; `None` if the match is certain.
    pub guess: Option<String>,
    /// Additional notes, one sentence each.
    pub notes: Vec<String>,
    /// The payloads, parameters and operations that are affected.
    pub reach: Vec<Reach>,
    /// The verdict for each sender.
    pub verdicts: Vec<(Sender, Verdict)>,
    /// The index of the schema pair in [`Alignment::pairs`](super::Alignment::pairs); `None` for changes
    /// outside of schemas.
    pub pair: Option<usize>,
    /// Further pairs in which the same edit was found, such as schemas that include a component.
    pub other_pairs: Vec<usize>,
}

/// The owner of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The contract as a whole.
    Contract,
    /// The same part of several operations.
    Operations(Arc<str>),
    /// An operation and one of its parts: `response 200`, `query parameter limit`. The part is empty for the
    /// whole operation.
    Operation(Arc<OperationName>, Arc<str>),
    /// A component, by its names in the old and in the new contract.
    Component(Arc<str>, Arc<str>),
}

/// The names of an operation in both contracts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationName {
    /// The index of the operation, with those of the new contract first.
    pub position: usize,
    /// The id in the new contract, or in the old one if the operation was removed.
    pub id: String,
    /// `GET /pets/{id}`, as in the new contract, or as in the old one if the operation was removed.
    pub signature: String,
}

/// A place where a change has an effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reach {
    /// The operation.
    pub operation: Arc<OperationName>,
    /// Who sends it.
    pub sender: Sender,
    /// The part, as in [`Owner::Operation`].
    pub part: Arc<str>,
}

/// The effect of a change on what one sender sends.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Breaking: this payload demonstrates it.
    Breaking(Box<Witness>),
    /// Proved to be compatible.
    Compatible(Proof),
    /// Neither was shown, for this reason.
    Unknown(String),
}

/// Why a change is compatible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The change requires nothing of what this sender sends.
    AsksNothing,
    /// This sender never sends the part in question because it is read-only or write-only.
    NotSent,
    /// The requirement, worded here, follows from the requirements of the other side.
    Follows(String),
    /// Only values that are not sent in practice would break, for this reason.
    Assumed(&'static str),
    /// The requirement, worded here, is never violated by a whole payload.
    Vacuous(String),
}

/// A payload that one contract accepts and the other rejects, confirmed by the `jsonschema` crate.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The payload.
    pub payload: Value,
    /// The payload as it is sent, if it is sent as text: `status=open`.
    pub text: Option<String>,
    /// The position of the change in the payload, as a JSON pointer.
    pub at: crate::location::Pointer,
    /// The payload's operation, sender and part.
    pub of: Reach,
    /// The side of the payload.
    pub side: Option<Side>,
    /// The component of which it is a value, if it is not a whole payload.
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
            /// The family of the fact.
            #[must_use]
            pub const fn family(self) -> Family {
                match self {
                    $(Self::$name => Family::$family,)*
                }
            }

            /// The rule for the fact.
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

            /// The same edit with the contracts swapped.
            pub(crate) const fn mirror(self) -> Self {
                match self {
                    $(Self::$name => Self::$mirror,)*
                }
            }
        }
    };
}

/// Groups of facts, for listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Something was added.
    Added,
    /// Something was removed.
    Removed,
    /// Fewer values are allowed.
    Narrowed,
    /// More values are allowed.
    Widened,
    /// Something changed, and is not known to be narrower or wider.
    Changed,
    /// Something was moved or renamed, according to a heuristic.
    Moved,
    /// Something was deprecated, or its deprecation was withdrawn.
    Deprecation,
    /// The authorisation of requests changed.
    Security,
    /// A description of values changed that does not constrain them.
    Annotation,
}

// Fact / the same with the contracts swapped: family, rule, description.
facts! {
    OperationAdded / OperationRemoved: Added, OPERATION_ADDED, "An operation was added.";
    OperationRemoved / OperationAdded: Removed, OPERATION_REMOVED, "An operation was removed.";
    OperationReplaced / OperationReplaced: Changed, OPERATION_REPLACED, "An operation was replaced by other operations.";
    MethodChanged / MethodChanged: Changed, METHOD_CHANGED, "The method of an operation changed.";
    PathChanged / PathChanged: Changed, PATH_CHANGED, "The path of an operation changed.";
    NoteChanged / NoteChanged: Annotation, NOTE_CHANGED, "The description of behaviour outside of schemas changed.";
    OperationIdChanged / OperationIdChanged: Annotation, OPERATION_ID_CHANGED, "The operationId of an operation changed.";
    ServerAdded / ServerRemoved: Added, SERVER_ADDED, "A server was added to the contract.";
    ServerRemoved / ServerAdded: Removed, SERVER_REMOVED, "A server was removed from the contract.";
    DeprecationAdded / DeprecationRemoved: Deprecation, DEPRECATION_ADDED, "Something was marked as deprecated.";
    DeprecationRemoved / DeprecationAdded: Deprecation, DEPRECATION_REMOVED, "Something is no longer marked as deprecated.";
    SecurityNarrowed / SecurityWidened: Security, SECURITY_NARROWED, "Requests require more authorisation.";
    SecurityWidened / SecurityNarrowed: Security, SECURITY_WIDENED, "Requests require less authorisation.";
    SecurityChanged / SecurityChanged: Security, SECURITY_CHANGED, "Requests require a different authorisation.";
    ParameterAdded / ParameterRemoved: Added, PARAMETER_ADDED, "A parameter was added.";
    ParameterRemoved / ParameterAdded: Removed, PARAMETER_REMOVED, "A parameter was removed.";
    ParameterRequired / ParameterOptional: Narrowed, PARAMETER_REQUIRED, "A parameter became required.";
    ParameterOptional / ParameterRequired: Widened, PARAMETER_OPTIONAL, "A parameter became optional.";
    ParameterEncoding / ParameterEncoding: Changed, PARAMETER_ENCODING, "The encoding of a parameter changed.";
    BodyAdded / BodyRemoved: Added, BODY_ADDED, "A body was added.";
    BodyRemoved / BodyAdded: Removed, BODY_REMOVED, "A body was removed.";
    BodyRequired / BodyOptional: Narrowed, BODY_REQUIRED, "A request body became required.";
    BodyOptional / BodyRequired: Widened, BODY_OPTIONAL, "A request body became optional.";
    MediaTypeAdded / MediaTypeRemoved: Added, MEDIA_TYPE_ADDED, "A media type was added to a body.";
    MediaTypeRemoved / MediaTypeAdded: Removed, MEDIA_TYPE_REMOVED, "A media type was removed from a body.";
    BodyEncoding / BodyEncoding: Changed, BODY_ENCODING, "The encoding of form properties changed.";
    StatusAdded / StatusRemoved: Added, STATUS_ADDED, "A response status was added.";
    StatusRemoved / StatusAdded: Removed, STATUS_REMOVED, "A response status was removed.";
    LinkAdded / LinkRemoved: Added, LINK_ADDED, "A response link was added.";
    LinkRemoved / LinkAdded: Removed, LINK_REMOVED, "A response link was removed.";
    LinkChanged / LinkChanged: Changed, LINK_CHANGED, "The target of a response link changed.";
    HeaderAdded / HeaderRemoved: Added, HEADER_ADDED, "A response header was added.";
    HeaderRemoved / HeaderAdded: Removed, HEADER_REMOVED, "A response header was removed.";
    HeaderRequired / HeaderOptional: Narrowed, HEADER_REQUIRED, "A response header became required.";
    HeaderOptional / HeaderRequired: Widened, HEADER_OPTIONAL, "A response header became optional.";
    SchemaAdded / SchemaRemoved: Added, SCHEMA_ADDED, "A schema was added.";
    SchemaRemoved / SchemaAdded: Removed, SCHEMA_REMOVED, "A schema was removed.";
    PropertyAdded / PropertyRemoved: Added, PROPERTY_ADDED, "A property was added.";
    PropertyRemoved / PropertyAdded: Removed, PROPERTY_REMOVED, "A property was removed.";
    PropertyRenamed / PropertyRenamed: Moved, PROPERTY_RENAMED, "A property was probably renamed (heuristic).";
    PropertiesMoved / PropertiesMoved: Moved, PROPERTIES_MOVED, "Properties probably moved to another place in the payload (heuristic).";
    EnvelopeRemoved / EnvelopeAdded: Moved, ENVELOPE_REMOVED, "A value is probably no longer wrapped in an object (heuristic).";
    EnvelopeAdded / EnvelopeRemoved: Moved, ENVELOPE_ADDED, "A value is probably wrapped in an object now (heuristic).";
    PropertyRequired / PropertyOptional: Narrowed, PROPERTY_REQUIRED, "A property became required.";
    PropertyOptional / PropertyRequired: Widened, PROPERTY_OPTIONAL, "A property became optional.";
    TypeNarrowed / TypeWidened: Narrowed, TYPE_NARROWED, "Fewer types are allowed.";
    TypeWidened / TypeNarrowed: Widened, TYPE_WIDENED, "More types are allowed.";
    TypeChanged / TypeChanged: Changed, TYPE_CHANGED, "The type changed.";
    NullRemoved / NullAdded: Narrowed, NULL_REMOVED, "Null is no longer allowed.";
    NullAdded / NullRemoved: Widened, NULL_ADDED, "Null is now allowed.";
    EnumValueRemoved / EnumValueAdded: Removed, ENUM_VALUE_REMOVED, "Values were removed from an enum.";
    EnumValueAdded / EnumValueRemoved: Added, ENUM_VALUE_ADDED, "Values were added to an enum.";
    EnumAdded / EnumRemoved: Narrowed, ENUM_ADDED, "Values were limited to an enum.";
    EnumRemoved / EnumAdded: Widened, ENUM_REMOVED, "Values are no longer limited to an enum.";
    BoundsNarrowed / BoundsWidened: Narrowed, BOUNDS_NARROWED, "The bounds of numbers became narrower.";
    BoundsWidened / BoundsNarrowed: Widened, BOUNDS_WIDENED, "The bounds of numbers became wider.";
    BoundsChanged / BoundsChanged: Changed, BOUNDS_CHANGED, "The bounds of numbers changed.";
    LengthNarrowed / LengthWidened: Narrowed, LENGTH_NARROWED, "The limits on lengths became narrower.";
    LengthWidened / LengthNarrowed: Widened, LENGTH_WIDENED, "The limits on lengths became wider.";
    PatternNarrowed / PatternWidened: Narrowed, PATTERN_NARROWED, "The pattern of strings became narrower.";
    PatternWidened / PatternNarrowed: Widened, PATTERN_WIDENED, "The pattern of strings became wider.";
    PatternChanged / PatternChanged: Changed, PATTERN_CHANGED, "The pattern of strings changed.";
    FormatNarrowed / FormatWidened: Narrowed, FORMAT_NARROWED, "A format became required or narrower.";
    FormatWidened / FormatNarrowed: Widened, FORMAT_WIDENED, "A format was removed or became wider.";
    FormatChanged / FormatChanged: Changed, FORMAT_CHANGED, "The format changed.";
    ObjectClosed / ObjectOpened: Narrowed, OBJECT_CLOSED, "An object only allows declared properties.";
    ObjectOpened / ObjectClosed: Widened, OBJECT_OPENED, "An object allows additional properties.";
    VariantAdded / VariantRemoved: Added, VARIANT_ADDED, "A variant was added.";
    VariantRemoved / VariantAdded: Removed, VARIANT_REMOVED, "A variant was removed.";
    ConstraintNarrowed / ConstraintWidened: Narrowed, CONSTRAINT_NARROWED, "A keyword without a rule of its own became narrower.";
    ConstraintWidened / ConstraintNarrowed: Widened, CONSTRAINT_WIDENED, "A keyword without a rule of its own became wider.";
    ConstraintChanged / ConstraintChanged: Changed, CONSTRAINT_CHANGED, "A keyword without a rule of its own changed.";
    ReadOnlyAdded / ReadOnlyRemoved: Annotation, READ_ONLY_ADDED, "A property became read-only or write-only.";
    ReadOnlyRemoved / ReadOnlyAdded: Annotation, READ_ONLY_REMOVED, "A property is no longer read-only or write-only.";
    XmlChanged / XmlChanged: Annotation, XML_CHANGED, "The name or the kind of XML nodes changed.";
    ContentChanged / ContentChanged: Annotation, CONTENT_CHANGED, "The content encoding or content media type of strings changed.";
    DefaultChanged / DefaultChanged: Annotation, DEFAULT_CHANGED, "The default of a value changed.";
    DiscriminatorChanged / DiscriminatorChanged: Annotation, DISCRIMINATOR_CHANGED, "The discriminator property or its values changed.";
}

impl Fact {
    /// The three directions of an edit of a keyword: narrower, wider, neither.
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

    /// Whether the fact concerns the values that a schema accepts. If such an edit has no effect on them, it
    /// is not a change.
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
    /// The verdict for what one sender sends.
    #[must_use]
    pub fn verdict(&self, sender: Sender) -> Option<&Verdict> {
        let mut verdicts = self.verdicts.iter();
        verdicts
            .find(|(known, _)| *known == sender)
            .map(|(_, verdict)| verdict)
    }

    /// Whether a payload demonstrates that the change is breaking.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        let mut verdicts = self.verdicts.iter();
        verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Breaking(_)))
    }

    /// Every sender whose payloads, parameters or operations are affected.
    #[must_use]
    pub fn senders(&self) -> Vec<Sender> {
        let mut senders: Vec<Sender> = self.reach.iter().map(|reach| reach.sender).collect();
        senders.sort_unstable();
        senders.dedup();
        senders
    }
}

impl Verdict {
    /// The verdict in one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Breaking(_) => "breaking",
            Self::Compatible(_) => "compatible",
            Self::Unknown(_) => "unknown",
        }
    }
}
