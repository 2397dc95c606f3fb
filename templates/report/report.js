"use strict";
(() => {
const html = document.documentElement;
html.classList.add("js");

// Copy buttons: the clipboard where the page may use it, else a selection the reader can copy.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest(".copy") : null;
  if (!button) return;
  const code = button.previousElementSibling;
  const select = () => getSelection().selectAllChildren(code);
  if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(() => flash(button), select);
  else select();
});
function flash(button) {
  const word = button.textContent;
  button.textContent = "\u2713";
  setTimeout(() => { button.textContent = word; }, 1200);
}

// A link into something folded opens it.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  let opened = false;
  for (let item = target; item; item = item.parentElement) {
    if (item.tagName === "DETAILS" && !item.open) { item.open = true; opened = true; }
  }
  if (opened) target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

// Paper shows what the screen folds away.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open], .data)")];
  for (const item of folded) item.open = true;
});
addEventListener("afterprint", () => { for (const item of folded) item.open = false; });

const find = document.getElementById("find");
if (!find) return;
const who = document.getElementById("who");
const only = document.getElementById("onlyhits");
const output = document.getElementById("found");
const bubbles = [...document.querySelectorAll(".b")];
let texts = null;
let senders = [];
let hits = [];
let place = -1;
let current = null;

// Read once, when the page has been shown: long chats have tens of thousands of messages.
function prepare() {
  if (texts) return;
  texts = bubbles.map((b) => (b.querySelector(".t, .q") || b).textContent.toLowerCase());
  senders = bubbles.map((b) => {
    const name = b.querySelector(".who");
    return name ? name.textContent : "";
  });
  for (const name of [...new Set(senders)].filter(Boolean).slice(0, 300)) {
    const option = document.createElement("option");
    option.textContent = name;
    option.value = name;
    who.append(option);
  }
}
addEventListener("load", () => setTimeout(prepare, 200));
function apply() {
  prepare();
  const wanted = find.value.trim().toLowerCase();
  hits = [];
  bubbles.forEach((bubble, i) => {
    const isHit = bubble.classList.contains("hit");
    const visible = (!who.value || senders[i] === who.value) && (!only.checked || isHit);
    if (bubble.hidden === visible) bubble.hidden = !visible;
    if (visible && (wanted ? texts[i].includes(wanted) : isHit)) hits.push(bubble);
  });
  place = -1;
  show(null);
}
function show(bubble) {
  if (current) current.classList.remove("found");
  current = bubble;
  output.textContent = bubble ? `${place + 1} / ${hits.length}` : String(hits.length);
  if (!bubble) return;
  bubble.classList.add("found");
  bubble.scrollIntoView({ block: "center", behavior: "instant" });
}
function move(step) {
  if (!hits.length && place === -1) apply();
  if (!hits.length) return;
  place = (place + step + hits.length) % hits.length;
  show(hits[place]);
}
const day = document.getElementById("day");
day.addEventListener("change", () => {
  const days = [...document.querySelectorAll(".day[data-day]")];
  const target = day.value && days.find((item) => item.dataset.day >= day.value);
  if (target) target.scrollIntoView({ block: "center", behavior: "instant" });
});
let waiting = 0;
find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
find.addEventListener("keydown", (event) => { if (event.key === "Enter") { clearTimeout(waiting); apply(); move(event.shiftKey ? -1 : 1); } });
who.addEventListener("change", apply);
only.addEventListener("change", apply);
document.getElementById("next").addEventListener("click", () => move(1));
document.getElementById("prev").addEventListener("click", () => move(-1));
addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof Element && target.matches("input, select, textarea"))) return;
  if (event.key === "n") move(1);
  if (event.key === "p") move(-1);
});
})();
