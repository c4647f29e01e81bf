"""Who handed in what: bulk downloads of learning platforms, odd names, and names that nobody can know."""

import os
import re
import time
import unicodedata

import pytest
from handin_files import SLUG, bare, notebook, packed, put, zipped

from helpers.course import course
from helpers.grading.intake.collect import collect
from helpers.grading.intake.names import NOBODY, name_of_file
from helpers.grading.intake.roster import guessed

SECOND = course().lessons[1].slug
NAMES = ("Ada Lovelace", "Zoë O'Neill", "毛 泽", "Ἑλένη Παππᾶ", "Jean-Luc d’Arc", "Ngũgĩ wa Thiong'o")


def mine(n=0):
    """Return a small notebook that differs from others."""
    return bare(f"def clients_for(region):\n    return {n!r}")


def names(cohort):
    """Return how many hand-ins each learner has."""
    return {learner.name: len(learner.hand_ins) for learner in cohort.learners}


def of(folder, files):
    """Return the cohort of these files."""
    return collect(put(folder, files), course())


# Each platform's name for a file: of the learner with this name and number, in a folder or flat.
PLATFORMS = {
    "canvas": lambda name, n, file: f"{name.replace(' ', '').lower()}_{100 + n}_{9000 + n}_{file}",
    "canvas late": lambda name, n, file: f"{name.replace(' ', '').lower()}_LATE_{100 + n}_{9000 + n}_{file}",
    "moodle": lambda name, n, file: f"{name}_{7000 + n}_assignsubmission_file_/{file}",
    "moodle without _": lambda name, n, file: f"{name}_{7000 + n}_assignsubmission_file/{file}",
    "moodle flat": lambda name, n, file: f"{name}_{7000 + n}_assignsubmission_file_{file}",
    "blackboard": lambda name, n, file: f"Homework_1 (ü)_user{n}_attempt_2026-03-0{n + 1}-12-00-00_{file}",
    "brightspace": lambda name, n, file: f"{500 + n}-77 - {name} - Mar {n + 1}, 2026 1205 PM - {file}",
    "brightspace folders": lambda name, n, file: f"{500 + n}-77 - {name} - Mar {n + 1}, 2026 1205 PM/{file}",
    "classroom": lambda name, n, file: f"{name} - {file}",
    "github": lambda name, n, file: f"messaging-hw-1-user{n}/exercises/{file}",
    "exchange": lambda name, n, file: f"user{n}+{SLUG}+2026-03-0{n + 1} 12:00:00.5 UTC+abc{n}/{file}",
    "plain folders": lambda name, n, file: f"{name}/{file}",
}
OF_USERS = ("blackboard", "github", "exchange")


