"""Finding keys, passwords and tokens in cells with detect-secrets, to warn before they are saved or handed in."""

import html
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KINDS = {
    "AWS Access Key": "an AWS access key id",
    "Private Key": "a private key",
    "Secret Keyword": "a password",
    "Basic Auth Credentials": "a password in a URL",
    "JSON Web Token": "a token",
}
_OTHER = "a token"  # of GitHub, Slack and so on
_SECRET_KEY = "an AWS secret access key"
_PLUGINS = (
    "AWSKeyDetector",
    "BasicAuthDetector",
    "KeywordDetector",
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
# Not is_indirect_reference or is_likely_id_string: they ignore `sqs = boto3.client("sqs", aws_access_key_id=...)`.
_FILTERS = ("is_templated_secret", "is_prefixed_with_dollar_sign", "is_not_alphanumeric_string")
_SETTINGS = {
    "plugins_used": [{"name": name} for name in _PLUGINS],
    "filters_used": [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in _FILTERS],
}
# What detect-secrets finds only in quotes, or not at all: %env, export, a session token, a token in a URL.
_BETWEEN = r"[\s\"'\]:=,(\\]{1,12}"
_NAME = r"\w{0,60}?(?:password|secret|api_?key|token)\w{0,60}"
_QUERY = "(?:access_|auth_)?(?:token|api_?key|secret)"
_MORE_PATTERNS = (
    (_SECRET_KEY, re.compile(rf"(?i)secret_?access_?key{_BETWEEN}([a-z0-9/+]{{40}})(?![a-z0-9/+])")),
    ("an AWS session token", re.compile(rf"(?i)(?:session|security)_?token{_BETWEEN}([a-z0-9/+=]{{40,}})")),
    ("a password", re.compile(rf"(?i)(?:%env|%set_env|\bexport)[ \t]{{1,9}}{_NAME}[ =]{{1,9}}(\w\S+)")),
    ("a token in a URL", re.compile(rf"://[^\s\"'<>]{{1,300}}[?&#]{_QUERY}=([\w%.~+/-]{{16,}})")),
    ("a token in a URL", re.compile(r"://([\w-]{20,})@")),
)
# Keys that open nothing: the offline cloud's, and the usual ones with moto.
_DUMMY_KEYS = {"offlineshop", "offlinepartner", "not-a-secret", "anything", "test", "testing"}
# Every plugin and pattern needs one of these to match, and most cells have none.
_POSSIBLE = re.compile(r"(?i)key|secret|token|pass|pwd|contrase|-----BEGIN|://\S*@|[\w/+.=-]{20}")
_LONGEST_TEXT = 20_000  # characters to scan; malicious texts would take seconds
_PIECE, _OVERLAP = 600, 200  # characters; the patterns are slow on very long lines
_COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*m")
_ADVICE = (
    "Take it out of the cell, clear the cell's output and save. Use a profile: run `aws configure` or "
    '`aws configure sso` in a terminal, then start("aws", profile_name=...). '
    "If you've already saved or shared the notebook with it, make a new key and delete this one."
)

_watched_shell: Any = None


@dataclass(frozen=True, order=True)
class Finding:
    """The line of something that looks like a secret, and what it looks like. The secret itself isn't kept."""

    line: int  # from 1
    kind: str  # such as "an AWS access key id"


def find(source: str) -> list[Finding]:
    """Return what looks like a key, password or token in this text, sorted by line; each kind once per line.

    AWS's documented example keys and the course's dummy keys are ignored. Nothing is sent anywhere.
    """
    if not _POSSIBLE.search(source):
        return []
    from detect_secrets.settings import transient_settings  # a slow import that most programs don't need

    found = set()
    with transient_settings(_SETTINGS):
        for number, line in enumerate(source.split("\n"), start=1):
            for piece in _pieces(line):
                found |= {Finding(number, kind) for kind in _kinds(piece)}
    for kind, pattern in _MORE_PATTERNS:
        for match in pattern.finditer(source):
            if not _is_public(match[1]):
                found.add(Finding(source.count("\n", 0, match.start(1)) + 1, kind))
    precise = {finding.line for finding in found if "AWS" in finding.kind or "URL" in finding.kind}
    return sorted(finding for finding in found if finding.kind != "a password" or finding.line not in precise)


def _pieces(line: str) -> Iterator[str]:
    yield line[:_PIECE]
    for start in range(_PIECE - _OVERLAP, len(line) - _OVERLAP, _PIECE - _OVERLAP):
        yield line[start : start + _PIECE]


def _kinds(line: str) -> Iterator[str]:
    from detect_secrets.core.scan import scan_line

    for secret in scan_line(line):
        value = secret.secret_value or ""
        if _is_public(value):
            continue
        if secret.type == "AWS Access Key" and len(value) == 40:
            yield _SECRET_KEY
        else:
            yield _KINDS.get(secret.type, _OTHER)


def _is_public(value: str) -> bool:
    return value.strip("\"'").lower() in _DUMMY_KEYS or value.upper().endswith(("EXAMPLE", "EXAMPLEKEY"))


def in_cell(cell: Mapping[str, Any]) -> list[str]:
    """Return the findings in a notebook's cell, such as "line 2: a private key" or "output: a token"."""
    in_source = [f"line {finding.line}: {finding.kind}" for finding in find(_text(cell.get("source", "")))]
    in_outputs = {finding.kind for text in _output_texts(cell) for finding in find(_COLOUR_CODES.sub("", text))}
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
    return "\n".join([f"! {_HEAD}", *(f"  {line}" for line in [*_lines(findings), _WHY, _ADVICE])])


def _as_html(findings: list[Finding]) -> str:
    advice = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(_ADVICE))
    rows = "".join(f"<div>{html.escape(line)}</div>" for line in _lines(findings))
    return (
        '<div role="alert" style="border-left:4px solid var(--jp-warn-color1, #b45309);padding:2px 12px;margin:4px 0;'
        f'max-width:56em"><div><span aria-hidden="true">!</span> <strong>{_HEAD}</strong></div>{rows}'
        f"<div>{_WHY}</div><div>{advice}</div></div>"
    )
