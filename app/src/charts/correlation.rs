//! Correlation of each numeric factor with the outcome: bars on both sides of zero.

use charming::Chart;
use charming::datatype::{CompositeValue, DataPointItem};
use charming::element::{ItemStyle, Label, LabelPosition, MarkLineData};
use charming::series::Bar;

use super::card::NO_ROWS;
use super::{
    Card, Cell, Clicks, DataTable, Drawing, MOST_LINES, base, grid, height_of, name_axis, overlay,
    palette, short, tuple, value_axis, whole, zero_line,
};
use crate::figures::{FactorCorrelation, FactorImpact};
use crate::format;

/// The card of the correlations; `clicks` leads from a factor to its scatter plot.
pub fn correlation(figures: &FactorImpact, outcome: &str, clicks: Clicks) -> Card {
    let title = format!("Correlation with {}", format::label(outcome));
    let defined: Vec<&FactorCorrelation> = figures
        .correlations
        .iter()
        .filter(|c| !c.r.is_nan())
        .collect();
    if defined.is_empty() {
        let reason = match figures.correlations.is_empty() {
            true => "This table has no numeric factor to correlate with the outcome.",
            false if figures.correlations.iter().all(|c| c.n == 0) => NO_ROWS,
            false => {
                "No correlation is defined: fewer than three students are left, or the outcome or \
                 every factor is the same for all."
            }
        };
        return Card::without_chart("correlation", title, reason);
    }
    let drawn = ends(&defined);
    let mut drawing = Drawing::new(&chart(&drawn), height_of(drawn.len()));
    overlay::dimensions(
        &mut drawing.option,
        0,
        &["r", "factor", "students", "label"],
        &[0, 2],
    );
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 130);
    let rows = figures
        .correlations
        .iter()
        .map(|c| {
            vec![
                super::linked(&c.name, &clicks),
                Cell::Number(c.r, 3),
                Cell::Interval(c.interval, 3),
                Cell::Count(c.n),
            ]
        })
        .collect();
    drawing.clicks = clicks;
    Card {
        id: "correlation",
        title,
        finding: finding(&defined, outcome) + &super::left_to_table(drawn.len(), defined.len()),
        drawing: Some(drawing),
        table: DataTable::new(&["factor", "r", "95 % interval", "students"], rows),
        download: None,
    }
}

/// The factors at both ends, where the clear correlations are, when there are too many for a chart.
fn ends<'f>(defined: &[&'f FactorCorrelation]) -> Vec<&'f FactorCorrelation> {
    if defined.len() <= MOST_LINES {
        return defined.to_vec();
    }
    let half = MOST_LINES / 2;
    [&defined[..half], &defined[defined.len() - half..]].concat()
}

fn finding(defined: &[&FactorCorrelation], outcome: &str) -> String {
    let outcome = format::label(outcome);
    let size = |c: &FactorCorrelation| c.r.abs();
    let strongest = defined
        .iter()
        .rev()
        .max_by(|a, b| size(a).total_cmp(&size(b)));
    let Some(strongest) = strongest else {
        return NO_ROWS.to_owned();
    };
    let name = format::label(&strongest.name);
    let r = format::decimals(strongest.r, 2);
    // What rounds to nothing is not called a rise or a fall.
    if size(strongest) < 0.005 {
        return format!(
            "No numeric factor has a linear relation to {outcome} here (all r = 0.00)."
        );
    }
    let direction = if strongest.r > 0.0 {
        "rises with"
    } else {
        "falls with"
    };
    let equals = defined
        .iter()
        .filter(|c| size(strongest) - size(c) < 0.005)
        .count();
    let comparison = match (defined.len(), equals) {
        (1, _) => "",
        (_, 1) => " more clearly than with any other numeric factor",
        _ => ", as clearly as with any other numeric factor",
    };
    format!(
        "{outcome} {direction} {name}{comparison} (r = {r}); correlation alone does not say why."
    )
}

fn chart(defined: &[&FactorCorrelation]) -> Chart {
    let names = defined.iter().map(|c| c.name.clone()).collect();
    let bars: Vec<DataPointItem> = defined
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let color = if c.r < 0.0 {
                palette::NEGATIVE
            } else {
                palette::POSITIVE
            };
            DataPointItem::new(tuple([
                short(c.r),
                whole(i),
                whole(c.n),
                CompositeValue::from(format::decimals(c.r, 2)),
            ]))
            .name(c.name.clone())
            .item_style(ItemStyle::new().color(color))
        })
        .collect();
    base()
        .grid(grid("8", "48", "12", "44"))
        .x_axis(
            value_axis("Pearson's r".to_owned())
                .scale(false)
                .split_number(4),
        )
        .y_axis(name_axis(names))
        .series(
            Bar::new()
                .name("r")
                .bar_width("60%")
                .label(
                    Label::new()
                        .show(true)
                        .position(LabelPosition::Right)
                        .formatter("{@[3]}"),
                )
                .mark_line(zero_line(MarkLineData::new().x_axis(0), "#7b8794"))
                .data(bars),
        )
}
