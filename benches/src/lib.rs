//! Shared by the benches: generated payloads, a clock of CPU time, medians.

pub mod made;
pub mod mutate;
pub mod openapi;
pub mod outside;

/// CPU seconds of this thread so far.
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The median of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
