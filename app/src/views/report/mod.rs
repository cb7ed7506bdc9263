//! The report: the figures of all pages as one document that needs nothing else, to be sent, kept
//! or printed. It is opened from a disk, where there is no server behind it: scripts, styles and data
//! are all inside, and nothing in it leads anywhere.

mod document;
mod methods;
mod panels;

pub use panels::{
    compare_panels, explain_panels, explore_panels, factor_panels, missing_in_words, no_comparison,
    overview_panels, strong_panel,
};

use maud::{Markup, html};

use super::card::{plot, table};
use super::{Frame, Page, protected};
use crate::charts::Card;
use crate::format;

/// Where it can be downloaded.
pub const REPORT: &str = "/report.html";

/// Tables with more rows are folded.
const MOST_UNFOLDED: usize = 25;

/// What a report holds.
pub struct Report {
    /// When it was made, as people read it, with the time zone.
    pub written: String,
    /// The address' query that gives the same figures; empty for all students.
    pub query: String,
    /// Which columns lack values, in words.
    pub missing: String,
    /// The pages in their order.
    pub parts: Vec<Part>,
}

/// What one page shows.
pub struct Part {
    /// The page.
    pub page: Page,
    /// Its figures in their order.
    pub items: Vec<Item>,
}

/// One step of a part.
pub enum Item {
    /// Figures that no chart shows.
    Panel {
        /// Its name in the document, unique in its part.
        id: &'static str,
        /// Heading.
        title: &'static str,
        /// The figures.
        content: Markup,
    },
    /// A chart with its table, or a list.
    Chart(Box<Card>),
}

impl Item {
    fn id(&self) -> &'static str {
        match self {
            Self::Panel { id, .. } => id,
            Self::Chart(card) => card.id,
        }
    }

    fn title(&self) -> &str {
        match self {
            Self::Panel { title, .. } => title,
            Self::Chart(card) => &card.title,
        }
    }
}

impl Part {
    /// The page's panels and then its charts.
    pub fn new(page: Page, panels: Vec<Item>, cards: Vec<Card>) -> Self {
        let mut part = Self {
            page,
            items: Vec::new(),
        };
        part.extend(panels, cards);
        part
    }

    /// Further panels, and then charts.
    pub fn extend(&mut self, panels: Vec<Item>, cards: Vec<Card>) {
        let cards = cards.into_iter().map(Card::unlinked);
        let cards = cards.map(|card| Item::Chart(Box::new(card)));
        self.items.extend(panels.into_iter().chain(cards));
    }
}

/// The whole document.
pub fn report(frame: &Frame, report: &Report) -> Markup {
    let title = format!("Report on {}", frame.about.name);
    let body = html! {
        main #main tabindex="-1" {
            h1 { (title) }
            (subject(frame, report))
            (contents(&report.parts))
            @for part in &report.parts { (section(part, &report.parts)) }
            (methods::section(frame.privacy.is_some()))
        }
    };
    document::document(&title, &body)
}

/// What the figures are about.
fn subject(frame: &Frame, report: &Report) -> Markup {
    let (n, all) = (frame.selected, frame.about.rows);
    let percent = 100.0 * n as f64 / all as f64;
    html! {
        dl.subject {
            dt { "Students" }
            dd {
                @match &frame.privacy {
                    Some(privacy) => (privacy.students),
                    None => {
                        (format::count(n)) " of " (format::count(all)) " (" (format::decimals(percent, 1)) " %)"
                    }
                }
            }
            @if let Some(privacy) = &frame.privacy {
                dt { "Privacy mode" } dd { (protected::mode(privacy)) }
            }
            dt { "Filters" }
            dd {
                @if frame.conditions.is_empty() { "none" }
                @else { "only students with " (format::list(&frame.conditions)) }
            }
            @if !report.query.is_empty() {
                dt { "Address" } dd { code { "?" (report.query) } }
            }
            dt { "Outcome" } dd { bdi { (format::label(&frame.outcome)) } }
            @if let Some(mark) = frame.pass_mark {
                dt { "Pass mark" } dd { (format::value(mark)) }
            }
            dt { "Missing values" } dd { (report.missing) }
            dt { "Written" } dd { (report.written) }
        }
        @if frame.is_empty() {
            p.notice { "No students match these filters, so there are no figures." }
        }
    }
}

fn contents(parts: &[Part]) -> Markup {
    html! {
        nav.contents aria-labelledby="heading-contents" {
            h2 #heading-contents { "Contents" }
            ol {
                @for part in parts {
                    li {
                        a href={ "#" (slug(part.page)) } { (part.page.title()) }
                        ol {
                            @for item in &part.items {
                                li { a href={ "#" (anchor(part.page, item)) } { (item.title()) } }
                            }
                        }
                    }
                }
                li { a href="#methods" { "Methods" } }
            }
        }
    }
}

fn section(part: &Part, all: &[Part]) -> Markup {
    let slug = slug(part.page);
    html! {
        section.part id=(slug) aria-labelledby={ "heading-" (slug) } {
            h2 id={ "heading-" (slug) } { (part.page.title()) }
            @for item in &part.items {
                @match item {
                    Item::Panel { content, .. } => (panel(part.page, item, content)),
                    Item::Chart(card) => {
                        @match earlier(part.page, card, all) {
                            Some(there) => (panel(part.page, item, &same(there, card))),
                            None => (chart(part.page, item, card)),
                        }
                    }
                }
            }
        }
    }
}

/// The page before this one that shows the very same chart: once is enough.
fn earlier(page: Page, card: &Card, all: &[Part]) -> Option<Page> {
    let before = all.iter().take_while(|part| part.page != page);
    let shown = |part: &Part| {
        let mut items = part.items.iter();
        items.any(|item| matches!(item, Item::Chart(other) if **other == *card))
    };
    before
        .into_iter()
        .find(|part| shown(part))
        .map(|part| part.page)
}

fn same(there: Page, card: &Card) -> Markup {
    html! {
        p.finding { (card.finding) }
        p.note {
            "The chart is the same as "
            a href={ "#" (slug(there)) "-" (card.id) } { "under " (there.title()) }
            "."
        }
    }
}

fn panel(page: Page, item: &Item, content: &Markup) -> Markup {
    let id = anchor(page, item);
    html! {
        section.panel id=(id) aria-labelledby={ "title-" (id) } {
            h3 id={ "title-" (id) } { (item.title()) }
            (content)
        }
    }
}

fn chart(page: Page, item: &Item, card: &Card) -> Markup {
    let id = anchor(page, item);
    let rows = card.table.rows.len();
    html! {
        figure.chart id=(id) aria-labelledby={ "title-" (id) } {
            // On paper these stay together.
            div.whole {
                h3 id={ "title-" (id) } { (card.title) }
                p.finding { (card.finding) }
                @if let Some(drawing) = &card.drawing { (plot(card, drawing)) }
            }
            @if rows > 0 {
                details.figures open[rows <= MOST_UNFOLDED] {
                    summary { "The figures as a table" }
                    (table(&card.table, &format!("Figures of “{}”", card.title)))
                }
            }
        }
    }
}

fn anchor(page: Page, item: &Item) -> String {
    format!("{}-{}", slug(page), item.id())
}

/// The page's name within the document.
fn slug(page: Page) -> &'static str {
    page.path().trim_start_matches('/')
}
