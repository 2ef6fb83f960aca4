//! Changes between two contracts: facts, without opinion.

use std::sync::Arc;

use serde_json::Value;

use crate::location::{PathPattern, Side};
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
    ($($name:ident / $mirror:ident = $doc:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact {
            $(#[doc = $doc] $name,)*
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

facts! {
    OperationAdded / OperationRemoved = "An operation is new.";
    OperationRemoved / OperationAdded = "An operation is gone.";
    OperationReplaced / OperationReplaced = "Other operations took over from an operation.";
    MethodChanged / MethodChanged = "An operation has another method.";
    PathChanged / PathChanged = "An operation has another path.";
    NoteChanged / NoteChanged = "Behaviour that no schema shows is described another way.";
    OperationIdChanged / OperationIdChanged = "An operation has another operationId.";
    ServerAdded / ServerRemoved = "The contract names another server.";
    ServerRemoved / ServerAdded = "The contract does not name a server any longer.";
    DeprecationAdded / DeprecationRemoved = "The contract advises against it now.";
    DeprecationRemoved / DeprecationAdded = "The contract advises against it no longer.";
    SecurityNarrowed / SecurityWidened = "Requests have to be authorised by more.";
    SecurityWidened / SecurityNarrowed = "Requests may be authorised by less.";
    SecurityChanged / SecurityChanged = "Requests have to be authorised another way.";
    ParameterAdded / ParameterRemoved = "A parameter is new.";
    ParameterRemoved / ParameterAdded = "A parameter is gone.";
    ParameterRequired / ParameterOptional = "A parameter became required.";
    ParameterOptional / ParameterRequired = "A parameter became optional.";
    ParameterEncoding / ParameterEncoding = "The value of a parameter is written another way.";
    BodyAdded / BodyRemoved = "There is a body where there was none.";
    BodyRemoved / BodyAdded = "There is no body where there was one.";
    BodyRequired / BodyOptional = "A request body became required.";
    BodyOptional / BodyRequired = "A request body became optional.";
    MediaTypeAdded / MediaTypeRemoved = "A body may have another media type.";
    MediaTypeRemoved / MediaTypeAdded = "A body may not have a media type any longer.";
    BodyEncoding / BodyEncoding = "Properties of a form are written another way.";
    StatusAdded / StatusRemoved = "A response may have another status.";
    StatusRemoved / StatusAdded = "A response does not have a status any longer.";
    LinkAdded / LinkRemoved = "A link of a response is new.";
    LinkRemoved / LinkAdded = "A link of a response is gone.";
    LinkChanged / LinkChanged = "A link of a response leads elsewhere.";
    HeaderAdded / HeaderRemoved = "A response header is new.";
    HeaderRemoved / HeaderAdded = "A response header is gone.";
    HeaderRequired / HeaderOptional = "A response header is always there now.";
    HeaderOptional / HeaderRequired = "A response header need not be there any longer.";
    SchemaAdded / SchemaRemoved = "There is a schema where there was none.";
    SchemaRemoved / SchemaAdded = "There is no schema where there was one.";
    PropertyAdded / PropertyRemoved = "A property is new.";
    PropertyRemoved / PropertyAdded = "A property is gone.";
    PropertyRenamed / PropertyRenamed = "A property has another name: a guess.";
    PropertiesMoved / PropertiesMoved = "Properties stand in another place of the payload: a guess.";
    EnvelopeRemoved / EnvelopeAdded = "What was wrapped stands by itself: a guess.";
    EnvelopeAdded / EnvelopeRemoved = "What stood by itself is wrapped: a guess.";
    PropertyRequired / PropertyOptional = "A property became required.";
    PropertyOptional / PropertyRequired = "A property became optional.";
    TypeNarrowed / TypeWidened = "Values are of fewer types.";
    TypeWidened / TypeNarrowed = "Values are of more types.";
    TypeChanged / TypeChanged = "Values are of another type.";
    NullRemoved / NullAdded = "Null is not allowed any longer.";
    NullAdded / NullRemoved = "Null is allowed.";
    EnumValueRemoved / EnumValueAdded = "An enum lost values.";
    EnumValueAdded / EnumValueRemoved = "An enum has new values.";
    EnumAdded / EnumRemoved = "Values are listed where they were free.";
    EnumRemoved / EnumAdded = "Values are free where they were listed.";
    BoundsNarrowed / BoundsWidened = "Numbers are held to narrower bounds.";
    BoundsWidened / BoundsNarrowed = "Numbers are held to wider bounds.";
    BoundsChanged / BoundsChanged = "Numbers are held to other bounds.";
    LengthNarrowed / LengthWidened = "Lengths are held to narrower limits.";
    LengthWidened / LengthNarrowed = "Lengths are held to wider limits.";
    PatternNarrowed / PatternWidened = "Strings have to match more.";
    PatternWidened / PatternNarrowed = "Strings have to match less.";
    PatternChanged / PatternChanged = "Strings have to match another pattern.";
    FormatNarrowed / FormatWidened = "Values have to be of a format.";
    FormatWidened / FormatNarrowed = "Values need not be of a format any longer.";
    FormatChanged / FormatChanged = "Values have to be of another format.";
    ObjectClosed / ObjectOpened = "An object takes declared properties only.";
    ObjectOpened / ObjectClosed = "An object takes more than declared properties.";
    VariantAdded / VariantRemoved = "A value may be of another variant.";
    VariantRemoved / VariantAdded = "A value may not be of a variant any longer.";
    ConstraintNarrowed / ConstraintWidened = "A keyword without rule of its own asks more.";
    ConstraintWidened / ConstraintNarrowed = "A keyword without rule of its own asks less.";
    ConstraintChanged / ConstraintChanged = "A keyword without rule of its own asks something else.";
    ReadOnlyAdded / ReadOnlyRemoved = "A property became read-only or write-only.";
    ReadOnlyRemoved / ReadOnlyAdded = "A property is read-only or write-only no longer.";
    ContentChanged / ContentChanged = "Strings hold something else: another encoding, another media type.";
    DefaultChanged / DefaultChanged = "The default of a value is another.";
    DiscriminatorChanged / DiscriminatorChanged = "The property that tells variants apart, or its values, changed.";
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
