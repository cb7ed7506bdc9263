//! The outcome by the levels of every factor, as boxes on one axis.

use charming::Chart;
use charming::datatype::CompositeValue;
use charming::element::ItemStyle;
use charming::series::Scatter;

use super::lines::{Lines, NARROW, NARROW_LABELS, key, left_out, linked};
use crate::charts::card::NO_ROWS;
use crate::charts::{
    Card, Cell, Clicks, DataTable, Drawing, base, box_series, grid, merged_outliers, name_axis,
    number, outlier_points, overlay, palette, tuple, value_axis,
};
use crate::figures::ScoreBoxes;
use crate::format;
use crate::stats::BoxStats;

/// Points that are drawn of one level's outliers at most.
const MOST_OUTLIERS: usize = 60;

/// The card of the boxes; `clicks` lead from a level to the page filtered by it.
pub fn score_boxes(factors: &[ScoreBoxes], outcome: &str, clicks: Clicks) -> Card {
    let title = format!("{} by every category", format::label(outcome));
    if factors.is_empty() {
        let reason = "This table has no categorical column to compare the outcome by.";
        return Card::without_chart("boxes", title, reason);
    }
    let lines = Lines::new(factors.iter().map(|factor| {
        let levels = factor.levels.iter();
        let levels = levels.map(|level| (level.name.as_str(), &level.stats));
        (factor.name.as_str(), levels.collect())
    }));
    if lines.lines.is_empty() {
        return Card::without_chart("boxes", title, NO_ROWS);
    }
    let boxes = lines.lines.iter().map(|line| line.item);
    let merged = merged_outliers(boxes, MOST_OUTLIERS);
    let mut drawing = Drawing::new(&chart(&lines, outcome), lines.height());
    finish(&mut drawing, &lines);
    drawing.clicks = lines.clicks(clicks);
    Card {
        id: "boxes",
        title,
        finding: finding(factors) + &merged + &left_out(lines.factors(), factors.len()),
        table: table(factors, &drawing.clicks),
        drawing: Some(drawing),
        download: None,
    }
}

/// Lowest and highest median of a factor's levels, with the levels' names.
fn ends(factor: &ScoreBoxes) -> Option<[(f64, &str); 2]> {
    let medians = || {
        factor
            .levels
            .iter()
            .map(|level| (level.stats.median, level.name.as_str()))
    };
    let low = medians().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let high = medians().rev().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some([low, high])
}

fn finding(factors: &[ScoreBoxes]) -> String {
    let ends = factors
        .iter()
        .filter_map(|factor| Some((factor, ends(factor)?)));
    let widest = ends.rev().max_by(|(_, a), (_, b)| {
        let spread = |ends: &[(f64, &str); 2]| ends[1].0 - ends[0].0;
        spread(a).total_cmp(&spread(b))
    });
    match widest {
        Some((factor, [low, high])) if high.0 > low.0 => format!(
            "By no category do the medians lie further apart than by {}: {} has {}, {} has {}.",
            format::label(&factor.name),
            format::quoted(low.1),
            format::value(low.0),
            format::quoted(high.1),
            format::value(high.0)
        ),
        _ => "Within every category all levels have the same median.".to_owned(),
    }
}

fn chart(lines: &Lines<'_, &BoxStats>, outcome: &str) -> Chart {
    // A box stands at the place of its number in the list, so headings take one too.
    let nothing = || tuple((0..5).map(|_| CompositeValue::OptionalNumber(None)));
    let mut boxes: Vec<CompositeValue> = lines.labels.iter().map(|_| nothing()).collect();
    let mut outliers = Vec::new();
    for line in &lines.lines {
        let stats = line.item;
        let five = [
            stats.whisker_low,
            stats.q1,
            stats.median,
            stats.q3,
            stats.whisker_high,
        ];
        boxes[line.place] = tuple(five.map(number));
        outliers.extend(outlier_points(stats, line.place, MOST_OUTLIERS));
    }
    base()
        // Headings are wider than the room that is made for labels: they are in bold.
        .grid(grid("24", "24", "8", "40"))
        .x_axis(value_axis(format::label(outcome)))
        .y_axis(name_axis(lines.labels.clone()))
        .series(box_series(outcome, boxes))
        .series(
            Scatter::new()
                .name("outliers")
                .symbol_size(5)
                .item_style(ItemStyle::new().color(palette::NEGATIVE).opacity(0.7))
                .data(outliers),
        )
}

fn finish(drawing: &mut Drawing, lines: &Lines<'_, &BoxStats>) {
    let option = &mut drawing.option;
    let mut names = lines.labels.clone();
    for line in &lines.lines {
        names[line.place] = key(line.factor, line.level);
    }
    overlay::item_names(option, 0, names.into_iter());
    overlay::box_names(option, 0);
    overlay::dimensions(option, 1, &["score", "place", "students"], &[0, 2]);
    overlay::bold_labels(option, "yAxis", &lines.headings);
    overlay::truncate_labels(option, "yAxis", 0, 150);
    overlay::every_label(option, "yAxis");
    overlay::shorter_labels_when_narrow(option, NARROW, NARROW_LABELS);
}

fn table(factors: &[ScoreBoxes], clicks: &Clicks) -> DataTable {
    let mut rows = Vec::new();
    for factor in factors {
        for level in &factor.levels {
            let stats = &level.stats;
            rows.push(vec![
                Cell::Text(factor.name.clone()),
                linked(&factor.name, &level.name, clicks),
                Cell::Count(stats.n),
                Cell::Value(stats.whisker_low),
                Cell::Value(stats.q1),
                Cell::Value(stats.median),
                Cell::Value(stats.q3),
                Cell::Value(stats.whisker_high),
                Cell::Count(stats.outliers.len()),
            ]);
        }
    }
    let header = [
        "factor",
        "level",
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
