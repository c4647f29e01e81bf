"""The command `course serve`: where it listens, who can use it, and what it tells the instructor and the learners."""

import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from helpers.backends.addresses import is_loopback
from helpers.course import course
from helpers.errors import CloudError
from helpers.workshop.hosts import Hosts
from helpers.workshop.http_server import HttpServer
from helpers.workshop.room.board import Board
from helpers.workshop.room.page import shown
from helpers.workshop.server import WorkshopCloud
from helpers.workshop.tokens import Tokens, new_token, of_class, write

PORT = 4577
_ALL_INTERFACES = ("", "0.0.0.0", "::")
_ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation, to which nothing is ever sent
_STOP = "Ctrl-C stops it."
_SWITCH = 0.0005  # seconds until another thread gets its turn; Python's own 0.005 are long beside a short request


def serve(
    host: str, port: int, say: Callable[[str], None], learners: Path | None = None, url: str = "", room: bool = False
) -> None:
    """Serve until Ctrl-C; `say` gets the instructions. CloudError if the address, the list or `url` can't be used.

    learners: a CSV file with the class; each learner gets a token, in a file beside it. Without it, requests have to be
    signed with one new token, if other computers can connect. url: where learners reach the server, if that isn't
    obvious. room: whether to show on a page, to this computer only, who is stuck.
    """
    tokens = of_class(learners) if learners else Tokens("" if is_loopback(host) else new_token())
    hosts = Hosts(*_names(host, url))
    try:
        board = Board([exercise.answer for exercise in course().exercises]) if room else None
        server = HttpServer(host, port, WorkshopCloud(tokens, hosts=hosts, board=board).handlers)
    except OSError as problem:
        raise CloudError(
            f"I can't use port {port} of {host}: {problem.strerror or problem}. Something else may be using it, "
            "perhaps another `course serve`. Choose another port: "
            f"course serve --port {port + 1 if port < 65_535 else PORT}"
        ) from None
    with server:
        address, port = str(server.server_address[0]), server.server_address[1]
        if not (tokens.are_needed or is_loopback(address)):
            raise CloudError(
                f"Here {host} is {address}, which other computers can reach. Use --host 127.0.0.1 instead."
            )
        place = url.rstrip("/") or _url(host, port)
        if learners:
            file = write(tokens, learners, lambda *pair: how_to_start(place, *pair))
            say(_for_a_class(place, len(tokens.learners or {}), file, room))
        else:
            say(instructions(place, tokens.shared))
        if host in _ALL_INTERFACES and not url:
            say(
                f"If other computers can't reach {place}, find an address of this one that they can reach, and add "
                f"--url http://ADDRESS:{port}\n"
            )
        sys.setswitchinterval(_SWITCH)
        try:
            with shown(partial(board.people, tokens.accounts)) if board else nullcontext() as link:
                if link:
                    say(who_is_stuck(link))
                say(_STOP)
                server.serve_forever()
        except KeyboardInterrupt:
            say("Stopped. Everything in the accounts is gone.")


def _names(host: str, url: str) -> list[str]:
    """Return the names by which the server can be addressed."""
    names = [] if host in _ALL_INTERFACES else [host]
    if not is_loopback(host):
        own = socket.gethostname()
        names += [own, f"{own}.local"]
    if url:
        try:
            parts = urlsplit(url)
            name, _ = parts.hostname, parts.port
        except ValueError:
            parts, name = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not name:
            raise CloudError(f"{url!r} isn't the URL of a server. One looks like http://192.168.1.20:{PORT}")
        names.append(name)
    return names


def _url(host: str, port: int) -> str:
    if host in _ALL_INTERFACES:
        host = own_address()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_address() -> str:
    """Return this computer's address in its network; its name if it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def how_to_start(url: str, account: str, token: str) -> str:
    """Return what a learner types into a notebook."""
    remote = "" if is_loopback(urlsplit(url).hostname or "") else ", allow_remote=True"
    return f'start("{url}", account="{account}"{remote}' + (f', token="{token}")' if token else ")")


def who_is_stuck(link: str) -> str:
    """Return what to do with the link of the page."""
    return f"""Who is stuck: {link}
Only this computer can open that page, and names don't leave it. Learners are told that you see how they get on, and
how to be left out.
"""


def _for_a_class(url: str, count: int, file: Path, room: bool) -> str:
    advice = "" if room else " With --room, you can see who is stuck while they work."
    return f"""The course's cloud (SQS, SNS, STS, CloudWatch) is at {url}

{count} {"learner has" if count == 1 else "learners have"} an account and a token of their own in {file}
Only you can read that file. Give each learner their own line: it's the account's key. Once, in the first cell of a
lesson, they replace start() with what's in the column "start". From then on, start() brings all their notebooks here.
Outside the course they set AWS_ENDPOINT_URL={url}, AWS_ACCESS_KEY_ID to the account and AWS_SECRET_ACCESS_KEY
to the token.{advice}
"""


def instructions(url: str, token: str) -> str:
    """Return the text that tells learners how to connect."""
    one_for_all = (
        "\nAnybody who has this token can use any account. To give each learner their own: --learners class.csv\n"
        "To see who is stuck while they work: --room\n"
        if token
        else ""
    )
    return f"""The course's cloud (SQS, SNS, STS, CloudWatch) is at {url}

To use it in a terminal, choose 12 digits of your own as your account:
  export AWS_ENDPOINT_URL={url}
  export AWS_ACCESS_KEY_ID=000000000001
  export AWS_SECRET_ACCESS_KEY={token or "anything"}
  export AWS_DEFAULT_REGION=us-east-1
To use it in a notebook of the course:
  {how_to_start(url, "000000000001", token)}
{one_for_all}"""
