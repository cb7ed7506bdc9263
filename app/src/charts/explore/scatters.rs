//! The outcome against every numeric factor, each in a small plot with its trend.

use charming::Chart;
use charming::datatype::CompositeValue;
use charming::element::{ItemStyle, LineStyle, Symbol};
use charming::series::{Line, Scatter as ScatterSeries};

use super::panels::Panels;
use crate::charts::card::NO_ROWS;
use crate::charts::{
    Card, Cell, DataTable, Drawing, base, number, overlay, palette, share_in_words, short, tuple,
    value_axis, whole,
};
use crate::figures::{Scatter, strength};
use crate::format;

/// Width of the chart in pixels below which plots stand in twos.
const NARROW: usize = 640;

/// The card of the plots; `all` numeric factors are there.
pub fn scatters(figures: &[Scatter], all: usize, outcome: &str) -> Card {
    let title = format!("{} against every numeric factor", format::label(outcome));
    if figures.is_empty() {
        let reason = "This table has no numeric factor to draw the outcome against.";
        return Card::without_chart("scatters", title, reason);
    }
    if figures.iter().all(|scatter| scatter.n == 0) {
        return Card::without_chart("scatters", title, NO_ROWS);
    }
    let panels = |columns: usize| Panels {
        n: figures.len(),
        columns,
        height: 300 * figures.len().div_ceil(3).max(1),
    };
    let chart = chart(figures, &panels(figures.len().min(3)), outcome);
    let mut drawing = Drawing::new(&chart, panels(3).height);
    finish(&mut drawing, figures);
    let in_twos = panels(figures.len().min(2));
    overlay::grids_when_narrow(&mut drawing.option, NARROW, &in_twos.grids());
    Card {
        id: "scatters",
        title,
        finding: finding(figures, outcome) + &left_out(figures, all) + &merged(figures),
        drawing: Some(drawing),
        table: table(figures),
        download: Some(points_table(figures, outcome)),
    }
}

fn r(scatter: &Scatter) -> f64 {
    scatter.overall.as_ref().map_or(f64::NAN, |fit| fit.r)
}

fn finding(figures: &[Scatter], outcome: &str) -> String {
    let defined = figures
        .iter()
        .filter(|scatter| scatter.n > 2 && !r(scatter).is_nan());
    let closest = defined
        .rev()
        .max_by(|a, b| r(a).abs().total_cmp(&r(b).abs()));
    let outcome = format::label(outcome);
    match closest {
        None => {
            "Too few students are left, or nothing varies, so no trend can be drawn.".to_owned()
        }
        Some(scatter) => format!(
            "{outcome} goes with no factor more closely than with {}: that relation is {} (r = {}).",
            format::label(&scatter.x_name),
            strength(r(scatter)),
            format::decimals(r(scatter), 2)
        ),
    }
}

/// What the finding adds when the chart leaves out factors.
fn left_out(figures: &[Scatter], all: usize) -> String {
    match figures.len() < all {
        true => format!(
            " The chart has the {} of {all} factors that explain most.",
            figures.len()
        ),
        false => String::new(),
    }
}

/// What it adds where points are the middle of several places.
fn merged(figures: &[Scatter]) -> String {
    let merged = || figures.iter().filter(|scatter| scatter.side.is_some());
    if merged().next().is_none() {
        return String::new();
    }
    let students = merged().map(|scatter| scatter.n).max().unwrap_or_default();
    let points = merged().map(|scatter| scatter.points().count()).max();
    format!(
        " Of {} the chart and its CSV have at most {} points for {}: each is the middle of those in one cell of a \
         grid, larger where they are more. The other figures are of the students one by one.",
        format::list(
            &merged()
                .map(|scatter| format::label(&scatter.x_name))
                .collect::<Vec<_>>()
        ),
        format::count(points.unwrap_or_default()),
        share_in_words(students, students),
    )
}

