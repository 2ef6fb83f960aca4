//! One line per notice, for `grep` and for editors.

use std::fmt::Write as _;

use crate::redact::printed;
use crate::report::check::block::style_of;

use super::{Notices, Region};

/// `openapi.yaml:12:3: error[property-removed]: …`
pub(super) fn short(notices: &Notices) -> String {
    let mut out = String::new();
    for notice in notices.active() {
        let style = style_of(notice.level);
        let place = notice.place.as_ref().map(|place| format!("{}: ", shown(place)));
        // Writing to a `String` does not fail.
        let _ = writeln!(
            out,
            "{}{style}{}[{}]{style:#}: {}",
            place.unwrap_or_default(),
            notice.level,
            notice.rule.id,
            printed(&notice.message)
        );
    }
    out
}

/// `openapi.yaml:12:3`
fn shown(place: &Region) -> String {
    format!("{}:{}:{}", printed(&place.file), place.start.line, place.start.column)
}
