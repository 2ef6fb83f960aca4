//! The page layout of the HTML reports: one self-contained file.
//!
//! The page is complete without its script, which adds search and filters. It loads nothing from the network,
//! and no text from a payload is interpreted as markup: all text goes through [`escape`]. A content security
//! policy allows only the style sheet and the script, by their hashes.

mod charts;
mod code;
pub(crate) mod lines;
pub(crate) mod markdown;
pub(crate) mod numbers;
pub(crate) mod wrap;

use std::fmt::Write as _;

use crate::rules::{Key, Level};
use crate::redact::printed;

pub(super) use charts::{Bar, Stack, bars, legend, meter, stack};
pub(super) use code::{diff_block, excerpt_block, json_block};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The SHA-256 hashes of the style sheet and the script in Base64. A test compares them with the files.
const STYLE_HASH: &str = "n1pobwbbHFbKY9GjAw1HwLkdLanU/9QlKOxfbviwdlw=";
const SCRIPT_HASH: &str = "4i0/skVq0ssw08dK54hE/fNKfwZpnnAagd7mkgTVy9w=";

/// If a group has at least this many articles, browsers estimate its height until it is visible.
const MANY: usize = 20;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// A page.
pub(crate) struct Page {
    /// The kind of report.
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    /// The level of the verdict, its first words, and the rest.
    pub(crate) verdict: (Level, String, String),
    /// The facts at the top: a name, and HTML.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) sections: Vec<Section>,
    /// HTML.
    pub(crate) footer: String,
}

/// A section. It is omitted if it has no content.
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// HTML.
    pub(crate) content: String,
    /// Its subentries in the table of contents: ids, and HTML.
    pub(crate) parts: Vec<(String, String)>,
}

impl Section {
    pub(crate) const fn new(id: &'static str, title: &'static str, content: String) -> Self {
        Self {
            id,
            title,
            content,
            parts: Vec::new(),
        }
    }
}

/// An entry that can be filtered: a change or a finding.
pub(crate) struct Article {
    /// The key that its link is derived from.
    pub(crate) key: Key,
    pub(crate) level: Level,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    /// HTML that follows the rule.
    pub(crate) place: String,
    /// The numbers of the operations that it affects.
    pub(crate) operations: Vec<usize>,
    pub(crate) sides: Vec<&'static str>,
    /// Whether traffic shows it; `None` if no traffic could show it.
    pub(crate) seen: Option<bool>,
    /// Names and HTML.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// HTML that follows the facts.
    pub(crate) body: String,
}

/// Articles under a heading.
pub(crate) struct Group {
    /// HTML.
    pub(crate) title: String,
    /// The title in the table of contents, HTML.
    pub(crate) short: String,
    /// HTML.
    pub(crate) note: Option<String>,
    pub(crate) articles: Vec<Article>,
}

/// The noun for articles.
#[derive(Clone, Copy)]
pub(crate) struct Noun {
    pub(crate) one: &'static str,
    pub(crate) many: &'static str,
}

pub(crate) const CHANGE: Noun = Noun {
    one: "change",
    many: "changes",
};

pub(crate) const FINDING: Noun = Noun {
    one: "finding",
    many: "findings",
};

/// The articles of a page: their section, and their ids in order.
pub(crate) struct Articles {
    pub(crate) section: Section,
    pub(crate) ids: Vec<String>,
    /// The ids of the groups.
    pub(crate) groups: Vec<String>,
}

/// Escapes text for HTML outside tags. Characters that a terminal would interpret are escaped too.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in printed(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            character => out.push(character),
        }
    }
    out
}

/// Escapes text for an attribute value in double quotes.
fn attribute(text: &str) -> String {
    escape(text).replace('"', "&quot;")
}

/// Converts a sentence to HTML. Backticks mark code.
pub(crate) fn inline(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // With an odd number of backticks, they do not form pairs.
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            0 => out.push_str(&escape(part)),
            _ => out.push_str(&code(part)),
        }
    }
    out
}

pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Part of an id.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character.is_ascii_alphanumeric() {
            true => out.push(character.to_ascii_lowercase()),
            false if !out.ends_with('-') => out.push('-'),
            false => {}
        }
    }
    let out = out.trim_matches('-');
    out.chars().take(40).collect()
}

pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "info",
    }
}

pub(crate) fn badge(level: Level) -> String {
    let word = level_word(level);
    format!("<span class=\"level {word}\">{word}</span>")
}

