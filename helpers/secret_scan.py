"""Finding keys, passwords and tokens in cells with detect-secrets, to warn before they are saved or handed in."""

import html
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

KEY_ID, _SECRET_KEY, _TOKEN = "an AWS access key id", "an AWS secret access key", "an AWS session token"
_KINDS = {
    "AWS Access Key": KEY_ID,
    "Private Key": "a private key",
    "Secret Keyword": "a password",
    "Basic Auth Credentials": "a password in a URL",
    "JSON Web Token": "a token",
}
_OTHER = "a token"  # of GitHub, Slack and so on
# Not is_indirect_reference or is_likely_id_string: they ignore `sqs = boto3.client("sqs", aws_access_key_id=...)`.
_FILTERS = ("is_templated_secret", "is_prefixed_with_dollar_sign", "is_not_alphanumeric_string")


def _settings(*plugins: str) -> dict[str, Any]:
    filters = [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in _FILTERS]
    return {"plugins_used": [{"name": name} for name in plugins], "filters_used": filters}


_FINDS_NAMES = _settings("KeywordDetector")
_FINDS_VALUES = _settings(
    "AWSKeyDetector",
    "BasicAuthDetector",
    "PrivateKeyDetector",
    "JwtTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PypiTokenDetector",
    "SlackDetector",
    "StripeDetector",
)
# What these need in a line to find anything. They're slow, and most lines have nothing of it.
_OWNERS = ("api", "auth", "service", "account", "db", "database", "priv", "private", "client")
_NAMES = ("pass", "pwd", "secret", "contrase", *(f"{owner}{joint}key" for owner in _OWNERS for joint in ("", "_")))
_VALUE = re.compile(r"BEGIN|PuTTY|_authToken|://\S*@|(?<![\w/+.=-])[\w/+.=-]{20}")
# What detect-secrets finds only in quotes, or not at all: %env, export, a session token, a token in a URL.
_BETWEEN = r"[\s\"'\]:=,(\\]{1,12}"
_NAME = r"\w{0,60}?(?:password|secret|api_?key|token)\w{0,60}"
_QUERY = "(?:access_|auth_)?(?:token|api_?key|secret)"
_MORE_PATTERNS = (
    (_SECRET_KEY, re.compile(rf"(?i)secret_?access_?key{_BETWEEN}([a-z0-9/+]{{40}})(?![a-z0-9/+])")),
    (_TOKEN, re.compile(rf"(?i)(?:session|security)_?token{_BETWEEN}([a-z0-9/+=]{{40,}})")),
    ("a password", re.compile(rf"(?i)(?:%env|%set_env|\bexport)[ \t]{{1,9}}{_NAME}[ =]{{1,9}}(\w\S+)")),
    ("a token in a URL", re.compile(rf"://[^\s\"'<>]{{1,300}}[?&#]{_QUERY}=([\w%.~+/-]{{16,}})")),
    ("a token in a URL", re.compile(r"://([\w-]{20,})@")),
)
# Between the pieces of what Python reads as one string: side by side, added, or broken off with a backslash.
_SEAM = re.compile(
    r"""(?<!["'])["'][ \t]{0,99}(?:\+[ \t]{0,99})?(?:(?:\\|\#[^\n]{0,200})?\n[ \t]{0,99}){0,9}(?:\+[ \t]{0,99})?"""
    r"""[a-zA-Z]{0,2}["'](?!["'])|\\\n"""
)
# Secrets without a name: whole strings, and whatever stands beside an access key id.
_UNNAMED = r"(?<![\w/+=.-])(?=\S*[A-Z])(?=\S*[a-z])(?=\S*[0-9])([A-Za-z0-9/+]{40})(?![\w/+=.-])"
_IN_QUOTES = ((_SECRET_KEY, re.compile(rf"""(?<=["']){_UNNAMED}(?=["'])""")),)
_BESIDE_AN_ID = (
    (_SECRET_KEY, re.compile(_UNNAMED)),
    (_TOKEN, re.compile(r"(?<![\w/+=.-])([A-Za-z0-9/+]{100,}={0,2})(?![\w/+=.-])")),
)
# Keys that open nothing: the offline cloud's, and the usual ones with moto.
_DUMMY_KEYS = {"offlineshop", "offlinepartner", "not-a-secret", "anything", "test", "testing"}
# Plugins and patterns need one of these to match, and most cells have none.
_POSSIBLE = re.compile(r"(?i)key|secret|token|pass|pwd|contrase|-----BEGIN|://\S*@|[\w/+.=-]{20}")
_ID_POSSIBLE = re.compile("[AKI][KIA]|A3T")  # pieces of its first letters
_LONGEST_TEXT = 20_000  # characters to scan; malicious texts would take seconds
_PIECE, _OVERLAP = 600, 200  # characters; the patterns are slow on very long lines
_COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*m")
ADVICE = (
    "Take it out of the cell, clear the cell's output and save. Use a profile: run `aws configure` or "
    '`aws configure sso` in a terminal, then start("aws", profile_name=...). '
    "If you've already saved or shared the notebook with it, deactivate the key in IAM and make a new one."
)

