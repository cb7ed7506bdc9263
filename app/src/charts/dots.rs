//! Values with their intervals, one to a line: what coefficients, shares and means are drawn as.

use charming::Chart;
use charming::datatype::{CompositeValue, DataPointItem};
use charming::element::{
    ItemStyle, Label, LineStyle, LineStyleType, MarkLine, MarkLineData, MarkLineVariant, Symbol,
};
use charming::series::Scatter;

use super::{
    Drawing, base, grid, height_of, name_axis, number, overlay, round_bounds, short, tuple,
    value_axis, whole,
};

/// A value on its line.
pub(super) struct Dot {
    /// Name of the line.
    pub name: String,
    /// Where the dot is; finite.
    pub value: f64,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// What the tooltip says.
    pub told: String,
    /// Colour.
    pub color: &'static str,
}

/// How dots are drawn.
pub(super) struct Axis {
    /// Name of the axis.
    pub name: String,
    /// Name of what a dot is, for tooltips.
    pub value: &'static str,
    /// Name of what the tooltip says beside it.
    pub told: &'static str,
    /// Whether 0 is on the axis, with a line.
    pub zero: bool,
    /// The greatest bound that makes sense, as 100 for percentages.
    pub most: f64,
}

/// The dots from top to bottom.
pub(super) fn dots(dots: &[Dot], axis: &Axis) -> Drawing {
    let crowded = dots.len() > 12;
    let lines = if crowded {
        dots.len() * 2 / 3
    } else {
        dots.len()
    };
    let mut drawing = Drawing::new(&chart(dots, axis), height_of(lines));
    for series in 0..colors(dots).len() {
        let names = [axis.value, "line", axis.told];
        overlay::dimensions(&mut drawing.option, series, &names, &[0, 2]);
        overlay::interval_caps(&mut drawing.option, series);
    }
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 210);
    overlay::short_labels_when_narrow(&mut drawing.option, 560, 110);
    drawing
}

fn chart(dots: &[Dot], axis: &Axis) -> Chart {
    let ends = || {
        let ends = dots
            .iter()
            .flat_map(|dot| dot.interval.unwrap_or([dot.value, dot.value]));
        ends.chain(axis.zero.then_some(0.0))
            .filter(|x| x.is_finite())
    };
    let ([low, high], step) = round_bounds(
        ends().fold(f64::INFINITY, f64::min),
        ends().fold(f64::NEG_INFINITY, f64::max),
    );
    // Room that rounding leaves below a least value of 0 would show impossible values.
    let nothing_below = axis.zero && ends().all(|x| x >= 0.0);
    let mut chart = base()
        .grid(grid("8", "32", "12", "44"))
        .x_axis(
            value_axis(axis.name.clone())
                .min(number(if nothing_below { 0.0 } else { low }))
                .max(number(high.min(axis.most)))
                .interval(step),
        )
        .y_axis(name_axis(dots.iter().map(|dot| dot.name.clone()).collect()));
    for color in colors(dots) {
        chart = chart.series(series(dots, axis, color));
    }
    match axis.zero {
        true => chart.series(zero_line()),
        false => chart,
    }
}

/// The colours in the order in which they appear: a series for each, since the lines of a series
/// have one colour.
fn colors(dots: &[Dot]) -> Vec<&'static str> {
    let mut colors: Vec<&'static str> = Vec::new();
    for dot in dots {
        if !colors.contains(&dot.color) {
            colors.push(dot.color);
        }
    }
    colors
}

fn series(dots: &[Dot], axis: &Axis, color: &'static str) -> Scatter {
    let own = || {
        dots.iter()
            .enumerate()
            .filter(|(_, dot)| dot.color == color)
    };
    let points: Vec<DataPointItem> = own()
        .map(|(i, dot)| {
            let told = CompositeValue::from(dot.told.clone());
            DataPointItem::new(tuple([short(dot.value), whole(i), told])).name(dot.name.clone())
        })
        .collect();
    let ends = own().filter_map(|(i, dot)| {
        let finite = |ends: &[f64; 2]| ends.iter().all(|x| x.is_finite());
        Some((i, dot.interval.filter(finite)?))
    });
    let lines = intervals(ends, color);
    Scatter::new()
        .name(axis.value)
        .symbol_size(10)
        .item_style(ItemStyle::new().color(color))
        .mark_line(lines)
        .data(points)
}

/// Intervals as lines with a cap at either end, each on the line of its number.
pub(super) fn intervals(ends: impl Iterator<Item = (usize, [f64; 2])>, color: &str) -> MarkLine {
    let end = |x: f64, i: usize| {
        MarkLineData::new()
            .coord(tuple([short(x), whole(i)]))
            .symbol(Symbol::Custom("rect".to_owned()))
    };
    let lines = ends
        .map(|(i, [low, high])| MarkLineVariant::StartToEnd(end(low, i), end(high, i)))
        .collect();
    MarkLine::new()
        .silent(true)
        .label(Label::new().show(false))
        .line_style(
            LineStyle::new()
                .color(color)
                .width(2)
                .type_(LineStyleType::Solid),
        )
        .data::<MarkLineVariant>(lines)
}

fn zero_line() -> Scatter {
    let line = MarkLine::new()
        .silent(true)
        .symbol(vec![Symbol::None])
        .label(Label::new().show(false))
        .line_style(
            LineStyle::new()
                .color("#7b8794")
                .width(1.5)
                .type_(LineStyleType::Solid),
        )
        .data(vec![MarkLineVariant::Simple(MarkLineData::new().x_axis(0))]);
    Scatter::new()
        .mark_line(line)
        .data(Vec::<CompositeValue>::new())
}