@pytest.mark.parametrize("file", [f"{SLUG}.ipynb", f"Copy of {SLUG} (1).ipynb", "hw.ipynb"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_bulk_download_names_everybody_once(tmp_path, platform, file):
    """In any script, with spaces and apostrophes, whatever the learner's own file is called."""
    if platform == "classroom" and file != f"{SLUG}.ipynb":
        file = f"{SLUG} (1).ipynb"
    files = {PLATFORMS[platform](name, n, file): mine(n) for n, name in enumerate(NAMES)}
    if platform == "github":
        files |= {f"messaging-hw-1-user{n}/.git/HEAD": "x" for n in range(len(NAMES))}
    cohort = of(tmp_path / "in", files)
    expected = [f"user{n}" for n in range(len(NAMES))] if platform in OF_USERS else list(NAMES)
    if platform.startswith("canvas"):
        expected = [name.replace(" ", "").lower() for name in NAMES]
    assert names(cohort) == dict.fromkeys(map(_nfc, expected), 1)
    assert cohort.remarks == ()
    assert (cohort.guesses != ()) == (platform == "classroom")


def _nfc(name):
    return unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "platform", [name for name in PLATFORMS if name not in ("classroom", "github", "plain folders")]
)
@pytest.mark.parametrize("around", ["", "Homework 1/"])
def test_one_download_of_many_learners_is_many_learners(tmp_path, platform, around):
    """Zipped as it comes, alone in the folder or named itself, with a folder around it or not."""
    files = {f"{around}{PLATFORMS[platform](name, n, 'hw.ipynb')}": mine(n) for n, name in enumerate(NAMES)}
    put(tmp_path, {"in/submissions.zip": zipped({**files, f"{around}index.html": "x"})})
    inside, itself = collect(tmp_path / "in", course()), collect(tmp_path / "in/submissions.zip", course())
    assert names(inside) == names(itself)
    assert list(names(itself).values()) == [1] * len(NAMES)
    assert itself.remarks == ()


def test_a_zip_of_zips(tmp_path):
    """What learners packed, zipped together, and each zipped again."""
    each = {f"{n}.zip": packed(name, (SLUG, mine(n))) for n, name in enumerate(NAMES)}
    again = {f"f/{name}": zipped({"x/hand in.zip": content}) for name, content in each.items()}
    for name, files in (("once", each), ("twice", again)):
        cohort = of(tmp_path / name, {"all.zip": zipped(files)})
        assert names(cohort) == dict.fromkeys(map(_nfc, NAMES), 1)


def test_a_learner_s_zip_among_others_is_no_bulk_download(tmp_path):
    """Files in it that are named like others' count for nobody else."""
    planted = {"bob_1_2_x.ipynb": mine(1), "carl_3_4_x.ipynb": mine(2), "manifest.json": '{"learner": "Eve"}'}
    cohort = of(tmp_path, {"eve.zip": zipped(planted), "bob/x.ipynb": mine(3)})
    assert set(names(cohort)) == {"bob", "Eve"}


def test_a_very_long_name_in_a_download_is_looked_at_quickly(tmp_path):
    """Whatever a learner calls a file."""
    put(tmp_path, {"x.zip": zipped({"-" * 60_000 + ".ipynb": mine(), f"ada_1_2_{'-' * 150}.ipynb": mine()})})
    before = time.process_time()
    cohort = collect(tmp_path / "x.zip", course())
    assert time.process_time() - before < 1
    assert [len(learner.hand_ins) for learner in cohort.learners if learner.name == "ada"] == [1]


def test_a_year_in_a_file_s_name_is_nobody_s_number(tmp_path):
    """Three learners whose files have the year stay three."""
    files = {f"ada_2026_{SLUG}.ipynb": mine(1), f"bob_2026_{SECOND}.ipynb": notebook(SECOND)}
    files[f"cleo_2026_{SLUG}.ipynb"] = mine(3)
    cohort = of(tmp_path, files)
    assert names(cohort) == {"ada": 1, "bob": 1, "cleo": 1}
    assert {learner for _, learner in cohort.guesses} == {"ada", "bob", "cleo"}


def test_blackboard_s_titles_and_users_are_told_apart(tmp_path):
    """A "_" in a user's name, or two assignments in one folder, merge nobody and split nobody."""
    time = "attempt_2026-03-01-12-00-00"
    users = ("ada_king", "bob_king", "cleo")
    cohort = of(tmp_path / "users", {f"H_1_{user}_{time}_x.ipynb": mine(n) for n, user in enumerate(users)})
    assert set(names(cohort)) == set(users)
    files = {f"{title}_{user}_{time}_x.ipynb": mine(title + user) for title in ("H1", "H2") for user in ("ada", "bob")}
    assert names(of(tmp_path / "titles", files)) == {"ada": 1, "bob": 1}


def test_a_number_that_several_names_share_is_nobody_s(tmp_path):
    """Though each file looks like Canvas's, Canvas numbers people."""
    cohort = of(tmp_path, {f"{name}_471_1_hw.ipynb": mine(n) for n, name in enumerate(("ada", "bob", "cleo"))})
    assert sorted(names(cohort).values()) == [1, 1, 1]
    assert len(cohort.guesses) == 3


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (f"Copy of Ada Lovelace {SLUG} (2).ipynb", "Ada Lovelace"),
        (f"Ada Lovelace - {SLUG} - Copy (3).ipynb", "Ada Lovelace"),
        (f"2026-03-01 {SLUG} Zoë O'Neill copy 2.ipynb", "Zoë O'Neill"),
        (f"ada_{SLUG}_20260301T120000Z.ipynb", "ada"),
        (f"Ada Lovelace - Copy of {SLUG}-1.ipynb", "Ada Lovelace"),
        ("mastering-aws-messaging-Ada-Lovelace (1).zip", "Ada-Lovelace"),
        (f"{SLUG}_01.03.2026_Παππᾶ.ipynb", "Παππᾶ"),
        (f"exercises_{SLUG} (1).ipynb", None),
        (f"Copy of {SLUG}.ipynb", None),
        ("2026-03-01.ipynb", None),
    ],
)
def test_what_programs_add_to_a_name_is_no_part_of_it(file, name):
    """Copies, dates and the lesson; what remains names somebody, or nobody."""
    found = name_of_file(file, course())
    assert (found.learner == name) if name else (found.basis == NOBODY)


