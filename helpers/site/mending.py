"""What learners would stumble over in JupyterLite 0.8, mended in the built copy."""

import re
from pathlib import Path

from helpers.errors import CourseError

# It takes two notebooks of one name in two folders, as a lesson and its exercises have, for one: the second gets no
# kernel, and the first loses its own. What tells them apart is the path.
_SESSION = re.compile(
    r"(\{path:(?P<path>\w+),name:(?P<name>\w+)\}=\w+,(?P<found>\w+)=this\._sessions\.find\((?P<one>\w+)=>)"
    r"(?P=one)\.name===(?P=name)(\);if\((?P=found)\)return (?P=found);)"
)
# It asks jedi whatever there is, and without jedi nothing would be completed.
_COMPLETION = ("pyodide_kernel/interpreter.py", b"self.Completer.use_jedi = True", b"self.Completer.use_jedi = False")


def mend_python(place: str, content: bytes) -> bytes:
    """Return the content of a file of the kernel as it should be; any other as it is. CourseError as `mend_scripts`."""
    file, before, after = _COMPLETION
    if place != file:
        return content
    if content.count(before) != 1:
        raise CourseError(f"JupyterLite's kernel completes in another way than this course knows ({file}).")
    return content.replace(before, after)


def mend_scripts(built: Path) -> None:
    """Change the built site's scripts. CourseError when they have another form than this course knows."""
    changed = 0
    for script in (built / "build").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        mended, count = _SESSION.subn(r"\1\g<one>.path===\g<path>\6", text)
        if count:
            script.write_text(mended, encoding="utf-8", newline="")
        changed += count
    if changed != 1:
        raise CourseError(f"JupyterLite starts sessions in another way than this course knows ({changed} places).")
