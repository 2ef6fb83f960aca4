//! Stack for work that nests as deeply as its input.

use crate::error::{Error, ErrorKind, Result};

/// Runs work that uses some stack for each level of a payload and of a schema on a thread with a large stack.
/// Test threads have little of it.
pub(crate) fn with_stack<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(crate::limits::STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(|error| {
            Error::new(ErrorKind::Limit, "no thread can be started").with_source(error)
        })?;
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
