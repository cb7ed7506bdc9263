// A report follows the system's theme as it changes; it has no button and remembers nothing.
"use strict";

(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => {
    document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
    plots.redraw();
  });
  plots.show();
})();
