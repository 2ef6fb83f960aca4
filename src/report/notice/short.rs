//! One line per notice and per input that cannot be read, for `grep` and for editors.

use std::fmt::Write as _;

use crate::location::Position;
use crate::redact::printed;
use crate::report::check::block::style_of;
use crate::rules::Level;

use super::{Notice, Notices};

/// `openapi.yaml:12:3: error[property-removed]: …`
pub(super) fn short(notices: &Notices) -> String {
    let mut out = String::new();
    for notice in notices.active() {
        let style = style_of(notice.level);
        let place = notice.place.as_ref().map(|place| {
            let (line, column) = (place.start.line, place.start.column);
            format!("{}:{line}:{column}: ", printed(&place.file))
        });
        // Writing to a `String` does not fail.
        let _ = writeln!(
            out,
            "{}{style}{}[{}]{style:#}: {}{}",
            place.unwrap_or_default(),
            notice.level,
            notice.rule.id,
            printed(&notice.message),
            printed(&operations(notice))
        );
    }
    for (origin, message) in &notices.problems {
        let style = style_of(Level::Error);
        // A problem at the very start is one of the file as a whole.
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => origin.to_string(),
        };
        let _ = writeln!(out, "{place}: {style}error{style:#}: cannot read: {}", printed(message));
    }
    out
}

/// ` (listPets)`
fn operations(notice: &Notice) -> String {
    match notice.operations.as_slice() {
        [] => String::new(),
        [one] => format!(" ({one})"),
        several => format!(" ({} operations)", several.len()),
    }
}
