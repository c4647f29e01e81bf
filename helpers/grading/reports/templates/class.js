"use strict";
// Sorts and searches the table of learners. Without this script the table is the same, in the order of names.
const table = document.querySelector("table.learners");
const tools = document.querySelector(".tools");
const [words, odd] = tools.querySelectorAll("input");
const shown = tools.querySelector("[role=status]");
const body = table.tBodies[0];
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const folded = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
const rows = [...body.rows].map(row => ({
  row,
  name: folded(row.cells[0].textContent),
  odd: row.cells[3].textContent.trim() !== "",
}));

function find() {
  const wanted = folded(words.value).split(/\s+/).filter(Boolean);
  let count = 0;
  for (const each of rows) {
    const fits = wanted.every(word => each.name.includes(word)) && (each.odd || !odd.checked);
    each.row.hidden = !fits;
    count += fits;
  }
  shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} learners`;
}

function sort(head, column) {
  const first = head.dataset.sort === "name" || column === 1 || column === 2 ? "ascending" : "descending";
  const other = first === "ascending" ? "descending" : "ascending";
  const way = head.getAttribute("aria-sort") === first ? other : first;
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", way);
  const text = row => row.cells[column].textContent;
  const value = row => parseFloat(text(row)) || 0;
  const compare = head.dataset.sort === "name"
    ? (one, two) => names.compare(text(one), text(two))
    : (one, two) => value(one) - value(two);
  const sign = way === "ascending" ? 1 : -1;
  body.append(...[...body.rows].sort((one, two) => sign * compare(one, two)));
}

[...table.tHead.rows[0].cells].forEach((head, column) => {
  if (!head.dataset.sort) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.addEventListener("click", () => sort(head, column));
  head.replaceChildren(button);
});
table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
words.addEventListener("input", find);
odd.addEventListener("change", find);
tools.hidden = false;
find();
