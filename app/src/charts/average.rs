//! Mean outcome by level: a point with its 95 % confidence interval. Points, not bars, because
//! means that differ by one in a hundred would all look the same over an axis from zero.

use charming::Chart;
use charming::datatype::{CompositeValue, DataPointItem};
use charming::element::{ItemStyle, Label, LabelPosition};
use charming::series::Scatter;

use super::card::NO_ROWS;
use super::dots::intervals;
use super::{
    Card, Cell, Clicks, DataTable, Drawing, base, grid, height_of, name_axis, number, overlay,
    palette, round_bounds, short, tuple, value_axis, whole,
};
use crate::figures::{Average, LevelMean};
use crate::format;

/// The card of the means; `clicks` leads from a level to the page filtered by it.
pub fn average(figures: &Average, outcome: &str, clicks: Clicks) -> Card {
    let factor = format::label(&figures.name);
    let title = format!("Average {} by {factor}", format::label(outcome));
    if figures.levels.is_empty() {
        return Card::without_chart("average", title, NO_ROWS);
    }
    let rows = figures
        .levels
        .iter()
        .map(|level| {
            vec![
                super::linked(&level.name, &clicks),
                Cell::Count(level.n),
                Cell::Number(level.mean, 2),
                Cell::Interval(level.interval, 2),
            ]
        })
        .collect();
    let mut drawing = Drawing::new(
        &chart(&figures.levels, outcome),
        height_of(figures.levels.len()),
    );
    overlay::dimensions(
        &mut drawing.option,
        0,
        &["mean", "level", "students", "label"],
        &[0, 2],
    );
    overlay::interval_caps(&mut drawing.option, 0);
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 130);
    drawing.clicks = clicks;
    Card {
        id: "average",
        title,
        finding: finding(&figures.levels, &factor),
        drawing: Some(drawing),
        table: DataTable::new(&[&figures.name, "students", "mean", "95 % interval"], rows),
        download: None,
    }
}

fn finding(levels: &[LevelMean], factor: &str) -> String {
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else {
        return NO_ROWS.to_owned();
    };
    if levels.len() == 1 {
        return format!(
            "All students with a value have {factor} {}; they average {}.",
            format::quoted(&first.name),
            format::decimals(first.mean, 1)
        );
    }
    let difference = first.mean - last.mean;
    // Enough decimals for the difference to show.
    let places = if difference < 0.95 { 2 } else { 1 };
    if format::decimals(difference, places) == format::decimals(0.0, places) {
        return format!(
            "The levels of {factor} hardly differ: all average {}.",
            format::decimals(first.mean, 1)
        );
    }
    format!(
        "Students with {factor} {} average {}, {} points more than those with {} ({}).",
        format::quoted(&first.name),
        format::decimals(first.mean, places),
        format::decimals(difference, places),
        format::quoted(&last.name),
        format::decimals(last.mean, places)
    )
}

fn chart(levels: &[LevelMean], outcome: &str) -> Chart {
    let names = levels
        .iter()
        .map(|level| format::level(&level.name).into_owned())
        .collect();
    let points: Vec<DataPointItem> = levels
        .iter()
        .enumerate()
        .map(|(i, level)| {
            let label = format!(
                "{}  (n = {})",
                format::decimals(level.mean, 1),
                format::count(level.n)
            );
            DataPointItem::new(tuple([
                short(level.mean),
                whole(i),
                whole(level.n),
                CompositeValue::from(label),
            ]))
            .name(format::level(&level.name))
        })
        .collect();
    let ends = || {
        levels
            .iter()
            .flat_map(|level| level.interval.unwrap_or([level.mean, level.mean]))
    };
    let ([low, high], step) = round_bounds(
        ends().fold(f64::INFINITY, f64::min),
        ends().fold(f64::NEG_INFINITY, f64::max),
    );
    let ends = levels
        .iter()
        .enumerate()
        .filter_map(|(i, level)| Some((i, level.interval?)));
    base()
        .grid(grid("8", "48", "12", "44"))
        .x_axis(
            value_axis(format!("mean {}", format::label(outcome)))
                .min(number(low))
                .max(number(high))
                .interval(step),
        )
        .y_axis(name_axis(names))
        .series(
            Scatter::new()
                .name("mean")
                .symbol_size(13)
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .label(
                    Label::new()
                        .show(true)
                        .position(LabelPosition::Top)
                        .formatter("{@[3]}"),
                )
                .mark_line(intervals(ends, palette::POSITIVE))
                .data(points),
        )
}
