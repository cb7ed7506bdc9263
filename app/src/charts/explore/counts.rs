//! How many students each level of every factor has.

use charming::Chart;
use charming::element::{ItemStyle, Label, LabelPosition};
use charming::series::Bar;

use super::lines::{Lines, NARROW, NARROW_LABELS, key, left_out, linked};
use crate::charts::card::NO_ROWS;
use crate::charts::{
    Card, Cell, Clicks, DataTable, Drawing, base, grid, name_axis, overlay, palette, tuple,
    value_axis, whole,
};
use crate::figures::FactorInfo;
use crate::format;

/// The card of the counts; `clicks` lead from a level to the page filtered by it.
pub fn counts(factors: &[FactorInfo], clicks: Clicks) -> Card {
    let title = "Students in every category".to_owned();
    if factors.is_empty() {
        let reason = "This table has no categorical column, so there is nothing to count.";
        return Card::without_chart("counts", title, reason);
    }
    if factors.iter().all(|factor| students(factor) == 0) {
        return Card::without_chart("counts", title, NO_ROWS);
    }
    let lines = Lines::new(factors.iter().map(|factor| {
        let levels = factor.levels.iter();
        let levels = levels.map(|(level, count)| (level.as_str(), *count));
        (factor.column.as_str(), levels.collect())
    }));
    let mut drawing = Drawing::new(&chart(&lines), lines.height());
    finish(&mut drawing, &lines);
    drawing.clicks = lines.clicks(clicks);
    Card {
        id: "counts",
        title,
        finding: finding(factors) + &left_out(lines.factors(), factors.len()),
        table: table(factors, &drawing.clicks),
        drawing: Some(drawing),
        download: None,
    }
}

fn students(factor: &FactorInfo) -> usize {
    factor.levels.iter().map(|(_, count)| count).sum()
}

/// Share of the students with a value that have the commonest level, in percent.
fn largest_share(factor: &FactorInfo) -> Option<(f64, &FactorInfo)> {
    let (_, most) = factor.most_common.as_ref()?;
    Some((100.0 * *most as f64 / students(factor) as f64, factor))
}

fn finding(factors: &[FactorInfo]) -> String {
    let shares = || factors.iter().filter_map(largest_share);
    let Some((share, factor)) = shares().rev().max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return NO_ROWS.to_owned();
    };
    let level = factor.most_common.as_ref().map_or("", |(level, _)| level);
    let name = format::label(&factor.column);
    if share >= 100.0 {
        return format!(
            "All students with a value of {name} have {}.",
            format::quoted(level)
        );
    }
    format!(
        "No category is more one-sided than {name}: {} % of the students have {}.",
        format::decimals(share, 1),
        format::quoted(level)
    )
}

fn chart(lines: &Lines<'_, usize>) -> Chart {
    let bars = lines.lines.iter().map(|line| {
        let shown = format::count(line.item);
        tuple([whole(line.item), whole(line.place), shown.into()])
    });
    base()
        // Headings are wider than the room that is made for labels: they are in bold.
        .grid(grid("24", "56", "8", "40"))
        .x_axis(
            value_axis("students".to_owned())
                .scale(false)
                .split_number(4),
        )
        .y_axis(name_axis(lines.labels.clone()))
        .series(
            Bar::new()
                .name("students")
                .bar_width("64%")
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .label(
                    Label::new()
                        .show(true)
                        .position(LabelPosition::Right)
                        .formatter("{@[2]}"),
                )
                .data(bars.collect::<Vec<_>>()),
        )
}

fn finish(drawing: &mut Drawing, lines: &Lines<'_, usize>) {
    let option = &mut drawing.option;
    let names = lines.lines.iter().map(|line| key(line.factor, line.level));
    overlay::item_names(option, 0, names);
    overlay::dimensions(option, 0, &["students", "place", "label"], &[0]);
    overlay::bold_labels(option, "yAxis", &lines.headings);
    overlay::truncate_labels(option, "yAxis", 0, 150);
    overlay::every_label(option, "yAxis");
    overlay::shorter_labels_when_narrow(option, NARROW, NARROW_LABELS);
}

fn table(factors: &[FactorInfo], clicks: &Clicks) -> DataTable {
    let mut rows = Vec::new();
    for factor in factors {
        let all = students(factor) as f64;
        for (level, count) in &factor.levels {
            rows.push(vec![
                Cell::Text(factor.column.clone()),
                linked(&factor.column, level, clicks),
                Cell::Count(*count),
                Cell::Number(100.0 * *count as f64 / all, 1),
            ]);
        }
    }
    DataTable::new(&["factor", "level", "students", "percent"], rows)
}
