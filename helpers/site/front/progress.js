// The line that tells how far the page is: while Python and the course are loaded, and while a notebook's kernel starts.
// It fetches Python and the packages before JupyterLab asks for them, so that both are loaded at the same time: the
// kernel then finds them in the browser's cache.
const files = JSON.parse(document.getElementById("course-files").textContent);
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const total = files.reduce((sum, [, bytes]) => sum + bytes, 0);
const SHOWN = 20_000; // milliseconds that the last word stays
const PATIENCE = 90_000; // milliseconds for Python to start, on a slow machine too
const STARTING = ["starting", "restarting", "autorestarting"]; // a kernel's states

const line = document.createElement("div");
line.id = "course-progress";
line.innerHTML = `<span role="status"></span> <progress max="${total}" value="0"></progress> <span class="bytes"></span>
<button type="button" aria-label="Hide this line">×</button>`;
const [status, bar, bytes, close] = line.children;
bar.setAttribute("aria-label", "Loading Python and the course");
const style = document.createElement("style");
style.textContent = `#course-progress {
  position: fixed; z-index: 2000; right: 6px; top: 1px; max-width: 94vw; padding: 1px 10px; border-radius: 4px;
  border: 1px solid var(--jp-border-color1, #767676); color: var(--jp-ui-font-color1, #222);
  background: var(--jp-layout-color1, #fff); font: 13px/1.5 system-ui, sans-serif;
}
#course-progress[hidden] { display: none; }
#course-progress button { border: 0; background: none; color: inherit; font-size: 16px; cursor: pointer; }`;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const notebook = () => window.jupyterapp?.shell.currentWidget;
let closed = ""; // what the line said when it was hidden by hand

function say(text, role = "status") {
  if (status.textContent !== text) status.textContent = text;
  status.setAttribute("role", role);
  line.hidden = closed === text;
}

function hide() {
  if (!line.contains(document.activeElement)) line.hidden = true;
}

close.addEventListener("click", () => {
  closed = status.textContent;
  line.hidden = true;
});

async function load() {
  let loaded = 0;
  const add = (length) => {
    loaded += length;
    bar.value = loaded;
    bytes.textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
  };
  await Promise.all(files.map(async ([url, size]) => {
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(`${url} is not there (${reply.status})`);
    let seen = 0;
    const reader = reply.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      seen += part.value.length;
      add(part.value.length);
    }
    add(size - seen); // nothing, unless the file has changed since the page was made
  }));
}

// What is known of a kernel: when it was first seen, and when it answered. It answers when Python runs in it.
const kernels = new WeakMap();

function known(kernel) {
  if (!kernels.has(kernel) || (STARTING.includes(kernel.status) && kernels.get(kernel).answered)) {
    const now = { seen: Date.now(), answered: 0 };
    kernels.set(kernel, now);
    const ask = () => kernel.requestIsComplete({ code: "1" }).then(
      () => { now.answered = Date.now(); },
      () => { if (!kernel.isDisposed) setTimeout(ask, 500); }, // it was restarted meanwhile
    );
    ask();
  }
  return kernels.get(kernel);
}

function tell() {
  const widget = notebook();
  const kernel = widget?.sessionContext?.session?.kernel;
  const { seen, answered } = kernel ? known(kernel) : { seen: Date.now(), answered: 0 };
  bar.hidden = Boolean(answered);
  if (widget && !widget.sessionContext) {
    hide(); // a page of text, for which none is started
  } else if (!answered && Date.now() - seen > PATIENCE) {
    bar.hidden = true;
    say("Python hasn't started. Reload the page to try again. An up-to-date browser may help.", "alert");
  } else if (!answered) {
    say("Starting Python for this notebook. This takes a few seconds.");
  } else if (Date.now() - answered > SHOWN || widget.content.widgets.some((cell) => cell.model.executionCount)) {
    hide();
  } else {
    say("Python runs. Press Shift+Enter to run a cell and move to the next.");
  }
}

async function begin() {
  await pause(0); // a screen reader tells what changes in a line that is there already
  say("Loading Python and the course. Nothing gets installed.");
  try {
    await load();
  } catch (problem) {
    bar.hidden = true;
    bytes.textContent = "";
    say(`The course couldn't be loaded: ${problem.message}. Reload the page to try again.`, "alert");
    return;
  }
  bar.removeAttribute("value"); // how long the rest takes, nobody can tell
  bytes.textContent = "";
  setInterval(tell, 200);
}

document.head.append(style);
document.body.append(line);
begin();
