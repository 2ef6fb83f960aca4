//! Facts about exchanges rather than values.

use std::sync::Arc;

use crate::contract::{ParameterPlace, SchemeKind};
use crate::json::SyntaxErrorKind;
use crate::media_type::ContentKind;
use crate::observe::content::CharsetFault;
use crate::observe::walk::deviation::DeviationKind;

use super::TargetKey;
use super::word::{self, Word};

/// A fact about an exchange. What traffic can vary without end is its subject, counted apart in a
/// [`Keyed`]; texts from the capture are redacted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrafficFact {
    /// A payload is not JSON. No subject.
    MalformedJson {
        /// Where it belongs, if that is known.
        target: Option<TargetKey>,
        /// What sort of error it is.
        kind: SyntaxErrorKind,
        /// What is wrong.
        message: String,
        /// What the writer probably did.
        #[serde(default, deserialize_with = "word::optional::deserialize")]
        hint: Option<Word>,
    },
    /// A message names a content coding that is not registered, or one that its body does not have. Subject: the
    /// coding.
    ContentEncoding {
        /// Whether the coding is a registered one.
        is_known: bool,
    },
    /// A key stands twice in one object. Subject: the key.
    DuplicateKey,
    /// The Content-Length header does not say the length of the body. Subject: both lengths.
    ContentLength,
    /// The capture encodes a body in another way than it says. Subject: what is wrong.
    CaptureEncoding,
    /// No operation has the path. Subject: method and path, identifiers folded.
    UnknownOperation {
        /// The host, where the capture names one.
        host: Option<String>,
    },
    /// The same for hosts beyond those that are distinguished. No subject.
    OtherHosts,
    /// Operations have the path, but none the method. Subject: the method.
    OtherMethod {
        /// `name@version` of the contract.
        contract: Arc<str>,
        /// The path template.
        path: String,
        /// The methods that the contract has there.
        known: Vec<String>,
    },
    /// A query parameter that the operation does not declare. Subject: its name.
    UndeclaredQuery(TargetKey),
    /// A request that accepts no media type of its operation's successful responses. Subject: its `Accept`.
    NotAcceptable {
        /// The operation.
        target: TargetKey,
        /// The declared media types.
        declared: Vec<String>,
    },
    /// A response with a body that its status or method does not allow. No subject.
    StatusBody(TargetKey),
    /// A 201 without the `Location` that the contract declares. Subject: the name of the header.
    MissingLocation(TargetKey),
    /// A link in a header to a path of the API that no operation has. Subject: the path, identifiers folded.
    UnmatchedLink {
        /// The response.
        target: TargetKey,
        /// The header.
        #[serde(deserialize_with = "word::deserialize")]
        header: Word,
    },
    /// Problem details without a schema that break RFC 9457. No subject.
    ProblemDetails {
        /// The response.
        target: TargetKey,
        /// The member; empty for the payload as a whole.
        #[serde(deserialize_with = "word::deserialize")]
        member: Word,
        /// What it should be.
        #[serde(deserialize_with = "word::deserialize")]
        expected: Word,
    },
    /// A header of a response that the operation does not declare. Subject: its name in lower case.
    UndeclaredHeader(TargetKey),
    /// A parameter, or a header of a response, whose value the schema rejects. Subject: the value.
    ParameterValue {
        /// The operation.
        target: TargetKey,
        /// Where it stands.
        place: ParameterPlace,
        /// The parameter.
        name: String,
        /// The place in its value, as a JSON pointer.
        at: String,
        /// How the value breaks the schema.
        kind: DeviationKind,
    },
    /// A request without a required parameter, or a response without a required header. Subject: its name.
    MissingParameter {
        /// The operation.
        target: TargetKey,
        /// Where it should stand.
        place: ParameterPlace,
    },
    /// A request without the credentials that its operation requires. Subject: those of them that are missing, if it has
    /// others that are required with them.
    MissingCredentials {
        /// The operation.
        target: TargetKey,
        /// The schemes that it requires: one set of these is enough.
        expected: Vec<Vec<SchemeKind>>,
    },
    /// A request with credentials of a kind that its operation does not accept. Subject: the kind.
    WrongCredentials {
        /// The operation.
        target: TargetKey,
        /// The schemes that it requires: one set of these is enough.
        expected: Vec<Vec<SchemeKind>>,
    },
    /// A request that breaks the contract, and was refused. Subject: what is wrong with it.
    Refused {
        /// The request.
        target: TargetKey,
        /// The status of the response, a 4xx.
        status: u16,
    },
    /// A parameter, or a header of a response, whose value is a placeholder. Subject: its name.
    ParameterPlaceholder(TargetKey),
    /// A status that the operation does not declare. No subject.
    UndeclaredStatus(TargetKey),
    /// A payload for which the contract has no schema. No subject.
    NoSchema(TargetKey),
    /// A payload where the contract says there is none. No subject.
    UnexpectedBody(TargetKey),
    /// No payload where the contract says there is one. No subject.
    MissingBody(TargetKey),
    /// There was a payload where the contract says there is one, but the capture does not hold it. No
    /// subject.
    BodyLeftOut(TargetKey),
    /// A payload of a media type that the contract does not declare. Subject: the media type.
    MediaType {
        /// The operation.
        target: TargetKey,
        /// The declared media types.
        declared: Vec<String>,
    },
    /// A body is not what its media type says. Subject: what is wrong.
    MalformedBody {
        /// Where it belongs.
        target: TargetKey,
        /// What it is said to be.
        kind: ContentKind,
    },
    /// A part of a multipart form has a media type that the contract does not declare for it. Subject: the media type.
    PartMediaType {
        /// The operation.
        target: TargetKey,
        /// The name of the part.
        part: String,
        /// The declared media types.
        declared: Vec<String>,
    },
    /// An XML element has another name than the contract says. Subject: its name.
    ElementName {
        /// The operation.
        target: TargetKey,
        /// The name that the contract says.
        expected: String,
    },
    /// A body names a charset that it cannot have. Subject: the charset.
    Charset {
        /// The operation.
        target: TargetKey,
        /// What is wrong with it.
        fault: CharsetFault,
    },
    /// A payload without method and URL that fits no operation. No subject.
    Unmatched,
    /// A payload without method and URL that fits several operations equally; the first was taken.
    /// No subject.
    Ambiguous(Vec<String>),
    /// A payload without method and URL that fits so many operations equally that none was taken. No subject.
    Undecided(Vec<String>),
    /// A payload that is closer to another version than to the one it was compared with. Subject: `name@version`
    /// of that version.
    OtherVersion {
        /// What it was compared with.
        target: TargetKey,
        /// Whether the other version accepts it.
        conforms: bool,
    },
}

