"""A receiver of webhooks that verifies each delivery and prints one JSON line of it: {id, event, valid, why, times}.

    SECRET=… python3 receiver.py --format refynd|candor|standard [--port N] [--plan ACTIONS] [--count N]
    python3 receiver.py --selftest

The secret is the API key for refynd, the endpoint's secret for the others. The first line is {"listening": "http://…"}. Valid
deliveries get what the plan says, one action after the other, the last one for ever; others get 401. Actions: a status (`200`), a
status with Retry-After in seconds (`503:2`), `delay:MS` or `delay:MS:STATUS`, `redirect:PATH`, `reset`. With --count it ends after so
many requests.
"""

import argparse
import http.server
import json
import os
import pathlib
import socket
import struct
import sys
import threading
import time

from verify import HEADERS, told, verify

BODY_BYTES_MAX = 4 * 1024 * 1024


def say(line):
    """Prints a line at once: a test waits for it."""
    print(json.dumps(line), flush=True)


class Receiver(http.server.ThreadingHTTPServer):
    """The listener with the plan, and how often each id came."""

    daemon_threads = True

    def __init__(self, options, secret):
        self.kind, self.secret = options.format, secret
        self.plan = options.plan.split(",")
        self.left = options.count
        self.times, self.lock, self.done = {}, threading.Lock(), threading.Event()
        super().__init__(("127.0.0.1", options.port), Delivery)

    def note(self, identity):
        """How often this id has come, this time included, and the action for it."""
        with self.lock:
            self.times[identity] = self.times.get(identity, 0) + 1
            action = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
            return self.times[identity], action

    def counted(self):
        """Ends the receiver after the last request that was asked for."""
        with self.lock:
            self.left = self.left - 1 if self.left else self.left
            if self.left == 0:
                self.done.set()


class Delivery(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Verifies, prints and answers."""
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES_MAX:
            self.answer(413)
            return
        body = self.rfile.read(length)
        names = [name.lower() for name in self.headers.keys()]
        headers = {name.lower(): value for name, value in self.headers.items()}
        doubled = [name for name in HEADERS[self.server.kind] if names.count(name) > 1]
        why = f"the header {doubled[0]} stands twice" if doubled else verify(self.server.kind, headers, body, self.server.secret, time.time())
        identity, event = told(self.server.kind, headers, body)
        if why is None:
            times, action = self.server.note(identity)
        else:
            times, action = None, "401"
        say({"id": identity, "event": event, "valid": why is None, "why": why, "times": times})
        self.act(action)
        self.server.counted()

    def act(self, action):
        """Does what the plan says."""
        word, *rest = action.split(":")
        if word == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif word == "redirect":
            self.answer(307, location=":".join(rest))
        elif word == "delay":
            time.sleep(int(rest[0]) / 1000)
            self.answer(int(rest[1]) if len(rest) > 1 else 200)
        elif rest:
            self.answer(int(word), **{"retry-after": rest[0]})
        else:
            self.answer(int(word))

    def answer(self, status, **headers):
        """A reply without a body."""
        try:
            self.send_response(status)
            for name, value in {**headers, "content-length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()
        except OSError:
            self.close_connection = True  # The sender gave up waiting.

    def log_message(self, *_):
        """Says nothing: the JSON lines are the log."""


def selftest():
    """Every vector of vectors.json, each valid one also with a changed body; the count of those that failed."""
    vectors = json.loads((pathlib.Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))["vectors"]
    failed = checked = 0
    for vector in vectors:
        body = vector["body"].encode()
        runs = [(vector["name"], body, vector["why"])]
        if vector["why"] is None:
            runs.append((f"{vector['name']}, one byte changed", bytes([body[0] ^ 1]) + body[1:], "the signature does not match"))
            runs.append((f"{vector['name']}, one byte more", body + b" ", "the signature does not match"))
        for name, sent, expected in runs:
            found = verify(vector["format"], vector["headers"], sent, vector["secret"], vector["now"])
            checked += 1
            if found != expected:
                failed += 1
                print(f"{vector['format']}: {name}: expected {expected!r}, found {found!r}", file=sys.stderr)
    say({"receiver": "receiver.py", "selftest": checked, "failed": failed})
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=sorted(HEADERS))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plan", default="200")
    parser.add_argument("--count", type=int)
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    if options.selftest:
        sys.exit(1 if selftest() else 0)
    secret = os.environ.get("SECRET")
    if not options.format or not secret:
        parser.error("give --format, and the secret in SECRET")
    with Receiver(options, secret) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        say({"listening": f"http://127.0.0.1:{receiver.server_port}"})
        try:
            receiver.done.wait()
        except KeyboardInterrupt:
            pass
        receiver.shutdown()


if __name__ == "__main__":
    main()
