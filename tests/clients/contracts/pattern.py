"""Patterns of the golden pairs: whether a value matches, and where it does not. The table of matchers is in
tests/fixtures/contracts/README.md. Nothing here knows of HTTP.
"""

import datetime
import json
import re
import time

ABSENT = object()
DAY_MS = 86_400_000


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _within(text, value):
    low, dots, high = text.partition("..")
    if not dots:
        return value == float(low)
    return (not low or value >= float(low)) and (not high or value <= float(high))


def _iso8601(value):
    if not isinstance(value, str) or not value.endswith("Z"):
        return False
    try:
        datetime.datetime.fromisoformat(value[:-1])
    except ValueError:
        return False
    return True


def _text(value, holds):
    return isinstance(value, str) and holds(value)


class Matcher:
    """Matches values against patterns, and remembers what `$same` captured."""

    def __init__(self, captured=None):
        self.captured = captured if captured is not None else {}

    def faults(self, pattern, value, place=""):
        """Each difference with its place; nothing where the value matches."""
        if isinstance(pattern, str) and pattern.startswith("$"):
            return self._matcher(pattern, value, place)
        if value is ABSENT:
            return [f"{place}: is missing"]
        if isinstance(pattern, dict):
            return self._each(pattern, value, place) if "$each" in pattern else self._object(pattern, value, place)
        if isinstance(pattern, list):
            return self._list(pattern, value, place)
        same = pattern == value and isinstance(pattern, bool) == isinstance(value, bool)
        return [] if same else [f"{place}: expected {json.dumps(pattern)}, found {json.dumps(value)[:200]}"]

    def _object(self, pattern, value, place):
        if not isinstance(value, dict):
            return [f"{place}: expected an object, found {json.dumps(value)[:200]}"]
        fields = {name: wanted for name, wanted in pattern.items() if name != "$only"}
        found = []
        for name, wanted in fields.items():
            found += self.faults(wanted, value.get(name, ABSENT), f"{place}/{name}")
        if pattern.get("$only"):
            found += [f"{place}/{name}: is not expected" for name in value if name not in fields]
        return found

    def _list(self, pattern, value, place):
        if len(pattern) == 1 and isinstance(pattern[0], str) and pattern[0].startswith("$each:"):
            return self._each({"$each": pattern[0][len("$each:"):]}, value, place)
        if not isinstance(value, list) or len(value) != len(pattern):
            return [f"{place}: expected {len(pattern)} items, found {json.dumps(value)[:200]}"]
        return [fault for at, wanted in enumerate(pattern) for fault in self.faults(wanted, value[at], f"{place}/{at}")]

    def _each(self, pattern, value, place):
        if not isinstance(value, list):
            return [f"{place}: expected a list, found {json.dumps(value)[:200]}"]
        if "$count" in pattern and not _within(pattern["$count"], len(value)):
            return [f"{place}: expected {pattern['$count']} items, found {len(value)}"]
        return [fault for at, one in enumerate(value) for fault in self.faults(pattern["$each"], one, f"{place}/{at}")]

    def _matcher(self, pattern, value, place):
        name, _, rest = pattern[1:].partition(":")
        if name == "absent":
            return [] if value is ABSENT else [f"{place}: must not be there"]
        if value is ABSENT:
            return [f"{place}: is missing"]
        if name == "nullable":
            return [] if value is None else self.faults(rest, value, place)
        if name == "same":
            if self.captured.setdefault(rest, value) == value:
                return []
            return [f"{place}: differs from the first {rest}, {json.dumps(self.captured[rest])[:200]}"]
        return [] if self._holds(name, rest, value) else [f"{place}: {pattern} does not match {json.dumps(value)[:300]}"]

    @staticmethod
    def _holds(name, rest, value):
        checks = {
            "any": lambda: True,
            "string": lambda: _text(value, bool),
            "boolean": lambda: isinstance(value, bool),
            "object": lambda: isinstance(value, dict),
            "integer": lambda: _number(value) and value == int(value) and (not rest or _within(rest, value)),
            "number": lambda: _number(value) and (not rest or _within(rest, value)),
            "iso8601": lambda: _iso8601(value),
            "unix_ms": lambda: _number(value) and abs(value - time.time() * 1000) < DAY_MS,
            "prefix": lambda: _text(value, lambda text: text.startswith(rest)),
            "contains": lambda: _text(value, lambda text: rest.lower() in text.lower()),
            "one_of": lambda: _text(value, lambda text: text in rest.split("|")),
            "match": lambda: _text(value, lambda text: re.search(rest, text) is not None),
        }
        if name not in checks:
            raise ValueError(f"there is no matcher ${name}")
        return checks[name]()


def header_value(pattern, value):
    """A header as the pattern wants to see it: `$integer` and `$unix_ms` look at the number that it spells."""
    wants_number = isinstance(pattern, str) and pattern.startswith(("$integer", "$unix_ms"))
    return int(value) if wants_number and isinstance(value, str) and value.isdigit() else value
