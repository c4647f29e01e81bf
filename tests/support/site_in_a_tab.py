"""The browser edition in Chromium: built once, served by a plain file server, with every other host out of reach."""

import functools
import gzip
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKED = {".whl", ".zip", ".woff2", ".png"}  # what no host packs once more
STARTED = "#course-progress [role=status]:has-text('Python runs')"
RUN = """async ids => {
    const app = window.jupyterapp, panel = app.shell.currentWidget, notebook = panel.content;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await app.commands.execute('notebook:run-all-cells');
    return notebook.widgets.filter(w => w.model.type === 'code').map(w => [w.model.id, w.model.outputs.toJSON()]);
}"""
QUIET = """async source => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.requestExecute({code: source, silent: true}).done;
}"""


class _Plain(SimpleHTTPRequestHandler):
    """Files as they are. python -m http.server does the same."""

    protocol_version = "HTTP/1.1"  # connections stay open, as on any host

    def log_message(self, *_):
        """Say nothing."""


class _Host(_Plain):
    """As hosts of static pages do it: what can be packed is packed, and may be kept for ten minutes."""

    packed = functools.lru_cache(maxsize=None)(lambda path: gzip.compress(path.read_bytes(), 6))

    def do_GET(self):
        """Answer with the file, and count its bytes."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        packs = path.suffix not in PACKED
        content = type(self).packed(path) if packs else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)
        self.server.sent += len(content)


@contextmanager
def served(folder, packing=False):
    """Serve the folder on loopback; yield the server, with `url` and `sent`, the bytes of bodies so far."""
    handler = functools.partial(_Host if packing else _Plain, directory=os.fspath(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # a tab that is closed leaves connections behind
        server.sent, server.url = 0, f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def outputs(cells):
    """Return each code cell's outputs, for comparing: streams as one text, no counts, no pictures that live."""
    return {name: [_said(output) for output in _joined(found)] for name, found in cells}


def stored(path):
    """Return the same of a notebook on disk."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return outputs((cell["id"], cell["outputs"]) for cell in cells if cell["cell_type"] == "code")


def _joined(found):
    whole = []
    for output in found:
        if output["output_type"] == "stream" and whole and whole[-1].get("name") == output["name"]:
            whole[-1] = {**output, "text": _text(whole[-1]["text"]) + _text(output["text"])}
        else:
            whole.append(output)
    return whole


def _text(value):
    return value if isinstance(value, str) else "".join(value)


def _said(output):
    if output["output_type"] == "stream":
        return output["name"], _text(output["text"])
    if output["output_type"] == "error":
        return output["ename"], output["evalue"]
    return {kind: _text(value) for kind, value in output["data"].items()}


def build(folder):
    """Build the site as an author does, and return its folder. What they see is in `build.log` beside it."""
    command = [sys.executable, "-m", "helpers.cli", "site", str(folder)]
    terminal = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "200"}  # rich takes it for one
    with folder.with_name("build.log").open("w", encoding="utf-8") as log:
        done = subprocess.run(command, check=False, stdout=log, stderr=log, env=terminal)
    assert done.returncode == 0, folder.with_name("build.log").read_text(encoding="utf-8")[-3000:]
    return folder