impl TrafficFact {
    /// The operation, side and status that the fact is about, if it is about one.
    #[must_use]
    pub const fn target(&self) -> Option<&TargetKey> {
        match self {
            Self::MalformedJson { target, .. } => target.as_ref(),
            Self::UndeclaredQuery(target)
            | Self::UndeclaredHeader(target)
            | Self::NotAcceptable { target, .. }
            | Self::StatusBody(target)
            | Self::MissingLocation(target)
            | Self::UnmatchedLink { target, .. }
            | Self::ProblemDetails { target, .. }
            | Self::ParameterValue { target, .. }
            | Self::ParameterPlaceholder(target)
            | Self::UndeclaredStatus(target)
            | Self::NoSchema(target)
            | Self::UnexpectedBody(target)
            | Self::MissingBody(target)
            | Self::BodyLeftOut(target)
            | Self::MediaType { target, .. }
            | Self::MalformedBody { target, .. }
            | Self::PartMediaType { target, .. }
            | Self::ElementName { target, .. }
            | Self::Charset { target, .. }
            | Self::MissingParameter { target, .. }
            | Self::MissingCredentials { target, .. }
            | Self::WrongCredentials { target, .. }
            | Self::Refused { target, .. }
            | Self::OtherVersion { target, .. } => Some(target),
            Self::DuplicateKey
            | Self::ContentLength
            | Self::ContentEncoding { .. }
            | Self::CaptureEncoding
            | Self::UnknownOperation { .. }
            | Self::OtherHosts
            | Self::OtherMethod { .. }
            | Self::Unmatched
            | Self::Ambiguous(_)
            | Self::Undecided(_) => None,
        }
    }
}
