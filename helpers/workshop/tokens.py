"""The secrets with which requests have to be signed: none, one for all, or one for each learner of a class.

With one for all, whoever has it can sign as any account. With one for each learner, an account is a learner.
"""

import csv
import io
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from helpers.backends.endpoint.workshop_client import partner_of
from helpers.errors import CloudError

_FIRST_ACCOUNT = 100_000_000_001  # a spreadsheet would drop zeros at the beginning
_LARGEST_LIST = 1_000_000  # bytes
_MOST_LEARNERS = 5_000
_LONGEST_NAME = 200  # characters
_NAME_COLUMNS = ("learner", "name", "student")
_COLUMNS = ("learner", "account", "token", "start")
_TOKEN = re.compile(r"course-[\w-]{20,100}", re.ASCII)
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[0-9]{12}")


class Tokens:
    """The secret of each account.

    shared: the secret of every account, if there are no learners; "" if signatures aren't checked. learners: each
    learner's account and secret. A learner also has the partner's account of the lessons.
    """

    def __init__(self, shared: str = "", learners: Mapping[str, tuple[str, str]] | None = None):
        self.shared, self.learners = shared, learners
        self._by_account = {
            number: token for own, token in (learners or {}).values() for number in (own, partner_of(own))
        }

    @property
    def are_needed(self) -> bool:
        """Whether signatures are checked."""
        return bool(self.shared) or self.learners is not None

    @property
    def accounts(self) -> dict[str, str] | None:
        """Each learner's account; None without a class."""
        return None if self.learners is None else {name: account for name, (account, _) in self.learners.items()}

    def of(self, account: str) -> str | None:
        """Return the account's secret, "" if any will do; None if there is no such account in the class."""
        return self.shared if self.learners is None else self._by_account.get(account)


def new_token() -> str:
    """Return a new secret, which no spreadsheet takes for a number or a formula."""
    return f"course-{secrets.token_urlsafe(18)}"


def of_class(file: Path) -> Tokens:
    """Return the tokens of the learners in a CSV file; those that `write` has written before stay the same.

    CloudError if the file can't be read, or doesn't say who the learners are.
    """
    names = _names(_rows(file), file)
    before = _written(tokens_file(file))
    taken = {account for account, _ in before.values()}
    numbers = (str(number) for number in range(_FIRST_ACCOUNT, _FIRST_ACCOUNT + 3 * _MOST_LEARNERS))
    free = (number for number in numbers if number not in taken)
    return Tokens(learners={name: before.get(name) or (next(free), new_token()) for name in names})


def write(tokens: Tokens, file: Path, start: Callable[[str, str], str]) -> Path:
    """Write each learner's account and token beside the class's file, for its owner only, and return where.

    start: returns what a learner types into a notebook, for an account and its token.
    """
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    rows.writerows((name, *pair, start(*pair)) for name, pair in (tokens.learners or {}).items())
    place = tokens_file(file)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8-sig", newline="") as out:
            out.write(text.getvalue())
        draft.replace(place)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise CloudError(f"I can't write the tokens to {place}: {problem.strerror or problem}.") from None
    return place


def tokens_file(file: Path) -> Path:
    """Return where the tokens of a class are: class-tokens.csv, beside class.csv."""
    return file.with_name(f"{file.stem}-tokens.csv")


def _rows(file: Path) -> list[list[str]]:
    try:
        with open(file, "rb") as source:
            content = source.read(_LARGEST_LIST + 1)
        if len(content) > _LARGEST_LIST:
            raise CloudError(f"{file} is too large: a list of learners can have {_LARGEST_LIST:,} bytes.")
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        found = list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True))
    except OSError as problem:
        raise CloudError(f"I can't read {file}: {problem.strerror or problem}.") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise CloudError(f"{file} isn't a CSV file in UTF-8: {problem}.") from None
    return [[cell.strip() for cell in row] for row in found if any(map(str.strip, row))]


def _names(rows: list[list[str]], file: Path) -> list[str]:
    head = [cell.lower() for cell in rows[0]] if rows else []
    column = next((head.index(name) for name in _NAME_COLUMNS if name in head), None)
    if column is None:
        raise CloudError(f"{file} has no column named learner. Its first line has to name the columns.")
    if torn := next((row for row in rows[1:] if any(row[len(head) :])), None):
        raise CloudError(
            f"{file} has more cells in the line that begins with {torn[0]!r} than in its first line. Put a name with a "
            'comma into quotes, such as "Lovelace, Ada".'
        )
    names = [_plain(row[column]) for row in rows[1:] if len(row) > column and row[column]]
    double = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if double is not None:
        raise CloudError(f"{file} lists {double!r} twice. Add something that tells the two apart.")
    if not 0 < len(names) <= _MOST_LEARNERS:
        raise CloudError(f"{file} lists {len(names):,} learners; from 1 to {_MOST_LEARNERS:,} are possible.")
    return names


def _plain(name: str) -> str:
    """Return the name as a spreadsheet shows it and doesn't calculate it, wherever it thinks that a cell begins."""
    return _FORMULA.sub(r"\1\2'", " ".join(name.split())[:_LONGEST_NAME])


def _written(place: Path) -> dict[str, tuple[str, str]]:
    """Return each learner's account and token from a file that `write` wrote; {} if there is none."""
    if not place.exists():
        return {}
    rows = _rows(place)
    found = {row[0]: (row[1], row[2]) for row in rows[1:] if len(row) == len(_COLUMNS)}
    accounts = {number for own, _ in found.values() for number in (own, partner_of(own))}
    is_ours = len(found) == len(rows) - 1 and len(accounts) == 2 * len(found)
    if not is_ours or not all(_NUMBER.fullmatch(own) and _TOKEN.fullmatch(token) for own, token in found.values()):
        raise CloudError(
            f"{place} isn't as `course serve` wrote it. Delete or rename it, and everybody gets a new token."
        )
    return found
