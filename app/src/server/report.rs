//! The report: what all pages show of a request, assembled into one document. `/report.html` sends it,
//! and the command of the program writes it to a file.

use std::sync::Arc;

use axum::Extension;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::data::asked::Asked;
use super::data::source::readable;
use super::export::file_stem;
use super::pages::{
    Answer, all_cards, compare_cards, explore_cards, performance_cards, relationship_cards,
    single_cards, understand, words,
};
use super::{Loaded, private};
use crate::charts;
use crate::figures::{
    Analysis, Comparison, Explain, Explore, FactorImpact, Overview, Performance, Relationships,
};
use crate::filter::{QueryProblem, Request};
use crate::format;
use crate::privacy::MinGroup;
use crate::views::{
    self, About, Frame, Page, Part, REPORT, Report, compare_panels, explain_panels, explore_panels,
    factor_panels, missing_in_words, no_comparison, overview_panels, strong_panel,
};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The filter cannot be understood.
    #[error("{}", lines(.0))]
    Query(Vec<QueryProblem>),
}

fn lines(problems: &[QueryProblem]) -> String {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    problems.join("\n")
}

/// A report that is done.
#[derive(Debug)]
pub struct Finished {
    /// The document.
    pub html: String,
    /// How many students it is about, in words.
    pub students: String,
    /// Whether that is nobody.
    pub is_empty: bool,
}

/// The report on what `query` asks for, in the grammar of addresses; with `min_group` of no smaller group
/// of students. `begun` hears of each page before its figures are computed.
///
/// # Errors
/// Everything in the query that cannot be understood.
pub fn write_report(
    loaded: &Loaded,
    min_group: Option<MinGroup>,
    query: &str,
    written: Timestamp,
    begun: impl FnMut(Page),
) -> Result<Finished, ReportError> {
    if let Some(least) = min_group {
        return private::write_report(loaded, least, query, written, begun);
    }
    let understood = Request::parse(query, &loaded.dataset);
    let (request, _) = understood.map_err(ReportError::Query)?;
    let about = loaded.about.clone();
    Ok(assemble(loaded, about, &request, written, begun))
}

/// Sends the report as a file.
pub(super) async fn show(Extension(asked): Extension<Asked>, RawQuery(query): RawQuery) -> Answer {
    let Asked { loaded, about, .. } = asked;
    let (request, from_form) = understand(&loaded, Page::Overview, query)?;
    if from_form {
        let canonical = request.href(REPORT, &loaded.dataset);
        return Ok(Redirect::to(&canonical).into_response());
    }
    let finished = assemble(&loaded, about, &request, Timestamp::now(), |_| ());
    Ok(download(&loaded, &request, finished.html))
}

fn download(loaded: &Arc<Loaded>, request: &Request, html: String) -> Response {
    let stem = file_stem(loaded.dataset.name(), !request.filters.is_empty());
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{stem}-report.html\""),
        ),
    ];
    (headers, html).into_response()
}

fn assemble(
    loaded: &Loaded,
    about: About,
    request: &Request,
    written: Timestamp,
    mut begun: impl FnMut(Page),
) -> Finished {
    let analysis = Analysis::new(&loaded.dataset, &loaded.baseline, request);
    let frame = Frame::new(Page::Overview, about, &analysis);
    let parts = Page::ALL.map(|page| {
        begun(page);
        part(&analysis, &frame, page)
    });
    let report = Report {
        written: readable(written),
        query: request.to_query(&loaded.dataset),
        missing: missing_in_words(&Overview::compute(&analysis)),
        parts: parts.into(),
    };
    Finished {
        html: views::report(&frame, &report).into_string(),
        students: format!(
            "{} of {}",
            format::count(analysis.selected.rows()),
            format::counted(loaded.dataset.rows(), "student", "students")
        ),
        is_empty: analysis.selected.rows() == 0,
    }
}

/// What a page shows, from the same figures and cards as there.
fn part(analysis: &Analysis<'_>, frame: &Frame, page: Page) -> Part {
    match page {
        Page::Overview => {
            let figures = Overview::compute(analysis);
            let columns = analysis.dataset.columns();
            Part::new(page, overview_panels(frame, &figures, columns), vec![])
        }
        Page::Performance => {
            let figures = Performance::compute(analysis);
            Part::new(page, vec![], performance_cards(analysis, &figures))
        }
        Page::Factors => {
            let figures = FactorImpact::compute(analysis);
            let mut part = Part::new(
                page,
                factor_panels(&figures),
                single_cards(analysis, &figures),
            );
            let figures = Explain::compute(analysis);
            let panels = explain_panels(&figures, &words(analysis, &figures));
            part.extend(panels, all_cards(analysis, &figures));
            part
        }
        Page::Relationships => {
            let figures = Relationships::compute(analysis);
            let pairs = charts::strong_pairs(&figures);
            let cards = relationship_cards(&figures, &pairs.0);
            let mut part = Part::new(page, vec![], cards);
            part.items.push(strong_panel(&pairs));
            part
        }
        Page::Explore => {
            let figures = Explore::compute(analysis);
            let outlying = charts::outlying(&figures.outliers);
            let cards = explore_cards(analysis, &figures, outlying);
            Part::new(page, explore_panels(&figures), cards)
        }
        Page::Compare => match Comparison::compute(analysis) {
            Some(figures) => {
                let panels = compare_panels(&figures, &charts::difference_table(&figures));
                Part::new(page, panels, compare_cards(analysis, &figures))
            }
            None => Part::new(page, vec![no_comparison()], vec![]),
        },
    }
}
