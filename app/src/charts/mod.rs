//! Figures as interactive charts: one file per chart, each a function from a struct of `figures`
//! to a charming [`Chart`], and to the [`Card`] that shows it with its finding and its table.
//!
//! Options are pure JSON: no function in them, so that pages need no `eval`.

mod average;
mod bands;
mod boxes;
mod card;
mod comparison;
mod correlation;
mod dots;
mod explain;
mod explore;
mod histogram;
mod matrix;
mod overlay;
mod pairs;
mod palette;
mod scatter;
pub mod sentences;
mod shares;
mod table;
mod variance;

pub use average::average;
pub use bands::bands;
use boxes::box_series;
pub use boxes::boxes;
pub use card::{Card, Clicks, Drawing};
pub use comparison::{contrasts, difference_table, distributions, means};
pub use correlation::correlation;
pub use explain::{
    coefficients, coefficients_in_words, expectation, influence, level_tests, no_model, partial,
    partial_in_words, residuals, tests_in_words,
};
pub use explore::{
    counts, missing_map, of_factor, outlier_boxes, outlying, outlying_in_full, pair_plot, scatters,
    score_boxes,
};
pub use histogram::histogram;
pub use matrix::matrix;
pub use pairs::strong_pairs;
pub use scatter::{factor_scatter, relation_scatter};
pub use shares::shares;
pub(crate) use table::guarded;
pub use table::{Cell, DataTable};
pub use variance::variance;

use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::CompositeValue;
use charming::element::{
    AxisLine, AxisTick, AxisType, Label, LineStyle, LineStyleType, MarkLine, MarkLineData,
    MarkLineVariant, NameLocation, SplitLine, Symbol, Tooltip, Trigger,
};

use crate::format;
use crate::stats::{BoxStats, marks_on_a_line};

/// A chart without animation, with a tooltip on what the mouse is over.
fn base() -> Chart {
    Chart::new()
        .animation(false)
        .tooltip(Tooltip::new().trigger(Trigger::Item))
}

/// The plot area: labels of the axes are inside the given margins.
fn grid(left: &str, right: &str, top: &str, bottom: &str) -> Grid {
    Grid::new()
        .left(left)
        .right(right)
        .top(top)
        .bottom(bottom)
        .contain_label(true)
}

/// An axis of numbers with its name in the middle.
fn value_axis(name: String) -> Axis {
    Axis::new()
        .type_(AxisType::Value)
        .name(name)
        .name_location(NameLocation::Middle)
        .name_gap(32)
        .scale(true)
        .split_line(SplitLine::new().show(true))
}

/// An axis of names, the first one on top.
fn name_axis(names: Vec<String>) -> Axis {
    Axis::new()
        .type_(AxisType::Category)
        .data(names)
        .inverse(true)
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
}

/// A line across the plot where an axis is 0.
fn zero_line(at: MarkLineData, color: &str) -> MarkLine {
    MarkLine::new()
        .silent(true)
        .symbol(vec![Symbol::None])
        .label(Label::new().show(false))
        .line_style(
            LineStyle::new()
                .width(1.5)
                .type_(LineStyleType::Solid)
                .color(color),
        )
        .data(vec![MarkLineVariant::Simple(at)])
}

