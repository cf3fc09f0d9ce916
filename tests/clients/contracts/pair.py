"""A golden pair as it is run: its cases, each with the changes made, and its requests with everything filled in. It reads
files and sends nothing.
"""

import copy
import json
import re
import uuid

from pattern import ABSENT


def load(path):
    """The document of a file; a field that stands twice is an error."""

    def once(pairs):
        names = [name for name, _ in pairs]
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"{path}: {doubled} stand twice")
        return dict(pairs)

    document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
    known = {"about", "source", "given", "before", "request", "response", "cases", "after", "charges"}
    if not {"about", "source", "request", "response"} <= document.keys() <= known:
        raise ValueError(f"{path}: fields {sorted(document)}")
    return document


def cases(document):
    """Each run of the file: what it is about, and the document with the changes of the case made."""
    if "cases" not in document:
        return [("", document)]
    return [(case["why"], _changed(document, case)) for case in document["cases"]]


def _changed(document, case):
    changed = copy.deepcopy(document)
    for place, value in case["set"].items():
        _put(changed, place if place.startswith(("/before/", "/after/")) else f"/request{place}", value)
    request = changed["request"]
    for other in ("raw_body", "raw_body_base64"):
        if f"/{other}" in case["set"]:
            request.pop("body", None)
    for place, value in case.get("expect", {}).items():
        _put(changed, place if place.startswith(("/before/", "/after/")) else f"/response{place}", value)
    return changed


def _put(tree, place, value):
    """Puts a value at a JSON pointer. In headers `$absent` stays, since it also takes away what a client adds itself."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]
    for part in way:
        if isinstance(tree, list):
            tree = tree[int(part)]
        else:
            if not isinstance(tree.get(part), dict) and not isinstance(tree.get(part), list):
                tree[part] = {}
            tree = tree[part]
    if value == "$absent" and "headers" not in way and "response" not in way:
        tree.pop(last, None)
    else:
        tree[last] = value


def filled(value, names):
    """A value of a request with `$fill` made and `{names}` replaced; unknown names in texts stay as they are."""
    if isinstance(value, dict) and "$fill" in value:
        text, length = value["$fill"]
        made = (text * (length // len(text) + 1))[:length] + value.get("$end", "")
        return made
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: _name(found, names), value)
    return value


def _name(found, names):
    name = found.group(1)
    if name == "random_uuid":
        return str(uuid.uuid4())
    value = names(name)
    return found.group(0) if value is ABSENT else str(value)
