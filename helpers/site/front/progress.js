// The line that tells how far the page is while Python starts in the tab, with a bar beside it.
// It fetches Python and the packages before JupyterLab asks for them, so that both are loaded at the same time: the
// kernel then finds them in the browser's cache.
const files = JSON.parse(document.getElementById("course-files").textContent);
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const total = files.reduce((sum, [, bytes]) => sum + bytes, 0);
const SHOWN = 20_000; // milliseconds that the last word stays
const PATIENCE = 90_000; // milliseconds for Python to start, on a slow machine too

const line = document.createElement("div");
line.id = "course-progress";
line.innerHTML = `<span role="status"></span> <progress max="${total}" value="0"></progress> <span class="bytes"></span>
<button type="button" aria-label="Hide this line">×</button>`;
const [status, bar, bytes, close] = line.children;
bar.setAttribute("aria-label", "Loading Python and the course");
close.addEventListener("click", () => line.remove());
const style = document.createElement("style");
style.textContent = `#course-progress {
  position: fixed; z-index: 2000; left: 50%; bottom: 40px; transform: translateX(-50%); max-width: 94vw;
  padding: 8px 12px; border: 1px solid #767676; border-radius: 4px; background: #fff; color: #222;
  font: 14px/1.4 system-ui, sans-serif; box-shadow: 0 2px 8px rgb(0 0 0 / 25%);
}
#course-progress button { border: 0; background: none; color: inherit; font-size: 16px; cursor: pointer; }`;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const say = (text) => { status.textContent = text; };

function last(text, role = "status") {
  bar.remove();
  bytes.remove();
  status.setAttribute("role", role);
  say(text);
}

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

// Whether Python runs for the notebook that is open: true, or false after some patience; null where none is open.
async function started() {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const widget = window.jupyterapp?.shell.currentWidget;
    if (widget && !widget.sessionContext) return null;
    const kernel = widget?.sessionContext?.session?.kernel;
    if (kernel) {
      // It answers when Python runs. One that is ended before answers nobody: then the next one is asked.
      const answer = kernel.requestIsComplete({ code: "1" }).then(() => true, () => false);
      if (await Promise.race([answer, pause(end - Date.now())])) return true;
    }
    await pause(200);
  }
  return false;
}

async function tell() {
  await pause(0); // a screen reader tells what changes in a line that is there already
  say("Loading Python and the course; nothing is installed.");
  try {
    await load();
  } catch (problem) {
    last(`The course could not be loaded: ${problem.message}. Reload the page to try again.`, "alert");
    return;
  }
  bar.removeAttribute("value"); // how long this takes, nobody can tell
  bytes.textContent = "";
  say("Starting Python in this tab.");
  const runs = await started();
  if (runs === false) {
    last("Python has not started. Reload the page to try again; a browser that is up to date helps.", "alert");
    return;
  }
  if (runs) last("Python runs. Click the first cell, then Shift+Enter runs it and goes on to the next.");
  if (runs) await pause(SHOWN);
  while (line.contains(document.activeElement)) await pause(1000);
  line.remove();
}

document.head.append(style);
document.body.append(line);
tell();