_watched_shell: Any = None


@dataclass(frozen=True, order=True)
class Finding:
    """The lines of something that looks like a secret, and what it looks like. The secret itself isn't kept."""

    line: int  # from 1
    kind: str  # such as "an AWS access key id"
    end: int = field(default=0, compare=False)  # the last line, for a string in pieces


def find(source: str, beside_an_id: bool = False) -> list[Finding]:
    """Return what looks like a key, password or token in this text, sorted by line; each kind once per line.

    Strings that Python joins count as one. AWS's documented example keys and the course's dummy keys are ignored.
    beside_an_id: whether an access key id is known to be near, so that the rest of the key is found without a name.
    Nothing is sent anywhere.
    """
    found: dict[Finding, int] = {}
    seen: set[str] = set()
    for text, numbers in _readings(source):
        if _POSSIBLE.search(text):
            for finding in _found(text, numbers, beside_an_id, seen):
                found[finding] = max(finding.end, found.get(finding, 0))
    precise = {finding.line for finding in found if "AWS" in finding.kind or "URL" in finding.kind}
    told = [replace(finding, end=end) for finding, end in found.items()]
    return sorted(finding for finding in told if finding.kind != "a password" or finding.line not in precise)


def has_key_id(source: str) -> bool:
    """Return whether an AWS access key id is in this text."""
    return _ID_POSSIBLE.search(source) is not None and any(each.kind == KEY_ID for each in find(source))


def _readings(source: str) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the text, and if there are strings in pieces the text with whole ones; both with each character's line."""
    numbers = list(itertools.accumulate(map("\n".__eq__, source), initial=1))
    yield source, numbers
    if seams := [seam.span() for seam in _SEAM.finditer(source)]:
        kept = list(zip([0, *(end for _, end in seams)], [*(start for start, _ in seams), len(source)], strict=True))
        of_kept = [number for start, end in kept for number in numbers[start:end]]
        yield "".join(source[start:end] for start, end in kept), [*of_kept, numbers[-1]]


def _found(text: str, numbers: Sequence[int], beside_an_id: bool, seen: set[str]) -> Iterator[Finding]:
    """Yield what is found, and note the lines. seen: the lines of the reading before, which had what they had."""
    start, has_id, new = 0, beside_an_id, []
    for line in text.split("\n"):
        if line not in seen:
            new += [(start, line, piece) for piece in _pieces(line)]
        start += len(line) + 1
    seen.update(line for _, line, _ in new)
    for first, kind, value in _by_plugins(new):
        has_id |= kind == KEY_ID
        yield Finding(numbers[first], kind, numbers[first + max(0, len(value) - 1)])
    for kind, pattern in _patterns(has_id):
        for match in pattern.finditer(text):
            if not _is_public(match[1]):
                yield Finding(numbers[match.start(1)], kind, numbers[match.end(1) - 1])


def _patterns(has_id: bool) -> Iterable[tuple[str, re.Pattern[str]]]:
    return (*_MORE_PATTERNS, *_IN_QUOTES, *(_BESIDE_AN_ID if has_id else ()))


def _pieces(line: str) -> Iterator[str]:
    yield line[:_PIECE]
    for start in range(_PIECE - _OVERLAP, len(line) - _OVERLAP, _PIECE - _OVERLAP):
        yield line[start : start + _PIECE]


def _has_name(piece: str) -> bool:
    small = piece.casefold()
    return any(name in small for name in _NAMES)


