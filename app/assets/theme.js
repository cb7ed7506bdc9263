// Runs before the page is drawn: takes the theme that was chosen here before, else the system's,
// and says that scripts run.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch (error) {
    // Storage may be forbidden; the system's theme is then the only one.
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = chosen === "dark" || chosen === "light" ? chosen : dark ? "dark" : "light";
})();
