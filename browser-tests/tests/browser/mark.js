// Where the mark of a chart's first category is in the window.
const plot = document.querySelector(`#chart-${arguments[0]} .plot`);
const chart = echarts.getInstanceByDom(plot);
const series = chart.getOption().series[0];
const value = series.data[0].value ?? series.data[0];
// A box is drawn around its median, at the place of its category; a point holds both places.
const at = series.type === "boxplot" ? [value[2], 0] : [value[0], value[1]];
const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, at);
const { left, top } = plot.getBoundingClientRect();
return [left + x, top + y];
