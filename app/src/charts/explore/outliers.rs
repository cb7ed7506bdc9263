//! Boxes of all numeric columns, each on its own axis, and the values that lie beyond them.

use charming::Chart;
use charming::component::{Axis, Grid};
use charming::element::{AxisLabel, AxisLine, AxisTick, AxisType, ItemStyle, SplitLine};
use charming::series::{Boxplot, Scatter};

use crate::charts::card::NO_ROWS;
use crate::charts::{
    Card, Cell, DataTable, Drawing, base, merged_outliers, number, outlier_points, overlay,
    palette, tuple,
};
use crate::figures::{ColumnBox, Outliers, Rule};
use crate::format;

/// Columns that are drawn at most.
const MOST_COLUMNS: usize = 24;
/// Points that are drawn of one column's outliers at most.
const MOST_OUTLIERS: usize = 200;
/// Outlying values that the page lists at most.
const MOST_LISTED: usize = 100;
/// Pixels for one box with its axis.
const LINE: usize = 76;

/// The card of the boxes.
pub fn outlier_boxes(figures: &Outliers) -> Card {
    let title = "Outliers of every numeric column".to_owned();
    if figures.columns.is_empty() {
        return Card::without_chart("outliers", title, NO_ROWS);
    }
    let drawn = &figures.columns[..figures.columns.len().min(MOST_COLUMNS)];
    let mut drawing = Drawing::new(&chart(drawn), 24 + LINE * drawn.len());
    finish(&mut drawing, drawn);
    Card {
        id: "outliers",
        title,
        finding: boxes_finding(figures, drawn),
        drawing: Some(drawing),
        table: boxes_table(figures),
        download: None,
    }
}

fn boxes_finding(figures: &Outliers, drawn: &[ColumnBox]) -> String {
    let count = |column: &ColumnBox| column.stats.outliers.len();
    let most = figures
        .columns
        .iter()
        .rev()
        .max_by_key(|column| count(column));
    let said = match most {
        Some(most) if count(most) > 0 => format!(
            "No column has more outliers than {}: {} beyond 1.5 interquartile ranges from the box.",
            format::label(&most.column),
            format::counted(count(most), "student lies", "students lie")
        ),
        _ => "No value lies beyond 1.5 interquartile ranges from its box.".to_owned(),
    };
    let boxes = drawn.iter().map(|column| &column.stats);
    said + &merged_outliers(boxes, MOST_OUTLIERS)
        + &crate::charts::left_to_table(drawn.len(), figures.columns.len())
}

fn chart(columns: &[ColumnBox]) -> Chart {
    let mut chart = base();
    for (i, column) in columns.iter().enumerate() {
        let index = i as f64;
        chart = chart
            .grid(
                Grid::new()
                    .left(136)
                    .right(24)
                    .top((8 + LINE * i) as i64)
                    .height(LINE as i64 - 40)
                    .contain_label(false),
            )
            .x_axis(
                Axis::new()
                    .type_(AxisType::Value)
                    .grid_index(index)
                    .scale(true)
                    .split_line(SplitLine::new().show(true)),
            )
            .y_axis(
                Axis::new()
                    .type_(AxisType::Category)
                    .grid_index(index)
                    .data(vec![format::label(&column.column)])
                    .axis_label(AxisLabel::new().show(true))
                    .axis_line(AxisLine::new().show(false))
                    .axis_tick(AxisTick::new().show(false)),
            );
    }
    for column in columns {
        let stats = &column.stats;
        let five = [
            stats.whisker_low,
            stats.q1,
            stats.median,
            stats.q3,
            stats.whisker_high,
        ];
        let points = outlier_points(stats, 0, MOST_OUTLIERS);
        chart = chart
            .series(
                Boxplot::new()
                    .name(format::label(&column.column))
                    .item_style(
                        ItemStyle::new()
                            .color("rgba(47,126,216,0.25)")
                            .border_color(palette::POSITIVE)
                            .border_width(1.5),
                    )
                    .data(vec![tuple(five.map(number))]),
            )
            .series(
                Scatter::new()
                    .name("outliers")
                    .symbol_size(6)
                    .item_style(ItemStyle::new().color(palette::NEGATIVE).opacity(0.7))
                    .data(points),
            );
    }
    chart
}

fn finish(drawing: &mut Drawing, columns: &[ColumnBox]) {
    let option = &mut drawing.option;
    for (i, column) in columns.iter().enumerate() {
        let (boxes, points) = (2 * i, 2 * i + 1);
        overlay::box_names(option, boxes);
        overlay::on_axes(option, boxes, i, i);
        overlay::dimensions(
            option,
            points,
            &[&column.column, "box", "students"],
            &[0, 2],
        );
        overlay::on_axes(option, points, i, i);
        overlay::truncate_labels(option, "yAxis", i, 120);
    }
}

fn boxes_table(figures: &Outliers) -> DataTable {
    let rows = figures
        .columns
        .iter()
        .map(|column| {
            let stats = &column.stats;
            let [low, high] = stats.fences();
            vec![
                Cell::Text(column.column.clone()),
                Cell::Count(stats.n),
                Cell::Value(low),
                Cell::Value(stats.q1),
                Cell::Value(stats.median),
                Cell::Value(stats.q3),
                Cell::Value(high),
                Cell::Count(stats.outliers.len()),
            ]
        })
        .collect();
    let header = [
        "column",
        "students",
        "lower fence",
        "lower quartile",
        "median",
        "upper quartile",
        "upper fence",
        "outliers",
    ];
    DataTable::new(&header, rows)
}

/// The list of the outlying values as the page shows it: its beginning. It has no chart.
pub fn outlying(figures: &Outliers) -> Card {
    list(figures, MOST_LISTED)
}

/// The same with every value, for the CSV.
pub fn outlying_in_full(figures: &Outliers) -> Card {
    list(figures, usize::MAX)
}

fn list(figures: &Outliers, most: usize) -> Card {
    let rows = figures.values.iter().take(most).map(|outlying| {
        let rules: Vec<String> = outlying.rules.iter().map(in_words).collect();
        vec![
            Cell::Count(outlying.row),
            Cell::Text(figures.columns[outlying.column].column.clone()),
            Cell::Value(outlying.value),
            Cell::Words(rules.join("; ")),
        ]
    });
    Card {
        id: "outlying",
        title: "Outlying values".to_owned(),
        finding: list_finding(figures, most),
        drawing: None,
        table: DataTable::new(&["row", "column", "value", "rule"], rows.collect()),
        download: None,
    }
}

fn in_words(rule: &Rule) -> String {
    match rule {
        Rule::Below(fence) => format!("below {}, Q1 − 1.5 IQR", format::value(*fence)),
        Rule::Above(fence) => format!("above {}, Q3 + 1.5 IQR", format::value(*fence)),
        Rule::Impossible([low, high]) => format!(
            "outside {} to {}, the possible values",
            format::value(*low),
            format::value(*high)
        ),
    }
}

fn list_finding(figures: &Outliers, most: usize) -> String {
    let n = figures.values.len();
    if n == 0 {
        return "No value is caught by Tukey's rule (beyond 1.5 interquartile ranges from the box), \
                and none lies outside what is possible."
            .to_owned();
    }
    let listed = match most < n {
        true => format!(
            " Listed are the first {most} of {}; the dashboard’s CSV has all.",
            format::count(n)
        ),
        false => String::new(),
    };
    format!(
        "{} of {} caught, by Tukey's rule (beyond 1.5 interquartile ranges from the box) or \
         because they lie outside what is possible.{listed}",
        format::counted(n, "value", "values"),
        format::counted(figures.students, "student is", "students are")
    )
}
