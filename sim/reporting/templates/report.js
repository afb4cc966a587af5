// Draws the figures and repaints them when the reader's colours change or the page is printed.
(function () {
  "use strict";
  var book = JSON.parse(document.getElementById("figure-data").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var paper = window.matchMedia("print");
  var PAPER_WIDTH = { wide: 660, small: 460 };
  var printing = paper.matches;
  var opened = [];

  function paint(value) {
    if (typeof value === "string") {
      return Object.prototype.hasOwnProperty.call(book.dark, value) ? book.dark[value] : value;
    }
    if (Array.isArray(value)) return value.map(paint);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(function (entry) { return [entry[0], paint(entry[1])]; }));
    }
    return value;
  }

  // Less room for labels where there is little room at all.
  function narrow(layout) {
    layout.font.size = 12;
    if (layout.xaxis.dtick === "M1") layout.xaxis.dtick = "M2";
    layout.margin.l = Math.min(layout.margin.l, 40);
    if (layout.margin.r > 40) layout.margin.r = Math.round(layout.margin.r * 0.93);
    (layout.annotations || []).forEach(function (one) { one.font.size = Math.min(one.font.size || 12, 12); });
  }

  function draw() {
    Object.keys(book.figures).forEach(function (name) {
      var box = document.getElementById(name);
      var spec = JSON.parse(JSON.stringify(book.figures[name]));
      if (dark.matches && !printing) spec = paint(spec);
      if (!printing && box.clientWidth < 480) narrow(spec.layout);
      if (printing) spec.layout.width = PAPER_WIDTH[box.classList.contains("small") ? "small" : "wide"];
      else spec.layout.autosize = true;
      window.Plotly.react(box, spec.data, spec.layout, { displayModeBar: false, responsive: true });
    });
  }

  function print(on) {
    if (on === printing) return;
    printing = on;
    if (on) {
      opened = Array.from(document.querySelectorAll("details:not([open])"));
      opened.forEach(function (one) { one.open = true; });
    } else {
      opened.forEach(function (one) { one.open = false; });
      opened = [];
    }
    draw();
  }

  dark.addEventListener("change", draw);
  paper.addEventListener("change", function (event) { print(event.matches); });
  window.addEventListener("beforeprint", function () { print(true); });
  window.addEventListener("afterprint", function () { print(false); });
  draw();
})();
