"""Verification of webhooks as their contracts say, in three formats: refynd, candor and standard (Standard Webhooks). Each
verifier takes headers with names in small letters, the bytes of the body, the secret and the time, and returns why a
delivery is not valid, or nothing.
"""

import base64
import binascii
import hashlib
import hmac
import json

TOLERANCE_SECONDS = 5 * 60
HEADERS = {
    "refynd": ("x-refynd-signature", "x-refynd-timestamp", "x-refynd-event"),
    "candor": ("x-candor-signature", "x-candor-delivery-id", "x-candor-event", "x-candor-timestamp"),
    "standard": ("webhook-id", "webhook-timestamp", "webhook-signature"),
}


def verify(kind, headers, body, secret, now):
    """Why a delivery is not valid, in a sentence; None where it is. `now` is in seconds."""
    for name in HEADERS[kind]:
        if not headers.get(name):
            return f"the header {name} is missing"
    return {"refynd": _refynd, "candor": _candor, "standard": _standard}[kind](headers, body, secret, now)


def _refynd(headers, body, api_key, now):
    """The MAC's key is the hexadecimal text of the API key's SHA-256; the timestamp, in milliseconds, is not signed."""
    try:
        sent = int(headers["x-refynd-timestamp"])
    except ValueError:
        return "the timestamp is no number"
    if now * 1000 - sent > TOLERANCE_SECONDS * 1000:
        return "the timestamp is too old"
    key = hashlib.sha256(api_key.encode()).hexdigest().encode()
    return _compare("sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(), headers["x-refynd-signature"])


def _candor(headers, body, secret, _now):
    """The MAC's key is the endpoint's secret as it is written; nothing is said of a timestamp's age."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return _compare(expected, headers["x-candor-signature"])


def _standard(headers, body, secret, now):
    """Id, timestamp in seconds and body are signed; one of several signatures has to match."""
    try:
        sent = int(headers["webhook-timestamp"])
    except ValueError:
        return "the timestamp is no number"
    if now - sent > TOLERANCE_SECONDS:
        return "the timestamp is too old"
    if sent - now > TOLERANCE_SECONDS:
        return "the timestamp is in the future"
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return "the secret is not base64"
    signed = f"{headers['webhook-id']}.{sent}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    matches = False
    for signature in headers["webhook-signature"].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1":
            matches |= hmac.compare_digest(expected.encode(), value.encode())
    return None if matches else "the signature does not match"


def _compare(expected, given):
    """Compares in constant time; texts of another length or outside ASCII never match."""
    return None if hmac.compare_digest(expected.encode(), given.encode()) else "the signature does not match"


def told(kind, headers, body):
    """The id and the event of a delivery, as its format names them; None where it does not."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    content = content if isinstance(content, dict) else {}
    if kind == "refynd":
        data = content.get("data")
        return data.get("testRunId") if isinstance(data, dict) else None, headers.get("x-refynd-event")
    if kind == "candor":
        return headers.get("x-candor-delivery-id"), headers.get("x-candor-event")
    return headers.get("webhook-id"), content.get("type")
