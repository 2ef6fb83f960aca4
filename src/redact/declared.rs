//! Names that contracts declare as those of credentials.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// In lower case and order. They are added before captures are read, and like the policy they apply to the process.
static DECLARED: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Whether there are any, which is rare: most names of credentials look like ones.
static ARE_DECLARED: AtomicBool = AtomicBool::new(false);

pub(super) fn add(names: impl IntoIterator<Item = String>) {
    let mut declared = DECLARED.write().unwrap_or_else(PoisonError::into_inner);
    declared.extend(names);
    declared.sort();
    declared.dedup();
    ARE_DECLARED.store(!declared.is_empty(), Ordering::Release);
}

pub(super) fn has(name: &str) -> bool {
    ARE_DECLARED.load(Ordering::Acquire) && {
        let declared = DECLARED.read().unwrap_or_else(PoisonError::into_inner);
        declared.binary_search(&name.to_lowercase()).is_ok()
    }
}
