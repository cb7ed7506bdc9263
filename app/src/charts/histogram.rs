//! The outcome's histogram with its density curve, and its box above on the same axis.

use charming::Chart;
use charming::component::Axis;
use charming::datatype::DataPointItem;
use charming::element::{AxisLabel, AxisLine, AxisTick, AxisType, ItemStyle, LineStyle, Symbol};
use charming::series::{Bar, Boxplot, Line, Scatter};

use super::card::NO_ROWS;
use super::{
    Card, Cell, DataTable, Drawing, base, grid, merged_outliers, number, overlay, palette, short,
    tuple, value_axis, whole,
};
use crate::figures::Performance;
use crate::filter::Bins;
use crate::format;
use crate::stats::{BoxStats, Histogram, Kde};

/// Points that are drawn of the outliers at most.
const MOST_OUTLIERS: usize = 200;

/// The card of the outcome's distribution.
pub fn histogram(figures: &Performance, outcome: &str) -> Card {
    let title = format!("Distribution of {}", format::label(outcome));
    if figures.n == 0 {
        return Card::without_chart("histogram", title, NO_ROWS);
    }
    let (Some(bars), Some(stats)) = (&figures.histogram, &figures.stats) else {
        let reason = "The values lie too far apart to be put into bins.";
        return Card::without_chart("histogram", title, reason);
    };
    let mut drawing = Drawing::new(
        &chart(figures.bins, bars, figures.kde.as_ref(), stats, outcome),
        420,
    );
    let lines = usize::from(figures.kde.is_some());
    overlay::on_axes(&mut drawing.option, 1 + lines, 1, 1);
    overlay::box_names(&mut drawing.option, 1 + lines);
    overlay::dimensions(&mut drawing.option, 0, &["score", "students"], &[1]);
    overlay::dimensions(
        &mut drawing.option,
        2 + lines,
        &["score", "box", "students"],
        &[0, 2],
    );
    overlay::hide_end_labels(&mut drawing.option, "xAxis", 0);
    Card {
        id: "histogram",
        title,
        finding: finding(figures, stats, outcome),
        drawing: Some(drawing),
        table: table(figures, bars),
        download: None,
    }
}

fn finding(figures: &Performance, stats: &BoxStats, outcome: &str) -> String {
    let name = format::label(outcome);
    if figures.n == 1 {
        let only = format::value(stats.median);
        return format!("One student is left, with {name} {only}.");
    }
    if figures.kde.is_none() {
        let all = format::value(stats.median);
        return format!(
            "All {} students have {name} {all}.",
            format::count(figures.n)
        );
    }
    let (low, high) = (format::value(stats.q1), format::value(stats.q3));
    let middle = match low == high {
        true => format!("The middle half of the students all have {name} {low}"),
        false => format!(
            "The middle half of the students lies between {low} and {high}, around a median of {}",
            format::value(stats.median)
        ),
    };
    match stats.outliers.len() {
        0 => format!("{middle}; no value lies outside the whiskers."),
        n => format!(
            "{middle}; {} outside the whiskers.{}",
            format::counted(n, "student lies", "students lie"),
            merged_outliers([stats].into_iter(), MOST_OUTLIERS)
        ),
    }
}

fn chart(
    bins: Bins,
    bars: &Histogram,
    kde: Option<&Kde>,
    stats: &BoxStats,
    outcome: &str,
) -> Chart {
    let (first, last) = (bars.edges[0], bars.edges[bars.edges.len() - 1]);
    let width = (last - first) / bars.counts.len() as f64;
    let middles: Vec<DataPointItem> = bars
        .counts
        .iter()
        .zip(bars.edges.windows(2))
        .map(|(&n, edges)| {
            let middle = short(edges[0] + (edges[1] - edges[0]) / 2.0);
            DataPointItem::new(tuple([middle, whole(n)])).name(bin_name(bins, edges))
        })
        .collect();
    let mut chart = base()
        // Fixed margins: both plots must begin and end at the same pixel.
        .grid(grid("64", "24", "92", "52").contain_label(false))
        .grid(grid("64", "24", "8", "78%").contain_label(false))
        .x_axis(
            value_axis(format::label(outcome))
                .min(number(first))
                .max(number(last)),
        )
        .x_axis(
            Axis::new()
                .type_(AxisType::Value)
                .grid_index(1)
                .min(number(first))
                .max(number(last))
                .show(false),
        )
        .y_axis(value_axis("students".to_owned()).name_gap(48).scale(false))
        .y_axis(
            Axis::new()
                .type_(AxisType::Category)
                .grid_index(1)
                .data(vec!["box"])
                .axis_label(AxisLabel::new().show(false))
                .axis_tick(AxisTick::new().show(false))
                .axis_line(AxisLine::new().show(false)),
        )
        .series(
            Bar::new()
                .name("students")
                .bar_width("96%")
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .data(middles),
        );
    if let Some(kde) = kde {
        // A density covers an area of 1, the bars one of n times their width.
        let n: usize = bars.counts.iter().sum();
        let scale = n as f64 * width;
        let curve = kde
            .x
            .iter()
            .zip(&kde.y)
            .map(|(&x, &y)| tuple([short(x), short(y * scale)]))
            .collect();
        chart = chart.series(
            Line::new()
                .name("density")
                .symbol(Symbol::None)
                .smooth(0.4)
                .line_style(LineStyle::new().color(palette::NEGATIVE).width(2))
                .item_style(ItemStyle::new().color(palette::NEGATIVE))
                .data::<charming::datatype::CompositeValue>(curve),
        );
    }
    chart.series(box_series(stats)).series(outliers(stats))
}

fn box_series(stats: &BoxStats) -> Boxplot {
    let five = [
        stats.whisker_low,
        stats.q1,
        stats.median,
        stats.q3,
        stats.whisker_high,
    ];
    Boxplot::new()
        .name("box")
        .item_style(
            ItemStyle::new()
                .color("transparent")
                .border_color(palette::POSITIVE)
                .border_width(1.5),
        )
        .data(vec![tuple(five.map(number))])
}

fn outliers(stats: &BoxStats) -> Scatter {
    Scatter::new()
        .name("outliers")
        .x_axis_index(1)
        .y_axis_index(1)
        .symbol_size(5)
        .item_style(ItemStyle::new().color(palette::NEGATIVE))
        .data(super::outlier_points(stats, 0, MOST_OUTLIERS))
}

fn table(figures: &Performance, bars: &Histogram) -> DataTable {
    let rows = bars
        .counts
        .iter()
        .zip(bars.edges.windows(2))
        .map(|(&n, edges)| {
            let share = 100.0 * n as f64 / figures.n as f64;
            let mut row = match figures.bins {
                Bins::Whole => vec![Cell::Words(bin_name(Bins::Whole, edges))],
                Bins::Twenty => vec![Cell::Value(edges[0]), Cell::Value(edges[1])],
            };
            row.extend([Cell::Count(n), Cell::Number(share, 1)]);
            row
        })
        .collect();
    let header: &[&str] = match figures.bins {
        Bins::Whole => &["score", "students", "percent"],
        Bins::Twenty => &["from", "to", "students", "percent"],
    };
    DataTable::new(header, rows)
}

fn bin_name(bins: Bins, edges: &[f64]) -> String {
    let (low, high) = (edges[0], edges[1]);
    match bins {
        Bins::Whole if high - low <= 1.0 => format::value(low + 0.5),
        Bins::Whole => format!(
            "{} to {}",
            format::value(low + 0.5),
            format::value(high - 0.5)
        ),
        Bins::Twenty => format!("{} to {}", format::value(low), format::value(high)),
    }
}
