"use strict";
(() => {
document.documentElement.classList.add("js");
const rows = [...document.querySelectorAll("#chats tbody tr")];
const texts = rows.map((row) => row.textContent.toLowerCase());
const find = document.getElementById("find");
const level = document.getElementById("level");
const taken = document.getElementById("taken");
const odd = document.getElementById("odd");
const incident = document.getElementById("incident");
const output = document.getElementById("found");
function apply() {
  const wanted = find.value.trim().toLowerCase();
  const least = Number(level.value);
  const number = incident && incident.value ? ` ${incident.value} ` : "";
  let shown = 0;
  rows.forEach((row, i) => {
    const visible = Number(row.dataset.level) >= least && (!taken.checked || "taken" in row.dataset) &&
      (!odd.checked || "odd" in row.dataset) && (!number || (row.dataset.incidents || "").includes(number)) && (!wanted || texts[i].includes(wanted));
    if (row.hidden === visible) row.hidden = !visible;
    if (visible) shown += 1;
  });
  output.textContent = `${shown} / ${rows.length}`;
}
let waiting = 0;
find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
for (const control of [level, taken, odd, incident]) if (control) control.addEventListener("change", apply);
})();
