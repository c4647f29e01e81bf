"""Runs an answer as `course grade` does: in a process of its own, isolated where this system can isolate one."""

import os
from functools import lru_cache
from random import Random

import pytest

from helpers.backends.offline.offline_cloud import any_account, make_world
from helpers.sandbox import launcher as launchers
from helpers.sandbox.hand_in_process import HandInProcess

# A program for each answer takes a second. Where nothing can fork, one test of grading does it all the same.
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@lru_cache
def launcher():
    """Return the launcher that all tests of this process share, with its fork server."""
    return launchers.launcher()


def a_world():
    """Return a cloud for the cells and answers of a hand-in, as for a check."""
    draw = Random(1)
    return make_world(True, 1, any_account(draw), any_account(draw))


class _Alone:
    """A runner for the only answer of a process. Closing it ends the process."""

    unable = ""

    def __init__(self, process, answer):
        self._process, self._answer = process, answer
        self.ask = answer.ask

    @property
    def printed(self):
        """What the answer printed."""
        return self._answer.printed

    def close(self):
        """End the process."""
        self._process.close()


def in_sandbox(source, name):
    """Return what makes a runner for the function of this name, in a notebook of one cell with this source."""

    def make_runner(world):
        process = HandInProcess(launcher().start())
        process.load([source], [], [name], world)
        return _Alone(process, process.begin(name, 0, world))

    return make_runner
