"""Makes words of `given` true that a key alone does not: the owner's balance, and, with the program under test, engines that hold,
fail or break, a full queue and a store that takes no writes. Everything is put back when a case has ended.
"""

import json
import os
import pathlib
import subprocess
import time

# How many credits there are where a file says nothing.
PLENTY = 100_000
WAIT_SECONDS = 60
# Engines that the daemon under test has beside the built-in one.
UNDER_TEST = ("engine:", "state:queued", "store:degraded", "fault:internal")


def balance_of(words):
    """The balance that is wanted, if any."""
    return next((int(word.removeprefix("balance:")) for word in words if word.startswith("balance:")), None)


class Given:
    """What can be made true, and what the daemon was started with."""

    def __init__(self, program, started_with, under_test):
        self.program, self.started_with, self.under_test = program, started_with, under_test
        home = pathlib.Path(os.environ.get("DEMOSCOPE_HOME", "."))
        # While it is there, the engine `held` answers nobody.
        self.held = home / "held"
        self.store, self.away = home / "demoscope.redb", home / "demoscope.redb.away"

    def lacks(self, words):
        """Those of the words that cannot be made true."""
        return [word for word in words if not self._can(word)]

    def _can(self, word):
        if word in self.started_with or word.startswith("balance:"):
            return True
        return self.under_test and word.startswith(UNDER_TEST)

    def begin(self, words):
        """Makes words true before a file's first request."""
        if self.under_test:
            self.held.touch()
        self._have(balance_of(words) or PLENTY, exactly=balance_of(words) is not None)
        for word in words:
            self.also(word)

    def also(self, word):
        """Makes one more word true."""
        if word == "state:queued":
            # The daemon under test has one place at work.
            self._owner("run", "--example", "meal-kit", "--panel", "5", "--engine", "held", "--detach")
        elif word == "store:degraded":
            self.store.rename(self.away)
            self._until(lambda: not self._may_write(), "the store to take no writes")

    def end(self):
        """Puts everything back, and ends what a file left under way."""
        if self.away.exists():
            self.away.rename(self.store)
            self._until(self._may_write, "the store to take writes again")
        if not self.under_test:
            return
        unfinished = self._owner("list", "--json")
        for study in json.loads(unfinished):
            if study["state"] not in ("completed", "failed", "cancelled"):
                self._owner("cancel", study["id"], must=False)
        self.held.unlink(missing_ok=True)

    def _have(self, credits, exactly):
        has = json.loads(self._owner("credits", "--json"))["balance"]
        if exactly and has > credits:
            raise ValueError(f"the owner can spend {has} already, and {credits} are wanted: balances must rise")
        if has < credits:
            self._owner("credits", "grant", str(credits - has))

    def _may_write(self):
        return self._run("credits", "grant", "1").returncode == 0

    @staticmethod
    def _until(is_so, what):
        end = time.monotonic() + WAIT_SECONDS
        while not is_so():
            if time.monotonic() > end:
                raise ValueError(f"waited in vain for {what}")
            time.sleep(0.05)

    def _run(self, *arguments):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)

    def _owner(self, *arguments, must=True):
        ended = self._run(*arguments)
        if must and ended.returncode != 0:
            raise ValueError(f"demoscope {' '.join(arguments)}: {ended.stderr.strip()}")
        return ended.stdout
