//! Correlation matrix as a heat map: the colour says the sign, its depth the strength.

use charming::Chart;
use charming::component::Axis;
use charming::datatype::{CompositeValue, DataFrame, DataPoint};
use charming::element::{AxisLabel, AxisLine, AxisTick, AxisType, Label};
use charming::series::Heatmap;

use super::{Card, Cell, DataTable, Drawing, MOST_LINES, base, grid, overlay, whole};
use crate::figures::MatrixFigure;
use crate::filter::Method;
use crate::format;

/// The card of the matrix.
pub fn matrix(figures: &MatrixFigure, finding: &str) -> Card {
    let title = format!("Correlation matrix ({})", method_name(figures.method));
    if figures.names.len() < 2 {
        return Card::without_chart(
            "matrix",
            title,
            "A correlation needs two numeric columns, and this table has fewer.",
        );
    }
    let n = figures.names.len().min(MOST_LINES);
    let cells = || figures.matrix.cells[..n].iter().flat_map(|row| &row[..n]);
    if cells().all(|cell| cell.r.is_nan()) {
        return Card::without_chart("matrix", title, finding);
    }
    let mut drawing = Drawing::new(&chart(figures, n), 170 + 46 * n);
    overlay::dimensions(
        &mut drawing.option,
        0,
        &["column", "row", "correlation", "students", "label"],
        &[2, 3],
    );
    let shades = cells().map(|cell| shade(cell.r));
    overlay::shade_cells(&mut drawing.option, 0, shades);
    overlay::bare_cells_when_narrow(&mut drawing.option, 150 + 40 * n);
    overlay::truncate_labels(&mut drawing.option, "yAxis", 0, 130);
    overlay::truncate_labels(&mut drawing.option, "xAxis", 0, 110);
    Card {
        id: "matrix",
        title,
        finding: finding.to_owned() + &left_to_csv(n, figures.names.len()),
        drawing: Some(drawing),
        table: table(figures),
        download: None,
    }
}

/// What the finding adds when there are too many columns for the chart, and pairs for a table.
fn left_to_csv(drawn: usize, all: usize) -> String {
    match drawn < all {
        true => {
            format!(" The chart draws {drawn} of {all} columns; the dashboard’s CSV has all pairs.")
        }
        false => String::new(),
    }
}

pub(super) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Pearson => "Pearson",
        Method::Spearman => "Spearman",
    }
}

fn names_axis(names: &[String]) -> Axis {
    Axis::new()
        .type_(AxisType::Category)
        .data(names.to_vec())
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
}

/// The first `n` columns against each other.
fn chart(figures: &MatrixFigure, n: usize) -> Chart {
    let mut cells: Vec<DataFrame> = Vec::new();
    for (row, correlations) in figures.matrix.cells[..n].iter().enumerate() {
        for (column, cell) in correlations[..n].iter().enumerate() {
            let item = [
                whole(column),
                whole(row),
                super::short(cell.r),
                whole(cell.n),
                CompositeValue::from(format::decimals(cell.r, 2)),
            ];
            cells.push(item.into_iter().map(DataPoint::from).collect());
        }
    }
    base()
        .grid(grid("2%", "3%", "8", "8"))
        .x_axis(names_axis(&figures.names[..n]).axis_label(AxisLabel::new().rotate(40).interval(0)))
        .y_axis(
            names_axis(&figures.names[..n])
                .inverse(true)
                .axis_label(AxisLabel::new().interval(0)),
        )
        .series(
            Heatmap::new()
                .name("correlation")
                .label(Label::new().show(true).formatter("{@[4]}"))
                .data(cells),
        )
}

/// Blue for positive, orange for negative, the deeper the stronger; what lies behind shows through
/// weak ones, so that they suit the light and the dark theme.
fn shade(r: f64) -> String {
    let depth = if r.is_nan() {
        0.0
    } else {
        0.08 + 0.62 * r.abs().min(1.0)
    };
    match r {
        r if r < 0.0 => format!("rgba(217,112,43,{depth:.2})"),
        _ => format!("rgba(47,126,216,{depth:.2})"),
    }
}

fn table(figures: &MatrixFigure) -> DataTable {
    let mut rows = Vec::new();
    for (i, a) in figures.names.iter().enumerate() {
        for (j, b) in figures.names.iter().enumerate().skip(i + 1) {
            let cell = &figures.matrix.cells[i][j];
            rows.push(vec![
                Cell::Text(a.clone()),
                Cell::Text(b.clone()),
                Cell::Number(cell.r, 3),
                Cell::Count(cell.n),
            ]);
        }
    }
    DataTable::new(&["column", "and column", "correlation", "students"], rows)
}
