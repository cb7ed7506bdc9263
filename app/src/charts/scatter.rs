//! Scatter plots: a factor against the outcome with its trend, and any two numeric columns.

use charming::Chart;
use charming::component::{Legend, LegendType};
use charming::element::{AreaStyle, ItemStyle, LineStyle, Symbol};
use charming::series::{Line, Scatter as ScatterSeries};

use super::card::NO_ROWS;
use super::{
    Card, Cell, DataTable, Drawing, base, grid, overlay, palette, share_in_words, short,
    short_float, tuple, value_axis,
};
use crate::figures::{Class, Group, Scatter, strength};
use crate::format;
use crate::stats::Trend;

/// Points along a confidence band: it bends, but slowly.
const BAND_POINTS: usize = 25;

/// The card of a factor against the outcome; trend lines where the figures hold them.
pub fn factor_scatter(figures: &Scatter) -> Card {
    let title = format!(
        "{} against {}",
        format::label(&figures.y_name),
        format::label(&figures.x_name)
    );
    card("scatter", title, figures, &trend_finding(figures))
}

/// The card of any two numeric columns.
pub fn relation_scatter(figures: &Scatter) -> Card {
    let title = format!(
        "{} and {}",
        format::label(&figures.x_name),
        format::label(&figures.y_name)
    );
    card("relation", title, figures, &relation_finding(figures))
}

fn card(id: &'static str, title: String, figures: &Scatter, finding: &str) -> Card {
    if figures.n == 0 {
        return Card::without_chart(id, title, NO_ROWS);
    }
    let mut drawing = Drawing::new(&chart(figures), 440);
    finish(&mut drawing, figures);
    Card {
        id,
        title,
        finding: finding.to_owned() + &merged(figures),
        drawing: Some(drawing),
        table: table(figures),
        download: Some(points_table(figures)),
    }
}

fn trend_finding(figures: &Scatter) -> String {
    let (x, y) = (
        format::label(&figures.x_name),
        format::label(&figures.y_name),
    );
    if let Some(reason) = no_relation(figures, &x, &y) {
        return reason;
    }
    let Some(fit) = &figures.overall else {
        return NO_ROWS.to_owned();
    };
    let [low, high] = fit.slope_ci95;
    let doubt = if low <= 0.0 && high >= 0.0 {
        "; the interval holds 0, so there may be no trend at all"
    } else {
        ""
    };
    let places = format::places_for(fit.slope);
    format!(
        "Each additional unit of {x} goes along with {} points of {y} on average \
         (95 % interval {}; r² = {}, n = {}){doubt}.",
        format::signed(fit.slope, places),
        format::interval(Some(fit.slope_ci95), places),
        format::decimals(fit.r2, 2),
        format::count(fit.n)
    )
}

/// Why nothing can be said of the relation of the two columns, if so.
fn no_relation(figures: &Scatter, x: &str, y: &str) -> Option<String> {
    if figures.x == figures.y {
        return Some(format!(
            "Both axes show {x}. Choose another column for one of them."
        ));
    }
    if figures.n < 3 {
        return Some(format!(
            "{} left, too few to speak of a relation.",
            format::counted(figures.n, "student is", "students are")
        ));
    }
    match &figures.overall {
        None => Some(format!(
            "{x} is the same for all students here, so it has no relation to {y}."
        )),
        Some(fit) if fit.r.is_nan() => Some(format!(
            "{y} is the same for all students here, so it has no relation to {x}."
        )),
        Some(_) => None,
    }
}

fn relation_finding(figures: &Scatter) -> String {
    let (x, y) = (
        format::label(&figures.x_name),
        format::label(&figures.y_name),
    );
    if let Some(reason) = no_relation(figures, &x, &y) {
        return reason;
    }
    let r = figures.overall.as_ref().map_or(f64::NAN, |fit| fit.r);
    let direction = match r {
        r if r.abs() < 0.005 => "",
        r if r > 0.0 => " and positive",
        _ => " and negative",
    };
    format!(
        "The linear relation of {x} and {y} is {}{direction} (r = {}, n = {}).",
        strength(r),
        format::decimals(r, 2),
        format::count(figures.n)
    )
}

/// What the finding adds where points are the middle of several places.
fn merged(figures: &Scatter) -> String {
    let Some(side) = figures.side else {
        return String::new();
    };
    format!(
        " The chart and its CSV have {} points for {}: each is the middle of those in one of {side} × {side} cells, \
         larger where they are more. The other figures and the table are of the students one by one.",
        format::count(figures.points().count()),
        share_in_words(figures.drawn(), figures.n),
    )
}

fn chart(figures: &Scatter) -> Chart {
    let coloured = figures.color.is_some();
    let mut chart = base()
        .grid(grid("40", "20", if coloured { "40" } else { "16" }, "44"))
        .x_axis(value_axis(format::label(&figures.x_name)))
        .y_axis(value_axis(format::label(&figures.y_name)).name_gap(40));
    if coloured {
        let names: Vec<String> = figures.groups.iter().map(group_name).collect();
        chart = chart.legend(Legend::new().type_(LegendType::Scroll).top(0).data(names));
    }
    for group in &figures.groups {
        chart = chart.series(symbols(group));
    }
    for group in &figures.groups {
        if let Some(fit) = &group.trend {
            for line in trend_lines(group, fit) {
                chart = chart.series(line);
            }
        }
    }
    chart
}

