// A live picture: shows what the kernel draws, and tells the kernel what was clicked. Its HTML comes from the kit's
// templates, which escape every value.
//
// What a template can use:
//   data-act, data-value   on a button: sent when it's clicked, with the values of all named fields in the picture
//   data-slide             on a range field: its act is sent while it's dragged, with `value`
//   data-key               on what can have the focus, or is a fold: found again by it after a redraw
//   data-next              on a button: the data-key of where the focus goes when the button is gone
//   data-move              on a token: it glides from where the same one was before
//   data-rate              on anything: `tick` is sent with the seconds that passed, times this rate
const GLIDE = { duration: 420, easing: "cubic-bezier(.3, .7, .2, 1)" };
const GROW = { duration: 200, easing: "ease-out" };
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export default {
  render({ model, el }) {
    const place = document.createElement("div");
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.className = "sr-only";
    status.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
    el.append(place, status);
    let waiting = false, last = null, since = performance.now(), waker;

    function send(message) {
      if (waiting) { last = message; return; }  // of several, the latest counts
      waiting = true;
      model.send(message);
    }

    function fields() {
      const found = {};
      for (const field of place.querySelectorAll("[name]")) {
        if (field.type === "radio") { if (field.checked) found[field.name] = field.value; }
        else found[field.name] = field.type === "checkbox" ? field.checked : field.value;
      }
      return found;
    }

    const key = (node) => node?.closest?.("[data-key]")?.dataset.key;
    const byKey = (name) => [...place.querySelectorAll("[data-key]")].find((node) => node.dataset.key === name);

    function positions() {
      const found = new Map();
      for (const node of place.querySelectorAll("[data-move]")) found.set(node.dataset.move, node.getBoundingClientRect());
      return found;
    }

    function draw() {
      const first = !place.firstChild, before = positions();
      const focused = place.contains(document.activeElement) ? document.activeElement : null;
      const had = key(focused), next = focused?.dataset?.next;
      const open = [...place.querySelectorAll("details[open][data-key]")].map((node) => node.dataset.key);
      place.innerHTML = model.get("html");
      for (const name of open) byKey(name)?.setAttribute("open", "");
      if (focused) (byKey(had) ?? byKey(next) ?? place.querySelector("button, input"))?.focus({ preventScroll: true });
      if (!first && !calm()) animate(before);
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

    place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]:not([data-slide]):not(:disabled)");
      if (button && place.contains(button)) send({ ...fields(), act: button.dataset.act, value: button.dataset.value });
    });
    place.addEventListener("input", (event) => {
      const field = event.target;
      if (field.dataset.slide) send({ act: field.dataset.slide, value: field.value });
    });

    const timer = setInterval(() => {
      const now = performance.now(), rate = Number(place.querySelector("[data-rate]")?.dataset.rate ?? 0);
      const passed = ((now - since) / 1000) * rate;
      if (waiting && rate > 0) return;
      since = now;
      if (rate > 0) send({ act: "tick", value: passed });
    }, calm() ? 1000 : 250);

    // A picture that was restored without its kernel looks the same and does nothing. Only a kernel answers.
    function wake() {
      waiting = true;
      model.send({ act: "" });
      waker = setTimeout(() => el.classList.add("is-asleep"), 3000);
    }
    model.on("change:html", draw);
    model.on("change:says", () => { status.textContent = model.get("says"); });
    model.on("msg:custom", () => {
      clearTimeout(waker);
      el.classList.remove("is-asleep");
      waiting = false;
      if (last) { const message = last; last = null; send(message); }
    });
    draw();
    wake();
    return () => clearInterval(timer);
  },
};
