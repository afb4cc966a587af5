// Draws the figures and repaints them when the reader's colours change or the page is printed.
(function () {
  "use strict";
  var book = JSON.parse(document.getElementById("figure-data").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var paper = window.matchMedia("print");
  var PAPER_WIDTH = { wide: 660, small: 460 };
  var MARK_WIDTH = 52;
  var LINE_HEIGHT = 17;
  var pen = document.createElement("canvas").getContext("2d");
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

  // Numbered marks that would touch share one label.
  function share(layout, width) {
    var ends = layout.xaxis.range.map(Date.parse);
    var scale = (width - layout.margin.l - layout.margin.r) / (ends[1] - ends[0]);
    var kept = null, at = 0;
    layout.annotations = (layout.annotations || []).filter(function (one) {
      if (one.text.charAt(0) !== "▼") return true;
      var numbers = one.text.match(/\d+/g), place = Date.parse(one.x) * scale;
      if (kept && place - at < MARK_WIDTH) {
        kept.text = "▼ " + kept.text.match(/\d+/)[0] + "-" + numbers[numbers.length - 1];
        return false;
      }
      kept = one;
      at = place;
      return true;
    });
  }

  // Less room for labels where there is little room at all.
  function narrow(layout, width) {
    layout.font.size = 12;
    if (layout.xaxis.dtick === "M1") layout.xaxis.dtick = "M2";
    else if (layout.xaxis.type === "date") layout.xaxis.nticks = 3;
    layout.margin.l = Math.min(layout.margin.l, 40);
    if (layout.margin.r > 40) layout.margin.r = Math.round(layout.margin.r * 0.93);
    (layout.annotations || []).forEach(function (one) { one.font.size = Math.min(one.font.size || 12, 12); });
    if (layout.xaxis.type === "date") share(layout, width);
  }

  // Names of rows that are too long for one line get more, and all rows the room for them.
  function wrap(layout, width) {
    var most = width - layout.margin.l;
    var names = (layout.annotations || []).filter(function (one) {
      return one.xref === "paper" && one.yref === "y" && one.yanchor === "bottom";
    });
    var lines = names.map(function (one) {
      pen.font = one.font.size + "px " + layout.font.family;
      var made = [""];
      one.text.split(" ").forEach(function (word) {
        var line = made[made.length - 1], longer = line ? line + " " + word : word;
        if (pen.measureText(longer.replace(/<[^>]*>/g, "")).width > most) made.push(word);
        else made[made.length - 1] = longer;
      });
      one.text = made.join("<br>");
      return made.length;
    });
    layout.height += LINE_HEIGHT * names.length * (Math.max.apply(null, lines.concat(1)) - 1);
  }

  function draw() {
    Object.keys(book.figures).forEach(function (name) {
      var box = document.getElementById(name);
      var spec = JSON.parse(JSON.stringify(book.figures[name]));
      if (dark.matches && !printing) spec = paint(spec);
      if (!printing && box.clientWidth < 480) narrow(spec.layout, box.clientWidth);
      if (printing) spec.layout.width = PAPER_WIDTH[box.classList.contains("small") ? "small" : "wide"];
      else spec.layout.autosize = true;
      wrap(spec.layout, spec.layout.width || box.clientWidth);
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
