"""A client of the InstantFocus contract that uses every endpoint and every study type, as its documentation describes them.

    BASE_URL=http://127.0.0.1:7455 API_KEY=if_live_… python3 example.py

It needs nothing but the standard library, prints one JSON line of what it saw, and ends with 1 on anything that the
contract does not promise.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

CLIENT = "instantfocus/example.py"
STIMULUS = "A meal kit delivery service that learns your taste. Nine dollars a dinner, cancel any week."
QUESTIONS = ["What would stop you from trying it?", "What do you like about it?"]
STUDIES = {
    "concept_test": {"stimulus": STIMULUS},
    "sentiment": {"stimulus": STIMULUS},
    "nps": {"stimulus": STIMULUS},
    "survey": {"stimulus": STIMULUS, "questions": QUESTIONS},
    "ab_test": {
        "variant_a": "Dinner in twenty minutes, nine dollars, cancel any week.",
        "variant_b": "Fresh ingredients and a new recipe every day, delivered to your door.",
    },
}
FIELDS = {
    "concept_test": "mean_score median_score std_dev score_distribution purchase_intent top_concerns top_appeals",
    "sentiment": "positive_pct negative_pct neutral_pct mixed_pct confidence key_themes",
    "nps": "nps_score promoters_pct passives_pct detractors_pct mean_score",
    "survey": "question_results common_themes",
    "ab_test": "winner variant_a_score variant_b_score variant_a_pct variant_b_pct no_preference_pct key_differentiators",
}
ANSWER_FIELDS = {
    "concept_test": "score sentiment reasoning purchase_intent",
    "sentiment": "sentiment reasoning key_theme",
    "nps": "score reasoning sentiment",
    "survey": "answers reasoning",
    "ab_test": "preference score_a score_b reasoning sentiment",
}


class Unexpected(Exception):
    """What the contract does not promise."""


def check(holds, why, seen=None):
    if not holds:
        raise Unexpected(f"{why}: {json.dumps(seen)[:400]}")


def call(method, path, body=None, key=None):
    """The status and the JSON of a reply, whatever its status."""
    headers = {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method=method)
    try:
        with OPENER.open(request, timeout=150) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as reply:
        return reply.code, json.load(reply)


def refused(expected, code, method, path, body=None, key=None):
    status, reply = call(method, path, body, key)
    check(status == expected, f"{method} {path} replies with {expected}", [status, reply])
    check(reply.get("ok") is False and reply["error"]["code"] == code, f"the code is {code}", reply)
    check(bool(reply["error"]["message"]), "an error has a message", reply)


def evaluate(study, more, panel):
    body = {"study_type": study, "panel_size": panel, **more}
    status, reply = call("POST", "/v1/evaluate", body, KEY)
    check(status == 200 and reply["ok"] is True, f"a small {study} replies at once", [status, reply])
    data, meta = reply["data"], reply["meta"]
    missing = [field for field in FIELDS[study].split() if field not in data]
    check(not missing, f"the result of a {study} is whole", missing)
    check(len(data["responses"]) == panel == data["panel_size"], "every persona answered", data["panel_size"])
    for answer in data["responses"]:
        lacking = [field for field in ANSWER_FIELDS[study].split() if field not in answer]
        check(not lacking, f"an answer of a {study} is whole", lacking)
        check({"id", "age", "gender"} <= answer["persona"].keys(), "an answer has its persona", answer["persona"])
    check(meta["credits_used"] == panel, "one credit for each persona", meta)
    check(meta["mode"] == "inline" and meta["engine"] == "standard", "the reply says how it was made", meta)
    counts = (meta["panel"]["requested"], meta["panel"]["delivered"])
    check(counts == (panel, panel), "the panel was delivered", meta["panel"])
    check("strategy" in meta["inference"] and "providers_used" in meta["inference"], "who answered is told", meta)
    return data


def main():
    status, health = call("GET", "/v1/health")
    check(status == 200 and health["service"] == "instantfocus", "the health check needs no key", [status, health])
    check(set(health["providers"]) == {"openai", "google", "groq", "anthropic"}, "four providers", health)

    status, before = call("GET", "/v1/usage", key=KEY)
    check(status == 200, "usage is told", [status, before])
    seen = {study: evaluate(study, more, 10) for study, more in STUDIES.items()}
    nps = seen["nps"]
    check(abs(nps["nps_score"] - (nps["promoters_pct"] - nps["detractors_pct"])) < 0.11, "NPS is a difference", nps["nps_score"])
    check([result["question"] for result in seen["survey"]["question_results"]] == QUESTIONS, "questions in order")
    shares = [seen["ab_test"][f"{share}_pct"] for share in ("variant_a", "variant_b", "no_preference")]
    check(abs(sum(shares) - 100) < 0.31, "the shares of an A/B test sum to 100", shares)

    status, reply = call("POST", "/v1/evaluate", {"study_type": "nps", "stimulus": STIMULUS, "panel_size": 105}, KEY)
    check(status == 202, "a panel above 100 becomes a job", [status, reply])
    path, states, end = reply["data"]["poll_url"], [], time.monotonic() + 60
    while True:
        status, reply = call("GET", path, key=KEY)
        check(status == 200, "a job replies with 200", [status, reply])
        job = reply["data"]
        if job["status"] not in states:
            states.append(job["status"])
        if job["status"] == "completed":
            check(set(job["result"]) == set(nps), "a job's result has the form of a synchronous one", sorted(job["result"]))
            break
        check(job["status"] != "failed", "the job failed", job.get("error"))
        check(time.monotonic() < end, "the job did not end in time", states)
        time.sleep(0.2)

    refused(400, "VALIDATION_ERROR", "POST", "/v1/evaluate", {"study_type": "nps", "stimulus": "Short"}, KEY)
    refused(401, "UNAUTHORIZED", "GET", "/v1/usage")
    refused(404, "NOT_FOUND", "GET", "/v1/jobs/00000000-0000-4000-8000-000000000000", key=KEY)

    status, after = call("GET", "/v1/usage", key=KEY)
    used = after["data"]["credits_used_this_month"] - before["data"]["credits_used_this_month"]
    count = after["data"]["request_count"] - before["data"]["request_count"]
    check((used, count) == (155, 6), "usage counts what was accepted", [used, count])
    return {
        "mean_score": seen["concept_test"]["mean_score"], "nps_score": nps["nps_score"], "winner": seen["ab_test"]["winner"],
        "job_states": states, "credits_used": used, "requests": count,
    }


if __name__ == "__main__":
    # No proxy of the environment: the daemon is on this machine.
    OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        BASE, KEY = os.environ["BASE_URL"].rstrip("/"), os.environ["API_KEY"]
        line = {"client": CLIENT, "ok": True, **main()}
    except Unexpected as found:
        line = {"client": CLIENT, "ok": False, "why": str(found)}
    except (KeyError, TypeError, ValueError, OSError) as found:
        line = {"client": CLIENT, "ok": False, "why": f"{type(found).__name__}: {found}"}
    print(json.dumps(line))
    sys.exit(0 if line["ok"] else 1)