/// A table with headings and their classes, and rows of HTML.
pub(crate) fn table(label: &str, heads: &[(&str, &str)], rows: &[Vec<String>]) -> String {
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n<thead><tr>",
        attribute(label)
    );
    let class = |class: &str| match class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    for (head, own) in heads {
        put!(out, "<th scope=\"col\"{}>{}</th>", class(own), escape(head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            match index {
                0 => {
                    put!(out, "<th scope=\"row\">{cell}</th>");
                }
                _ => {
                    let own = heads.get(index).map_or("", |(_, own)| own);
                    put!(out, "<td{}>{cell}</td>", class(own));
                }
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// The most important figures: a name, the figure, a note, and a class for its colour.
pub(crate) fn scoreboard(figures: &[(&str, String, String, &str)]) -> String {
    let mut out = String::from("<dl class=\"score\">\n");
    for (name, figure, of, class) in figures {
        put!(
            out,
            "<div class=\"{class}\"><dt>{}</dt><dd><strong>{}</strong> <span>{}</span></dd></div>\n",
            escape(name),
            escape(figure),
            escape(of)
        );
    }
    out.push_str("</dl>\n");
    out
}

/// A collapsed part.
pub(crate) fn details(summary: &str, content: &str) -> String {
    format!("<details><summary>{summary}</summary>\n{content}\n</details>\n")
}

/// `1,234 changes`
fn counted(count: usize, noun: Noun) -> String {
    let number = numbers::thousands(count as u64);
    match count {
        1 => format!("1 {}", noun.one),
        _ => format!("{number} {}", noun.many),
    }
}

/// The section of articles, with filters. `operations` are the names of the operations; `with_traffic` adds a
/// filter for traffic.
pub(crate) fn articles(
    title: &'static str,
    noun: Noun,
    operations: &[String],
    with_traffic: bool,
    groups: &[Group],
) -> Articles {
    let count: usize = groups.iter().map(|group| group.articles.len()).sum();
    let mut content = String::new();
    match count {
        0 => content.push_str(&format!("<p>There are no {}.</p>\n", noun.many)),
        _ => write_filters(&mut content, noun, operations, with_traffic, count),
    }
    let mut ids: Vec<String> = Vec::new();
    let mut known = std::collections::HashMap::new();
    let mut unique = |id: String| {
        let number = known.entry(id.clone()).or_insert(0_usize);
        *number += 1;
        match *number {
            1 => id,
            number => format!("{id}-{number}"),
        }
    };
    let (mut group_ids, mut parts) = (Vec::new(), Vec::new());
    for group in groups {
        let id = unique(format!("g-{}", slug(&group.short)));
        let many = if group.articles.len() >= MANY {
            " many"
        } else {
            ""
        };
        put!(
            content,
            "<section class=\"group{many}\" id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h3 id=\"{id}-h\">{} \
             <span class=\"count\">{}</span></h3>\n",
            group.title,
            counted(group.articles.len(), noun)
        );
        if let Some(note) = &group.note {
            put!(content, "<p>{note}</p>\n");
        }
        for article in &group.articles {
            let own = unique(article.key.anchor());
            write_article(&mut content, article, &own, noun);
            ids.push(own);
        }
        content.push_str("</section>\n");
        let short = format!("{} <span class=\"count\">{}</span>", group.short, group.articles.len());
        parts.push((id.clone(), short));
        group_ids.push(id);
    }
    Articles {
        section: Section {
            id: "changes",
            title,
            content,
            parts,
        },
        ids,
        groups: group_ids,
    }
}

fn write_filters(
    out: &mut String,
    noun: Noun,
    operations: &[String],
    with_traffic: bool,
    count: usize,
) {
    let Noun { one, many } = noun;
    put!(
        out,
        "<form id=\"filters\" role=\"search\" aria-label=\"Filter the {many}\" autocomplete=\"off\" hidden>\n\
         <label class=\"vh\" for=\"f-q\">Search the {many}</label><input type=\"search\" id=\"f-q\" name=\"q\" \
         placeholder=\"Search ( / )\" spellcheck=\"false\">\n\
         <output id=\"shown\" aria-live=\"polite\" data-one=\"{one}\" data-many=\"{many}\">{}</output>\n\
         <fieldset><legend>Level</legend>",
        counted(count, noun)
    );
    for level in ["error", "warning", "info"] {
        put!(
            out,
            "<label><input type=\"checkbox\" name=\"level\" value=\"{level}\" checked>{level}</label>"
        );
    }
    out.push_str("</fieldset>\n");
    if operations.len() > 1 {
        out.push_str(
            "<label class=\"vh\" for=\"f-op\">Operation</label><select id=\"f-op\" name=\"op\"><option \
             value=\"\">Any operation</option>",
        );
        for (index, operation) in operations.iter().enumerate() {
            put!(
                out,
                "<option value=\"o{}\">{}</option>",
                index + 1,
                escape(operation)
            );
        }
        out.push_str("</select>\n");
    }
    out.push_str(
        "<label class=\"vh\" for=\"f-side\">Side</label><select id=\"f-side\" name=\"side\"><option \
         value=\"\">Either side</option><option value=\"request\">Request</option><option \
         value=\"response\">Response</option></select>\n",
    );
    if with_traffic {
        out.push_str(
            "<label class=\"vh\" for=\"f-seen\">Traffic</label><select id=\"f-seen\" name=\"seen\"><option \
             value=\"\">Any traffic</option><option value=\"yes\">Seen in traffic</option><option \
             value=\"no\">Not seen in traffic</option><option value=\"none\">No traffic that could \
             show it</option></select>\n",
        );
    }
    put!(
        out,
        "<button type=\"button\" data-act=\"clear\">Clear</button>\n\
         <button type=\"button\" data-act=\"toggle\">Expand all</button>\n\
         <span class=\"vh\" id=\"said\" aria-live=\"polite\"></span>\n</form>\n\
         <p id=\"none\" hidden>No {one} matches the filters. <button type=\"button\" \
         data-act=\"clear\">Clear the filters</button></p>\n"
    );
}

fn write_article(out: &mut String, article: &Article, id: &str, noun: Noun) {
    let operations: Vec<String> = article
        .operations
        .iter()
        .map(|n| format!("o{}", n + 1))
        .collect();
    let seen = match article.seen {
        Some(true) => "yes",
        Some(false) => "no",
        None => "none",
    };
    put!(
        out,
        "<article class=\"change\" id=\"{id}\" aria-labelledby=\"{id}-h\" data-level=\"{}\" \
         data-op=\"{}\" data-side=\"{}\" data-seen=\"{seen}\">\n<h4 id=\"{id}-h\">{} {}</h4>\n\
         <a class=\"permalink\" href=\"#{id}\" aria-label=\"Link to this {}\">#</a>\n\
         <p class=\"where\"><code>{}</code>{}{}</p>\n",
        level_word(article.level),
        operations.join(" "),
        article.sides.join(" "),
        badge(article.level),
        inline(&article.message),
        noun.one,
        article.rule,
        if article.place.is_empty() { "" } else { " " },
        article.place
    );
    let facts: Vec<&(&str, String)> = article
        .facts
        .iter()
        .filter(|(_, fact)| !fact.is_empty())
        .collect();
    if !facts.is_empty() {
        out.push_str("<dl class=\"facts\">");
        let mut last = "";
        for (name, fact) in facts {
            // Facts with the same name are grouped.
            if *name != last {
                put!(out, "<dt>{name}</dt>");
                last = name;
            }
            let class = match *name {
                "Values" => " class=\"values\"",
                "What to do" => " class=\"do\"",
                _ => "",
            };
            put!(out, "<dd{class}>{fact}</dd>");
        }
        out.push_str("</dl>\n");
    }
    out.push_str(&article.body);
    put!(
        out,
        "<p class=\"key\">Key {}</p>\n</article>\n",
        code(&article.key.to_string())
    );
}

/// The whole file.
pub(crate) fn page(page: &Page) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'sha256-{STYLE_HASH}'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} · {kind}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n\
         <p class=\"kind\">{kind}</p>\n<h1>{title}</h1>\n",
        title = escape(&page.title),
        kind = page.kind,
    );
    let (level, word, rest) = &page.verdict;
    put!(
        out,
        "<p class=\"verdict {}\"><strong>{}</strong> {}</p>\n",
        level_word(*level),
        escape(word),
        inline(rest)
    );
    out.push_str("<dl class=\"facts\">");
    for (name, fact) in &page.facts {
        put!(out, "<dt>{name}</dt><dd>{fact}</dd>\n");
    }
    out.push_str("</dl>\n</header>\n");
    let sections: Vec<&Section> = page
        .sections
        .iter()
        .filter(|s| !s.content.is_empty())
        .collect();
    // On wide screens, the style sheet shows its content.
    out.push_str("<nav aria-label=\"Contents\">\n<details>\n<summary>Contents</summary>\n<ol>\n");
    for section in &sections {
        put!(out, "<li><a href=\"#{}\">{}</a>", section.id, section.title);
        if !section.parts.is_empty() {
            out.push_str("\n<ol>");
            for (id, title) in &section.parts {
                put!(out, "<li><a href=\"#{id}\">{title}</a></li>");
            }
            out.push_str("</ol>");
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ol>\n</details>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n");
    for section in &sections {
        put!(
            out,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n{}\n</section>\n",
            section.title,
            section.content,
            id = section.id
        );
    }
    put!(
        out,
        "</main>\n<footer>\n<p>{}</p>\n</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        page.footer
    );
    out
}

#[cfg(test)]
mod tests;
