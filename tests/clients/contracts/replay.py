"""Replays the golden pairs of tests/fixtures/contracts against a running daemon, with a fresh key for each case. Files that
need what cannot be made true from outside are skipped, and it says so.

    DEMOSCOPE=target/debug/demoscope BASE_URL=http://127.0.0.1:7455 python3 replay.py [--check] [--under-test]
        [--true WORD]… [--only WORD] [NAME…]

NAME is a part of file names, such as refynd/evaluate_4. A WORD of `--true` is one that the daemon was started with, such as
sync_wait:1; with `--only`, files are run that need it. `--under-test` says that the daemon is that of the tests, with the
engines that hold, fail and break, one place at work and no monthly credits; DEMOSCOPE_HOME is its folder then. `--check`
looks at the form of the files, tells which could be run, and sends nothing. Ends with 1 if a pair does not match.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

import pair
from given import Given, balance_of
from hook import Hook
from http_client import send
from keys import Keys, key_options
from pattern import ABSENT, Matcher, header_value

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "contracts"
BALANCE = {
    "demoscope": ("/api/demoscope/v1/credits", "balance"),
    "instantfocus": ("/v1/usage", "credits_balance"),
    "refynd": ("/api/v1/balance", "credits"),
}
UNTIL_SECONDS = 60


class Mismatch(Exception):
    """What did not match, one line each."""


class Run:
    """One case of a file: its keys, what was captured, and the steps."""

    def __init__(self, base, door, document, program, give, source):
        self.base, self.door, self.program, self.give, self.source = base, door, program, give, source
        self.keys = Keys(program, door, key_options(document.get("given", [])))
        self.matcher = Matcher()
        self.hook = None

    def name(self, name):
        if name == "receiver":
            self.hook = self.hook or Hook()
            return self.hook.base
        return self.matcher.captured[name] if name in self.matcher.captured else self.keys.get(name, ABSENT)

    def send(self, request):
        return send(self.base, request, source=self.source)

    def balance(self):
        # With another key, so that neither a cap nor a rate of the case's own key is in the way.
        path, field = BALANCE[self.door]
        reply = self.send({"method": "GET", "path": path, "headers": {"authorization": f"Bearer {self.keys['other_key']}"}})
        return reply.body.get("data", reply.body)[field]

    def faults(self, expected, reply):
        found = self.matcher.faults(expected["status"], reply.status, "status")
        for name, pattern in expected.get("headers", {}).items():
            found += self.matcher.faults(pattern, header_value(pattern, reply.headers.get(name, ABSENT)), f"header {name}")
        if "body" in expected:
            is_raw = isinstance(expected["body"], str) and expected["body"].startswith("$same:")
            found += self.matcher.faults(expected["body"], reply.raw.decode() if is_raw else reply.body, "")
        return found + ([f"reply: {reply.status} {reply.raw[:400]!r}"] if found else [])

    def step(self, step):
        if "owner" in step:
            subprocess.run([self.program, *step["owner"]], check=True, capture_output=True)
        elif "given" in step:
            self.give.also(step["given"])
        elif "delivery" in step:
            self.settle(self.hook.faults(step["delivery"], self.matcher, lambda text: pair.filled(text, self.name)))
        else:
            self.request(step)

    def request(self, step):
        request = pair.filled(step["request"], self.name)
        expected = step["response"]
        if "until" in step:
            replies = [self.until(request, step["until"])]
        elif "concurrently" in expected:
            with concurrent.futures.ThreadPoolExecutor(expected["concurrently"]) as pool:
                replies = list(pool.map(lambda _: self.send(request), range(expected["concurrently"])))
        else:
            replies = [self.send(request) for _ in range(step.get("times", 1) - 1)]
            replies.append(self.send(request))
        for reply in replies:
            self.settle(self.faults(expected, reply))

    def until(self, request, pattern):
        end = time.monotonic() + UNTIL_SECONDS
        while True:
            reply = self.send(request)
            faults = Matcher(self.matcher.captured).faults(pattern, reply.body)
            if not faults:
                return reply
            if time.monotonic() > end:
                raise Mismatch("; ".join(faults))
            time.sleep(0.05)

    @staticmethod
    def settle(faults):
        if faults:
            raise Mismatch("\n      ".join(faults[:8]))

    def whole(self, document):
        # Made while the store still takes writes.
        for name in ("key", "other_key"):
            self.keys[name]
        self.give.begin(needed(document.get("given", [])))
        before = self.balance() if "charges" in document else None
        for step in document.get("before", []):
            self.step(step)
        self.request(document)
        for step in document.get("after", []):
            self.step(step)
        if before is not None:
            charged = before - self.balance()
            if charged != document["charges"]:
                raise Mismatch(f"charged {charged}, expected {document['charges']}")

    def close(self):
        if self.hook:
            self.hook.close()


def documents():
    """Every file. Those that want a balance come first, the smallest before others: credits are granted and never taken."""
    all_of_them = [(path, pair.load(path)) for path in sorted(FIXTURES.glob("*/*.json"))]

    def balance(one):
        wanted = balance_of(one[1].get("given", []))
        return float("inf") if wanted is None else wanted

    return sorted(all_of_them, key=balance)


def needed(words):
    """What must be given that a key alone does not give."""
    return [word for word in words if key_options([word]) == [] or word.startswith(("engine:", "fault:"))]


def words_of(document):
    """What must be given at any step."""
    steps = document.get("before", []) + document.get("after", [])
    return needed(document.get("given", []) + [step["given"] for step in steps if "given" in step])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--under-test", action="store_true")
    parser.add_argument("--true", action="append", default=[], metavar="WORD")
    parser.add_argument("--only", metavar="WORD")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    passed, failed, skipped, ran = 0, [], [], []
    give = Given(os.environ.get("DEMOSCOPE"), options.true, options.under_test)
    for path, document in documents():
        name = f"{path.parent.name}/{path.stem}"
        if options.names and not any(part in name for part in options.names):
            continue
        if options.only and options.only not in words_of(document):
            continue
        runs = pair.cases(document)
        needs = give.lacks(words_of(document))
        if needs:
            skipped.append(name)
            print(f"skipped {name}: needs {', '.join(needs)}")
            continue
        ran.append(name)
        if options.check:
            passed += len(runs)
            continue
        # Wrong keys are counted by peer: each file has an address of its own where a machine has many.
        has_many = options.under_test and sys.platform == "linux"
        source = f"127.0.0.{2 + len(ran) % 250}" if has_many else None
        for why, changed in runs:
            run = Run(os.environ["BASE_URL"], path.parent.name, changed, os.environ["DEMOSCOPE"], give, source)
            try:
                run.whole(changed)
                passed += 1
            except (Mismatch, OSError, ValueError, KeyError, TypeError) as fault:
                failed.append(name)
                print(f"FAILED  {name}{f' ({why[:60]})' if why else ''}\n      {type(fault).__name__}: {fault}")
            finally:
                run.close()
                give.end()
    summary = {"passed": passed, "failed": len(failed), "files_failed": sorted(set(failed)), "files_run": ran, "files_skipped": skipped}
    print(json.dumps(summary))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
