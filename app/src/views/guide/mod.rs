//! The guide: what each figure means and how it is computed, one screen each. It is about no dataset,
//! so its pages have no frame.

mod topics;

use maud::{Markup, html};

use super::layout::document;
use topics::{TOPICS, Topic, of_chart};

/// Where the guide is.
pub const PATH: &str = "/guide";

/// The list of all topics.
pub fn guide() -> Markup {
    let body = html! {
        main #main.guide tabindex="-1" {
            h1 { "How the figures are computed" }
            p { "What each figure of the dashboard means, in plain words, with its formula and its source." }
            ul { @for topic in &TOPICS { li { a href=(address(topic)) { (topic.title) } } } }
            (back())
        }
    };
    document("Guide", false, &body)
}

/// The topic of that name in addresses.
pub fn guide_topic(slug: &str) -> Option<Markup> {
    let at = TOPICS.iter().position(|topic| topic.slug == slug)?;
    let topic = &TOPICS[at];
    let beside = |other: Option<&'static Topic>, word: &str| {
        html! {
            @if let Some(other) = other { a href=(address(other)) { (word) ": " (other.title) } }
        }
    };
    let before = at.checked_sub(1).and_then(|at| TOPICS.get(at));
    let body = html! {
        main #main.guide tabindex="-1" {
            h1 { (topic.title) }
            @for words in topic.words { p { (words) } }
            h2 { "Computed as" }
            ul.formulas { @for formula in topic.formulas { li { (formula) } } }
            h2 { "Source" }
            p { (topic.source) }
            nav.downloads aria-label="Guide" {
                (beside(before, "Before"))
                (beside(TOPICS.get(at + 1), "Next"))
                a href=(PATH) { "All topics" }
            }
            (back())
        }
    };
    Some(document(topic.title, false, &body))
}

fn address(topic: &Topic) -> String {
    format!("{PATH}/{}", topic.slug)
}

fn back() -> Markup {
    html! {
        p.note { "Your browser's Back leads to the page you came from." }
    }
}

/// The link from a chart to how its figures are computed; nothing for charts without a topic.
pub(super) fn link(chart: &str) -> Markup {
    html! {
        @if let Some(slug) = of_chart(chart) { (link_to(slug)) }
    }
}

/// The link to how the figures of a topic are computed.
pub(super) fn link_to(slug: &str) -> Markup {
    link_as("How it is computed", slug)
}

/// The link to a topic in those words.
pub(super) fn link_as(words: &str, slug: &str) -> Markup {
    let title = TOPICS
        .iter()
        .find(|topic| topic.slug == slug)
        .map(|topic| topic.title);
    html! {
        a.how href={ (PATH) "/" (slug) } data-leave {
            (words)
            @if let Some(title) = title { span.visually-hidden { ": " (title) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_have_names_of_their_own_and_fit_a_screen() {
        for (i, topic) in TOPICS.iter().enumerate() {
            assert!(
                TOPICS[..i].iter().all(|other| other.slug != topic.slug),
                "{}",
                topic.slug
            );
            let characters: usize = topic.words.iter().map(|words| words.chars().count()).sum();
            assert!(characters < 1300, "{}: {characters}", topic.slug);
            assert!((1..=3).contains(&topic.formulas.len()), "{}", topic.slug);
            assert!(guide_topic(topic.slug).is_some());
        }
        assert!(guide_topic("nothing").is_none());
    }
}
