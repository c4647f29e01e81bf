"""`course slides`: a page for each lesson, which shows its slides in any browser without a network.

nbconvert renders the cells, with JupyterLab's colours for both themes. The page brings its script and styles along.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from helpers.authoring import normal
from helpers.authoring.slides import Code, Output, Slide, slides
from helpers.course import HOME, Lesson, course
from helpers.errors import CourseError, NotebookError
from helpers.folders import new_folder
from helpers.templates import templates

_HERE = Path(__file__).parent
_THEMES = {"light": ":root", "dark": ':root[data-theme="dark"]'}


def slideshow(out: Path, only: str | None = None, say: Callable[[str], None] = print) -> list[Path]:
    """Write the slides of all lessons, or of one, into this folder, and return the files.

    CourseError for a folder that is not empty, is among the course's own files or cannot be written.
    """
    lessons = [course().lesson(only)] if only else course().lessons
    made = []
    with new_folder(out):
        for lesson in lessons:
            say(f"rendering {lesson.number} {lesson.title}")
            path = out / f"{lesson.slug}.html"
            path.write_text(page(lesson, normal.read(HOME / "lessons" / f"{lesson.slug}.ipynb")), encoding="utf-8")
            made.append(path)
    return made


def page(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the HTML page with the slides of this notebook. NotebookError when it has no outputs."""
    if not any(cell.get("outputs") for cell in notebook.cells):
        raise NotebookError(f"lessons/{lesson.slug}.ipynb has no outputs. `course build {lesson.number}` stores them.")
    renderer = Renderer()
    return (
        templates(_HERE)
        .get_template("page.html.jinja")
        .render(
            title=f"{lesson.number} {lesson.title}",
            course=course().title,
            slides=[renderer.drawn(slide) for slide in slides(notebook, lesson)],
            styles=Markup("\n".join([*_themes(), _file("slides.css")])),
            script=Markup(_file("slides.js")),
        )
    )


class Renderer:
    """Renders parts of a notebook by nbconvert, each as HTML without a page around it."""

    def drawn(self, slide: Slide) -> dict[str, Any]:
        """Return the slide as the template takes it: what's Markdown or a cell is HTML."""
        steps = [self._step(step) for step in slide.steps]
        return {"name": slide.name, "section": slide.section, "steps": steps, "notes": self._markdown(slide.notes)}

    def _step(self, step: str | Code | Output) -> Any:
        if isinstance(step, str):
            return self._markdown(step)
        return self._html(step.cell, exclude_input=isinstance(step, Output), exclude_output=isinstance(step, Code))

    def _markdown(self, text: str) -> Any:
        return self._html(new_markdown_cell(text)) if text else ""

    def _html(self, cell: NotebookNode, exclude_input: bool = False, exclude_output: bool = False) -> Any:
        self._exporter.exclude_input, self._exporter.exclude_output = exclude_input, exclude_output
        notebook = new_notebook(cells=[cell], metadata={"language_info": {"name": "python"}})
        body, _ = self._exporter.from_notebook_node(notebook, {"metadata": {"path": str(HOME / "lessons")}})
        return Markup(body)

    @cached_property
    def _exporter(self) -> Any:
        from nbconvert.exporters import HTMLExporter

        return HTMLExporter(
            template_name="basic",
            embed_images=True,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
        )


def _themes() -> Iterator[str]:
    """Yield JupyterLab's colours, light and dark, which nbconvert brings along, and those of highlighted code."""
    from jupyterlab_pygments import JupyterStyle
    from pygments.formatters import HtmlFormatter

    palette = re.findall(r"--md-[\w-]+:[^;}]+", _of_nbconvert("index.css"))
    yield f":root {{{';'.join(dict.fromkeys(palette))}}}"
    for name, where in _THEMES.items():
        colours = re.sub(r"/\*.*?\*/", "", _of_nbconvert(f"theme-{name}.css"), flags=re.DOTALL)
        yield colours.replace(":root", where)
    yield HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")


def _of_nbconvert(name: str) -> str:
    from jupyter_core.paths import jupyter_path

    for place in jupyter_path("nbconvert", "templates"):
        if (sheet := Path(place, "lab", "static", name)).is_file():
            return sheet.read_text(encoding="utf-8")
    raise CourseError("nbconvert's themes are missing. Install them again: pip install --force-reinstall nbconvert")


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