/// Round bounds of an axis that holds both values with room to spare: multiples of 1, 2 or 5 times
/// a power of ten. ECharts fits an axis to points only and would cut the intervals off.
///
/// Returns the bounds and the step between ticks. Equal values get an axis of one unit, or of a
/// thousandth of their size where that is more.
fn round_bounds(low: f64, high: f64) -> ([f64; 2], f64) {
    let (low, high) = match high - low > 1e-9 * low.abs().max(high.abs()) {
        true => (low, high),
        false => {
            let half = (low.abs() / 2000.0).max(0.5);
            (low - half, high + half)
        }
    };
    let range = high - low;
    let magnitude = 10_f64.powf((range / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * magnitude)
        .into_iter()
        .find(|step| range / step <= 6.0)
        .unwrap_or(magnitude * 10.0);
    let margin = range * 0.03;
    let bounds = [
        short_float(((low - margin) / step).floor() * step),
        short_float(((high + margin) / step).ceil() * step),
    ];
    (bounds, short_float(step))
}

/// A number for an option: whole ones without a point, undefined ones as null.
fn number(x: f64) -> CompositeValue {
    if !x.is_finite() {
        CompositeValue::OptionalNumber(None)
    } else if x.fract() == 0.0 && x.abs() < 1e15 {
        CompositeValue::from(x as i64)
    } else {
        CompositeValue::from(x)
    }
}

/// A count for an option.
fn whole(n: usize) -> CompositeValue {
    CompositeValue::from(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Outliers of a box on line `line`, each place with how many students share it; at most `most`, for
/// which those that lie close are one.
fn outlier_points(stats: &BoxStats, line: usize, most: usize) -> Vec<CompositeValue> {
    marks_on_a_line(&distinct_outliers(stats), most)
        .into_iter()
        .map(|(value, count)| tuple([number(value), whole(line), whole(count)]))
        .collect()
}

/// Distinct outliers of a box, ascending, with how many students share each.
fn distinct_outliers(stats: &BoxStats) -> Vec<(f64, usize)> {
    let same = stats.outliers.chunk_by(|a, b| a == b);
    same.map(|same| (same[0], same.len())).collect()
}

/// What a finding adds when a box has more different outliers than the `most` that are drawn.
fn merged_outliers<'b>(mut boxes: impl Iterator<Item = &'b BoxStats>, most: usize) -> String {
    match boxes.any(|stats| distinct_outliers(stats).len() > most) {
        true => format!(
            " Outliers that lie close together are drawn as one point, so that a box has at most {most}; none is left out."
        ),
        false => String::new(),
    }
}

/// A number without the digits that only rounding left: ten significant ones, so that values far
/// from zero and close together stay apart.
fn short(x: f64) -> CompositeValue {
    number(short_float(x))
}

fn short_float(x: f64) -> f64 {
    format!("{x:.9e}").parse().unwrap_or(x)
}

/// A point of a curve, with the four digits that a screen can show.
fn brief(x: f64) -> CompositeValue {
    number(format!("{x:.3e}").parse().unwrap_or(x))
}

/// Several numbers as one data item.
fn tuple(values: impl IntoIterator<Item = CompositeValue>) -> CompositeValue {
    CompositeValue::Array(values.into_iter().collect())
}

/// A name that leads where a click on it does.
fn linked(name: &str, clicks: &Clicks) -> Cell {
    match clicks
        .iter()
        .find(|(clicked, _)| *clicked == format::level(name))
    {
        Some((_, href)) => Cell::Link {
            text: name.to_owned(),
            href: href.clone(),
        },
        None => Cell::Text(name.to_owned()),
    }
}

/// Lines of names that a chart draws at most: browsers refuse canvases of many thousand pixels, and
/// nobody reads them.
const MOST_LINES: usize = 40;

/// What a finding adds when a chart leaves something to its table.
fn left_to_table(drawn: usize, all: usize) -> String {
    match drawn < all {
        true => format!(" The chart draws {drawn} of {all}; the table has all."),
        false => String::new(),
    }
}

/// "all 6,607 students (100 %)" or a part of them.
fn share_in_words(part: usize, all: usize) -> String {
    match part == all {
        true => format!("all {} students (100 %)", format::count(all)),
        false => format!(
            "{} of {} students ({} %)",
            format::count(part),
            format::count(all),
            format::decimals(100.0 * part as f64 / all as f64, 1)
        ),
    }
}

/// Height in pixels of a chart with so many lines of names.
fn height_of(lines: usize) -> usize {
    110 + 44 * lines.max(2)
}

#[cfg(test)]
mod tests {
    use super::round_bounds;

    #[test]
    fn bounds_are_round_and_hold_the_values() {
        let cases = [
            ([66.1, 68.4], [66.0, 68.5]),
            ([0.0, 36.06], [-10.0, 40.0]),
            ([61.0, 61.0], [60.4, 61.6]),
            ([1e6, 1e6], [999_400.0, 1_000_600.0]),
            ([-3.2, 4.1], [-4.0, 6.0]),
            ([1e6, 3e6], [5e5, 3.5e6]),
        ];
        for ([low, high], expected) in cases {
            let (bounds, step) = round_bounds(low, high);
            assert!(bounds[0] <= low && bounds[1] >= high, "{low} to {high}");
            assert_eq!(bounds, expected, "{low} to {high}");
            assert!(step > 0.0);
        }
    }
}
