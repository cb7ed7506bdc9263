//! The performance bands as a pie, from the best to the one that needs help.

use charming::Chart;
use charming::datatype::{CompositeValue, DataPointItem};
use charming::element::{ItemStyle, Label};
use charming::series::Pie;

use super::card::NO_ROWS;
use super::{Card, Cell, Clicks, DataTable, Drawing, base, overlay, palette, whole};
use crate::format;
use crate::stats::BANDS;

/// The card of the bands; `clicks` leads from a band's label to the page of its students.
pub fn bands(counts: &[usize; 5], clicks: Clicks) -> Card {
    let title = "Performance bands".to_owned();
    let n: usize = counts.iter().sum();
    if n == 0 {
        return Card::without_chart("bands", title, NO_ROWS);
    }
    let rows = BANDS
        .iter()
        .zip(counts)
        .map(|(band, &count)| {
            vec![
                super::linked(band.label, &clicks),
                Cell::Count(count),
                Cell::Number(percent(count, n), 1),
            ]
        })
        .collect();
    let mut drawing = Drawing::new(&chart(counts), 360);
    overlay::legend_when_narrow(&mut drawing.option, 520);
    overlay::percent_precision(&mut drawing.option, 0, 1);
    overlay::label_lines(&mut drawing.option, 0, 16);
    drawing.clicks = clicks;
    Card {
        id: "bands",
        title,
        finding: finding(counts, n),
        drawing: Some(drawing),
        table: DataTable::new(&["band", "students", "percent"], rows),
        download: None,
    }
}

fn percent(count: usize, n: usize) -> f64 {
    100.0 * count as f64 / n as f64
}

fn finding(counts: &[usize; 5], n: usize) -> String {
    let most = counts.iter().copied().max().unwrap_or(0);
    let largest: Vec<String> = BANDS
        .iter()
        .zip(counts)
        .filter(|(_, count)| **count == most)
        .map(|(band, _)| band.label.to_owned())
        .collect();
    let share = format::decimals(percent(most, n), 1);
    let bands = match largest.len() {
        1 => format!("{share} % of the students are in the band {}", largest[0]),
        _ => format!(
            "The bands {} hold {share} % of the students each",
            format::list(&largest)
        ),
    };
    let weak = match counts[4] {
        0 => "no student scores below 60".to_owned(),
        count => format!(
            "{} below 60",
            format::counted(count, "student scores", "students score")
        ),
    };
    format!("{bands}; {weak}.")
}

fn chart(counts: &[usize; 5]) -> Chart {
    let slices: Vec<DataPointItem> = BANDS
        .iter()
        .zip(counts)
        .zip(palette::BANDS)
        // An empty slice is only a label over another one.
        .filter(|((_, count), _)| **count > 0)
        .map(|((band, &count), color)| {
            DataPointItem::new::<CompositeValue>(whole(count))
                .name(band.label)
                .item_style(ItemStyle::new().color(color))
        })
        .collect();
    base().series(
        Pie::new()
            .name("students")
            .radius(vec!["42%", "68%"])
            .start_angle(90)
            .label(Label::new().formatter("{b}\n{d} %"))
            .data(slices),
    )
}
