"""How much of a measured time is boto3's, for the benches."""

import threading

import boto3
import botocore.client


class InBoto3:
    """Adds up the time that each thread spends in boto3: calls, and making sessions, clients and resources.

    clock: measures it. seconds: so far, which can be set back.
    """

    def __init__(self, monkeypatch, clock):
        self.seconds, self._clock, self._within = 0.0, clock, threading.local()
        for place, name in (
            (botocore.client.BaseClient, "_make_api_call"),
            (boto3.session.Session, "__init__"),
            (boto3.session.Session, "client"),
            (boto3.session.Session, "resource"),
        ):
            monkeypatch.setattr(place, name, self._timed(getattr(place, name)))

    def _timed(self, function):
        def timed(*args, **kwargs):
            outermost = not getattr(self._within, "it", False)
            self._within.it, began = True, self._clock()
            try:
                return function(*args, **kwargs)
            finally:
                if outermost:
                    self._within.it = False
                    self.seconds += self._clock() - began

        return timed
