// A live picture: shows what the kernel draws, and tells the kernel what was clicked. Its HTML comes from the kit's
// templates, which escape every value.
//
// What a template can use:
//   data-act, data-value   on a button: sent when it's clicked, with the values of all named fields in the picture
//   data-slide             on a range field: its act is sent while it's dragged, with `value`, and `drag`, which counts
//                          the drags; when one is over, the field goes back to the value that the kernel drew
//   data-key               on what can have the focus, or is a fold: the same element before and after a redraw
//   data-next              on a button: the data-key of where the focus goes when the button is gone
//   data-move              on a token: it glides from where the same one was before
//   data-rate              on anything: `tick` is sent with the seconds that passed, times this rate
//   data-act="open"        on a button that opens an answer: as long as it's there, the text below the next code cell,
//                          which tells the answer too, can't be read in JupyterLab
//   data-then="next"       on a button: once it's clicked, JupyterLab's next cell is the active one; with "next by mouse"
//                          only then: by keyboard, the focus goes to what is to be read
// Enter in a named field clicks the main button. A line of the class `asleep` is hidden while the kernel answers.
const GLIDE = { duration: 420, easing: "cubic-bezier(.3, .7, .2, 1)" };
const GROW = { duration: 200, easing: "ease-out" };
const FIRST_ANSWER = 5000, LATER_ANSWER = 10000; // milliseconds; then the kernel is gone, or busy for long
const MOST_WAITING = 20, LONGEST_TICK = 1; // clicks, and real seconds
const KEYS = "data-lm-suppress-shortcuts";
const COVERED = "course-covered";
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Shift+Enter and its like belong to JupyterLab, which leaves a key alone where an element says so. It asks on its way
// down to the element, so what says so is gone by then, and back afterwards.
function passOn(place, event) {
  if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey)) return;
  const nodes = [];
  for (let node = event.target; place.contains(node); node = node.parentNode) {
    if (node.hasAttribute?.(KEYS)) nodes.push([node, node.getAttribute(KEYS)]);
  }
  for (const [node] of nodes) node.removeAttribute(KEYS);
  setTimeout(() => { for (const [node, value] of nodes) node.setAttribute(KEYS, value); });
}

// Make the cell below this one JupyterLab's active cell, which is the one that last had the focus. Elsewhere nothing
// happens.
function goToNextCell(el) {
  const notebook = el.closest(".jp-Notebook"), next = el.closest(".jp-Cell")?.nextElementSibling;
  if (!notebook || !next) return;
  next.setAttribute("tabindex", next.getAttribute("tabindex") ?? "-1");
  for (const node of [next, notebook]) node.focus({ preventScroll: true });
}

// The text that follows the next code cell of JupyterLab; null elsewhere.
function textAfterNextCode(el) {
  let cell = el.closest(".jp-Notebook .jp-Cell"), code = false;
  while ((cell = cell?.nextElementSibling)) {
    if (cell.classList.contains("jp-CodeCell")) code = true;
    else if (code && cell.classList.contains("jp-MarkdownCell")) return cell;
  }
  return null;
}

// Cover the text of a cell, also for a screen reader, or uncover it.
function cover(cell, covered) {
  if (!document.getElementById(COVERED)) {
    document.head.append(Object.assign(document.createElement("style"), { id: COVERED, textContent: `
      .${COVERED}::before { content: "Run the cell above. Then you can read on."; display: block;
        padding: 8px 12px 8px calc(var(--jp-cell-prompt-width, 64px) + 15px);
        color: var(--jp-ui-font-color2); font: italic var(--jp-content-font-size1) var(--jp-content-font-family); }
      .${COVERED} .jp-RenderedMarkdown { filter: blur(6px); opacity: .45; user-select: none; }` }));
  }
  cell.classList.toggle(COVERED, covered);
  for (const text of cell.querySelectorAll(".jp-RenderedMarkdown")) text.inert = covered;
}

// What an element is known by; a line of a list by the token in it.
function key(node) {
  if (node.localName === "li") return node.querySelector("[data-move]")?.dataset.move;
  return node.dataset?.key ?? node.dataset?.move;
}

// Make the element `old` like `fresh`, and keep every node that both have: with it the focus, the place of a drag, what
// was typed, whether a fold is open, and a button between the mouse's down and up. dragged: a field to leave alone.
function morph(old, fresh, dragged) {
  if (old !== dragged) {
    for (const { name } of [...old.attributes]) if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.type === "range") old.value = fresh.getAttribute("value") ?? (old.min || "0");
  }
  const keys = new Set([...fresh.children].map(key)), keyed = new Map();
  for (const child of [...old.children]) {
    if (key(child) && !keys.has(key(child))) child.remove();
    else if (key(child)) keyed.set(key(child), child);
  }
  let place = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const same = key(next) ? keyed.get(key(next)) : place && !key(place) ? place : null;
    if (same?.nodeName !== next.nodeName) { old.insertBefore(next, place); continue; }
    keyed.delete(key(next));
    if (same === place) place = place.nextSibling; else old.insertBefore(same, place);
    if (same.nodeType === Node.ELEMENT_NODE) morph(same, next, dragged);
    else if (same.data !== next.data) same.data = next.data;
  }
  while (place) { const gone = place; place = place.nextSibling; gone.remove(); }
}