/// What charming cannot say: names of the parts, sizes by count, the areas of the bands.
fn finish(drawing: &mut Drawing, figures: &Scatter) {
    let option = &mut drawing.option;
    let names = [figures.x_name.as_str(), figures.y_name.as_str(), "students"];
    // A mean has more digits than anybody measures.
    let coordinate = figures
        .side
        .map_or(std::convert::identity as fn(f64) -> f64, |_| short_float);
    for (series, group) in figures.groups.iter().enumerate() {
        overlay::points(
            option,
            series,
            group
                .points
                .iter()
                .map(|point| (coordinate(point.x), coordinate(point.y), point.count)),
        );
        overlay::dimensions(option, series, &names, &[0, 1, 2]);
        overlay::whole_symbols(option, series);
    }
    let largest = figures.points().map(|point| point.count).max();
    overlay::size_by_count(option, figures.groups.len(), largest.unwrap_or(1));
    let with_trend = figures.groups.iter().filter(|group| group.trend.is_some());
    for (i, group) in with_trend.enumerate() {
        // Three series a trend: its line, the lower bound and the band upon it.
        let lower = figures.groups.len() + 3 * i + 1;
        overlay::area_between(option, lower, &format!("band {}", group_name(group)));
    }
}

fn group_name(group: &Group) -> String {
    group.level.as_ref().map_or_else(
        || "all".to_owned(),
        |(_, name)| format::level(name).into_owned(),
    )
}

fn group_color(group: &Group) -> &'static str {
    palette::series(group.level.as_ref().map_or(0, |(level, _)| *level))
}

/// The symbols of a group; [`finish`] says where they are.
fn symbols(group: &Group) -> ScatterSeries {
    ScatterSeries::new()
        .name(group_name(group))
        .item_style(ItemStyle::new().color(group_color(group)).opacity(0.55))
}

fn trend_lines(group: &Group, fit: &Trend) -> [Line; 3] {
    let [first, last] = group.span;
    let color = match group.level {
        // A line of its points' own colour would be lost among them.
        None => palette::NEGATIVE,
        Some(_) => group_color(group),
    };
    let ends = [first, last].map(|x| tuple([short(x), short(fit.at(x))]));
    let step = (last - first) / (BAND_POINTS - 1) as f64;
    let band: Vec<(f64, [f64; 2])> = (0..BAND_POINTS)
        .map(|i| first + step * i as f64)
        .map(|x| (x, fit.band(x)))
        .collect();
    let lower = band
        .iter()
        .map(|(x, [low, _])| tuple([short(*low), short(*x)]));
    let height = band
        .iter()
        .map(|(x, [low, high])| tuple([short(high - low), short(*x)]));
    let invisible = || {
        Line::new()
            .name(group_name(group))
            .symbol(Symbol::None)
            .silent(true)
            .line_style(LineStyle::new().opacity(0))
            .item_style(ItemStyle::new().color(color))
    };
    [
        Line::new()
            .name(group_name(group))
            .symbol(Symbol::None)
            .line_style(LineStyle::new().color(color).width(2.5))
            .item_style(ItemStyle::new().color(color))
            .silent(true)
            .data(ends.to_vec()),
        invisible().data(lower.collect::<Vec<_>>()),
        invisible()
            .area_style(AreaStyle::new().color(color).opacity(0.25))
            .data(height.collect::<Vec<_>>()),
    ]
}

/// Mean y for each x, x in classes where it has too many values for a table.
fn table(figures: &Scatter) -> DataTable {
    let header = [
        figures.x_name.as_str(),
        "students",
        "lowest",
        "mean",
        "highest",
    ];
    let rows = figures.classes.iter().map(|class| {
        let [lowest, highest] = class.y;
        vec![
            Cell::Words(class_name(class)),
            Cell::Count(class.n),
            Cell::Value(lowest),
            Cell::Number(class.mean, 2),
            Cell::Value(highest),
        ]
    });
    DataTable::new(&header, rows.collect())
}

fn class_name(class: &Class) -> String {
    match class.x {
        [first, last] if first != last => {
            format!("{} to {}", format::value(first), format::value(last))
        }
        [only, _] => format::value(only),
    }
}

/// Every point, for the CSV.
fn points_table(figures: &Scatter) -> DataTable {
    let color = figures.color.as_ref().map(|(_, name)| name.as_str());
    let mut header = vec![figures.x_name.as_str(), figures.y_name.as_str(), "students"];
    header.extend(color);
    let mut rows = Vec::new();
    for group in &figures.groups {
        for point in &group.points {
            let mut row = vec![
                Cell::Value(point.x),
                Cell::Value(point.y),
                Cell::Count(point.count),
            ];
            if let Some((_, name)) = &group.level {
                row.push(Cell::Text(name.clone()));
            }
            rows.push(row);
        }
    }
    DataTable::new(&header, rows)
}
