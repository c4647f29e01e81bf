// Shows one slide at a time. Without this script the page is a document with all slides, as it is on paper.
const slides = [...document.querySelectorAll(".slide")];
const [says, list] = [document.querySelector("nav output"), document.querySelector("nav select")];
const button = name => document.querySelector(`nav [data-do="${name}"]`);
const steps = slide => [...slide.querySelectorAll(".step")];
let at = 0;
let shown = 1; // how many steps of the slide

function show(slide, count, focus = true) {
  const moved = slide !== at;
  at = Math.max(0, Math.min(slide, slides.length - 1));
  shown = Math.max(1, Math.min(count, steps(slides[at]).length));
  slides.forEach((each, n) => { each.hidden = n !== at; });
  steps(slides[at]).forEach((each, n) => { each.hidden = n >= shown; });
  const more = steps(slides[at]).length - shown;
  says.value = `${at + 1} of ${slides.length}${more ? ", more to come" : ""}`;
  list.value = at;
  history.replaceState(null, "", `#${at + 1}`);
  if (focus && moved) { slides[at].focus({ preventScroll: true }); scrollTo(0, 0); }
  const step = steps(slides[at])[shown - 1];
  if (!moved && shown > 1) step.scrollIntoView({ block: step.offsetHeight > innerHeight - 100 ? "start" : "nearest" });
}

const last = n => steps(slides[n]).length;
const does = {
  next: () => shown < last(at) ? show(at, shown + 1) : at < slides.length - 1 && show(at + 1, 1),
  back: () => shown > 1 ? show(at, shown - 1) : at > 0 && show(at - 1, last(at - 1)),
  first: () => show(0, 1),
  end: () => show(slides.length - 1, 1),
  notes: () => pressed("notes", document.body.classList.toggle("with-notes")),
  theme: () => dark(document.documentElement.dataset.theme !== "dark"),
  print: () => print(),
};

function pressed(name, on) { button(name).setAttribute("aria-pressed", on); }
function dark(on) { document.documentElement.dataset.theme = on ? "dark" : "light"; pressed("theme", on); }

const keys = {
  ArrowRight: "next", PageDown: "next", " ": "next", ArrowLeft: "back", PageUp: "back",
  Home: "first", End: "end", n: "notes", N: "notes", t: "theme", T: "theme",
};
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select")) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return; // it presses them
  const name = event.key === " " && event.shiftKey ? "back" : keys[event.key];
  if (name) { event.preventDefault(); does[name](); }
});
document.querySelector("nav").addEventListener("click", event => does[event.target.dataset.do]?.());
list.addEventListener("change", () => show(Number(list.value), 1, false));
addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0, 1));
addEventListener("beforeprint", () => document.querySelectorAll(".slide, .step").forEach(each => { each.hidden = false; }));
addEventListener("afterprint", () => show(at, shown));

document.body.classList.add("one-at-a-time");
dark(matchMedia("(prefers-color-scheme: dark)").matches);
show(Number(location.hash.slice(1)) - 1 || 0, 1, false);
