//! The few ECharts options that charming 0.6 cannot express, each as one typed function that adds
//! it to a serialised chart: the axes of a box plot, names for the parts of a data item, symbols
//! sized by a value, areas between two lines, labels cut to a width, rows that series share, another
//! arrangement on narrow screens.

use charming::component::Grid;
use serde_json::{Value, json};

/// Puts the series at `series` on the given axes of the chart.
pub(super) fn on_axes(option: &mut Value, series: usize, x: usize, y: usize) {
    set(option, series, "xAxisIndex", json!(x));
    set(option, series, "yAxisIndex", json!(y));
}

/// Names the parts of a series' data items, in their order; tooltips list those in `shown`. The first
/// two are its x and y.
pub(super) fn dimensions(option: &mut Value, series: usize, names: &[&str], shown: &[usize]) {
    set(option, series, "dimensions", json!(names));
    set(
        option,
        series,
        "encode",
        json!({"x": 0, "y": 1, "tooltip": shown}),
    );
}

/// Names the five numbers of a box plot's items as what they are. ECharts would call the ends of
/// the whiskers minimum and maximum, and its tooltips would hold one of the five.
pub(super) fn box_names(option: &mut Value, series: usize) {
    let names = [
        "level",
        "lower whisker",
        "lower quartile",
        "median",
        "upper quartile",
        "upper whisker",
    ];
    set(option, series, "dimensions", json!(names));
    set(
        option,
        series,
        "encode",
        json!({"x": [1, 2, 3, 4, 5], "y": 0, "tooltip": [1, 2, 3, 4, 5]}),
    );
}

/// Puts a series' items at these places, each with how many it stands for. There may be thousands,
/// each of which would be a list on the heap once more as charming's value.
pub(super) fn points(
    option: &mut Value,
    series: usize,
    points: impl Iterator<Item = (f64, f64, usize)>,
) {
    let items = points
        .map(|(x, y, count)| Value::Array(vec![plain_number(x), plain_number(y), count.into()]));
    set(option, series, "data", Value::Array(items.collect()));
}

/// As [`number`](super::number).
fn plain_number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 {
        (x as i64).into()
    } else {
        x.into()
    }
}

/// Sizes the symbols of the first `series` series by the third part of their items, from 1 to
/// `largest`.
pub(super) fn size_by_count(option: &mut Value, series: usize, largest: usize) {
    let indices: Vec<usize> = (0..series).collect();
    let sizes = if largest > 1 { [5, 18] } else { [7, 7] };
    option["visualMap"] = json!([{
        "type": "continuous",
        "show": false,
        "seriesIndex": indices,
        "dimension": 2,
        "min": 1,
        "max": largest.max(2),
        "inRange": {"symbolSize": sizes},
    }]);
}

/// Turns two line series, whose items are `[height, x]`, into the area between them: the lower one
/// carries the second, which is as high as the area is.
///
/// The height comes first because ECharts stacks the first dimension that is a number.
pub(super) fn area_between(option: &mut Value, lower: usize, stack: &str) {
    for series in [lower, lower + 1] {
        set(option, series, "encode", json!({"x": 1, "y": 0}));
        set(option, series, "stack", json!(stack));
        set(option, series, "stackStrategy", json!("all"));
        set(option, series, "tooltip", json!({"show": false}));
    }
}

/// Cuts the labels of an axis (`xAxis` or `yAxis`, by position) at a width in pixels.
pub(super) fn truncate_labels(option: &mut Value, axis: &str, index: usize, width: usize) {
    if let Some(label) = axis_label(option, axis, index) {
        label["width"] = json!(width);
        label["overflow"] = json!("truncate");
    }
}

/// Shows every label of a category axis, where ECharts would leave out those that come close.
pub(super) fn every_label(option: &mut Value, axis: &str) {
    if let Some(label) = axis_label(option, axis, 0) {
        label["interval"] = json!(0);
    }
}

/// Leaves out the labels at both ends of an axis, where its bounds are not round numbers.
pub(super) fn hide_end_labels(option: &mut Value, axis: &str, index: usize) {
    if let Some(label) = axis_label(option, axis, index) {
        label["showMinLabel"] = json!(false);
        label["showMaxLabel"] = json!(false);
    }
}

/// Draws the symbols of a series whole where they reach over the edge of the plot, and all at
/// once: a plot that fills from the left would mislead until it is done.
pub(super) fn whole_symbols(option: &mut Value, series: usize) {
    set(option, series, "clip", json!(false));
    set(option, series, "progressive", json!(0));
}

/// Decimals of the percentages in a pie's labels.
pub(super) fn percent_precision(option: &mut Value, series: usize, decimals: usize) {
    set(option, series, "percentPrecision", json!(decimals));
}

/// Pixels from one line of a label to the next: without them ECharts takes the width of a Chinese
/// character, which is next to nothing where no font has it.
pub(super) fn label_lines(option: &mut Value, series: usize, pixels: usize) {
    let label = option.pointer_mut(&format!("/series/{series}/label"));
    if let Some(label) = label.and_then(Value::as_object_mut) {
        label.insert("lineHeight".to_owned(), json!(pixels));
    }
}

