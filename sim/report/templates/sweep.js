// Sorts the table of cells by a column, and goes from a point of a figure to the row of its cell.
(function () {
  "use strict";
  var table = document.getElementById("cell-table");
  var body = table && table.tBodies[0];

  function sort(button) {
    var head = button.closest("th"), place = head.cellIndex;
    var down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (one) { one.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var rows = Array.from(body.rows).map(function (row, order) {
      var text = row.cells[place].getAttribute("data-v");
      var number = text === "" ? NaN : Number(text);
      return { row: row, text: text, number: number, order: order };
    });
    rows.sort(function (one, other) {
      var empty = (one.text === "") - (other.text === "");
      if (empty) return empty;
      var by = isNaN(one.number) || isNaN(other.number) ? one.text.localeCompare(other.text) : one.number - other.number;
      return (down ? -by : by) || one.order - other.order;
    });
    rows.forEach(function (one) { body.appendChild(one.row); });
  }

  if (table) {
    table.querySelectorAll("thead button").forEach(function (button) {
      button.addEventListener("click", function () { sort(button); });
    });
  }

  document.querySelectorAll(".plot").forEach(function (box) {
    if (!box.on) return;
    box.on("plotly_click", function (event) {
      var cell = event.points[0].customdata;
      var row = cell && document.getElementById("c-" + cell);
      if (!row) return;
      window.location.hash = "c-" + cell;
      row.scrollIntoView({ block: "center" });
    });
  });
})();
