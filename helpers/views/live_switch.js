// The form for choosing a cloud. It never holds a key; texts only ever become text nodes.
function node(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Keeps JupyterLab's shortcuts from acting on the cell while a field has the focus.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

function choice(options) {
  const made = node("select", "", KEYS);
  for (const [value, text] of options) made.append(node("option", text, { value }));
  return made;
}

export default {
  render({ model, el }) {
    const data = model.get("data");
    const form = node("form", "", { "aria-label": "Choose the cloud", class: "course-live course-switch" });
    const fields = {
      which: choice([["offline", "offline, in this kernel"], ["endpoint", "an endpoint's URL"], ["aws", "a real AWS account"]]),
      url: node("input", "", { ...KEYS, type: "url", placeholder: "http://127.0.0.1:4577" }),
      account: node("input", "", { ...KEYS, inputmode: "numeric", maxlength: "12", placeholder: "twelve digits" }),
      profile: choice([["", "as boto3 finds keys"], ...data.profiles.map((name) => [name, name])]),
      region: choice([["", "as this machine says"], ...data.regions.map((name) => [name, name])]),
      prefix: node("input", "", { ...KEYS, placeholder: "none" }),
      remember: node("input", "", { ...KEYS, type: "checkbox" }),
    };
    const names = {
      which: "Cloud", url: "URL", account: "I mean the account", profile: "Profile", region: "Region",
      prefix: "Prefix of names", remember: "Remember this yes",
    };
    const of = { url: ["endpoint"], account: ["aws"], profile: ["aws"], region: ["aws"], prefix: ["aws"], remember: ["aws"] };
    const lines = {};
    for (const [name, field] of Object.entries(fields)) {
      const line = node("label", `${names[name]} `, { style: "display:block;margin:4px 0" });
      field.setAttribute("aria-label", names[name]); // without the options' texts, which the label holds too
      line.append(field);
      lines[name] = line;
      form.append(line);
    }
    const button = node("button", "Start", { ...KEYS, type: "submit" });
    const status = node("p", model.get("status"), { role: "status" });
    form.append(button, status);
    el.append(form);

    function fit() {
      for (const [name, clouds] of Object.entries(of)) {
        lines[name].style.display = clouds.includes(fields.which.value) ? "block" : "none";
      }
    }
    fields.which.addEventListener("change", fit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      status.textContent = "Starting…";
      const given = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
      model.send({ act: "start", ...given, remember: fields.remember.checked });
    });
    model.on("change:status", () => { status.textContent = model.get("status"); });
    model.on("msg:custom", (message) => { status.textContent = message.status; });
    fit();
  },
};
