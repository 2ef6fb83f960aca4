//! The exchange that is being read.

use jiff::Timestamp;

use crate::contract::Operation;
use crate::location::Origin;

use super::parts::Messages;
use super::resources::Requested;

/// The exchange that is being read, and what is known about it.
#[derive(Debug)]
pub(super) struct Current<'c> {
    pub(super) origin: Origin,
    pub(super) time: Option<Timestamp>,
    pub(super) consumer: Option<String>,
    /// The operation, and whether it is one of the old contract.
    pub(super) operation: Option<(&'c Operation, bool)>,
    /// What its request says about the resource; `None` for a payload without a request.
    pub(super) requested: Option<Requested>,
    /// Whether the path or the name of the file decides which contract and operation it belongs to.
    pub(super) is_named: bool,
    pub(super) has_path: bool,
    /// What can be read of it.
    pub(super) messages: Messages,
    /// The operation of the old contract that it may belong to, if only its payloads say that it does not.
    pub(super) older: Option<&'c Operation>,
}
