//! Students that bear much on the model: worth a look, and no reason to leave anyone out.

use charming::Chart;
use charming::datatype::DataPointItem;
use charming::element::ItemStyle;
use charming::series::Scatter;

use crate::charts::{
    Card, Cell, DataTable, Drawing, base, grid, overlay, palette, short, tuple, value_axis, whole,
};
use crate::figures::{InfluentialRow, Model};
use crate::format;

const ID: &str = "influence";

/// The card of the influential students.
pub fn influence(model: &Model, outcome: &str) -> Card {
    let name = format::label(outcome);
    let title = "Students that bear much on the model".to_owned();
    let drawn: Vec<&InfluentialRow> = model
        .influence
        .rows
        .iter()
        .filter(|row| row.studentized.is_finite() && row.leverage.is_finite())
        .collect();
    let Some(first) = drawn.first() else {
        let reason = "No student bears so much on the model that leaving them out would change it \
                      notably (no Cook's distance above 4 / n).";
        return Card::without_chart(ID, title, reason);
    };
    let mut drawing = Drawing::new(&chart(&drawn), 360);
    let names = ["leverage", "residual in standard deviations", "row"];
    overlay::dimensions(&mut drawing.option, 0, &names, &[0, 1, 2]);
    overlay::whole_symbols(&mut drawing.option, 0);
    Card {
        id: ID,
        title,
        finding: finding(model, first, &name),
        drawing: Some(drawing),
        table: table(&model.influence.rows, outcome),
        download: None,
    }
}

fn finding(model: &Model, first: &InfluentialRow, outcome: &str) -> String {
    let listed = match model.influence.rows.len() < model.influence.above {
        true => format!(
            ", of whom the first {} are shown",
            model.influence.rows.len()
        ),
        false => String::new(),
    };
    format!(
        "{} of {} a Cook's distance above 4 / n{listed}; row {} bears most on the model, with {} {outcome} \
         where {} is expected.",
        format::count(model.influence.above),
        format::counted(model.n, "student has", "students have"),
        format::count(first.row),
        format::value(first.outcome),
        format::decimals(first.expected, 1),
    )
}

fn chart(rows: &[&InfluentialRow]) -> Chart {
    let points: Vec<DataPointItem> = rows
        .iter()
        .map(|row| {
            DataPointItem::new(tuple([
                short(row.leverage),
                short(row.studentized),
                whole(row.row),
            ]))
            .name(format!("row {}", row.row))
        })
        .collect();
    base()
        .grid(grid("40", "20", "16", "44"))
        .x_axis(value_axis("leverage".to_owned()))
        .y_axis(value_axis("residual in standard deviations".to_owned()).name_gap(40))
        .series(
            Scatter::new()
                .name("students")
                .symbol_size(10)
                .item_style(ItemStyle::new().color(palette::POSITIVE))
                .data(points),
        )
}

fn table(rows: &[InfluentialRow], outcome: &str) -> DataTable {
    let rows = rows.iter().map(|row| {
        vec![
            Cell::Count(row.row),
            Cell::Value(row.outcome),
            Cell::Number(row.expected, 2),
            Cell::Number(row.leverage, 4),
            Cell::Number(row.studentized, 2),
            Cell::Number(row.cook, 4),
        ]
    });
    let header = [
        "row",
        outcome,
        "expected",
        "leverage",
        "residual in standard deviations",
        "Cook's distance",
    ];
    DataTable::new(&header, rows.collect())
}
