"""Keys, passwords and tokens in a cell: found with detect-secrets, and told before they are kept or handed in."""

import html
import re
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
_OTHER = "a token"  # GitHub's, Slack's and so on
_SECRET_KEY = "an AWS secret access key"
_PLUGINS = ("AWSKeyDetector", "BasicAuthDetector", "KeywordDetector", "PrivateKeyDetector", "JwtTokenDetector")
_PLUGINS += ("GitHubTokenDetector", "GitLabTokenDetector", "NpmDetector", "OpenAIDetector", "PypiTokenDetector")
_PLUGINS += ("SlackDetector", "StripeDetector")
# Not is_indirect_reference and is_likely_id_string: they pass over `sqs = boto3.client("sqs", aws_access_key_id=...)`.
_FILTERS = ("is_templated_secret", "is_prefixed_with_dollar_sign", "is_not_alphanumeric_string")
_SETTINGS = {
    "plugins_used": [{"name": name} for name in _PLUGINS],
    "filters_used": [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in _FILTERS],
}
# What detect-secrets sees in quotes only, or not at all: %env, export, a session token, a token in a URL.
_BETWEEN = r"[\s\"'\]:=,(\\]{1,12}"
_NAME = r"\w{0,60}?(?:password|secret|api_?key|token)\w{0,60}"
_QUERY = "(?:access_|auth_)?(?:token|api_?key|secret)"
_MORE = (
    (_SECRET_KEY, re.compile(rf"(?i)secret_?access_?key{_BETWEEN}([a-z0-9/+]{{40}})(?![a-z0-9/+])")),
    ("an AWS session token", re.compile(rf"(?i)(?:session|security)_?token{_BETWEEN}([a-z0-9/+=]{{40,}})")),
    ("a password", re.compile(rf"(?i)(?:%env|%set_env|\bexport)[ \t]{{1,9}}{_NAME}[ =]{{1,9}}(\w\S+)")),
    ("a token in a URL", re.compile(rf"://[^\s\"'<>]{{1,300}}[?&#]{_QUERY}=([\w%.~+/-]{{16,}})")),
    ("a token in a URL", re.compile(r"://([\w-]{20,})@")),
)
# They open nothing: the offline cloud's own, and what is usual with moto.
_MADE_UP = {"offlineshop", "offlinepartner", "not-a-secret", "anything", "test", "testing"}
# What none of the plugins and patterns does without; most cells have nothing of it.
_POSSIBLE = re.compile(r"(?i)key|secret|token|pass|pwd|contrase|-----BEGIN|://\S*@|[\w/+.=-]{20}")
_MOST = 20_000  # characters of one text that are looked at; hostile ones would take seconds
_LONG, _OVERLAP = 600, 200  # characters; the patterns are slow on very long lines
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_DO = (
    "Take it out of the cell, clear the cell's output and save. Use a profile: run `aws configure` or "
    '`aws configure sso` in a terminal, then start("aws", profile_name=...). '
    "If the notebook was saved or shared with it: make a new key and delete this one."
)

_watched: Any = None


@dataclass(frozen=True, order=True)
class Finding:
    """Where something secret seems to stand, and what it looks like. The secret itself is not kept."""

    line: int  # from 1
    kind: str  # such as "an AWS access key id"


def find(source: str) -> list[Finding]:
    """Return what looks like a key, password or token in this text, by line; each kind once a line.

    AWS's documented example keys and the course's made-up ones are passed over. Nothing is sent anywhere.
    """
    if not _POSSIBLE.search(source):
        return []
    from detect_secrets.settings import transient_settings  # takes a while, and most programs need none of it

    found = set()
    with transient_settings(_SETTINGS):
        for number, line in enumerate(source.split("\n"), start=1):
            for piece in _pieces(line):
                found |= {Finding(number, kind) for kind in _kinds(piece)}
    for kind, pattern in _MORE:
        for match in pattern.finditer(source):
            if not _is_public(match[1]):
                found.add(Finding(source.count("\n", 0, match.start(1)) + 1, kind))
    precise = {finding.line for finding in found if "AWS" in finding.kind or "URL" in finding.kind}
    return sorted(finding for finding in found if finding.kind != "a password" or finding.line not in precise)


def _pieces(line: str) -> Iterator[str]:
    yield line[:_LONG]
    for start in range(_LONG - _OVERLAP, len(line) - _OVERLAP, _LONG - _OVERLAP):
        yield line[start : start + _LONG]


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
    return value.strip("\"'").lower() in _MADE_UP or value.upper().endswith(("EXAMPLE", "EXAMPLEKEY"))


def in_cell(cell: Mapping[str, Any]) -> list[str]:
    """Return what a notebook's cell holds, such as "line 2: a private key" or "output: a token"."""
    told = [f"line {finding.line}: {finding.kind}" for finding in find(_text(cell.get("source", "")))]
    shown = {finding.kind for text in _shown(cell) for finding in find(_COLOURS.sub("", text))}
    return told + [f"output: {kind}" for kind in sorted(shown)]


def _shown(cell: Mapping[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        yield _text(output.get("text", ""))
        yield "\n".join(map(_text, output.get("traceback", [])))
        for kind, content in output.get("data", {}).items():
            if not kind.startswith("image/") or kind == "image/svg+xml":
                yield _text(content)


def _text(value: Any) -> str:
    return ("".join(map(str, value)) if isinstance(value, list) else str(value))[:_MOST]


def watch() -> None:
    """In IPython, have each cell that seems to hold a secret start its output with a warning. Elsewhere do nothing.

    The cell that calls this is looked at, too. Called again it changes nothing.
    """
    global _watched
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or shell is _watched:
        return
    _watched = shell
    shell.events.register("pre_run_cell", _before)
    history = getattr(shell, "history_manager", None)
    _warn(history.input_hist_raw[-1] if history and history.input_hist_raw else "")


def _before(info: Any) -> None:
    _warn(info.raw_cell)


def _warn(source: Any) -> None:
    try:
        if findings := find(source):
            from IPython.display import display

            display({"text/html": _page(findings), "text/plain": _words(findings)}, raw=True)
    except Exception:  # whatever went wrong here, the learner's cell must run as it would
        pass


def _lines(findings: list[Finding]) -> list[str]:
    return [f"Line {finding.line} looks like it holds {finding.kind}." for finding in findings]


_HEAD = "A secret in this cell?"
_KEPT = "A notebook keeps what is in its cells, and in their outputs, when it is saved."


def _words(findings: list[Finding]) -> str:
    return "\n".join([f"! {_HEAD}", *(f"  {line}" for line in [*_lines(findings), _KEPT, _DO])])


def _page(findings: list[Finding]) -> str:
    do = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(_DO))
    rows = "".join(f"<div>{html.escape(line)}</div>" for line in _lines(findings))
    return (
        '<div role="alert" style="border-left:4px solid var(--jp-warn-color1, #b45309);padding:2px 12px;margin:4px 0;'
        f'max-width:56em"><div><span aria-hidden="true">!</span> <strong>{_HEAD}</strong></div>{rows}'
        f"<div>{_KEPT}</div><div>{do}</div></div>"
    )