export default {
  render({ model, el }) {
    const place = document.createElement("div"), status = document.createElement("p");
    status.setAttribute("role", "status");
    status.style.cssText = "position:absolute;top:0;left:0;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)";
    el.style.position = "relative"; // so that the hidden status doesn't make the output taller
    el.append(place, status);
    let answered = true, asleep = false, waiting = [], since = performance.now(), waker, dragged = null, drags = 0, covered = null;

    // The kernel gets one message at a time. Of a drag only the latest waits; clicks wait in line.
    function send(message) {
      if (answered) return post(message, LATER_ANSWER);
      const last = waiting.at(-1);
      if (message.drag !== undefined && last?.drag === message.drag) waiting.pop();
      if (waiting.length < MOST_WAITING) waiting.push(message);
    }

    function post(message, patience) {
      answered = false;
      waker = setTimeout(() => fall(true), patience);
      try { model.send(message); } catch { fall(true); } // the kernel was shut down
    }

    function fall(sleeping) {
      if (asleep === sleeping) return;
      asleep = sleeping;
      waiting = [];
      el.classList.toggle("is-asleep", asleep);
      draw();
    }

    function fields() {
      const found = {};
      for (const field of place.querySelectorAll("[name]")) {
        found[field.name] = field.type === "checkbox" ? field.checked : field.value;
      }
      return found;
    }

    function positions() {
      const found = new Map();
      for (const node of place.querySelectorAll("[data-move]")) found.set(node.dataset.move, node.getBoundingClientRect());
      return found;
    }

    function draw() {
      const first = !place.firstChild, before = first || calm() ? null : positions();
      const focused = place.contains(document.activeElement) ? document.activeElement : null;
      const wanted = [focused?.dataset.key, focused?.dataset.next];
      const fresh = document.createElement("div");
      fresh.innerHTML = model.get("html");
      for (const line of fresh.querySelectorAll(".asleep")) line.hidden = !asleep;
      if (asleep) for (const field of fresh.querySelectorAll("button, input, select")) field.disabled = true;
      morph(place, fresh, dragged);
      if (focused && !place.contains(focused)) {
        const named = new Map([...place.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
        const found = wanted.map((name) => named.get(name)).find(Boolean);
        (found ?? place.querySelector("button, input, select"))?.focus({ preventScroll: true });
      }
      if (before) animate(before);
      coverText();
    }

    function animate(before) {
      for (const node of place.querySelectorAll("[data-move]")) {
        const was = before.get(node.dataset.move), is = node.getBoundingClientRect();
        if (!was) node.animate([{ transform: "scale(.5)", opacity: 0 }, { transform: "none", opacity: 1 }], GROW);
        else if (Math.abs(was.x - is.x) + Math.abs(was.y - is.y) > 1) {
          node.animate([{ transform: `translate(${was.x - is.x}px, ${was.y - is.y}px)` }, { transform: "none" }], GLIDE);
        }
      }
    }

    // Cells come and go as JupyterLab scrolls, so this is asked again and again.
    function coverText() {
      const asks = !asleep && place.querySelector("[data-act=open]"), text = asks ? textAfterNextCode(el) : null;
      if (text !== covered && covered) cover(covered, false);
      covered = text;
      if (text && !text.querySelector(".jp-RenderedMarkdown")?.inert) cover(text, true);
    }

    function say(sentence) { // twice the same is spoken twice
      status.textContent = "";
      if (sentence) setTimeout(() => { status.textContent = sentence; }, 50);
    }

    place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]:not([data-slide]):not(:disabled)");
      if (button && place.contains(button)) send({ ...fields(), act: button.dataset.act, value: button.dataset.value });
      const then = button?.dataset.then;
      if (then === "next" || (then === "next by mouse" && event.detail > 0)) goToNextCell(el);
    });
    const pass = (event) => { if (place.contains(event.target)) passOn(place, event); };
    addEventListener("keydown", pass, true);
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input[name], select[name]")) return;
      event.preventDefault();
      place.querySelector("button.main")?.click();
    });
    place.addEventListener("input", (event) => {
      if (!event.target.dataset.slide) return;
      dragged = event.target;
      send({ act: dragged.dataset.slide, value: dragged.value, drag: drags });
    });
    place.addEventListener("change", (event) => {
      if (!event.target.dataset.slide) return;
      dragged = null;
      drags += 1;
      draw();
    });

    const timer = setInterval(() => {
      coverText();
      const now = performance.now(), rate = Number(place.querySelector("[data-rate]")?.dataset.rate ?? 0);
      if (!answered && rate > 0) return;
      const passed = Math.min((now - since) / 1000, LONGEST_TICK) * rate;
      since = now;
      if (rate > 0 && !asleep) send({ act: "tick", value: passed });
    }, calm() ? 1000 : 250);

    const said = () => say(model.get("says"));
    const awake = (message) => {
      clearTimeout(waker);
      answered = true;
      fall(false);
      if (message?.says) say(message.says);
      if (waiting.length) post(waiting.shift(), LATER_ANSWER);
    };
    model.on("change:html", draw);
    model.on("change:says", said);
    model.on("msg:custom", awake);
    draw();
    // A picture that was restored without its kernel looks the same and does nothing. Only a kernel answers this.
    post({ act: "" }, FIRST_ANSWER);
    return () => {
      clearInterval(timer);
      clearTimeout(waker);
      if (covered) cover(covered, false);
      removeEventListener("keydown", pass, true);
      model.off("change:html", draw);
      model.off("change:says", said);
      model.off("msg:custom", awake);
    };
  },
};
