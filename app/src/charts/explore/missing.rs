//! Where values are missing: a column a line, the rows from left to right, the deeper the more.

use charming::Chart;
use charming::component::Axis;
use charming::datatype::{DataFrame, DataPoint};
use charming::element::{AxisLabel, AxisLine, AxisTick, AxisType, NameLocation};
use charming::series::Heatmap;

use crate::charts::card::NO_ROWS;
use crate::charts::{
    Card, Cell, DataTable, Drawing, MOST_LINES, base, grid, name_axis, overlay, whole,
};
use crate::figures::{MissingColumn, MissingMap};
use crate::format;

/// The card of the map.
pub fn missing_map(figures: &MissingMap) -> Card {
    let title = "Where values are missing".to_owned();
    if figures.rows == 0 {
        return Card::without_chart("missing", title, NO_ROWS);
    }
    if figures.gaps.is_empty() {
        return Card::without_chart("missing", title, "There are no missing values.");
    }
    let drawn = drawn(figures);
    let mut drawing = Drawing::new(&chart(figures, &drawn), 96 + 26 * drawn.len().max(2));
    let names = ["rows", "column", "missing", "of"];
    overlay::dimensions(&mut drawing.option, 0, &names, &[0, 2, 3]);
    let shades = cells(figures, &drawn).map(|cell| shade(cell.missing, cell.rows));
    overlay::shade_cells(&mut drawing.option, 0, shades);
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 150);
    overlay::every_label(&mut drawing.option, "yAxis");
    Card {
        id: "missing",
        title,
        finding: finding(figures, drawn.len()),
        drawing: Some(drawing),
        table: table(figures),
        download: Some(stretches_table(figures)),
    }
}

/// The columns that lack most, at most as many as a chart has lines, in column order.
fn drawn(figures: &MissingMap) -> Vec<&MissingColumn> {
    let mut places: Vec<usize> = (0..figures.gaps.len()).collect();
    places.sort_by_key(|&i| std::cmp::Reverse(figures.gaps[i].count));
    places.truncate(MOST_LINES);
    places.sort_unstable();
    places.into_iter().map(|i| &figures.gaps[i]).collect()
}

fn finding(figures: &MissingMap, drawn: usize) -> String {
    let total: usize = figures.gaps.iter().map(|column| column.count).sum();
    let cells = figures.rows * figures.columns;
    let share = 100.0 * total as f64 / cells as f64;
    let stretch = match figures.stretch {
        1 => String::new(),
        rows => format!(" Each cell stands for {} rows.", format::count(rows)),
    };
    format!(
        "{} of {} cells lack a value ({} %){}.{stretch}{}",
        format::count(total),
        format::count(cells),
        format::decimals(share, 2),
        place(&figures.gaps),
        crate::charts::left_to_table(drawn, figures.gaps.len())
    )
}

/// In which columns most of the gaps are.
fn place(gaps: &[MissingColumn]) -> String {
    let most = gaps.iter().map(|column| column.count).max().unwrap_or(0);
    let mut with_most = gaps.iter().filter(|column| column.count == most);
    match (gaps.len(), with_most.next(), with_most.count()) {
        (1, Some(only), _) => format!(", all of them in {}", format::label(&only.column)),
        (_, Some(first), 0) => {
            let name = format::label(&first.column);
            format!(
                ", more in {name} than in any other column ({})",
                format::count(most)
            )
        }
        (columns, ..) => format!(
            " in {columns} columns, at most {} in one",
            format::count(most)
        ),
    }
}

/// A cell with gaps.
struct MapCell {
    stretch: usize,
    line: usize,
    missing: usize,
    rows: usize,
}

/// The cells with gaps; those without are left blank.
fn cells<'f>(
    figures: &'f MissingMap,
    drawn: &'f [&'f MissingColumn],
) -> impl Iterator<Item = MapCell> + use<'f> {
    drawn.iter().enumerate().flat_map(move |(line, column)| {
        let stretches = column.stretches.iter().enumerate();
        let with_gaps = stretches.filter(|(_, missing)| **missing > 0);
        with_gaps.map(move |(stretch, &missing)| MapCell {
            stretch,
            line,
            missing,
            rows: figures.size_of(stretch),
        })
    })
}

fn chart(figures: &MissingMap, drawn: &[&MissingColumn]) -> Chart {
    let stretches = figures
        .gaps
        .first()
        .map_or(0, |column| column.stretches.len());
    let names: Vec<String> = (0..stretches).map(|i| stretch_name(figures, i)).collect();
    let labels = drawn.iter().map(|column| format::label(&column.column));
    let items: Vec<DataFrame> = cells(figures, drawn)
        .map(|cell| {
            let item = [cell.stretch, cell.line, cell.missing, cell.rows];
            item.map(whole).into_iter().map(DataPoint::from).collect()
        })
        .collect();
    base()
        .grid(grid("16", "24", "8", "36"))
        .x_axis(
            Axis::new()
                .type_(AxisType::Category)
                .name("rows")
                .name_location(NameLocation::Middle)
                .name_gap(28)
                .data(names)
                .axis_tick(AxisTick::new().show(false))
                .axis_line(AxisLine::new().show(true))
                .axis_label(AxisLabel::new().show(true)),
        )
        .y_axis(name_axis(labels.collect()))
        .series(Heatmap::new().name("missing").data(items))
}

fn stretch_name(figures: &MissingMap, stretch: usize) -> String {
    match figures.rows_of(stretch) {
        [first, last] if first == last => format::count(first),
        [first, last] => format!("{} to {}", format::count(first), format::count(last)),
    }
}

/// Deep enough to be seen for a single gap, and the deeper the larger the share.
fn shade(missing: usize, rows: usize) -> String {
    let share = missing as f64 / rows as f64;
    format!("rgba(217,112,43,{:.2})", 0.35 + 0.65 * share.sqrt())
}

fn table(figures: &MissingMap) -> DataTable {
    let rows = figures
        .gaps
        .iter()
        .map(|column| {
            vec![
                Cell::Text(column.column.clone()),
                Cell::Count(column.count),
                Cell::Number(100.0 * column.count as f64 / figures.rows as f64, 1),
            ]
        })
        .collect();
    DataTable::new(&["column", "missing", "percent"], rows)
}

/// The gaps of each stretch, for the CSV.
fn stretches_table(figures: &MissingMap) -> DataTable {
    let mut rows = Vec::new();
    for column in &figures.gaps {
        for (stretch, &missing) in column.stretches.iter().enumerate() {
            let [first, last] = figures.rows_of(stretch);
            rows.push(vec![
                Cell::Text(column.column.clone()),
                Cell::Count(first),
                Cell::Count(last),
                Cell::Count(missing),
            ]);
        }
    }
    DataTable::new(&["column", "first row", "last row", "missing"], rows)
}
