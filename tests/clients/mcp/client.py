"""An agent that knows the names of Demoscope's tools and nothing else: it lists them, reads their schemas, runs a study, waits
for it, and reads its results and findings. It needs the package `mcp` of PyPI (written with 2.3).

    python3 client.py stdio demoscope mcp
    API_KEY=ds_… python3 client.py http http://127.0.0.1:7455/mcp/demoscope

With --confirm accept or decline it answers a question about cost as a person would; without, it offers no way to ask.
With --approve PROGRAM it is its own user: what waits for an agreement is agreed to by `PROGRAM approve`.
With --engine NAME the study is asked of that engine, with --stimulus TEXT about that text (the same call
finds the same study); --mode legacy forces the protocol's
older handshake, which a question needs where the newer protocol has no way back. It prints one JSON line of what it saw, and ends with 1 on anything unexpected.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys

from mcp import Client, StdioServerParameters, types
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

TOOLS = ("run_study", "get_study", "wait_study", "list_studies", "compare_studies", "rank", "get_findings", "review_content", "credits")
STIMULUS = "A meal kit delivery service that learns your taste. Nine dollars a dinner, cancel any week."
PANEL = 10
WAIT_SECONDS = 60
# What an argument may be called; the tool's own schema decides.
STUDY_NAMES = ("study", "id", "study_id")
TEXT_NAMES = ("stimulus", "text", "content", "file")


class Unexpected(Exception):
    """What an agent could not work with."""


def check(holds, why, seen=None):
    if not holds:
        raise Unexpected(f"{why}: {json.dumps(seen, default=str)[:500]}")


def found_in(value, names):
    """The first value with one of these names, at any depth of a reply."""
    if isinstance(value, dict):
        for name in names:
            if name in value and not isinstance(value[name], (dict, list)):
                return value[name]
        nested = list(value.values())
    else:
        nested = value if isinstance(value, list) else []
    return next((got for one in nested if (got := found_in(one, names)) is not None), None)


class Agent:
    """A session with the tools as they were listed."""

    def __init__(self, client, options):
        self.client, self.tools = client, {}
        self.engine, self.approve, self.stimulus = options.engine, options.approve, options.stimulus

    async def learn(self):
        """Lists the tools; each must say what it does and what it takes, in snake_case."""
        self.tools = {tool.name: tool for tool in (await self.client.list_tools()).tools}
        check(set(TOOLS) <= self.tools.keys(), "a tool is missing", sorted(set(TOOLS) - self.tools.keys()))
        for name, tool in self.tools.items():
            check(bool(tool.description), f"{name} says what it does")
            schema = tool.input_schema
            check(schema.get("type") == "object", f"{name} takes an object", schema)
            strange = [field for field in schema.get("properties", {}) if field != field.lower() or "-" in field]
            check(not strange, f"arguments of {name} are in snake_case", strange)

    def argument(self, tool, names):
        """Which of these names the tool's schema has."""
        fields = self.tools[tool].input_schema.get("properties", {})
        name = next((name for name in names if name in fields), None)
        check(name is not None, f"{tool} takes one of {', '.join(names)}", sorted(fields))
        return name

    async def ask(self, tool, arguments, fails=False):
        """Calls a tool. The reply is its structured content, or the JSON of its text, else the text."""
        result = await self.client.call_tool(tool, arguments, read_timeout_seconds=WAIT_SECONDS + 30)
        text = "\n".join(part.text for part in result.content if isinstance(part, types.TextContent))
        check(bool(result.is_error) == fails, f"{tool} {'must fail' if fails else 'failed'}", text)
        check(not fails or bool(text), f"{tool} says why it failed")
        if result.structured_content is not None:
            return result.structured_content, text
        try:
            return json.loads(text), text
        except ValueError:
            return text, text

    async def of_study(self, tool, study, fails=False):
        return await self.ask(tool, {self.argument(tool, STUDY_NAMES): study}, fails)

    async def run(self):
        """The whole visit; what was seen of it."""
        await self.learn()
        before, _ = await self.ask("credits", {})
        balance = found_in(before, ("balance", "credits"))
        check(isinstance(balance, int), "credits tells a balance", before)

        order = {self.argument("run_study", TEXT_NAMES): self.stimulus, self.argument("run_study", ("panel", "panel_size")): PANEL}
        if self.engine:
            order[self.argument("run_study", ("engine",))] = self.engine
        started, _ = await self.ask("run_study", order)
        if isinstance(started, dict) and "request" in started:
            request = started["request"]["id"]
            check(self.approve, "nobody agrees to the cost", started)
            await asyncio.to_thread(subprocess.run, [self.approve, "approve", request], check=True, capture_output=True)
            await self.of_study("wait_study", request)
            # The same call finds what came of it.
            started, _ = await self.ask("run_study", order)
        study = found_in(started, ("study", "id", "study_id"))
        check(isinstance(study, str), "run_study tells the study's id", started)

        waited, _ = await self.of_study("wait_study", study)
        state = found_in(waited, ("state", "status"))
        check(state == "completed", "the study is completed after waiting", waited)
        shown, text = await self.of_study("get_study", study)
        score = found_in(shown, ("mean_score",))
        check(isinstance(score, (int, float)) and 1 <= score <= 10, "a concept test has a mean score", shown)
        told = json.dumps(shown) + text
        check("synthetic" in told.lower(), "results say that the panel is synthetic", told[:300])
        findings, _ = await self.of_study("get_findings", study)
        listed, text = await self.ask("list_studies", {})
        check(study in json.dumps(listed) + text, "the study is in the list", listed)
        after, _ = await self.ask("credits", {})
        check(balance - found_in(after, ("balance", "credits")) == PANEL, "one credit for each answer", [before, after])

        await self.of_study("get_study", "00000000-0000-4000-8000-000000000000", fails=True)
        return {"tools": sorted(self.tools), "study": study, "state": state, "mean_score": score, "findings": findings_count(findings)}


