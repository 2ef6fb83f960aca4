//! Versions of OpenAPI, as sets.

/// A set of versions of OpenAPI.
pub(super) type Versions = u8;

pub(super) const V2: Versions = 1;
pub(super) const V30: Versions = 1 << 1;
pub(super) const V31: Versions = 1 << 2;
pub(super) const V32: Versions = 1 << 3;
pub(super) const NONE: Versions = 0;
pub(super) const ALL: Versions = V2 | V30 | V31 | V32;
pub(super) const V3: Versions = V30 | V31 | V32;
pub(super) const FROM31: Versions = V31 | V32;
