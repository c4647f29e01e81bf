// The live picture of a queue: draws what the kernel sends, counts visibility timeouts down while the clock runs, and
// sends clicks to the kernel. Message texts only ever become text nodes.
const STATES = { visible: "●", "in flight": "◐", delayed: "○" };

function node(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function button(label, name, act) {
  // Keeps JupyterLab's shortcuts from acting on the cell while the button has the focus.
  const made = node("button", label, { type: "button", "aria-label": name, "data-lm-suppress-shortcuts": "true" });
  made.dataset.key = name;
  made.addEventListener("click", act);
  return made;
}

function seconds(left) {
  return `${Math.max(0, Math.ceil(left))} s`;
}

export default {
  render({ model, el }) {
    const root = node("section", "", { "aria-label": "Queue", class: "course-live course-queue" });
    const title = node("strong", "");
    const facts = node("div", "");
    const status = node("p", "", { role: "status" });
    const bar = node("div", "", { role: "toolbar", "aria-label": "What you can do" });
    const place = node("div", "");
    root.append(title, facts, bar, status, place);
    el.append(root);
    let drawnAt = performance.now();

    const passed = () => (model.get("data").running ? (performance.now() - drawnAt) / 1000 : 0);
    const send = (act, message) => model.send({ act, message: message ?? "" });

    function toolbar() {
      const running = model.get("data").running;
      const held = document.activeElement?.dataset?.key;
      bar.replaceChildren(
        button("Receive one", "Receive one message", () => send("receive")),
        button("Clock +10 s", "Move the clock by 10 seconds", () => send("advance")),
        running
          ? button("Hold the clock", "Hold the clock", () => send("hold"))
          : button("Let the clock run", "Let the clock run", () => send("run")),
      );
      return held;
    }

    function row(message) {
      const line = node("tr", "");
      const left = node("td", "");
      if (message.left > 0) {
        const name = message.state === "in flight" ? "until it is back" : "until it comes";
        left.append(node("progress", "", { max: message.of, "aria-label": `Time ${name}` }), node("span", ""));
        left.dataset.left = message.left;
      }
      const acts = node("td", "");
      if (message.state === "in flight") {
        const about = message.body.slice(0, 30);
        acts.append(
          button("Delete", `Delete ${about}`, () => send("delete", message.id)),
          button("+30 s", `30 seconds more for ${about}`, () => send("extend", message.id)),
        );
      }
      line.append(
        node("td", `${STATES[message.state]} ${message.state}`),
        left,
        node("td", String(message.receives)),
        node("td", message.body),
        acts,
      );
      return line;
    }

    function tick() {
      let over = false;
      for (const cell of place.querySelectorAll("td[data-left]")) {
        const left = Number(cell.dataset.left) - passed();
        cell.firstChild.value = Math.max(0, left);
        cell.lastChild.textContent = ` ${seconds(left)}`;
        over = over || left <= 0;
      }
      if (over) send("look");
    }

    function draw() {
      const data = model.get("data");
      drawnAt = performance.now();
      title.textContent = data.title;
      facts.replaceChildren(...data.facts.flatMap((fact) => [node("span", fact), node("br", "")]));
      const held = toolbar();
      const head = node("tr", "");
      for (const name of ["message", "time left", "received", "body", "do"]) {
        head.append(node("th", name, { scope: "col" }));
      }
      const table = node("table", "", { "aria-label": data.title });
      const top = node("thead", ""), body = node("tbody", "");
      top.append(head);
      body.append(...data.messages.map(row));
      if (data.more) body.append(node("tr", `… and ${data.more} more`));
      table.append(top, body);
      const inside = document.activeElement?.dataset?.key ?? held;
      place.replaceChildren(table);
      // A click redraws everything; the focus stays on the same button, or goes to the first one.
      if (inside) {
        const again = [...root.querySelectorAll("button")].find((one) => one.dataset.key === inside);
        (again ?? bar.firstChild).focus();
      }
      tick();
    }

    const say = () => (status.textContent = model.get("status"));
    model.on("change:data", draw);
    model.on("change:status", say);
    draw();
    say();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  },
};
