"""A receiver of webhooks that leaves all verifying to the package `standardwebhooks` of PyPI.

    SECRET=whsec_… python3 library.py [--port N] [--count N]

It prints one JSON line of each delivery: {id, event, valid, tampered, late}. `valid` is what the library says of it; `tampered` what
it says of the same delivery with one byte changed, `late` with the timestamp of ten minutes ago, `foreign` with another secret.
The first line is {"listening": "http://…"}.
"""

import argparse
import base64
import http.server
import json
import os
import threading

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

# Any secret but the right one.
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()
LATE_SECONDS = 600


def say(line):
    """Prints a line at once: a test waits for it."""
    print(json.dumps(line), flush=True)


def accepts(secret, body, headers):
    """Whether the library takes it."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


class Delivery(http.server.BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):
        """Verifies, prints and answers."""
        secret, body = self.server.secret, self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        valid = accepts(secret, body, headers)
        earlier = str(int(headers.get("webhook-timestamp") or 0) - LATE_SECONDS)
        say(
            {
                "id": headers.get("webhook-id"),
                "event": json.loads(body).get("type"),
                "valid": valid,
                "tampered": accepts(secret, body.replace(b":", b" :", 1), headers),
                "late": accepts(secret, body, headers | {"webhook-timestamp": earlier}),
                "foreign": accepts(OTHER, body, headers),
            }
        )
        self.send_response(204 if valid else 401)
        self.send_header("content-length", "0")
        self.end_headers()
        self.server.counted()

    def log_message(self, *_):
        """Nothing but the lines is printed."""


class Receiver(http.server.ThreadingHTTPServer):
    """The listener."""

    daemon_threads = True

    def __init__(self, options, secret):
        self.secret, self.left, self.done = secret, options.count, threading.Event()
        super().__init__(("127.0.0.1", options.port), Delivery)

    def counted(self):
        """Ends the receiver after the last request that was asked for."""
        self.left = self.left - 1 if self.left else self.left
        if self.left == 0:
            self.done.set()


def main():
    """Serves until it is ended, or for so many requests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--count", type=int, default=None)
    # Both are those of receiver.py; there is one format here, and one plan.
    parser.add_argument("--format", choices=["standard"], default="standard")
    parser.add_argument("--plan", choices=["200"], default="200")
    options = parser.parse_args()
    receiver = Receiver(options, os.environ["SECRET"])
    say({"listening": f"http://127.0.0.1:{receiver.server_port}"})
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    receiver.done.wait()


main()
