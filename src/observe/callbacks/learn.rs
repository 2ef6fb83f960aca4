//! Reads captures into an observer that knows the URLs of callbacks.

use std::sync::Arc;

use crate::capture::{Exchange, Input, Reading, Sink, Through};

use super::collect::Collector;
use crate::observe::incoming::{Incoming, Preparation};
use crate::observe::observer::Observer;
use crate::observe::watch::{ParallelWatcher, Watcher};

impl<'c, W: ParallelWatcher<'c>> Observer<'c, W> {
    /// Reads captures. If the contract has callbacks whose URLs are in exchanges, the captures are first read for
    /// these.
    ///
    /// Standard input can be read only once. There, a URL counts from the exchange that names it, so it is read in
    /// order by one thread.
    #[must_use]
    pub fn read(mut self, inputs: &[Input], reading: &Reading, preparation: Preparation) -> Self {
        let collector = self.learn_callbacks(inputs, reading, &preparation);
        let collector = collector.filter(|_| inputs.contains(&Input::Stdin));
        let mut incoming = Incoming::new(preparation, self);
        match collector {
            None => reading.read(inputs, &mut incoming),
            Some(collector) => {
                let mut learning = Learning { collector, incoming };
                reading.read_in_order(inputs, &mut learning);
                incoming = learning.incoming;
            }
        }
        incoming.into_inner()
    }

    /// Reads captures one after the other, as they come, on this thread. A URL of a callback counts from the exchange
    /// that names it.
    #[must_use]
    pub fn read_each(
        mut self,
        inputs: &mut dyn Iterator<Item = Input>,
        reading: &Reading,
        preparation: Preparation,
    ) -> Self {
        let collector = self.learn_callbacks(&[], reading, &preparation);
        let mut incoming = Incoming::new(preparation, self);
        match collector {
            None => inputs.for_each(|input| reading.read_in_order(&[input], &mut incoming)),
            Some(collector) => {
                let mut learning = Learning { collector, incoming };
                inputs.for_each(|input| reading.read_in_order(&[input], &mut learning));
                incoming = learning.incoming;
            }
        }
        incoming.into_inner()
    }

    /// Finds the URLs of callbacks in captures, apart from standard input. Returns what finds further ones, if the
    /// contract has such callbacks.
    fn learn_callbacks(
        &mut self,
        inputs: &[Input],
        reading: &Reading,
        preparation: &Preparation,
    ) -> Option<Collector<'c>> {
        let mut collector = Collector::new(&self.versions.asked, &preparation.rewrites, &self.options);
        let files: Vec<Input> = inputs.iter().filter(|input| **input != Input::Stdin).cloned().collect();
        for _ in 0..collector.rounds() {
            collector.next_round();
            reading.read_ahead(&files, &mut collector);
        }
        self.options.callbacks = std::mem::take(&mut collector.found).into();
        collector.is_needed().then_some(collector)
    }

    /// The same observer, which knows the URLs of callbacks in these captures, for callers that read them themselves.
    #[must_use]
    pub fn with_callbacks(mut self, inputs: &[Input], reading: &Reading, preparation: &Preparation) -> Self {
        self.learn_callbacks(inputs, reading, preparation);
        self
    }
}

/// Finds URLs in exchanges right before they are compared.
struct Learning<'c, W> {
    collector: Collector<'c>,
    incoming: Incoming<Observer<'c, W>>,
}

impl<'c, W: Watcher<'c>> Through for Learning<'c, W> {
    type Sink = Incoming<Observer<'c, W>>;

    fn sink(&mut self) -> &mut Self::Sink {
        &mut self.incoming
    }

    fn pass(&mut self, exchange: Exchange<'_>) {
        let options = &mut self.incoming.sink().options;
        for named in self.collector.named_in(&exchange, options) {
            named.add_to(Arc::make_mut(&mut options.callbacks));
        }
        self.incoming.exchange(exchange);
    }
}
