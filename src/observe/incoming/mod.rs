//! What happens to exchanges before they are compared: some are left out, and the paths of some are rewritten.

mod rewrite;
mod selection;
mod url;

use std::sync::Arc;

use crate::capture::{Exchange, ParallelSink, Sink, Through};

pub use rewrite::Rewrite;
pub use selection::{Moment, PathGlob, Selection, Statuses};
pub use url::UrlPattern;

/// How exchanges are prepared. The default leaves them as they are.
#[derive(Debug, Clone, Default)]
pub struct Preparation {
    /// Which exchanges are compared.
    pub selection: Selection,
    /// The first one that matches a path replaces a part of it.
    pub rewrites: Vec<Rewrite>,
}

impl Preparation {
    /// Whether exchanges are left as they are.
    fn is_nothing(&self) -> bool {
        self.selection.is_everything() && self.rewrites.is_empty()
    }
}

/// A sink that passes on prepared exchanges.
#[derive(Debug)]
pub struct Incoming<S> {
    /// `None` if nothing is to be done.
    preparation: Option<Arc<Preparation>>,
    sink: S,
}

impl<S> Incoming<S> {
    /// A sink that prepares exchanges for another one.
    #[must_use]
    pub fn new(preparation: Preparation, sink: S) -> Self {
        Self {
            preparation: (!preparation.is_nothing()).then(|| Arc::new(preparation)),
            sink,
        }
    }

    /// The other sink.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.sink
    }
}

impl<S: Sink> Through for Incoming<S> {
    type Sink = S;

    fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    fn pass(&mut self, mut exchange: Exchange<'_>) {
        if let Some(preparation) = &self.preparation {
            if let Some(reason) = preparation.selection.refuses(&exchange) {
                return self.sink.unused(reason, &exchange.origin);
            }
            if let Some(request) = &mut exchange.request {
                let mut rewrites = preparation.rewrites.iter();
                if let Some(target) = rewrites.find_map(|rewrite| rewrite.apply(&request.target)) {
                    request.target = target;
                }
            }
        }
        self.sink.exchange(exchange);
    }
}

impl<S: ParallelSink> ParallelSink for Incoming<S> {
    fn fork(&self) -> Self {
        Self {
            preparation: self.preparation.clone(),
            sink: self.sink.fork(),
        }
    }

    fn join(&mut self, forks: Vec<Self>) {
        self.sink.join(forks.into_iter().map(|fork| fork.sink).collect());
    }
}
