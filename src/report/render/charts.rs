//! Charts as inline SVG. Widths are percentages and heights are in pixels, so that text never scales. Colours
//! come from the style sheet.

use std::fmt::Write as _;

use super::escape;
use super::numbers::share;

/// The height of a row of bars, in pixels.
const ROW: usize = 40;

/// The maximum length of the name of a bar, in characters.
const NAME: usize = 44;

/// The plot of a stack: its top, its height, and the width of the gutter on its left in percent.
const TOP: f64 = 12.0;
const PLOT: f64 = 160.0;
const GUTTER: f64 = 8.0;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// A bar that shows a part of a whole.
pub(in crate::report) struct Bar {
    pub(in crate::report) name: String,
    pub(in crate::report) all: u64,
    pub(in crate::report) part: u64,
}

/// Columns over time.
pub(in crate::report) struct Stack<'s> {
    /// Counts for the old contract, the new contract, and neither.
    pub(in crate::report) columns: Vec<[u64; 3]>,
    /// The labels of the first column, one in the middle, and the last.
    pub(in crate::report) labels: [&'s str; 3],
}

fn percent(part: f64) -> String {
    let text = format!("{part:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

fn of(part: u64, all: u64) -> f64 {
    match all {
        0 => 0.0,
        all => part as f64 / all as f64 * 100.0,
    }
}

fn open(id: &str, height: usize, title: &str, description: &str) -> String {
    format!(
        "<svg class=\"chart\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\n\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n",
        escape(title),
        escape(description)
    )
}

/// Draws horizontal bars, each below its name.
pub(in crate::report) fn bars(id: &str, title: &str, description: &str, rows: &[Bar]) -> String {
    let most = rows.iter().map(|row| row.all).max().unwrap_or(0).max(1);
    let mut out = open(id, rows.len() * ROW, title, description);
    for (index, row) in rows.iter().enumerate() {
        let y = index * ROW;
        let name = match row.name.char_indices().nth(NAME) {
            Some((end, _)) => format!("{}…", &row.name[..end]),
            None => row.name.clone(),
        };
        put!(
            out,
            "<text class=\"name\" x=\"0\" y=\"{0}\">{1}</text><text x=\"100%\" y=\"{0}\" \
             text-anchor=\"end\">{2} of {3} ({7})</text>\n<rect class=\"b-all\" x=\"0\" y=\"{4}\" \
             width=\"{5}\" height=\"10\"/><rect class=\"b-touched\" x=\"0\" y=\"{4}\" width=\"{6}\" \
             height=\"10\"/>\n",
            y + 14,
            escape(&name),
            row.part,
            row.all,
            y + 20,
            percent(of(row.all, most)),
            percent(of(row.part, most)),
            share(row.part, row.all)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// A round step for an axis: 1, 2 or 5 times a power of ten.
fn step(most: u64) -> u64 {
    let wanted = most.div_ceil(4).max(1);
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            if factor * power >= wanted {
                return factor * power;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// Draws stacked columns over time.
pub(in crate::report) fn stack(
    id: &str,
    title: &str,
    description: &str,
    stack: &Stack<'_>,
) -> String {
    let columns = &stack.columns;
    let most = columns.iter().map(|counts| counts.iter().sum()).max();
    let most: u64 = most.unwrap_or(0).max(1);
    let step = step(most);
    let high = most.div_ceil(step) * step;
    let y = |value: u64| TOP + PLOT - PLOT * value as f64 / high as f64;
    let width = (100.0 - GUTTER) / columns.len().max(1) as f64;
    let mut out = open(id, 196, title, description);
    for value in (0..=high).step_by(usize::try_from(step).unwrap_or(1)) {
        let class = if value == 0 { "axis" } else { "grid" };
        put!(
            out,
            "<line class=\"{class}\" x1=\"{0}\" x2=\"100%\" y1=\"{1:.1}\" y2=\"{1:.1}\"/><text \
             class=\"tick\" x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{value}</text>\n",
            percent(GUTTER),
            y(value),
            percent(GUTTER - 1.2),
            y(value) + 4.0
        );
    }
    for (index, counts) in columns.iter().enumerate() {
        let mut below = 0;
        for (class, count) in ["b-old", "b-new", "b-none"].iter().zip(counts) {
            if *count == 0 {
                continue;
            }
            put!(
                out,
                "<rect class=\"{class}\" x=\"{}\" width=\"{}\" y=\"{:.1}\" height=\"{:.1}\"/>",
                percent(GUTTER + width * (index as f64 + 0.12)),
                percent(width * 0.76),
                y(below + count),
                PLOT * *count as f64 / high as f64
            );
            below += count;
        }
        out.push('\n');
    }
    let middle = columns.len() / 2;
    let places = [
        (GUTTER + width * 0.12, "start"),
        (GUTTER + width * (middle as f64 + 0.5), "middle"),
        (100.0 - width * 0.12, "end"),
    ];
    for ((x, anchor), label) in places.iter().zip(stack.labels) {
        if !label.is_empty() {
            put!(
                out,
                "<text class=\"tick\" x=\"{}\" y=\"190\" text-anchor=\"{anchor}\">{}</text>",
                percent(*x),
                escape(label)
            );
        }
    }
    out.push_str("\n</svg>\n");
    out
}

/// A small bar for a table cell that shows a part of a whole. The number is next to it.
pub(in crate::report) fn meter(part: u64, all: u64) -> String {
    format!(
        "<svg class=\"meter\" aria-hidden=\"true\"><rect class=\"b-all\" width=\"100%\" \
         height=\"100%\"/><rect class=\"b-touched\" width=\"{}\" height=\"100%\"/></svg>",
        percent(of(part, all))
    )
}

/// The legend of a chart.
pub(in crate::report) fn legend(parts: &[(&str, &str)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(class, text)| {
            format!(
                "<span><svg aria-hidden=\"true\"><rect class=\"{class}\" width=\"100%\" \
                 height=\"100%\"/></svg>{}</span>",
                escape(text)
            )
        })
        .collect();
    format!("<p class=\"legend\">{}</p>\n", parts.join(" "))
}
