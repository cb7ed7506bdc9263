//! How many students fall into each of several parts: bars whose table has counts and percentages.

use charming::Chart;
use charming::component::Axis;
use charming::datatype::DataPointItem;
use charming::element::{AxisTick, AxisType, ItemStyle};
use charming::series::Bar;

use super::{Card, Cell, DataTable, Drawing, base, grid, overlay, palette, value_axis, whole};

/// What all labels may take together, in pixels, roughly.
const WIDTH: usize = 700;

/// The card of the parts in their order, each with its students; `of` is what is cut into parts.
pub fn shares(
    id: &'static str,
    title: String,
    finding: String,
    of: &str,
    parts: &[(String, usize)],
) -> Card {
    let all: usize = parts.iter().map(|(_, n)| n).sum();
    let percent = |n: usize| 100.0 * n as f64 / all as f64;
    let rows = parts.iter().map(|(name, n)| {
        vec![
            Cell::Text(name.clone()),
            Cell::Count(*n),
            Cell::Number(percent(*n), 1),
        ]
    });
    let table = DataTable::new(&[of, "students", "percent"], rows.collect());
    let mut drawing = Drawing::new(&chart(of, parts), 360);
    overlay::truncate_labels(&mut drawing.option, "xAxis", 0, label_width(parts.len()));
    Card {
        id,
        title,
        finding,
        drawing: Some(drawing),
        table,
        download: None,
    }
}

/// Pixels for each label: more where there are few parts.
fn label_width(parts: usize) -> usize {
    (WIDTH / parts.max(1)).clamp(60, 220)
}

fn chart(of: &str, parts: &[(String, usize)]) -> Chart {
    let names: Vec<String> = parts.iter().map(|(name, _)| name.clone()).collect();
    let bars: Vec<DataPointItem> = parts
        .iter()
        .map(|(name, n)| {
            DataPointItem::new::<charming::datatype::CompositeValue>(whole(*n)).name(name)
        })
        .collect();
    base()
        .grid(grid("8", "24", "16", "44"))
        .x_axis(
            Axis::new()
                .type_(AxisType::Category)
                .name(of)
                .name_location(charming::element::NameLocation::Middle)
                .name_gap(32)
                .data(names)
                .axis_tick(AxisTick::new().show(false)),
        )
        .y_axis(value_axis("students".to_owned()).name_gap(48).scale(false))
        .series(
            Bar::new()
                .name("students")
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .data(bars),
        )
}