fn chart(figures: &[Scatter], panels: &Panels, outcome: &str) -> Chart {
    let mut chart = base();
    for grid in panels.grids() {
        chart = chart.grid(grid);
    }
    for (i, scatter) in figures.iter().enumerate() {
        let index = i as f64;
        chart = chart
            .x_axis(
                value_axis(format::label(&scatter.x_name))
                    .name_gap(26)
                    .grid_index(index)
                    .split_number(4),
            )
            .y_axis(value_axis(String::new()).grid_index(index).split_number(4));
    }
    for scatter in figures {
        // A mean has more digits than anybody measures.
        let coordinate = scatter.side.map_or(number as fn(f64) -> _, |_| short);
        let items = scatter
            .points()
            .map(|point| tuple([coordinate(point.x), coordinate(point.y), whole(point.count)]));
        chart = chart.series(
            ScatterSeries::new()
                .name(format::label(outcome))
                .item_style(ItemStyle::new().color(palette::POSITIVE).opacity(0.5))
                .data(items.collect::<Vec<_>>()),
        );
    }
    for scatter in figures {
        chart = chart.series(
            Line::new()
                .name("trend")
                .symbol(Symbol::None)
                .silent(true)
                .line_style(LineStyle::new().color(palette::NEGATIVE).width(2))
                .item_style(ItemStyle::new().color(palette::NEGATIVE))
                .data(trend(scatter)),
        );
    }
    chart
}

/// Both ends of the trend; nothing without one.
fn trend(scatter: &Scatter) -> Vec<CompositeValue> {
    let spans = || scatter.groups.iter().flat_map(|group| group.span);
    let [low, high] = [
        spans().fold(f64::NAN, f64::min),
        spans().fold(f64::NAN, f64::max),
    ];
    match &scatter.overall {
        Some(fit) => [low, high]
            .map(|x| tuple([short(x), short(fit.at(x))]))
            .to_vec(),
        None => Vec::new(),
    }
}

fn finish(drawing: &mut Drawing, figures: &[Scatter]) {
    let option = &mut drawing.option;
    for (i, scatter) in figures.iter().enumerate() {
        let names = [scatter.x_name.as_str(), scatter.y_name.as_str(), "students"];
        overlay::dimensions(option, i, &names, &[0, 1, 2]);
        overlay::on_axes(option, i, i, i);
        overlay::whole_symbols(option, i);
        overlay::on_axes(option, figures.len() + i, i, i);
    }
    let points = figures.iter().flat_map(Scatter::points);
    let largest = points.map(|point| point.count).max();
    overlay::size_by_count(option, figures.len(), largest.unwrap_or(1));
}

fn table(figures: &[Scatter]) -> DataTable {
    let rows = figures
        .iter()
        .map(|scatter| {
            let fit = scatter.overall.as_ref();
            vec![
                Cell::Text(scatter.x_name.clone()),
                Cell::Count(scatter.n),
                Cell::Number(r(scatter), 3),
                Cell::Number(fit.map_or(f64::NAN, |fit| fit.slope), 4),
                Cell::Interval(fit.map(|fit| fit.slope_ci95), 4),
                Cell::Number(fit.map_or(f64::NAN, |fit| fit.r2), 3),
                Cell::P(fit.map_or(f64::NAN, |fit| fit.p)),
            ]
        })
        .collect();
    let header = [
        "factor",
        "students",
        "r",
        "slope",
        "95 % interval",
        "r²",
        "p",
    ];
    DataTable::new(&header, rows)
}

/// Every point, for the CSV.
fn points_table(figures: &[Scatter], outcome: &str) -> DataTable {
    let mut rows = Vec::new();
    for scatter in figures {
        for point in scatter.points() {
            rows.push(vec![
                Cell::Text(scatter.x_name.clone()),
                Cell::Value(point.x),
                Cell::Value(point.y),
                Cell::Count(point.count),
            ]);
        }
    }
    DataTable::new(&["factor", "value", outcome, "students"], rows)
}
