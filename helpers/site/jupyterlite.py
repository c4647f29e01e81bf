"""JupyterLite, the JupyterLab of a browser tab: its build, and what learners would stumble over in version 0.8."""

import json
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from helpers.errors import CourseError

KERNEL = "@jupyterlite/pyodide-kernel-extension"
# Front ends of the kernel and of the widgets, by the distribution that brings each.
EXTENSIONS = {
    KERNEL: "jupyterlite-pyodide-kernel",
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets",
    "anywidget": "anywidget",
}

# It mistakes two notebooks of one name in two folders, as a lesson and its exercises have, for the same one: the second
# gets no kernel, and the first loses its own. The path tells them apart.
_SESSION = re.compile(
    r"(\{path:(?P<path>\w+),name:(?P<name>\w+)\}=\w+,(?P<found>\w+)=this\._sessions\.find\((?P<one>\w+)=>)"
    r"(?P=one)\.name===(?P=name)(\);if\((?P=found)\)return (?P=found);)"
)
# It asks jedi whether or not there is one, and without jedi nothing would be completed.
_COMPLETION = ("pyodide_kernel/interpreter.py", b"self.Completer.use_jedi = True", b"self.Completer.use_jedi = False")


def pyodide_version() -> str:
    """Return the version of Pyodide that the installed kernel is made for. CourseError when there is no JupyterLite."""
    try:
        import jupyterlite_core  # noqa: F401
        from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
    except ImportError:
        raise CourseError(
            "The browser edition needs JupyterLite: pip install 'mastering-aws-messaging[site]'."
        ) from None
    return str(PYODIDE_VERSION)


def extension(name: str) -> Path:
    """Return the folder of an installed front end."""
    inside = f"share/jupyter/labextensions/{name}/package.json"
    for file in metadata.distribution(EXTENSIONS[name]).files or []:
        if file.as_posix().endswith(inside):
            return Path(str(file.locate())).resolve().parent
    raise CourseError(f"{EXTENSIONS[name]} is installed without its front end, {name}.")


def build(lite: Path, out: Path) -> None:
    """Run JupyterLite's own build of this folder. CourseError when it fails."""
    extensions = lite / "extensions"
    for name in EXTENSIONS:
        shutil.copytree(extension(name), extensions / name)
    settings: dict[str, Any] = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": [str(lite / "files")],
            "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(out),
            "workspaces": [str(path) for path in lite.glob("*.jupyterlab-workspace")],
        },
    }
    (lite / "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(lite)]
    done = subprocess.run(command, cwd=lite, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"JupyterLite's build failed:\n{(done.stdout + done.stderr)[-2000:]}")


def patch_python(place: str, content: bytes) -> bytes:
    """Return the content of a kernel's file as it should be, any other as it is. CourseError as in `patch_scripts`."""
    file, before, after = _COMPLETION
    if place != file:
        return content
    if content.count(before) != 1:
        raise CourseError(f"JupyterLite's kernel completes in another way than this course knows ({file}).")
    return content.replace(before, after)


def patch_scripts(built: Path) -> None:
    """Change the built site's scripts. CourseError when they have another form than this course knows."""
    changed = 0
    for script in (built / "build").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        patched, count = _SESSION.subn(r"\1\g<one>.path===\g<path>\6", text)
        if count:
            script.write_text(patched, encoding="utf-8", newline="")
        changed += count
    if changed != 1:
        raise CourseError(f"JupyterLite starts sessions in another way than this course knows ({changed} places).")
