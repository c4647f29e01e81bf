"""`course lab`: JupyterLab at the lesson, with the files on the left, and nothing to click away."""

import json
import os
from pathlib import Path
from typing import Any

from helpers.course import Lesson, course
from helpers.folders import writing
from helpers.learner import saving
from helpers.learner.working_copy import WorkingCopy, default_folder

SETTINGS = Path(__file__).parent / "lab_settings"  # defaults; what the learner set in JupyterLab wins over them
STYLES = SETTINGS / "custom" / "custom.css"  # JupyterLab wants this name
WORKSPACE = "course"


def settings(folder: Path, lesson: Lesson, kind: str) -> dict[str, dict[str, Any]]:
    """Return what JupyterLab is told, by its classes: it opens this lesson in the learner's folder.

    A folder that cannot be written raises CourseError.
    """
    page = f"/lab/workspaces/{WORKSPACE}/tree/{kind}/{lesson.slug}.ipynb"
    return {
        "ServerApp": {
            "root_dir": str(folder),
            "default_url": page,  # where JupyterHub leads its users
            "tornado_settings": {"static_custom_path": str(STYLES.parent)},
            "log_level": "WARN",  # the address is printed at any level
        },
        "LabApp": {
            "default_url": page,
            "app_settings_dir": str(SETTINGS),
            "custom_css": True,
            "workspaces_dir": str(_lay_workspace(folder)),
            "extension_manager": "readonly",
            "news_url": "",
            "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        },
        # Without it ipykernel prints an alarming line for each kernel; loopback is all that is used.
        "KernelManager": {"transport_encryption": "auto"},
        "ContentsManager": {"pre_save_hook": f"{saving.__name__}.{saving.before_saving.__name__}"},
    }


def arguments(folder: Path, lesson: Lesson, kind: str, browser: bool, port: int | None) -> list[str]:
    """Return the command-line arguments for JupyterLab that open this lesson in the learner's folder.

    A folder that cannot be written raises CourseError.
    """
    chosen = [
        f"--{group}.{name}={_argument(value)}"
        for group, values in settings(folder, lesson, kind).items()
        for name, value in values.items()
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--ServerApp.allow_root=True")  # containers run as root; the server listens on loopback only
    if not browser:
        chosen.append("--no-browser")
    if port is not None:
        chosen += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    return chosen


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        [(name, each)] = value.items()
        return f"{name}={each}"
    return str(value)


def configure(config: Any) -> None:
    """Have a JupyterLab that another program starts open the course, as `course lab` does it.

    config: of a jupyter_server_config.py, on JupyterHub or Binder.
    """
    copy = WorkingCopy(default_folder())
    copy.copy_missing()
    for group, values in settings(copy.folder, course().lessons[0], "lessons").items():
        config[group].update(values)


def open_lab(arguments: list[str]) -> None:
    """Run JupyterLab until it is stopped."""
    from jupyterlab.labapp import LabApp  # takes a second to import, and only this command needs it

    LabApp.launch_instance(argv=arguments)


def _lay_workspace(folder: Path) -> Path:
    """Return the folder of JupyterLab's layouts. The course's layout is in it, unless the learner has one already."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    place = folder / ".course" / "workspaces"
    with writing(folder):
        place.mkdir(parents=True, exist_ok=True)
        if not any(place.iterdir()):
            WorkspacesManager(str(place)).save(WORKSPACE, json.dumps(layout()))
    return place


def layout() -> dict[str, Any]:
    """Return JupyterLab's workspace for the course: files on the left; on the right, folded, the table of contents.

    So the lesson has most of the window. A click on the icon at the right edge opens the table of contents.
    """
    files, contents = "filebrowser", "@jupyterlab/toc:plugin"  # JupyterLab's own names for them
    return {
        "data": {
            "layout-restorer:data": {
                "main": {"dock": None},  # with "current": None, JupyterLab's titling of its tab raises TypeErrors
                "left": {"collapsed": False, "visible": True, "current": files, "widgets": [files]},
                "right": {"collapsed": True, "visible": True, "current": None, "widgets": [contents]},
                "relativeSizes": [0.23, 0.77, 0],
            }
        },
        "metadata": {"id": WORKSPACE},
    }
