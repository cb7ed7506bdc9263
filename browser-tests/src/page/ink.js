// Counts the pixels in a chart's canvases: all, those not of the commonest shade, those in a
// colour, and the shades of which there is more than a speck.
const counts = new Map();
let pixels = 0;
let colored = 0;
for (const canvas of document.querySelectorAll(`#${arguments[0]} canvas`)) {
  const { width, height } = canvas;
  if (width === 0 || height === 0) continue;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4);
    // Sixteen steps of each channel; what is nearly transparent is one shade.
    const shade = alpha < 16 ? -1 : ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4);
    counts.set(shade, (counts.get(shade) ?? 0) + 1);
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (alpha > 64 && spread > 48) colored += 1;
    pixels += 1;
  }
}
const ground = Math.max(0, ...counts.values());
const shades = [...counts.values()].filter((count) => count >= 25).length;
return { pixels, drawn: pixels - ground, colored, shades };
