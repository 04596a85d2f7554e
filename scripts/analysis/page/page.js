"use strict";
// The filter: words that all must be in the text of a row's cells, and one value for each axis. It lives in the address after '#',
// so that a filtered view can be sent to somebody.
const cells = JSON.parse(document.getElementById("cells").textContent);
const words = document.getElementById("words");
const selects = [...document.querySelectorAll("#filter select")];

function wanted() {
  const given = new URLSearchParams(location.hash.slice(1));
  return {
    words: (given.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean),
    axes: selects.map((select) => [select.name, given.get("axis." + select.name) || ""]).filter(([, value]) => value !== ""),
  };
}

function keeps(filter, cell) {
  return filter.words.every((word) => cell.text.includes(word)) && filter.axes.every(([axis, value]) => cell.axes[axis] === value);
}

function show() {
  const filter = wanted();
  words.value = filter.words.join(" ");
  for (const select of selects) {
    const chosen = filter.axes.find(([axis]) => axis === select.name);
    select.value = chosen ? chosen[1] : "";
  }
  const kept = new Set(Object.keys(cells).filter((name) => keeps(filter, cells[name])));
  for (const section of document.querySelectorAll("section.figure")) {
    let shown = 0;
    for (const row of section.querySelectorAll("tr[data-cells]")) {
      row.hidden = !row.dataset.cells.split(" ").some((name) => kept.has(name));
      shown += row.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
    section.querySelector(".shown").textContent = String(shown);
  }
  document.getElementById("count").textContent = kept.size + " of " + Object.keys(cells).length + " cells";
  document.body.dataset.shown = String(kept.size);
}

function write() {
  const given = new URLSearchParams();
  if (words.value.trim() !== "") given.set("words", words.value.trim());
  for (const select of selects) if (select.value !== "") given.set("axis." + select.name, select.value);
  history.replaceState(null, "", "#" + given.toString());
  show();
}

words.addEventListener("input", write);
for (const select of selects) select.addEventListener("change", write);
document.getElementById("clear").addEventListener("click", () => {
  words.value = "";
  for (const select of selects) select.value = "";
  write();
});
window.addEventListener("hashchange", show);
show();