/// In a plot narrower than `width` pixels, names the slices of a pie in a legend below it, where
/// labels beside it would be cut.
pub(super) fn legend_when_narrow(option: &mut Value, width: usize) {
    option["media"] = json!([{
        "query": {"maxWidth": width},
        "option": {
            "legend": {"show": true, "bottom": 0, "itemGap": 6},
            "series": [{
                "label": {"show": false},
                "labelLine": {"show": false},
                "center": ["50%", "40%"],
                "radius": ["38%", "62%"],
            }],
        },
    }]);
}

/// In a plot narrower than `width` pixels, leaves the numbers out of a heat map's cells.
pub(super) fn bare_cells_when_narrow(option: &mut Value, width: usize) {
    option["media"] = json!([{
        "query": {"maxWidth": width},
        "option": {"series": [{"label": {"show": false}}]},
    }]);
}

/// In a plot narrower than `width` pixels, cuts the labels of the axis upwards at `labels` pixels.
pub(super) fn short_labels_when_narrow(option: &mut Value, width: usize, labels: usize) {
    option["media"] = json!([{
        "query": {"maxWidth": width},
        "option": {"yAxis": {"axisLabel": {"width": labels}}},
    }]);
}

/// The label settings of an axis: charming writes a single axis as an object, several as a list.
fn axis_label<'o>(option: &'o mut Value, axis: &str, index: usize) -> Option<&'o mut Value> {
    let axes = option.get_mut(axis)?;
    let target = if axes.is_array() {
        axes.get_mut(index)?
    } else {
        axes
    };
    let fields = target.as_object_mut()?;
    Some(fields.entry("axisLabel").or_insert_with(|| json!({})))
}

/// Gives each cell of a heat map a colour of its own, in the order of its items.
pub(super) fn shade_cells(option: &mut Value, series: usize, colors: impl Iterator<Item = String>) {
    let items = option["series"]
        .get_mut(series)
        .and_then(|series| series.get_mut("data"))
        .and_then(Value::as_array_mut);
    for (item, color) in items.into_iter().flatten().zip(colors) {
        *item = json!({"value": item.take(), "itemStyle": {"color": color}});
    }
}

/// Makes the ends of a series' mark lines short bars across, the caps of an error bar.
pub(super) fn interval_caps(option: &mut Value, series: usize) {
    if let Some(lines) = option["series"]
        .get_mut(series)
        .and_then(|series| series.get_mut("markLine"))
        .and_then(Value::as_object_mut)
    {
        lines.insert("symbolSize".to_owned(), json!([10, 2]));
        lines.insert("animation".to_owned(), json!(false));
    }
}

/// Sets the labels at these places of a category axis in bold: headings of those that follow.
pub(super) fn bold_labels(option: &mut Value, axis: &str, places: &[usize]) {
    for &place in places {
        if let Some(label) = option[axis]["data"].get_mut(place) {
            *label = json!({"value": label.take(), "textStyle": {"fontWeight": "bold"}});
        }
    }
}

/// Names the items of a series, for clicks and tooltips.
pub(super) fn item_names(option: &mut Value, series: usize, names: impl Iterator<Item = String>) {
    let items = option["series"]
        .get_mut(series)
        .and_then(|series| series.get_mut("data"))
        .and_then(Value::as_array_mut);
    for (item, name) in items.into_iter().flatten().zip(names) {
        *item = json!({"name": name, "value": item.take()});
    }
}

/// In a plot narrower than `width` pixels, puts the plot areas at other places.
pub(super) fn grids_when_narrow(option: &mut Value, width: usize, grids: &[Grid]) {
    option["media"] = json!([{
        "query": {"maxWidth": width},
        "option": {"grid": grids},
    }]);
}

/// In a plot narrower than `width` pixels, cuts the labels of its y axis at `labels` pixels.
pub(super) fn shorter_labels_when_narrow(option: &mut Value, width: usize, labels: usize) {
    option["media"] = json!([{
        "query": {"maxWidth": width},
        "option": {"yAxis": {"axisLabel": {"width": labels}}},
    }]);
}

/// Rows that several series share, a table for each colour: pages would grow with every plot that
/// holds its own.
pub(super) fn datasets(option: &mut Value, dimensions: &[String], tables: Vec<Value>) {
    let tables: Vec<Value> = tables
        .into_iter()
        .map(|rows| json!({"dimensions": dimensions, "source": rows, "sourceHeader": false}))
        .collect();
    option["dataset"] = json!(tables);
}

/// Draws two columns of a shared table.
pub(super) fn columns_of(option: &mut Value, series: usize, table: usize, x: usize, y: usize) {
    set(option, series, "datasetIndex", json!(table));
    let encode = json!({"x": x, "y": y, "tooltip": [x, y]});
    set(option, series, "encode", encode);
}

/// Cuts the titles of a chart at a width in pixels.
pub(super) fn truncate_titles(option: &mut Value, width: usize) {
    let titles = option["title"].as_array_mut();
    for title in titles.into_iter().flatten() {
        title["textStyle"]["width"] = json!(width);
        title["textStyle"]["overflow"] = json!("truncate");
    }
}

fn set(option: &mut Value, series: usize, key: &str, value: Value) {
    if let Some(fields) = option["series"]
        .get_mut(series)
        .and_then(Value::as_object_mut)
    {
        fields.insert(key.to_owned(), value);
    }
}