def _by_plugins(pieces: Iterable[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """Yield what detect-secrets finds: where in the text it starts, its kind and its value.

    pieces: where a line starts in the text, the line, and a piece of it.
    """
    for settings, is_possible in ((_FINDS_NAMES, _has_name), (_FINDS_VALUES, _VALUE.search)):
        if possible := [each for each in pieces if is_possible(each[2])]:
            from detect_secrets.settings import transient_settings  # a slow import that most programs don't need

            with transient_settings(settings):
                for start, line, piece in possible:
                    yield from ((start + max(0, line.find(value)), kind, value) for kind, value in _kinds(piece))


def _kinds(line: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the value of each secret that detect-secrets finds."""
    from detect_secrets.core.scan import scan_line

    for secret in scan_line(line):
        value = secret.secret_value or ""
        if _is_public(value):
            continue
        if secret.type == "AWS Access Key" and len(value) == 40:
            yield _SECRET_KEY, value
        else:
            yield _KINDS.get(secret.type, _OTHER), value


def _is_public(value: str) -> bool:
    public = value.upper().endswith(("EXAMPLE", "EXAMPLEKEY")) or (len(value) >= 100 and "EXAMPLE" in value)
    return public or value.strip("\"'").lower() in _DUMMY_KEYS


def in_cells(cells: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Yield the findings in a notebook's cells: the cell's number, from 1, and the finding as `in_cell` words it."""
    cells = list(cells)
    has_id = any(map(has_key_id, (_text(cell.get("source", "")) for cell in cells)))
    for number, cell in enumerate(cells, start=1):
        yield from ((number, found) for found in in_cell(cell, has_id))


def in_cell(cell: Mapping[str, Any], beside_an_id: bool = False) -> list[str]:
    """Return the findings in a notebook's cell, such as "line 2: a private key" or "output: a token"."""
    source = find(_text(cell.get("source", "")), beside_an_id)
    in_outputs = {finding.kind for text in _output_texts(cell) for finding in find(_COLOUR_CODES.sub("", text))}
    in_source = [f"line {finding.line}: {finding.kind}" for finding in source]
    return in_source + [f"output: {kind}" for kind in sorted(in_outputs)]


def _output_texts(cell: Mapping[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        yield _text(output.get("text", ""))
        yield "\n".join(map(_text, output.get("traceback", [])))
        for kind, content in output.get("data", {}).items():
            if not kind.startswith("image/") or kind == "image/svg+xml":
                yield _text(content)


def _text(value: Any) -> str:
    return ("".join(map(str, value)) if isinstance(value, list) else str(value))[:_LONGEST_TEXT]


def watch() -> None:
    """In IPython, show a warning above the output of each cell that seems to contain a secret. Elsewhere do nothing.

    The cell that calls this is scanned too. Calling it again changes nothing.
    """
    global _watched_shell
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or shell is _watched_shell:
        return
    _watched_shell = shell
    shell.events.register("pre_run_cell", _before_cell)
    history = getattr(shell, "history_manager", None)
    _warn(history.input_hist_raw[-1] if history and history.input_hist_raw else "")


def _before_cell(info: Any) -> None:
    _warn(info.raw_cell)


def _warn(source: Any) -> None:
    try:
        if findings := find(source):
            from IPython.display import display

            display({"text/html": _as_html(findings), "text/plain": _as_text(findings)}, raw=True)
    except Exception:  # whatever goes wrong here, the learner's cell has to run
        pass


def _lines(findings: list[Finding]) -> list[str]:
    return [f"Line {finding.line} looks like it holds {finding.kind}." for finding in findings]


_HEAD = "A secret in this cell?"
_WHY = "When you save a notebook, everything in its cells and their outputs is saved with it."


def _as_text(findings: list[Finding]) -> str:
    return "\n".join([f"! {_HEAD}", *(f"  {line}" for line in [*_lines(findings), _WHY, ADVICE])])


def _as_html(findings: list[Finding]) -> str:
    advice = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(ADVICE))
    rows = "".join(f"<div>{html.escape(line)}</div>" for line in _lines(findings))
    return (
        '<div role="alert" style="border-left:4px solid var(--jp-warn-color1, #b45309);padding:2px 12px;margin:4px 0;'
        f'max-width:56em"><div><span aria-hidden="true">!</span> <strong>{_HEAD}</strong></div>{rows}'
        f"<div>{_WHY}</div><div>{advice}</div></div>"
    )
