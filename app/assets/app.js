// Makes the pages interactive: applies filters without a full reload, switches the theme. Every page
// works without this file.
"use strict";

(function () {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 40rem)");

  // Navigation without a full reload. The address is always that of the page that is shown.

  let pending = null;
  let shown = location.pathname + location.search;

  async function visit(address, remember) {
    const isOfFigures = (it) => it.getElementById("sidebar") && it.getElementById("count");
    if (!isOfFigures(document)) {
      window.location.assign(address);
      return;
    }
    if (pending) pending.abort();
    pending = new AbortController();
    const { signal } = pending;
    root.dataset.state = "busy";
    try {
      const response = await fetch(address, { signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!response.ok || !isOfFigures(page)) {
        window.location.assign(address);
        return;
      }
      if (remember) history.pushState(null, "", response.url);
      shown = location.pathname + location.search;
      show(page);
    } catch (error) {
      // A newer visit has taken over, or the server cannot be reached: then the browser says so.
      if (error.name !== "AbortError") window.location.assign(address);
    }
  }

  function show(page) {
    const focus = describeFocus();
    const open = new Set([...document.querySelectorAll("details[open][id]")].map((d) => d.id));
    const figures = new Set(
      [...document.querySelectorAll("figure details[open]")].map((d) => d.closest("figure").id),
    );
    plots.forget();
    document.title = page.title;
    for (const selector of ["nav.tabs", "#sidebar"]) {
      document.querySelector(selector).replaceWith(page.querySelector(selector));
    }
    // The counting line is kept, so that screen readers hear that it changes.
    const count = document.getElementById("count");
    const text = page.getElementById("count").innerHTML;
    const main = document.getElementById("main");
    const fresh = page.getElementById("main");
    fresh.querySelector("#count").replaceWith(count);
    main.replaceChildren(...fresh.childNodes);
    if (count.innerHTML !== text) count.innerHTML = text;
    for (const details of document.querySelectorAll("details")) {
      const figure = details.closest("figure");
      if (open.has(details.id) || (figure && figures.has(figure.id))) details.open = true;
    }
    restoreFocus(focus);
    if (offered === shownVersion()) document.getElementById("news").replaceChildren();
    plots.show();
  }

  function describeFocus() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    if (element.name) {
      return { name: element.name, value: element.type === "checkbox" ? element.value : null };
    }
    if (element.id) return { id: element.id };
    return element.matches("a") ? { link: element.textContent } : null;
  }

  function findFocus(focus) {
    if (focus.id) return document.getElementById(focus.id);
    if (focus.link) {
      const links = [...document.querySelectorAll("nav.tabs a, #sidebar a, #main a")];
      return links.find((link) => link.textContent === focus.link);
    }
    return [...document.querySelectorAll("input, select")].find(
      (field) =>
        field.type !== "hidden" &&
        field.name === focus.name &&
        (focus.value === null || field.value === focus.value),
    );
  }

  // What had the focus and is gone, as a filter's "clear" link is, leaves it to the figures.
  function restoreFocus(focus) {
    if (!focus) return;
    const target = findFocus(focus) || document.getElementById("main");
    target.focus({ preventScroll: true });
  }

  function addressOf(form) {
    const parameters = new URLSearchParams(new FormData(form));
    const target = new URL(form.action);
    target.search = parameters.toString();
    return target.href;
  }

  function isPlainClick(event) {
    return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  }

  function onClick(event) {
    if (event.target.closest("#theme")) {
      switchTheme();
      return;
    }
    const link = event.target.closest("a[href]");
    const inside = link && link.closest("#sidebar, nav.tabs, #main");
    if (!inside || link.hasAttribute("download") || !isPlainClick(event)) return;
    if (link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
    if (link.dataset.leave !== undefined) return;
    event.preventDefault();
    const other = link.closest("nav.tabs") !== null;
    visit(link.href, true).then(() => {
      if (other && narrow.matches) window.scrollTo(0, 0);
    });
  }

  function onChange(event) {
    const form = event.target.closest("form");
    if (form && form.method === "post") return;
    // A number that is none would be sent as nothing, and clear its filter.
    if (form && form.reportValidity()) visit(addressOf(form), true);
  }

  function onSubmit(event) {
    if (event.target.id === "upload") {
      event.preventDefault();
      upload(event.target);
      return;
    }
    // What else changes something is sent as it is.
    if (event.target.method === "post") return;
    event.preventDefault();
    visit(addressOf(event.target), true);
  }

  // Uploads: with progress, and by dropping a file on the page. The answer is a page: that of the
  // new dataset, or one that says what is wrong with the file.

  function say(form, text) {
    form.querySelector("[role=status]").textContent = text;
  }

  function upload(form) {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    if (file.size > Number(form.dataset.limit)) {
      const most = form.dataset.limit / 1e6;
      say(form, `The file is larger than ${most} MB, the most that this server takes.`);
      return;
    }
    const bar = form.querySelector("progress");
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      say(form, "Reading the file…");
    });
    request.addEventListener("load", () => answered(form, request));
    request.addEventListener("error", () => {
      say(form, "The upload failed. Try again; if the file was changed, choose it anew.");
    });
    request.addEventListener("loadend", () => {
      bar.hidden = true;
      button.disabled = false;
    });
    bar.value = 0;
    bar.hidden = false;
    button.disabled = true;
    say(form, "Uploading…");
    request.open("POST", form.action);
    request.send(new FormData(form));
  }

  function answered(form, request) {
    if (request.status === 200) {
      window.location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = page.getElementById("main");
    const main = document.getElementById("main");
    if (!fresh) {
      // Something between here and the server answered for it.
      say(form, "The upload failed. Try again.");
      return;
    }
    plots.forget();
    main.replaceChildren(...fresh.childNodes);
    main.focus();
    // The filters are about figures that are no longer shown: a link back is a full visit, and leads to them.
    for (const link of main.querySelectorAll("a")) {
      link.dataset.leave = "";
      if (link.pathname === "/overview") link.href = location.href;
    }
    // Browsers refuse to send a file that was corrected since it was chosen.
    form.querySelector("input[type=file]").value = "";
    for (const status of document.querySelectorAll("#upload [role=status]")) status.textContent = "";
  }

  // Anywhere on the page: beside the form, the browser would leave the page and open the file.
  function onDrag(event) {
    const form = document.getElementById("upload");
    if (!form || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("awaits");
  }

  function onDragLeave(event) {
    // From one element to the next on the page, the file is still over it.
    if (event.relatedTarget === null) noDrag();
  }

  function noDrag() {
    const form = document.getElementById("upload");
    if (form) form.classList.remove("awaits");
  }

  function onDrop(event) {
    const form = document.getElementById("upload");
    noDrag();
    if (!form || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    // One upload at a time: its button is disabled meanwhile.
    if (form.querySelector("button").disabled) return;
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    upload(form);
  }

  // News of the dataset. Only the page that is looked at listens: browsers have few connections to a
  // server, and pages in the background would take them all.

  const RETRY = 30000;
  let news = null;
  // The version of which there is news on the page.
  let offered = null;

  function shownVersion() {
    const source = document.querySelector("#sidebar [data-version]");
    return source ? source.dataset.version : null;
  }

  function listen() {
    const wanted = !document.hidden && shownVersion() !== null;
    if (!wanted && news) {
      news.close();
      news = null;
    }
    if (!wanted || news) return;
    news = new EventSource("/events");
    news.addEventListener("dataset", (event) => {
      if (shownVersion() !== null && event.data !== shownVersion()) offer(event.data);
    });
    news.addEventListener("error", () => {
      // A server that stops or is full ends the stream; otherwise the browser comes again by itself.
      if (!news || news.readyState !== EventSource.CLOSED) return;
      news = null;
      setTimeout(listen, RETRY);
    });
  }

  function offer(version) {
    offered = version;
    if (document.getElementById("news").childNodes.length > 0) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Show it";
    button.addEventListener("click", () => window.location.reload());
    document.getElementById("news").append("There is newer data. ", button);
  }

  function addNews() {
    // Empty, so that screen readers know the place before something is said in it.
    const place = document.createElement("div");
    place.id = "news";
    place.setAttribute("role", "status");
    document.body.append(place);
  }

  // The theme.

  function nameTheme() {
    const other = root.dataset.theme === "dark" ? "Light" : "Dark";
    const button = document.getElementById("theme");
    button.textContent = other;
    button.setAttribute("aria-label", other + " theme");
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    nameTheme();
    plots.redraw();
  }

  function switchTheme() {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", theme);
    } catch (error) {
      // Storage may be forbidden; the choice then holds for this page.
    }
    setTheme(theme);
  }

  function followSystem(event) {
    let chosen = null;
    try {
      chosen = localStorage.getItem("theme");
    } catch (error) {
      // As above.
    }
    if (!chosen) setTheme(event.matches ? "dark" : "light");
  }

  nameTheme();
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("submit", onSubmit);
  window.addEventListener("popstate", () => {
    // A jump within the page changes nothing that was asked for.
    if (location.pathname + location.search !== shown) visit(location.href, false);
  });
  document.addEventListener("dragover", onDrag);
  document.addEventListener("dragleave", onDragLeave);
  document.addEventListener("drop", onDrop);
  document.addEventListener("visibilitychange", listen);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", followSystem);
  plots.onFollow((address) => visit(address, true));
  addNews();
  listen();
  plots.show();
})();
