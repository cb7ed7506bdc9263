//! Every pair of numeric columns as a small scatter plot, and each column's density where its row
//! and its column of plots meet.

use charming::Chart;
use charming::component::{Axis, Grid, Legend, LegendType, Title};
use charming::datatype::CompositeValue;
use charming::element::{
    AreaStyle, AxisLabel, AxisLine, AxisTick, AxisType, ItemStyle, LineStyle, SplitLine, Symbol,
    TextStyle,
};
use charming::series::{Line, Scatter};
use serde_json::{Value, json};

use crate::charts::card::NO_ROWS;
use crate::charts::matrix::method_name;
use crate::charts::{
    Card, Cell, DataTable, Drawing, base, brief, number, overlay, palette, short_float, tuple,
};
use crate::figures::{PairGroup, PairPlot, Relationships};
use crate::format;

/// Pixels from the top of one row of plots to that of the next.
const STEP: usize = 112;
/// Pixels between the rows, where the names of the columns stand.
const GAP: i64 = 22;
/// Pixels above the plots, for the legend.
const TOP: usize = 48;
/// Share of the width left of the plots, for the labels of the axes, in percent.
const LEFT: f64 = 10.0;

/// The card of the plots; `relationships` name the two columns with the largest correlation.
pub fn pair_plot(figures: &PairPlot, relationships: &Relationships) -> Card {
    let title = match &figures.color {
        Some((_, name)) => format!("All numeric columns in pairs, by {}", format::label(name)),
        None => "All numeric columns in pairs".to_owned(),
    };
    if figures.rows() == 0 {
        return Card::without_chart("pairs", title, NO_ROWS);
    }
    let k = figures.columns.len();
    let mut drawing = Drawing::new(&chart(figures), TOP + STEP * k + 36);
    finish(&mut drawing, figures);
    Card {
        id: "pairs",
        title,
        finding: finding(figures, relationships),
        drawing: Some(drawing),
        table: table(figures),
        download: None,
    }
}

fn finding(figures: &PairPlot, relationships: &Relationships) -> String {
    let mut said = match &relationships.strongest {
        Some(pair) => format!(
            "No pair is closer than {} and {} ({} r = {}).",
            format::label(&pair.a_name),
            format::label(&pair.b_name),
            method_name(relationships.matrix.method),
            format::decimals(pair.r, 2)
        ),
        None => "No two columns vary together here.".to_owned(),
    };
    if figures.drawn() < figures.rows() {
        said += &format!(
            " The plots draw {} of {} students ({} %), spread evenly over the table; the densities are of all.",
            format::count(figures.drawn()),
            format::count(figures.rows()),
            format::decimals(100.0 * figures.drawn() as f64 / figures.rows() as f64, 1)
        );
    }
    if figures.columns.len() < figures.numeric {
        said += &format!(
            " Of {} numeric columns they draw the outcome and the {} that explain most of it.",
            figures.numeric,
            figures.columns.len() - 1
        );
    }
    if figures.groups.len() < figures.levels {
        said += &format!(
            " Only the {} commonest of {} levels are drawn.",
            figures.groups.len(),
            figures.levels
        );
    }
    said
}

fn group_name(group: &PairGroup) -> String {
    group.level.as_ref().map_or_else(
        || "all".to_owned(),
        |(_, name)| format::level(name).into_owned(),
    )
}

fn group_color(group: &PairGroup) -> &'static str {
    palette::series(group.level.as_ref().map_or(0, |(level, _)| *level))
}

/// The plots on and below the diagonal as (row, column), row by row; those above would repeat them.
fn plots(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(|row| (0..=row).map(move |column| (row, column)))
}

/// Width of one plot in percent of the chart, the gap to the next included.
fn share(k: usize) -> f64 {
    (99.0 - LEFT) / k as f64
}

fn chart(figures: &PairPlot) -> Chart {
    let k = figures.columns.len();
    let names: Vec<String> = figures.groups.iter().map(group_name).collect();
    let mut chart = base();
    if figures.color.is_some() {
        chart = chart.legend(Legend::new().type_(LegendType::Scroll).top(0).data(names));
    }
    let bounds: Vec<[f64; 2]> = (0..k).map(|column| bounds(figures, column)).collect();
    for (row, column) in plots(k) {
        chart = with_plot(chart, figures, &bounds, row, column);
    }
    for (row, column) in plots(k) {
        for group in &figures.groups {
            chart = match row == column {
                true => chart.series(density(figures, group, column)),
                false => chart.series(
                    Scatter::new()
                        .name(group_name(group))
                        .symbol_size(3)
                        .item_style(ItemStyle::new().color(group_color(group)).opacity(0.45)),
                ),
            };
        }
    }
    chart
}

/// Bounds of a column's axes, the same in all of its plots: just beyond its values, since round ones
/// would leave little room for the points.
fn bounds(figures: &PairPlot, column: usize) -> [f64; 2] {
    let summaries = || {
        figures
            .groups
            .iter()
            .map(|group| &group.columns[column].summary)
    };
    let low = summaries().map(|s| s.min).fold(f64::NAN, f64::min);
    let high = summaries().map(|s| s.max).fold(f64::NAN, f64::max);
    match high - low {
        range if range.is_nan() || range.is_infinite() => [0.0, 1.0],
        // Values that are all the same have an axis of their own size.
        0.0 => [
            low - low.abs().max(1.0) / 2.0,
            high + high.abs().max(1.0) / 2.0,
        ],
        range => [low - 0.05 * range, high + 0.05 * range].map(short_float),
    }
}

