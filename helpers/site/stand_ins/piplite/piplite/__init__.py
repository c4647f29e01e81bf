"""Refuses what `%pip install` asks for, as micropip's stand-in does."""

from micropip import install

__all__ = ["install"]
