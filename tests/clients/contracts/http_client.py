"""One HTTP request exactly as it is told, without the courtesies of a client: no header is added but Host and Content-Length,
and both can be overridden or left out.
"""

import base64
import http.client
import json
import urllib.parse


class Reply:
    """Status, headers and body of a reply."""

    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw

    @property
    def body(self):
        """The JSON of the body; its text where it is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw.decode(errors="replace")


def body_of(request):
    """The bytes of a request's body."""
    if "raw_body_base64" in request:
        return base64.b64decode(request["raw_body_base64"])
    if "raw_body" in request:
        return request["raw_body"].encode()
    return json.dumps(request["body"]).encode() if "body" in request else None


def send(base, request, timeout=150, source=None):
    """Sends a filled request, from that address of this machine."""
    address = urllib.parse.urlsplit(base)
    source = source and (source, 0)
    connection = http.client.HTTPConnection(address.hostname, address.port or 80, timeout=timeout, source_address=source)
    try:
        connection.putrequest(request["method"], request["path"], skip_host=True, skip_accept_encoding=True)
        headers = {"host": address.netloc, **{name.lower(): value for name, value in request.get("headers", {}).items()}}
        body = body_of(request)
        if body is not None or request["method"] in ("POST", "PUT", "PATCH"):
            headers.setdefault("content-length", str(len(body or b"")))
        for name, values in headers.items():
            for value in values if isinstance(values, list) else [values]:
                if value != "$absent":
                    connection.putheader(name, value)
        connection.endheaders()
        try:
            if body:
                connection.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server refused before it read all; its reply is what counts.
        reply = connection.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()
