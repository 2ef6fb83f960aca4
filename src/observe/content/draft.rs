//! A body as a JSON value, before it is written.

use std::ops::Range;

use serde_json::Value as Json;

use crate::capture::{Body, Scribe, Transcript};

/// A value, and where it was written in the body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) at: Range<usize>,
    pub(super) value: Drafted,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drafted {
    /// A scalar, or a value that was written as one text.
    Value(Json),
    /// JSON text that appears in the body unchanged.
    Verbatim(String),
    List(Vec<Draft>),
    Members(Vec<(Name, Draft)>),
}

/// The name of a member, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

impl Draft {
    pub(super) fn new(at: Range<usize>, value: Drafted) -> Self {
        Self { at, value }
    }

    /// The same value in a body where it starts later.
    pub(super) fn shifted(self, by: usize) -> Self {
        let shift = |at: Range<usize>| at.start + by..at.end + by;
        let value = match self.value {
            Drafted::List(elements) => Drafted::List(elements.into_iter().map(|element| element.shifted(by)).collect()),
            Drafted::Members(members) => {
                let members = members.into_iter().map(|(name, member)| {
                    let name = Name {
                        at: shift(name.at),
                        ..name
                    };
                    (name, member.shifted(by))
                });
                Drafted::Members(members.collect())
            }
            value => value,
        };
        Self::new(shift(self.at), value)
    }

    /// The value as JSON.
    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Drafted::Value(value) => value.clone(),
            Drafted::Verbatim(text) => serde_json::from_str(text).unwrap_or_default(),
            Drafted::List(elements) => elements.iter().map(Self::to_json).collect(),
            Drafted::Members(members) => {
                let members = members.iter();
                members.map(|(name, member)| (name.text.clone(), member.to_json())).collect()
            }
        }
    }

    /// The value as the transcript of a body. `left_out` is what of the body it does not have.
    pub(super) fn transcribe<'b>(&self, body: &'b Body<'_>, left_out: Vec<Range<usize>>) -> Transcript<'b> {
        let mut scribe = Scribe::new(body);
        self.write(&mut scribe);
        for written in left_out {
            scribe.leave_out(written);
        }
        scribe.finish()
    }

    fn write(&self, scribe: &mut Scribe<'_>) {
        let start = || self.at.start..self.at.start.saturating_add(1).min(self.at.end.max(self.at.start));
        match &self.value {
            Drafted::Value(value) => scribe.part(&value.to_string(), self.at.clone()),
            Drafted::Verbatim(text) => scribe.verbatim(text, self.at.start),
            Drafted::List(elements) => {
                scribe.part("[", start());
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        scribe.mark(",");
                    }
                    element.write(scribe);
                }
                scribe.mark("]");
            }
            Drafted::Members(members) => {
                scribe.part("{", start());
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        scribe.mark(",");
                    }
                    scribe.part(&Json::from(name.text.as_str()).to_string(), name.at.clone());
                    scribe.mark(":");
                    member.write(scribe);
                }
                scribe.mark("}");
            }
        }
    }
}
