"""What of the installed packages goes into a browser tab, and which files of each. Pure Python only.

What is installed here is what the tests ran with, so the site takes these very files, in these versions.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.errors import CourseError
from helpers.site import stand_ins

# What the course imports in a tab, and what a kernel there needs.
ROOTS = ("boto3", "moto", "ipywidgets", "anywidget", "detect-secrets", "platformdirs", "comm", "ipython")
LEFT_OUT = {"jupyterlab-widgets", "widgetsnbextension"}  # the front end of widgets, which stands elsewhere in the site
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
# Compiled parts that their packages do without, more slowly. Another one ends the build.
_OPTIONAL = r"yaml/_yaml|markupsafe/_speedups|wcwidth/_wcwidth_c|charset_normalizer/\w+|psygnal/\w+|\w+__mypyc"
_NOT_NEEDED = r"(.*/)?(__pycache__|tests?)/.*|.*\.(pyc|pyi|pyx|pxd|c|h|typed|pem)|\.\./.*"
_LICENCE = r"[^/]+\.dist-info/(.*/)?(LICEN[CS]E|NOTICE|COPYING|AUTHORS)[^/]*"
_DATA = "botocore/data/"
# What IPython colours: Python, and what its magics hold.
_LEXERS = r"__init__|_mapping|python|special|data|html|javascript|css|_css_builtins|shell|perl|ruby|markup|jvm|web"
# Of these packages only what a lesson meets: a pattern for each file that stays.
_KEPT = {
    "botocore": rf"(?!{_DATA})|{_DATA}(sqs|sns|sts)/|{_DATA}(endpoints|partitions|sdk-default-configuration|_retry)\.",
    "boto3": r"(?!boto3/(data|examples)/)|boto3/data/(sqs|sns)/",
    "moto": r"moto/(\w+\.py|(core|utilities|moto_api|moto_server|sqs|sns)/(?!.*\.(html|js|css|png)$))",
    "pygments": rf"pygments/(?!lexers/)|pygments/lexers/({_LEXERS})\.py",
    "anywidget": r"(?!anywidget/labextension/|anywidget/nbextension/)",
}


def needed(python: str, roots: Iterable[str] = ROOTS) -> list[metadata.Distribution]:
    """Return the distributions that these need in a tab with this Python, by their names; with themselves.

    python: its version, such as "3.14.2". What has a stand-in is left out. CourseError when one is not installed.
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
            raise CourseError(f"The browser edition needs {name}, which is not installed here.") from None
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
                raise CourseError(f"{name} is compiled ({path}), and a browser tab needs it in Python.")
        elif ".dist-info/" in path:
            if re.fullmatch(_LICENCE, path):
                yield path, distribution.locate_file(file).read_bytes()
        elif not re.fullmatch(_NOT_NEEDED, path) and re.match(kept, path):
            yield path, distribution.locate_file(file).read_bytes()
