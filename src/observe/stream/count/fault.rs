//! What the streaming walk found, in few words: enough to count it, and to find it again in the text.

use std::sync::Arc;

use crate::json::Kind;
use crate::schema::{Graph, NodeId};

use crate::observe::walk::deviation::DeviationKind;
use crate::observe::profile::spelling::Spelling;
use crate::observe::walk::kind_of_check;

/// What one schema has to say of a value or a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// The schema accepts nothing, or `not` accepts.
    Excluded,
    /// The value is of this kind, and should not be.
    Type(Kind),
    /// The enum does not list the value.
    Enum,
    /// The value is not the constant.
    Constant,
    /// The keyword at this place of the schema's checks rejects the value.
    Check(u16),
    /// The pattern at this place of the schema's checks takes too many steps.
    Undecided(u16),
    /// The same of the schema's lengths.
    Length(u16),
    /// `contains` finds too few elements, or too many.
    Contains,
    /// The property at this place of `required` is not there.
    Missing(u16),
    /// The same of `dependentRequired`: the name, and the property.
    Dependent(u16, u16),
    /// A member of an object that takes declared ones only.
    Closed,
    /// A key that `propertyNames` rejects.
    PropertyName,
    /// A member that no schema names. No deviation.
    Undeclared,
    /// A string beyond the enum of one branch while another takes any. No deviation.
    BeyondEnum,
    /// A member on the side it is not meant for. No deviation.
    Misdirected,
    /// How a string of a format is spelled. No deviation.
    Spelled(Spelling),
}

impl Fault {
    pub(crate) const fn is_deviation(self) -> bool {
        !matches!(
            self,
            Self::Undeclared | Self::BeyondEnum | Self::Misdirected | Self::Spelled(_)
        )
    }

    /// Whether what was met is told apart: by its key, or by its text.
    pub(crate) const fn has_subject(self) -> bool {
        matches!(
            self,
            Self::Enum
                | Self::Closed
                | Self::PropertyName
                | Self::Undeclared
                | Self::BeyondEnum
                | Self::Misdirected
        )
    }

    /// How the reports call it; `None` for what is no deviation.
    pub(crate) fn deviation(self, graph: &Graph, id: NodeId) -> Option<DeviationKind> {
        let node = graph.node(id);
        Some(match self {
            Self::Excluded => DeviationKind::Excluded,
            Self::Type(kind) => DeviationKind::Type {
                expected: node.types?,
                found: kind.name(),
            },
            Self::Enum => DeviationKind::Enum {
                listed: node.values.as_ref()?.all.len(),
            },
            Self::Constant => DeviationKind::Constant {
                expected: node.constant.as_ref()?.to_string(),
            },
            Self::Check(index) => kind_of_check(node.checks.get(usize::from(index))?, false),
            Self::Undecided(index) => kind_of_check(node.checks.get(usize::from(index))?, true),
            Self::Length(index) => {
                let length = node.lengths.get(usize::from(index))?;
                DeviationKind::Length {
                    keyword: length.keyword(),
                    limit: length.limit,
                }
            }
            Self::Contains => {
                let contains = node.array.contains?;
                DeviationKind::Contains {
                    minimum: contains.minimum,
                    maximum: contains.maximum,
                }
            }
            Self::Missing(index) => DeviationKind::Missing {
                property: Arc::clone(&node.object.required.get(usize::from(index))?.name),
                because: None,
            },
            Self::Dependent(name, property) => {
                let (because, needed) = node.object.dependent_required.get(usize::from(name))?;
                DeviationKind::Missing {
                    property: Arc::clone(needed.get(usize::from(property))?),
                    because: Some(Arc::clone(because)),
                }
            }
            Self::Closed => DeviationKind::Closed,
            Self::PropertyName => DeviationKind::PropertyName,
            Self::Undeclared | Self::BeyondEnum | Self::Misdirected | Self::Spelled(_) => {
                return None;
            }
        })
    }
}

/// What was found somewhere in a payload, to be counted when the payload was read to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundFault {
    /// The place in the tree of slots.
    pub(crate) slot: u32,
    /// The schema.
    pub(crate) node: NodeId,
    pub(crate) fault: Fault,
    /// Where the value starts and ends: of a member the object's start, and nothing.
    pub(crate) value: (u32, u32),
    /// Where the key stands, quotes included; of a value nothing.
    pub(crate) key: (u32, u32),
    /// The branch as which the value was read, when it fits none: an index into the labels of the
    /// program, from 1.
    pub(crate) variant: u16,
    /// Whether something above has the name of a secret that is data.
    pub(crate) in_secret: bool,
}