@pytest.mark.parametrize(
    ("early", "late", "when"),
    [
        (
            "H_ada_attempt_2026-03-01-12-00-00_x.ipynb",
            "H_ada_attempt_2026-03-02-11-00-00_x.ipynb",
            "2026-03-02T11:00:00",
        ),
        (
            "5-7 - Ada - Mar 1, 2026 1200 PM - x.ipynb",
            "5-7 - Ada - Mar 1, 2026 105 PM - x.ipynb",
            "2026-03-01T13:05:00",
        ),
        ("ada+h+2026-03-01 12:00:00 UTC/x.ipynb", "ada+h+2026-03-01 13:00:00 UTC/x.ipynb", "2026-03-01T13:00:00+00:00"),
        ("ada_1_2_hw.ipynb", "ada_1_30_hw.ipynb", ""),
        ("ada_1_2_hw.ipynb", "ada_1_2_hw-1.ipynb", ""),
        ("Ada_7_assignsubmission_file_/x.ipynb", "Ada_7_assignsubmission_file_/x (1).ipynb", ""),
        ("Ada_7_assignsubmission_file_/x.ipynb", "Ada_7_assignsubmission_file_/x-1.ipynb", ""),
    ],
)
@pytest.mark.parametrize("newest", [0, 1])
def test_a_second_attempt_is_no_second_person(tmp_path, early, late, when, newest):
    """What the platform wrote into the name says which is the latest, not when somebody copied the file."""
    put(tmp_path / "in", {early: mine(1), late: mine(2)})
    for n, file in enumerate((early, late)):
        os.utime(tmp_path / "in" / file, (100 + n, 100 + n) if newest else (200 - n, 200 - n))
    [ada] = collect(tmp_path / "in", course()).learners
    assert (ada.hand_ins[0].file, ada.hand_ins[0].handed_in) == (late, when)
    assert [other.file for other in ada.others] == [early]


LISTS = {
    "moodle": "Identifier,Full name,Email address,Grade\nParticipant 7000,Ada Lovelace,a@example.com,\n",
    "brightspace": "OrgDefinedId,Username,Last Name,First Name\n#1,ada,Lovelace,Ada\n",
    "blackboard": "Last Name,First Name,Username,Student ID\nLovelace,Ada,user0,7\n",
    "github": "identifier,github_username,github_id,name\nAda Lovelace,user0,1,Ada Lovelace\n",
}


@pytest.mark.parametrize("platform", LISTS)
def test_a_list_that_a_platform_exports(tmp_path, platform):
    """Its learners are found by number, name or user name; its other columns go along."""
    put(tmp_path, {"learners.csv": LISTS[platform]})
    file = PLATFORMS[platform]("Ada Lovelace", 0, "x.ipynb")
    more = {f"messaging-hw-1-user{n}/.git/HEAD": "x" for n in (0, 1)} if platform == "github" else {}
    files = {file: mine(), PLATFORMS[platform]("Bob", 1, "x.ipynb"): mine(1), **more}
    cohort = of(tmp_path / "in", files)
    ada = cohort.learners[0]
    assert (ada.name, len(ada.hand_ins), bool(ada.columns)) == ("Ada Lovelace", 1, True)
    assert len(cohort.learners) == 2


