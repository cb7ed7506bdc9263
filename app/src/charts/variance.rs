//! All factors, numeric and categorical, on one scale: the share of the outcome's variance that
//! each explains on its own, with its confidence interval.

use charming::Chart;
use charming::datatype::DataPointItem;
use charming::element::ItemStyle;
use charming::series::Scatter;

use super::card::NO_ROWS;
use super::dots::intervals;
use super::{
    Card, Cell, DataTable, Drawing, MOST_LINES, base, grid, height_of, name_axis, number, overlay,
    palette, round_bounds, short, tuple, value_axis, whole,
};
use crate::figures::RankedFactor;
use crate::format;

/// The card that ranks all factors.
pub fn variance(ranking: &[RankedFactor], outcome: &str) -> Card {
    let title = format!(
        "What goes with {}, factor by factor",
        format::label(outcome)
    );
    let defined: Vec<&RankedFactor> = ranking.iter().filter(|f| !f.explained.is_nan()).collect();
    if defined.is_empty() {
        let reason = match ranking.is_empty() {
            true => "This table has no factor beside the outcome.",
            false if ranking.iter().all(|f| f.n == 0) => NO_ROWS,
            false => {
                "Too few students are left, or nothing varies, so no factor can explain anything."
            }
        };
        return Card::without_chart("variance", title, reason);
    }
    let drawn = &defined[..defined.len().min(MOST_LINES)];
    let mut drawing = Drawing::new(&chart(drawn), height_of(drawn.len() * 2 / 3));
    overlay::dimensions(
        &mut drawing.option,
        0,
        &["percent explained", "factor", "students"],
        &[0, 2],
    );
    overlay::interval_caps(&mut drawing.option, 0);
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 130);
    Card {
        id: "variance",
        title,
        finding: finding(&defined) + &super::left_to_table(drawn.len(), defined.len()),
        drawing: Some(drawing),
        table: table(ranking),
        download: None,
    }
}

fn finding(defined: &[&RankedFactor]) -> String {
    let Some(first) = defined.first() else {
        return NO_ROWS.to_owned();
    };
    let clear = defined.iter().filter(|f| f.q < 0.05).count();
    let comparison = match defined.get(1) {
        None => "",
        Some(second) if first.explained - second.explained < 5e-4 => ", as much as the next one",
        Some(_) => ", more than any other factor",
    };
    let chance = match clear {
        0 => "for none of them chance can be ruled out as an explanation (all q ≥ 0.05)".to_owned(),
        clear => format!(
            "for {clear} of {} chance alone is an unlikely explanation (q < 0.05)",
            format::counted(defined.len(), "factor", "factors")
        ),
    };
    format!(
        "{} goes along with {} % of the differences in the outcome{comparison}; {chance}.",
        format::label(&first.name),
        format::decimals(100.0 * first.explained, 1),
    )
}

fn chart(defined: &[&RankedFactor]) -> Chart {
    let names = defined.iter().map(|f| f.name.clone()).collect();
    let points: Vec<DataPointItem> = defined
        .iter()
        .enumerate()
        .map(|(i, f)| {
            DataPointItem::new(tuple([short(100.0 * f.explained), whole(i), whole(f.n)]))
                .name(f.name.clone())
        })
        .collect();
    let highest = defined
        .iter()
        .map(|f| 100.0 * f.interval.map_or(f.explained, |[_, high]| high))
        .fold(0.0, f64::max);
    let ([_, end], step) = round_bounds(0.0, highest);
    let ends = defined
        .iter()
        .enumerate()
        .filter_map(|(i, f)| Some((i, f.interval?.map(|x| 100.0 * x))));
    base()
        .grid(grid("8", "48", "12", "44"))
        .x_axis(
            value_axis("% of variance explained".to_owned())
                .min(number(0.0))
                .max(number(end.min(100.0)))
                .interval(step),
        )
        .y_axis(name_axis(names))
        .series(
            Scatter::new()
                .name("explained")
                .symbol_size(10)
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .mark_line(intervals(ends, palette::POSITIVE))
                .data(points),
        )
}

fn table(ranking: &[RankedFactor]) -> DataTable {
    let rows = ranking
        .iter()
        .enumerate()
        .map(|(i, f)| {
            let percent = f.interval.map(|[low, high]| [100.0 * low, 100.0 * high]);
            vec![
                Cell::Count(i + 1),
                Cell::Text(f.name.clone()),
                Cell::Words(if f.numeric { "r²" } else { "η²" }.to_owned()),
                Cell::Number(100.0 * f.explained, 2),
                Cell::Interval(percent, 2),
                Cell::P(f.p),
                Cell::P(f.q),
                Cell::Count(f.n),
            ]
        })
        .collect();
    let header = [
        "rank",
        "factor",
        "measure",
        "percent explained",
        "95 % interval",
        "p",
        "q",
        "students",
    ];
    DataTable::new(&header, rows)
}
