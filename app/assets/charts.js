// Draws the charts of a page as they come into view, and all of them for paper. Pages and reports use
// it; each chart is described in its page.
"use strict";

const plots = (function () {
  const root = document.documentElement;
  // Where ECharts is; a report holds it.
  const library = document.currentScript.dataset.library;
  const charts = new Map();
  let follow = () => {};

  const FONT = "system-ui, sans-serif";
  const THEMES = {
    light: { text: "#1c2430", muted: "#4c5866", line: "#dde2e8", ground: "#ffffff" },
    dark: { text: "#e8ecf1", muted: "#b4bec9", line: "#343d48", ground: "#171c22" },
  };

  function registerThemes() {
    for (const [name, colors] of Object.entries(THEMES)) {
      const axis = {
        axisLine: { lineStyle: { color: colors.muted } },
        axisTick: { lineStyle: { color: colors.muted } },
        // ECharts makes room for labels by their own font, and does not look for the one of all texts.
        axisLabel: { color: colors.muted, hideOverlap: true, fontFamily: FONT },
        nameTextStyle: { color: colors.muted },
        splitLine: { lineStyle: { color: colors.line } },
      };
      const label = { color: colors.text, textBorderWidth: 0 };
      echarts.registerTheme(name, {
        backgroundColor: "transparent",
        textStyle: { color: colors.text, fontFamily: FONT },
        categoryAxis: axis,
        valueAxis: axis,
        title: { textStyle: { color: colors.text } },
        legend: { textStyle: { color: colors.text }, pageTextStyle: { color: colors.text } },
        tooltip: {
          backgroundColor: colors.ground,
          borderColor: colors.line,
          textStyle: { color: colors.text },
          confine: true,
        },
        heatmap: { label },
        scatter: { label },
        bar: { label },
        pie: { label },
      });
    }
  }

  function readJson(figure, name) {
    const element = figure.querySelector("script." + name);
    return element ? JSON.parse(element.textContent) : null;
  }

  function draw(figure, size) {
    const plot = figure.querySelector(".plot");
    if (!plot || charts.has(plot)) return;
    const chart = echarts.init(plot, root.dataset.theme, size);
    charts.set(plot, chart);
    chart.on("finished", () => {
      plot.dataset.drawn = "true";
    });
    chart.setOption(readJson(figure, "option"));
    const clicks = new Map(readJson(figure, "clicks") || []);
    if (clicks.size > 0) {
      chart.on("click", (event) => {
        const name = event.name || (event.value && event.value[1]);
        if (clicks.has(name)) follow(clicks.get(name));
      });
    }
  }

  // How far below or above what is seen a chart is drawn already, in pixels.
  const NEAR = 200;

  const arrivals = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          arrivals.unobserve(entry.target);
          draw(entry.target.closest("figure"));
        }
      }
    },
    { rootMargin: NEAR + "px" },
  );

  function isNear(plot) {
    const { top, bottom, width } = plot.getBoundingClientRect();
    return width > 0 && bottom > -NEAR && top < window.innerHeight + NEAR;
  }

  function settle() {
    root.dataset.state = "ready";
  }

  // ECharts is larger than all else together: figures and words are there before it is asked for. Who
  // prints in that moment gets the tables without the charts.
  let isAskedFor = false;

  function load() {
    if (isAskedFor) return;
    isAskedFor = true;
    const script = document.createElement("script");
    script.src = library;
    script.addEventListener("load", () => {
      registerThemes();
      show();
    });
    // The figures are in tables too; the next visit of the page asks again.
    script.addEventListener("error", () => {
      isAskedFor = false;
      script.remove();
      settle();
    });
    requestAnimationFrame(() => setTimeout(() => document.head.append(script)));
  }

  function addDownloads(figure) {
    const place = figure.querySelector(".downloads");
    if (!place || place.querySelector(".png")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "png";
    button.textContent = "PNG";
    button.addEventListener("click", () => savePicture(figure));
    place.append(" ", button);
  }

  function savePicture(figure) {
    draw(figure);
    const chart = charts.get(figure.querySelector(".plot"));
    const link = document.createElement("a");
    link.href = chart.getDataURL({
      type: "png",
      pixelRatio: 2,
      backgroundColor: THEMES[root.dataset.theme].ground,
    });
    link.download = figure.id.replace("chart-", "") + ".png";
    link.click();
  }

  function show() {
    const places = [...document.querySelectorAll("figure.chart .plot")];
    if (places.length > 0 && !window.echarts) {
      load();
      return;
    }
    // At once, not when the observer looks: that is a frame later.
    const near = places.filter(isNear);
    for (const plot of places) {
      if (!near.includes(plot)) arrivals.observe(plot);
    }
    for (const plot of near) draw(plot.closest("figure"));
    for (const figure of document.querySelectorAll("figure.chart")) addDownloads(figure);
    settle();
  }

  function forget() {
    arrivals.disconnect();
    for (const chart of charts.values()) chart.dispose();
    charts.clear();
  }

  function redraw() {
    const drawn = [...charts.keys()];
    forget();
    for (const plot of drawn) {
      delete plot.dataset.drawn;
      draw(plot.closest("figure"));
    }
    show();
  }

  function fit() {
    for (const chart of charts.values()) chart.resize();
  }

  // Paper is white, so everything is drawn for it in the light theme, in the width of a sheet, and at
  // once: printing does not wait for the next frame.

  const PAPER = { width: 640, devicePixelRatio: 2 };
  // What a chart may take of a sheet beside its heading, in pixels; one that is taller is scaled down.
  const SHEET = 720;
  let screenTheme = null;

  function preparePrint() {
    if (screenTheme !== null || !window.echarts) return;
    screenTheme = root.dataset.theme;
    root.dataset.theme = "light";
    forget();
    for (const figure of document.querySelectorAll("figure.chart")) draw(figure, PAPER);
    for (const plot of charts.keys()) {
      const height = plot.clientHeight;
      if (height > SHEET) plot.style.zoom = SHEET / height;
    }
    for (const chart of charts.values()) chart.getZr().flush();
  }

  function endPrint() {
    if (screenTheme === null) return;
    root.dataset.theme = screenTheme;
    screenTheme = null;
    for (const plot of charts.keys()) plot.style.zoom = "";
    redraw();
  }

  if (window.echarts) registerThemes();
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", preparePrint);
  window.addEventListener("afterprint", endPrint);

  return {
    show,
    forget,
    redraw,
    // What a click on a part of a chart does with the address that the part leads to.
    onFollow(action) {
      follow = action;
    },
  };
})();
