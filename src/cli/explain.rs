//! `wiredrift explain`

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::report::wrapped;
use crate::rules::{CATALOGUE, Rule};

use super::args::ExplainArguments;
use super::output::Output;
use super::{Exit, Failure};

const BOLD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();

pub(super) fn run(arguments: &ExplainArguments, output: &mut Output) -> Result<Exit, Failure> {
    let text = match &arguments.rule {
        Some(id) => {
            let rule = Rule::find(id)?;
            page(rule, output.width())
        }
        None => table(output.width()),
    };
    output.print(&text)?;
    Ok(Exit::Clean)
}

/// All rules with their levels, one per line.
fn table(columns: usize) -> String {
    let width = CATALOGUE
        .iter()
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or(0);
    let mut table = format!(
        "{BOLD}{:width$}  request  response  what it reports{BOLD:#}\n",
        "rule"
    );
    let summary = columns.saturating_sub(width + 2 + 7 + 2 + 8 + 2).max(20);
    for rule in CATALOGUE {
        let text = wrapped(rule.summary, summary, "", "");
        let mut lines = text.split('\n');
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{:width$}  {:7}  {:8}  {}",
            rule.id,
            rule.request.to_string(),
            rule.response.to_string(),
            lines.next().unwrap_or_default()
        );
        for line in lines {
            let _ = writeln!(table, "{:indent$}{line}", "", indent = width + 21);
        }
    }
    table.push_str("\n`wiredrift explain RULE` shows an example and how to fix a finding.\n");
    table
}

/// The page of a rule, rendered for a terminal.
fn page(rule: &Rule, columns: usize) -> String {
    let mut layout = Layout::new(columns);
    for event in Parser::new_ext(rule.doc, Options::ENABLE_TABLES) {
        layout.event(event);
    }
    let levels = match (rule.request.to_string(), rule.response.to_string()) {
        (request, response) if request == response => request,
        (request, response) => format!("{request} in requests, {response} in responses"),
    };
    let _ = writeln!(
        layout.out,
        "{DIM}Default level: {levels}. Since {}.{DIM:#}",
        rule.since
    );
    layout.out
}

/// Renders Markdown for a terminal.
struct Layout {
    columns: usize,
    out: String,
    /// The text of the current paragraph, heading or list item.
    text: String,
    is_code: bool,
    /// The number of the next item of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
}

impl Layout {
    const fn new(columns: usize) -> Self {
        Self {
            columns,
            out: String::new(),
            text: String::new(),
            is_code: false,
            lists: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                self.is_code = true;
                // The first word names the language; what follows it is for the tests of the page.
                if let CodeBlockKind::Fenced(info) = kind
                    && let Some((_, role)) = info.split_once(' ')
                {
                    let _ = writeln!(self.out, "  {DIM}{role}{DIM:#}");
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                self.is_code = false;
                self.out.push('\n');
            }
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    let _ = writeln!(self.out, "  {line}");
                }
            }
            Event::Text(text) => self.text.push_str(&text),
            Event::Code(code) => {
                let _ = write!(self.text, "{CODE}`{code}`{CODE:#}");
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::End(TagEnd::Heading(level)) => {
                let text = std::mem::take(&mut self.text);
                let _ = match level {
                    HeadingLevel::H1 => writeln!(self.out, "{BOLD}{text}{BOLD:#}\n"),
                    _ => writeln!(self.out, "{BOLD}{text}{BOLD:#}"),
                };
            }
            Event::End(TagEnd::Paragraph) if self.lists.is_empty() => {
                let text = std::mem::take(&mut self.text);
                let _ = writeln!(self.out, "{}\n", wrapped(&text, self.columns, "", ""));
            }
            Event::Start(Tag::List(first)) => {
                self.item();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            Event::End(TagEnd::Item) => self.item(),
            _ => {}
        }
    }

    /// Writes the current list item.
    fn item(&mut self) {
        let text = std::mem::take(&mut self.text);
        let depth = self.lists.len();
        let (false, Some(number)) = (text.is_empty(), self.lists.last_mut()) else {
            return;
        };
        let mark = match number {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        };
        let first = format!("{}{mark}", "  ".repeat(depth - 1));
        let others = " ".repeat(first.len());
        let _ = writeln!(
            self.out,
            "{}",
            wrapped(&text, self.columns, &first, &others)
        );
    }
}
