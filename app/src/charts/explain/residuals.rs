//! How far students lie from what the model expects of them.

use charming::Chart;
use charming::datatype::CompositeValue;
use charming::element::{ItemStyle, MarkLineData};
use charming::series::Scatter;

use crate::charts::{
    Card, Cell, DataTable, Drawing, base, grid, overlay, palette, share_in_words, short, tuple,
    value_axis, whole, zero_line,
};
use crate::figures::{MOST_POINTS, Model, Point};
use crate::format;
use crate::stats::{quantile, sorted};

/// Classes of the table.
const CLASSES: usize = 20;

/// The card of the residuals.
pub fn residuals(model: &Model, outcome: &str) -> Card {
    let name = format::label(outcome);
    let mut drawing = Drawing::new(&chart(&model.residuals.points, &name), 400);
    let names = ["expected", "difference", "students"];
    overlay::dimensions(&mut drawing.option, 0, &names, &[0, 1, 2]);
    overlay::whole_symbols(&mut drawing.option, 0);
    let largest = model.residuals.points.iter().map(|point| point.count).max();
    overlay::size_by_count(&mut drawing.option, 1, largest.unwrap_or(1));
    Card {
        id: "residuals",
        title: format!("{name} less what is expected"),
        finding: finding(model, &name) + &merged(model),
        drawing: Some(drawing),
        table: table(&model.residuals.points),
        download: Some(points(&model.residuals.points)),
    }
}

fn finding(model: &Model, outcome: &str) -> String {
    let residuals = &model.residuals;
    let [low, high] = residuals.quartiles;
    let places = format::places_for(model.residual_std).max(1);
    let spread = match residuals.spread {
        r if r.is_nan() => String::new(),
        r if r.abs() < 0.1 => format!(
            "their spread hardly changes with what is expected (r = {})",
            format::decimals(r, 2)
        ),
        r => format!(
            "their spread {} with what is expected (r = {}), so the intervals here are only rough",
            if r > 0.0 { "grows" } else { "shrinks" },
            format::decimals(r, 2)
        ),
    };
    let half = format!(
        "Half of the students lie between {} and {} points of {outcome} from what is expected of them, \
         the farthest {} points",
        format::signed(low, places),
        format::signed(high, places),
        format::signed(residuals.largest, places),
    );
    match spread.as_str() {
        "" => format!("{half}."),
        _ => format!("{half}; {spread}."),
    }
}

/// What the finding adds of a large table, whose points are the students of a neighbourhood.
fn merged(model: &Model) -> String {
    let points = model.residuals.points.len();
    match model.n > MOST_POINTS && points > 0 {
        true => format!(
            " The chart and its CSV have {} points for {}: those that lie close are one, larger where they are more.",
            format::count(points),
            share_in_words(model.n, model.n)
        ),
        false => String::new(),
    }
}

fn chart(points: &[Point], outcome: &str) -> Chart {
    let items: Vec<CompositeValue> = points
        .iter()
        .map(|point| tuple([brief(point.x), brief(point.y), whole(point.count)]))
        .collect();
    base()
        .grid(grid("40", "20", "16", "44"))
        .x_axis(value_axis(format!("expected {outcome}")))
        .y_axis(value_axis("difference".to_owned()).name_gap(40))
        .series(
            Scatter::new()
                .name("students")
                .item_style(ItemStyle::new().color(palette::POSITIVE).opacity(0.55))
                .mark_line(zero_line(MarkLineData::new().y_axis(0), palette::NEGATIVE))
                .data(items),
        )
}

/// A coordinate with the digits that a screen can show, so that pages stay small.
fn brief(x: f64) -> CompositeValue {
    short(format!("{x:.4e}").parse().unwrap_or(x))
}

/// Quartiles of the differences by classes of what is expected.
fn table(points: &[Point]) -> DataTable {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return DataTable::default();
    };
    let width = last.x / CLASSES as f64 - first.x / CLASSES as f64;
    let class = |x: f64| match width > 0.0 && width.is_finite() {
        true => ((x - first.x) / width).floor().min(CLASSES as f64 - 1.0),
        false => 0.0,
    };
    let rows = points
        .chunk_by(|a, b| class(a.x) == class(b.x))
        .map(|points| {
            let values: Vec<f64> = points
                .iter()
                .flat_map(|point| std::iter::repeat_n(point.y, point.count))
                .collect();
            let values = sorted(&values);
            let [least, low, middle, high, most] =
                [0.0, 0.25, 0.5, 0.75, 1.0].map(|p| Cell::Number(quantile(&values, p), 2));
            let (from, to) = (points[0].x, points[points.len() - 1].x);
            vec![
                Cell::Words(format!("{} to {}", format::value(from), format::value(to))),
                Cell::Count(values.len()),
                least,
                low,
                middle,
                high,
                most,
            ]
        });
    let header = [
        "expected",
        "students",
        "lowest difference",
        "lower quartile",
        "median",
        "upper quartile",
        "highest difference",
    ];
    DataTable::new(&header, rows.collect())
}

fn points(points: &[Point]) -> DataTable {
    let rows = points.iter().map(|point| {
        vec![
            Cell::Value(point.x),
            Cell::Value(point.y),
            Cell::Count(point.count),
        ]
    });
    DataTable::new(&["expected", "difference", "students"], rows.collect())
}
