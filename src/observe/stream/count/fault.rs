//! Compact records of what the streaming walk found: enough to count it, and to find it again in the text.

use std::sync::Arc;

use crate::json::Kind;
use crate::schema::{Graph, NodeId};

use crate::observe::walk::deviation::DeviationKind;
use crate::observe::profile::spelling::Spelling;
use crate::observe::walk::deviation::kind_of_check;

/// What one schema reports about a value or a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// The schema accepts nothing, or its `not` accepts the value.
    Excluded,
    /// The value has this kind, which is not allowed.
    Type(Kind),
    /// The enum does not list the value.
    Enum,
    /// The value is not the constant.
    Constant,
    /// The check at this index of the schema rejects the value.
    Check(u16),
    /// The pattern check at this index takes too many steps.
    Undecided(u16),
    /// The length limit at this index of the schema rejects the value.
    Length(u16),
    /// `contains` finds too few elements, or too many.
    Contains,
    /// The property at this index of `required` is missing.
    Missing(u16),
    /// The same for `dependentRequired`: the indexes of the name and of the property.
    Dependent(u16, u16),
    /// A member of an object that allows declared members only.
    Closed,
    /// A key that `propertyNames` rejects.
    PropertyName,
    /// A member that no schema declares. Not a deviation.
    Undeclared,
    /// A string outside the enum of one branch, while another branch accepts any string. Not a deviation.
    BeyondEnum,
    /// A member on the wrong side. Not a deviation.
    Misdirected,
    /// How a string of a format is spelled. Not a deviation.
    Spelled(Spelling),
}

impl Fault {
    pub(crate) const fn is_deviation(self) -> bool {
        !matches!(
            self,
            Self::Undeclared | Self::BeyondEnum | Self::Misdirected | Self::Spelled(_)
        )
    }

    /// Whether occurrences are distinguished by their key or text.
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

    /// The deviation kind used in reports; `None` if this is not a deviation.
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

/// Something found in a payload, to be counted when the payload has been read to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundFault {
    /// The place, as a slot.
    pub(crate) slot: u32,
    /// The schema.
    pub(crate) node: NodeId,
    pub(crate) fault: Fault,
    /// Start and end of the value. For a member: the start of its object, and 0.
    pub(crate) value: (u32, u32),
    /// Start and end of the key, with its quotes. For a value: zeros.
    pub(crate) key: (u32, u32),
    /// The branch that the value was read as, if it fits none: an index into the labels of the program, from
    /// 1.
    pub(crate) variant: u16,
    /// Whether an enclosing key that is data has the name of a secret.
    pub(crate) in_secret: bool,
}