/// Adds the area and the axes of one plot.
fn with_plot(
    chart: Chart,
    figures: &PairPlot,
    bounds: &[[f64; 2]],
    row: usize,
    column: usize,
) -> Chart {
    let k = figures.columns.len();
    let left = LEFT + share(k) * column as f64;
    let top = TOP + STEP * row;
    let index = (row * (row + 1) / 2 + column) as f64;
    let axis = |[low, high]: [f64; 2], labelled: bool| {
        Axis::new()
            .type_(AxisType::Value)
            .grid_index(index)
            .min(number(low))
            .max(number(high))
            .split_number(2)
            .split_line(SplitLine::new().show(false))
            .axis_tick(AxisTick::new().show(labelled))
            .axis_line(AxisLine::new().show(true).on_zero(false))
            .axis_label(AxisLabel::new().show(labelled).font_size(10))
    };
    let upwards = match row == column {
        true => Axis::new()
            .type_(AxisType::Value)
            .grid_index(index)
            .show(false),
        false => axis(bounds[row], column == 0),
    };
    let chart = chart
        .grid(
            Grid::new()
                .left(format!("{left:.2}%"))
                .width(format!("{:.2}%", share(k) - 1.0))
                .top(top as i64)
                .height(STEP as i64 - GAP)
                .contain_label(false),
        )
        .x_axis(axis(bounds[column], row + 1 == k))
        .y_axis(upwards);
    match row == column {
        true => chart.title(name(figures, column, left).top(top as i64 - 17)),
        false => chart,
    }
}

/// The name of a column above its density. Names may be longer than plots are wide, and have room
/// towards the middle of the chart.
fn name(figures: &PairPlot, column: usize, left: f64) -> Title {
    let k = figures.columns.len();
    let title = Title::new()
        .text(format::label(&figures.columns[column]))
        .padding(0)
        .text_style(TextStyle::new().font_size(11).font_weight("normal"));
    match 2 * column < k {
        true => title.left(format!("{left:.2}%")),
        false => title.right(format!("{:.2}%", 101.0 - left - share(k))),
    }
}

/// A group's density as its share of all students, so that the areas of all groups make 1.
fn density(figures: &PairPlot, group: &PairGroup, column: usize) -> Line {
    let all: usize = figures
        .groups
        .iter()
        .map(|group| group.columns[column].summary.count)
        .sum();
    let own = &group.columns[column];
    let share = own.summary.count as f64 / all.max(1) as f64;
    let curve: Vec<CompositeValue> = own.kde.as_ref().map_or_else(Vec::new, |kde| {
        let points = kde.x.iter().zip(&kde.y);
        points
            .map(|(&x, &y)| tuple([brief(x), brief(y * share)]))
            .collect()
    });
    let color = group_color(group);
    Line::new()
        .name(group_name(group))
        .symbol(Symbol::None)
        .silent(true)
        .line_style(LineStyle::new().color(color).width(1.5))
        .item_style(ItemStyle::new().color(color))
        .area_style(AreaStyle::new().color(color).opacity(0.2))
        .data(curve)
}

fn finish(drawing: &mut Drawing, figures: &PairPlot) {
    let option = &mut drawing.option;
    let tables = figures.groups.iter().map(rows).collect();
    overlay::datasets(option, &figures.columns, tables);
    let mut series = 0;
    for (plot, (row, column)) in plots(figures.columns.len()).enumerate() {
        for table in 0..figures.groups.len() {
            overlay::on_axes(option, series, plot, plot);
            if row != column {
                overlay::columns_of(option, series, table, column, row);
                overlay::whole_symbols(option, series);
            }
            series += 1;
        }
    }
    for axis in 0..series / figures.groups.len() {
        overlay::hide_end_labels(option, "xAxis", axis);
        overlay::hide_end_labels(option, "yAxis", axis);
    }
    overlay::truncate_titles(option, 150);
}

/// The drawn rows of a group, null where a value is missing.
fn rows(group: &PairGroup) -> Value {
    let rows = group.drawn.iter().map(|row| {
        let values = row.iter().map(|&x| json!(number(x)));
        Value::Array(values.collect())
    });
    Value::Array(rows.collect())
}

fn table(figures: &PairPlot) -> DataTable {
    let color = figures.color.as_ref().map(|(_, name)| name.as_str());
    let mut header = vec!["column"];
    header.extend(color);
    header.extend(["students", "mean", "std", "25 %", "median", "75 %"]);
    let mut rows = Vec::new();
    for (column, name) in figures.columns.iter().enumerate() {
        for group in &figures.groups {
            let s = &group.columns[column].summary;
            let mut row = vec![Cell::Text(name.clone())];
            if let Some((_, level)) = &group.level {
                row.push(Cell::Text(level.clone()));
            }
            row.push(Cell::Count(s.count));
            row.extend([Cell::Number(s.mean, 2), Cell::Number(s.std, 2)]);
            row.extend([s.q1, s.median, s.q3].map(Cell::Value));
            rows.push(row);
        }
    }
    DataTable::new(&header, rows)
}
