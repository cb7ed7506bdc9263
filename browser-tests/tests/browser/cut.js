// Texts of the page's charts that do not lie within their plots: what they say, and where they are.
const MOST = 1; // pixels
const cut = [];
for (const plot of document.querySelectorAll(".plot")) {
  const chart = echarts.getInstanceByDom(plot);
  if (!chart) continue;
  const { clientWidth: width, clientHeight: height } = plot;
  for (const text of chart.getZr().storage.getDisplayList(true)) {
    if (text.type !== "tspan" || text.ignore || text.invisible || !text.style.text) continue;
    const box = text.getBoundingRect().clone();
    // A text that may be cut short says where it would begin at its longest.
    const { x, textAlign } = text.style;
    box.x = x - box.width * ({ right: 1, center: 0.5 }[textAlign] || 0);
    if (text.transform) box.applyTransform(text.transform);
    if (box.x < -MOST || box.y < -MOST || box.x + box.width > width + MOST || box.y + box.height > height + MOST) {
      const place = [box.x, box.x + box.width, box.y, box.y + box.height].map(Math.round);
      cut.push([plot.closest("figure").id, text.style.text, place.join(" "), `${width} x ${height}`]);
    }
  }
}
return cut;
