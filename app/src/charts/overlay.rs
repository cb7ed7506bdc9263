//! The few ECharts options that charming 0.6 cannot express, each as one typed function that adds
//! it to a serialised chart: the axes of a box plot, names for the parts of a data item, symbols
//! sized by a value, areas between two lines, labels cut to a width.

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
/// the whiskers minimum and maximum.
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
    let axes = &mut option[axis];
    let target = if axes.is_array() {
        &mut axes[index]
    } else {
        axes
    };
    if let Some(fields) = target.as_object_mut() {
        let label = fields.entry("axisLabel").or_insert_with(|| json!({}));
        label["width"] = json!(width);
        label["overflow"] = json!("truncate");
    }
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

fn set(option: &mut Value, series: usize, key: &str, value: Value) {
    if let Some(fields) = option["series"]
        .get_mut(series)
        .and_then(Value::as_object_mut)
    {
        fields.insert(key.to_owned(), value);
    }
}
