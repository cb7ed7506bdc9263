//! Box plot of the outcome by the levels of a factor, with its outliers. Boxes are computed here:
//! ECharts' own transform ends whiskers at the fence, which is not Tukey's rule.

use charming::Chart;
use charming::datatype::CompositeValue;
use charming::element::ItemStyle;
use charming::series::{Boxplot, Scatter};

use super::card::NO_ROWS;
use super::{
    Card, Cell, Clicks, DataTable, Drawing, base, grid, height_of, merged_outliers, name_axis,
    number, overlay, palette, tuple, value_axis,
};
use crate::figures::{LevelBox, ScoreBoxes};
use crate::format;

/// Points that are drawn of one level's outliers at most.
const MOST_OUTLIERS: usize = 100;

/// The card of the boxes; `clicks` leads from a level to the page filtered by it.
pub fn boxes(figures: &ScoreBoxes, outcome: &str, clicks: Clicks) -> Card {
    let factor = format::label(&figures.name);
    let title = format!("{} by {factor}, as boxes", format::label(outcome));
    if figures.levels.is_empty() {
        return Card::without_chart("boxes", title, NO_ROWS);
    }
    let mut drawing = Drawing::new(
        &chart(&figures.levels, outcome),
        height_of(figures.levels.len()),
    );
    overlay::box_names(&mut drawing.option, 0);
    overlay::dimensions(
        &mut drawing.option,
        1,
        &["score", "level", "students"],
        &[0, 2],
    );
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 130);
    let table = table(figures, &clicks);
    let stats = figures.levels.iter().map(|level| &level.stats);
    let merged = merged_outliers(stats, MOST_OUTLIERS);
    drawing.clicks = clicks;
    Card {
        id: "boxes",
        title,
        finding: finding(&figures.levels, &factor) + &merged,
        drawing: Some(drawing),
        table,
        download: None,
    }
}

fn finding(levels: &[LevelBox], factor: &str) -> String {
    let outliers: usize = levels.iter().map(|level| level.stats.outliers.len()).sum();
    let medians: Vec<String> = levels
        .iter()
        .map(|level| {
            format!(
                "{} {}",
                format::quoted(&level.name),
                format::value(level.stats.median)
            )
        })
        .collect();
    // A long list of levels is in the table; the sentence stays one.
    let medians = match medians.len() {
        0..=6 => format!("Medians by {factor}: {}", format::list(&medians)),
        n => format!("Medians of the {n} levels of {factor} are in the table"),
    };
    match outliers {
        0 => format!("{medians}; no student lies outside the whiskers."),
        n => format!(
            "{medians}; {} outside the whiskers.",
            format::counted(n, "student lies", "students lie")
        ),
    }
}

fn chart(levels: &[LevelBox], outcome: &str) -> Chart {
    let names = levels
        .iter()
        .map(|level| format::level(&level.name).into_owned())
        .collect();
    let boxes: Vec<CompositeValue> = levels
        .iter()
        .map(|LevelBox { stats, .. }| {
            let five = [
                stats.whisker_low,
                stats.q1,
                stats.median,
                stats.q3,
                stats.whisker_high,
            ];
            tuple(five.map(number))
        })
        .collect();
    base()
        .grid(grid("8", "48", "12", "44"))
        .x_axis(value_axis(format::label(outcome)))
        .y_axis(name_axis(names))
        .series(box_series(outcome, boxes))
        .series(
            Scatter::new()
                .name("outliers")
                .symbol_size(6)
                .item_style(ItemStyle::new().color(palette::NEGATIVE).opacity(0.8))
                .data(outliers(levels)),
        )
}

/// The boxes of an outcome, each as its whiskers, quartiles and median from low to high.
pub(super) fn box_series(outcome: &str, boxes: Vec<CompositeValue>) -> Boxplot {
    Boxplot::new()
        .name(format::label(outcome))
        .item_style(
            ItemStyle::new()
                .color("rgba(47,126,216,0.25)")
                .border_color(palette::POSITIVE)
                .border_width(1.5),
        )
        .data(boxes)
}

/// Distinct outliers of each level with how many students share them.
fn outliers(levels: &[LevelBox]) -> Vec<CompositeValue> {
    let mut points = Vec::new();
    for (i, level) in levels.iter().enumerate() {
        points.extend(super::outlier_points(&level.stats, i, MOST_OUTLIERS));
    }
    points
}

fn table(figures: &ScoreBoxes, clicks: &Clicks) -> DataTable {
    let rows = figures
        .levels
        .iter()
        .map(|level| {
            let stats = &level.stats;
            vec![
                super::linked(&level.name, clicks),
                Cell::Count(stats.n),
                Cell::Value(stats.whisker_low),
                Cell::Value(stats.q1),
                Cell::Value(stats.median),
                Cell::Value(stats.q3),
                Cell::Value(stats.whisker_high),
                Cell::Count(stats.outliers.len()),
            ]
        })
        .collect();
    let header = [
        figures.name.as_str(),
        "students",
        "lower whisker",
        "lower quartile",
        "median",
        "upper quartile",
        "upper whisker",
        "outliers",
    ];
    DataTable::new(&header, rows)
}
