"""The packages that a browser tab has: which they are, which files of each it needs, and the wheels made of them.

They are what is installed here, in these versions, because that is what the tests ran with. All are pure Python.
"""

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.course import HOME, Course
from helpers.errors import CourseError
from helpers.learner.working_copy import cleared
from helpers.site import stand_ins

# What the course imports in a tab, and what a kernel there needs.
ROOTS = ("boto3", "moto", "jinja2", "ipywidgets", "anywidget", "detect-secrets", "platformdirs", "comm", "ipython")
LEFT_OUT = {"jupyterlab-widgets", "widgetsnbextension"}  # the widgets' front end, which the site has elsewhere
# For the conditions in what a package requires.
TAB = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "sys_platform": "emscripten",
    "extra": "",
}

_COMPILED = (".so", ".pyd", ".dylib", ".dll")
# Compiled parts that their packages can do without, only more slowly. Any other one ends the build.
_OPTIONAL = r"yaml/_yaml|markupsafe/_speedups|wcwidth/_wcwidth_c|charset_normalizer/\w+|psygnal/\w+|\w+__mypyc"
_NOT_NEEDED = r"(.*/)?(__pycache__|tests?)/.*|.*\.(pyc|pyi|pyx|pxd|c|h|typed|pem)|\.\./.*"
_LICENCE = r"[^/]+\.dist-info/(.*/)?(LICEN[CS]E|NOTICE|COPYING|AUTHORS)[^/]*"
_DATA, _MODELS = "botocore/data/", "sqs|sns|sts|cloudwatch"
# What IPython colours: Python, and what its magics hold.
_LEXERS = r"__init__|_mapping|python|special|data|html|javascript|css|_css_builtins|shell|perl|ruby|markup|jvm|web"
# Of these packages only what a lesson uses: a pattern for the files that a tab gets.
_KEPT = {
    "botocore": rf"(?!{_DATA})|{_DATA}({_MODELS})/|{_DATA}(endpoints|partitions|sdk-default-configuration|_retry)\.",
    "boto3": r"(?!boto3/(data|examples)/)|boto3/data/(sqs|sns|cloudwatch)/",
    "moto": r"moto/(\w+\.py|(core|utilities|moto_api|moto_server|sqs|sns)/(?!.*\.(html|js|css|png)$))",
    "pygments": rf"pygments/(?!lexers/)|pygments/lexers/({_LEXERS})\.py",
    "anywidget": r"(?!anywidget/labextension/|anywidget/nbextension/)",
}

_PACKAGE = Path(__file__).parent.parent
# Rooms of the course for the terminal, for grading and for authors.
_NOT_IN_A_TAB = {
    "authoring",
    "cli",
    "grading",
    "learner",
    "sandbox",
    "site",
    "workshop",
    "folders.py",
    "kernels.py",
    "pytest_plugin.py",
    "_course",
}
# Of these rooms a tab has what `hand_in.form` needs.
_PACKING = {
    "folders.py",
    "grading/__init__.py",
    "grading/intake/__init__.py",
    "grading/intake/bounds.py",
    "grading/intake/notebooks.py",
    "grading/intake/outputs.py",
    "learner/__init__.py",
    "learner/hand_in.py",
    "learner/pack.py",
    "learner/packed_notebook.py",
    "learner/working_copy.py",
}
_KINDS = {".py", ".js", ".css", ".jinja", ".json", ""}  # the profiles of the offline cloud have no ending

_WHEEL = "Wheel-Version: 1.0\nGenerator: course site\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


# --- what is in them --------------------------------------------------------------------------------------------------


def needed(python: str, roots: Iterable[str] = ROOTS) -> list[metadata.Distribution]:
    """Return the distributions that these need in a tab with this Python, themselves included, sorted by name.

    python: its version, such as "3.14.2". A package that has a stand-in is left out. CourseError when one is not
    installed.
    """
    place = TAB | {"python_full_version": python, "python_version": ".".join(python.split(".")[:2])}
    found: dict[str, metadata.Distribution] = {}
    waiting = [canonicalize_name(root) for root in roots]
    while waiting:
        name = waiting.pop()
        if name in found or name in LEFT_OUT or name in stand_ins.NAMES:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise CourseError(f"The browser edition needs {name}, which isn't installed here.") from None
        wanted = [Requirement(text) for text in found[name].requires or []]
        waiting += [canonicalize_name(it.name) for it in wanted if it.marker is None or it.marker.evaluate(place)]
    return [found[name] for name in sorted(found)]


def files(distribution: metadata.Distribution) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file that a tab needs, and of the licences.

    CourseError for a compiled part that the package cannot do without.
    """
    name = canonicalize_name(distribution.name)
    kept = _KEPT.get(name, "")
    for file in distribution.files or []:
        path = PurePosixPath(file).as_posix()
        if path.endswith(_COMPILED):
            if not re.match(_OPTIONAL, path):
                raise CourseError(f"{name} is compiled ({path}), and a browser tab can only use Python code.")
        elif ".dist-info/" in path:
            if re.fullmatch(_LICENCE, path):
                yield path, file.read_binary()
        elif not re.fullmatch(_NOT_NEEDED, path) and re.match(kept, path):
            yield path, file.read_binary()


def course_files(listed: Course) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file of the course that a notebook needs.

    They are the helper package, the list of lessons, and the solutions if there are any.
    """
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        hidden = any(part.startswith(".") for part in inside.parts)
        wanted = inside.parts[0] not in _NOT_IN_A_TAB or inside.as_posix() in _PACKING
        if path.is_file() and path.suffix in _KINDS and wanted and not hidden:
            yield f"helpers/{inside.as_posix()}", path.read_bytes()
    names = ["lessons/course.toml", *(f"solutions/{lesson.slug}.ipynb" for lesson in listed.lessons)]
    for name in names:
        path = HOME / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            yield f"helpers/_course/{name}", (cleared(text) if name.endswith(".ipynb") else text).encode()


# --- their wheels -----------------------------------------------------------------------------------------------------


def write_wheel(out: Path, name: str, version: str, folder: Path) -> Path:
    """Write a wheel of all files below the folder, which is laid out as site-packages is, and return its path.

    The same files make the same wheel, byte for byte. Its name depends on its content, so that no browser takes an
    older one from its cache.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # One folder for the package's own metadata, under the one name that Pyodide looks for.
    files = {re.sub(r"^[^/]+\.dist-info/", f"{stem}.dist-info/", place): content for place, content in found.items()}
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files |= {f"{stem}.dist-info/METADATA": about.encode(), f"{stem}.dist-info/WHEEL": _WHEEL.encode()}
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{place},sha256={_digest(content)},{len(content)}\n" for place, content in sorted(files.items())]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    path = out / f"{stem}-0x{hashlib.sha256(files[record]).hexdigest()[:8]}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, content in sorted(files.items()):
            wheel.writestr(zipfile.ZipInfo(place), content, zipfile.ZIP_DEFLATED)  # dated 1980, whenever it is written
    return path


def read_wheel(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file of a wheel, without its metadata."""
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if ".dist-info/" not in name or "/licenses/" in name:
                yield name, packed.read(name)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
