//! The distributions of the outcome in both groups, one over the other, each as shares of its own
//! group, so that groups of unlike size can be compared.

use charming::Chart;
use charming::component::Legend;
use charming::datatype::{CompositeValue, DataPointItem};
use charming::element::{ItemStyle, LineStyle, Symbol};
use charming::series::{Bar, Line};

use super::{COLORS, names, nothing};
use crate::charts::sentences;
use crate::charts::{
    Card, Cell, DataTable, Drawing, base, grid, number, overlay, short, tuple, value_axis,
};
use crate::figures::{Comparison, Distributions};
use crate::filter::Bins;
use crate::format;

const ID: &str = "distributions";

/// The card of the distributions.
pub fn distributions(figures: &Comparison, outcome: &str) -> Card {
    let name = format::label(outcome);
    let title = format!("{name} in both groups");
    if let Some(reason) = nothing(figures) {
        return Card::without_chart(ID, title, &reason);
    }
    let Some(found) = &figures.distributions else {
        let reason = "The values lie too far apart to be put into bins.";
        return Card::without_chart(ID, title, reason);
    };
    let names = names(figures);
    let sizes = [0, 1].map(|side: usize| figures.groups[side].n);
    let mut drawing = Drawing::new(&chart(found, &names, sizes, &name), 420);
    for series in [0, 1] {
        let parts = ["middle", "percent of the group", "bin"];
        overlay::dimensions(&mut drawing.option, series, &parts, &[2, 1]);
    }
    overlay::hide_end_labels(&mut drawing.option, "xAxis", 0);
    Card {
        id: ID,
        title,
        finding: finding(figures, outcome),
        drawing: Some(drawing),
        table: table(found, sizes),
        download: None,
    }
}

fn finding(figures: &Comparison, outcome: &str) -> String {
    let [a, b] = &figures.groups;
    let medians = format!(
        "The median of {} is {} in group A and {} in group B",
        format::label(outcome),
        format::value(a.median),
        format::value(b.median)
    );
    let pairs = sentences::superiority(outcome, ["group A", "group B"], figures.ranks.as_ref());
    format!("{medians}. {pairs}")
}

fn width(found: &Distributions) -> f64 {
    found
        .edges
        .windows(2)
        .next()
        .map_or(1.0, |edges| edges[1] - edges[0])
}

fn chart(found: &Distributions, names: &[String; 2], sizes: [usize; 2], outcome: &str) -> Chart {
    let (first, last) = (found.edges[0], found.edges[found.edges.len() - 1]);
    let mut chart = base()
        .grid(grid("40", "24", "40", "44"))
        .legend(Legend::new().top(0).data(names.to_vec()))
        .x_axis(
            value_axis(outcome.to_owned())
                .min(number(first))
                .max(number(last)),
        )
        .y_axis(
            value_axis("% of the group".to_owned())
                .name_gap(40)
                .scale(false),
        );
    for side in [0, 1] {
        chart = chart.series(bars(found, &names[side], side, sizes[side]));
    }
    for side in [0, 1] {
        if let Some(kde) = &found.kde[side] {
            let scale = 100.0 * width(found);
            let curve: Vec<CompositeValue> = kde
                .x
                .iter()
                .zip(&kde.y)
                .map(|(&x, &y)| tuple([short(x), short(y * scale)]))
                .collect();
            chart = chart.series(
                Line::new()
                    .name(names[side].clone())
                    .symbol(Symbol::None)
                    .smooth(0.4)
                    .silent(true)
                    .line_style(LineStyle::new().color(COLORS[side]).width(2.5))
                    .item_style(ItemStyle::new().color(COLORS[side]))
                    .data(curve),
            );
        }
    }
    chart
}

fn bars(found: &Distributions, name: &str, side: usize, n: usize) -> Bar {
    let items: Vec<DataPointItem> = found.counts[side]
        .iter()
        .zip(found.edges.windows(2))
        .map(|(&count, edges)| {
            DataPointItem::new(tuple([
                short(edges[0] + (edges[1] - edges[0]) / 2.0),
                short(share(count, n)),
                CompositeValue::from(bin(found.bins, edges)),
            ]))
        })
        .collect();
    Bar::new()
        .name(name)
        .bar_width("96%")
        .bar_gap("-100%")
        .item_style(ItemStyle::new().color(COLORS[side]).opacity(0.4))
        .data(items)
}

/// Percent of the group.
fn share(count: usize, n: usize) -> f64 {
    100.0 * count as f64 / n as f64
}

fn bin(bins: Bins, edges: &[f64]) -> String {
    match bins {
        Bins::Whole if edges[1] - edges[0] <= 1.0 => format::value(edges[0] + 0.5),
        Bins::Whole => format!(
            "{} to {}",
            format::value(edges[0] + 0.5),
            format::value(edges[1] - 0.5)
        ),
        Bins::Twenty => format!("{} to {}", format::value(edges[0]), format::value(edges[1])),
    }
}

fn table(found: &Distributions, sizes: [usize; 2]) -> DataTable {
    let rows = found.edges.windows(2).enumerate().map(|(i, edges)| {
        let [a, b] = [0, 1].map(|side: usize| found.counts[side][i]);
        vec![
            Cell::Words(bin(found.bins, edges)),
            Cell::Count(a),
            Cell::Number(share(a, sizes[0]), 1),
            Cell::Count(b),
            Cell::Number(share(b, sizes[1]), 1),
        ]
    });
    let header = [
        "score",
        "students of A",
        "percent of A",
        "students of B",
        "percent of B",
    ];
    DataTable::new(&header, rows.collect())
}
