"""The page that shows who is stuck: only on this computer, at a link that can't be guessed, and kept current."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from markupsafe import Markup

from helpers.course import course
from helpers.errors import CloudError
from helpers.templates import allowed, templates
from helpers.workshop.hosts import Hosts
from helpers.workshop.http_server import Handlers, HttpRequest, HttpResponse, HttpServer, UnreadableRequest
from helpers.workshop.room.board import Person
from helpers.workshop.room.view import view

_HERE, _NEWS = "127.0.0.1", "news"
_TEMPLATES = Path(__file__).parent / "templates"
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
_FOR_ONE_PERSON = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class RoomPage:
    """Answers requests for the page, and for its changing part, which has a tag that stays while nothing changes.

    people: returns who is in the room. path: what a request has to begin with. now: the time, in seconds since 1970.
    """

    def __init__(self, people: Callable[[], Sequence[Person]], now: Callable[[], float] = time.time):
        self._people, self._now, self._hosts = people, now, Hosts()
        self.path = f"/{secrets.token_urlsafe(18)}/"
        self.handlers = Handlers(self.respond, self._reject)

    def respond(self, http: HttpRequest) -> HttpResponse:
        """Return the response to a request."""
        if not self._hosts.accepts(http.headers.get("host", "")) or not secrets.compare_digest(
            http.path.encode()[: len(self.path)], self.path.encode()
        ):
            return 404, _PLAIN, b"There's nothing here. Use the whole link that the command printed."
        rest = http.path[len(self.path) :]
        if http.method not in ("GET", "HEAD") or rest not in ("", _NEWS):
            return 404, _PLAIN, b"There's nothing here."
        lesson = parse_qs(http.query).get("lesson", [""])[0]
        news = _render("news.html", **view(course(), self._people(), lesson, self._now()))
        if not rest:
            return 200, _html() | {"Content-Security-Policy": _policy()}, _page(news).encode("utf-8", "replace")
        content = news.encode("utf-8", "replace")
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        if http.headers.get("if-none-match") == tag:
            return 304, _FOR_ONE_PERSON | {"ETag": tag}, b""
        return 200, _html() | {"ETag": tag}, content

    def _reject(self, http: HttpRequest, problem: UnreadableRequest) -> HttpResponse:
        return problem.status, _PLAIN, problem.text.encode()


@contextmanager
def shown(people: Callable[[], Sequence[Person]], port: int = 0) -> Iterator[str]:
    """Serve the page for a block, in a thread, and yield its link. port: 0 for any that is free."""
    page = RoomPage(people)
    try:
        server = HttpServer(_HERE, port, page.handlers)
    except OSError as problem:
        raise CloudError(
            f"I can't use port {port} for the page: {problem.strerror or problem}. Choose another one, or 0 for any "
            "that is free."
        ) from None
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="course-room", daemon=True)
        thread.start()
        try:
            yield f"http://{_HERE}:{server.server_address[1]}{page.path}"
        finally:
            server.shutdown()
            thread.join()


def _html() -> dict[str, str]:
    return {"Content-Type": "text/html; charset=utf-8"} | _FOR_ONE_PERSON


def _page(news: str) -> str:
    style, script = (_source(name) for name in ("room.css", "room.js"))
    return _render("room.html", style=Markup(style), script=Markup(script), news=Markup(news))


@lru_cache
def _policy() -> str:
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed(_source('room.js'))}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@lru_cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@lru_cache
def _environment() -> Any:
    return templates(_TEMPLATES)


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)