@pytest.mark.parametrize(
    "own",
    [
        "ben_attempt_2026-03-09-00-00-00_y.ipynb",
        "Ben_77_assignsubmission_file_y.ipynb",
        "77-6 - ben - Mar 9, 2026 700 PM - y.ipynb",
        "ben_77_99_y.ipynb",
        "ben+hw+2026-03-09 00:00:00 UTC.ipynb",
    ],
)
@pytest.mark.parametrize(
    "platform",
    [
        "{}_12_34_{}",
        "{}_9_assignsubmission_file_{}",
        "Week 1_{}_attempt_2026-03-01-12-00-00_{}",
        "5-1 - {} - Mar 1, 2026 700 PM - {}",
    ],
)
def test_a_learner_s_own_name_for_a_file_is_no_platform_s(platform, own, tmp_path):
    """Whatever it looks like: what the platform put in front decides, and another learner's mark stays theirs."""
    files = {platform.format("ada", own): notebook(mark="ada"), platform.format("ben", "x.ipynb"): notebook(mark="ben")}
    learners = collect(put(tmp_path / "class", files), course()).learners
    (ben,) = [learner for learner in learners if learner.name.casefold() == "ben"]
    assert [hand_in.file for hand_in in (*ben.hand_ins, *ben.others)] == [platform.format("ben", "x.ipynb")]
    assert len(learners) == 2


@pytest.mark.parametrize("planted", ["hw_ada_attempt_2020-01-01-00-00-00_y.ipynb", "ada_5_6_x.ipynb"])
@pytest.mark.parametrize("listed", [True, False])
def test_who_calls_a_file_as_a_platform_would_takes_nobody_s_place(tmp_path, planted, listed):
    """Among files that no platform named, it's one more file that says whose it is, and doesn't say when it came."""
    files = {"ada.ipynb": mine(1), "bob.ipynb": mine(2), planted: mine(3)}
    if listed:
        (tmp_path / "learners.csv").write_text("learner\nada\nbob\n")
    cohort = of(tmp_path / "in", files)
    of_ada = [learner for learner in cohort.learners if learner.name.startswith("ada")]
    assert all(learner.remarks for learner in of_ada)
    assert not any(learner.hand_ins for learner in of_ada if learner.name == "ada")
    assert {hand_in.handed_in for learner in cohort.learners for hand_in in learner.hand_ins} == {""}
    assert names(cohort)["bob"] == 1


@pytest.mark.parametrize(
    ("platform", "own"),
    [
        ("canvas late", "x_9_assignsubmission_file_y.ipynb"),
        ("canvas late", "x_bob_attempt_2020-01-01-00-00-00_y.ipynb"),
        ("brightspace", "user1_9_assignsubmission_file_y.ipynb"),
        ("brightspace", "hw_user1_attempt_2020-01-01-00-00-00_y.ipynb"),
        ("blackboard", "x_9_assignsubmission_file_y.ipynb"),
        ("moodle flat", "hw_user1_attempt_2020-01-01-00-00-00_y.ipynb"),
    ],
)
def test_a_file_s_own_name_does_not_change_the_platform(tmp_path, platform, own):
    """What it's called can look like another platform's name, and hide that it came late."""
    usual = {
        PLATFORMS[platform]("Ada Lovelace", 0, "hw.ipynb"): mine(0),
        PLATFORMS[platform]("Bob", 2, "h.ipynb"): mine(),
    }
    expected, found = (
        of(tmp_path / file, {**usual, PLATFORMS[platform]("Eve", 3, file): mine(3)}) for file in ("hw.ipynb", own)
    )
    times = [
        {learner.name: (learner.hand_ins[0].handed_in, learner.hand_ins[0].late) for learner in cohort.learners}
        for cohort in (expected, found)
    ]
    assert times[0] == times[1]


def test_guesses_are_no_formulas_and_can_be_used_as_the_list(tmp_path):
    """Wherever a spreadsheet thinks that a cell begins."""
    odd = ["a;=cmd|'|C calc'!A1;b.ipynb", "=HYPERLINK(1).ipynb", "＝SUM(1).ipynb", "x; +1.ipynb"]
    first = of(tmp_path / "in", {name: mine(n) for n, name in enumerate(odd)})
    text = guessed(first.guesses)
    assert not re.search("(?m)(^|[,;]) *[=+@＝]", text)
    (tmp_path / "learners.csv").write_text(text, encoding="utf-8")
    again = collect(tmp_path / "in", course())
    assert names(again) == names(first) == dict.fromkeys(names(first), 1)
    assert not again.guesses
