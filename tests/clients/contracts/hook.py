"""A receiver of webhooks for the golden pairs: it keeps what it got, and checks the signature as the Refynd contract says."""

import hashlib
import hmac
import http.server
import queue
import threading

from pattern import ABSENT, header_value

WAIT_SECONDS = 30


class Hook:
    """A receiver on a free port of this machine."""

    def __init__(self):
        got = self.got = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            """Keeps headers and body, and replies with 204."""

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                got.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def faults(self, expected, matcher, fill):
        """What is wrong with the next delivery."""
        try:
            headers, body = self.got.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            return [f"no delivery came within {WAIT_SECONDS} s"]
        found = []
        for name, pattern in expected.get("headers", {}).items():
            found += matcher.faults(pattern, header_value(pattern, headers.get(name, ABSENT)), f"delivery header {name}")
        if "body" in expected:
            found += matcher.faults(expected["body"], body.decode(), "delivery body")
        if "signed_by" in expected:
            secret = hashlib.sha256(fill(expected["signed_by"]).encode()).hexdigest().encode()
            signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(signature, headers.get("x-refynd-signature", "")):
                found.append("delivery: the signature is not of this body and key")
        return found

    def close(self):
        """Stops listening."""
        self.server.shutdown()
        self.server.server_close()
