// The live inbox: the deliveries, with a button for each request to confirm. Texts only ever become text nodes.
function node(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export default {
  render({ model, el }) {
    const root = node("section", "", { "aria-label": "Inbox", class: "course-live course-inbox" });
    const title = node("strong", "");
    const status = node("p", "", { role: "status" });
    const place = node("div", "");
    root.append(title, status, place);
    el.append(root);

    function row(mail, number) {
      const line = node("tr", "");
      const text = node("td", "");
      const whole = node("details", "");
      // Keeps JupyterLab's shortcuts from acting on the cell while these have the focus.
      whole.append(node("summary", "more of it", { "data-lm-suppress-shortcuts": "true" }), node("pre", mail.message));
      text.append(mail.short, whole);
      const act = node("td", "");
      if (mail.link) {
        const name = `Confirm ${mail.endpoint}`;
        const button = node("button", "Confirm", {
          type: "button", "aria-label": name, "data-lm-suppress-shortcuts": "true",
        });
        button.addEventListener("click", () => model.send({ act: "confirm", number }));
        act.append(button);
      }
      line.append(node("td", mail.at), node("td", mail.protocol), node("td", mail.endpoint), text, act);
      return line;
    }

    function draw() {
      const data = model.get("data");
      title.textContent = data.title;
      status.textContent = data.status;
      const head = node("tr", "");
      for (const name of ["at", "by", "to", "message", "do"]) head.append(node("th", name, { scope: "col" }));
      const table = node("table", "", { "aria-label": data.title });
      const top = node("thead", ""), body = node("tbody", "");
      top.append(head);
      body.append(...data.mails.map(row));
      table.append(top, body);
      const inside = root.contains(document.activeElement);
      place.replaceChildren(table);
      if (inside) (place.querySelector("button") ?? place.querySelector("summary"))?.focus();
    }

    model.on("change:data", draw);
    draw();
  },
};