def findings_count(findings):
    """How many findings a reply holds, whatever surrounds the list."""
    if isinstance(findings, dict):
        findings = next((value for value in findings.values() if isinstance(value, list)), [])
    return len(findings) if isinstance(findings, list) else None


def connection(options):
    """Where the server is: a program to start, or an address with the key in the header."""
    if options.transport == "stdio":
        check(bool(options.target), "name the program to start")
        program, *arguments = options.target
        return StdioServerParameters(command=program, args=arguments + options.rest, env=dict(os.environ))
    http = create_mcp_http_client(headers={"Authorization": f"Bearer {os.environ['API_KEY']}"})
    return streamable_http_client(options.target[0], http_client=http)


async def visit(options):
    asked = []

    async def confirm(_context, params):
        asked.append(params.message)
        if options.confirm != "accept":
            return types.ElicitResult(action="decline")
        schema = getattr(params, "requested_schema", None) or {}
        fields = schema.get("properties", {})
        return types.ElicitResult(action="accept", content={name: True for name, field in fields.items() if field.get("type") == "boolean"})

    callback = confirm if options.confirm else None
    async with Client(connection(options), elicitation_callback=callback, mode=options.mode) as client:
        seen = await Agent(client, options).run()
        return {**seen, "protocol": client.protocol_version, "questions": asked}


def reasons(error):
    """The errors within a group, one after the other."""
    if isinstance(error, BaseExceptionGroup):
        return [reason for one in error.exceptions for reason in reasons(one)]
    return [f"{type(error).__name__}: {error}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("transport", choices=("stdio", "http"))
    parser.add_argument("target", nargs="+", help="the program with its arguments, or the address")
    parser.add_argument("--confirm", choices=("accept", "decline"))
    parser.add_argument("--engine")
    parser.add_argument("--approve")
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--stimulus", default=STIMULUS)
    options, options.rest = parser.parse_known_args()
    line = {"client": "mcp/client.py", "transport": options.transport}
    try:
        line = {**line, "ok": True, **asyncio.run(visit(options))}
    except Exception as error:  # Whatever went wrong is what the line tells.
        line = {**line, "ok": False, "why": "; ".join(reasons(error))}
    print(json.dumps(line))
    sys.exit(0 if line["ok"] else 1)


if __name__ == "__main__":
    main()
