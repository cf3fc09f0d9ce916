// A receiver of webhooks that verifies each delivery and prints one JSON line of it: {id, event, valid, why, times}. Node 20,
// no packages.
//
//   SECRET=… node receiver.mjs --format refynd|candor|standard [--port N] [--plan ACTIONS] [--count N]
//   node receiver.mjs --selftest
//
// The secret is the API key for refynd, the endpoint's secret for the others. The first line is {"listening": "http://…"}. Valid
// deliveries get what the plan says, one action after the other, the last one for ever; others get 401. Actions: a status (`200`), a
// status with Retry-After in seconds (`503:2`), `delay:MS` or `delay:MS:STATUS`, `redirect:PATH`, `reset`. With --count it ends
// after so many requests.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { headerNames, told, verify } from "./verify.mjs";

const bodyBytesMax = 4 * 1024 * 1024;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function give(response, status, headers = {}) {
  response.writeHead(status, { ...headers, "content-length": "0" });
  response.end();
}

/** Does what the plan says. */
function act(action, request, response) {
  const [word, ...rest] = action.split(":");
  if (word === "reset") request.socket.resetAndDestroy();
  else if (word === "redirect") give(response, 307, { location: rest.join(":") });
  else if (word === "delay") setTimeout(() => give(response, Number(rest[1] ?? 200)), Number(rest[0]));
  else give(response, Number(word), rest.length > 0 ? { "retry-after": rest[0] } : {});
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > bodyBytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function receive({ format, port, plan, count }, secret) {
  const actions = plan.split(",");
  const times = new Map();
  let left = count;
  const server = createServer(async (request, response) => {
    let body;
    try {
      body = await bodyOf(request);
    } catch {
      return; // The sender went away.
    }
    if (body === null) return give(response, 413);
    const doubled = headerNames[format].find((name) => (request.headersDistinct[name] ?? []).length > 1);
    const why = doubled ? `the header ${doubled} stands twice` : verify(format, request.headers, body, secret, Date.now());
    const [id, event] = told(format, request.headers, body);
    if (why === null) times.set(id, (times.get(id) ?? 0) + 1);
    say({ id, event, valid: why === null, why, times: why === null ? times.get(id) : null });
    if (why !== null) give(response, 401);
    else act(actions.length > 1 ? actions.shift() : actions[0], request, response);
    left -= 1;
    if (left === 0) server.close(() => process.exit(0));
  });
  server.listen(port, "127.0.0.1", () => say({ listening: `http://127.0.0.1:${server.address().port}` }));
}

/** Every vector of vectors.json, each valid one also with a changed body; the count of those that failed. */
function selftest() {
  const { vectors } = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));
  let checked = 0;
  let failed = 0;
  for (const vector of vectors) {
    const body = Buffer.from(vector.body);
    const runs = [[vector.name, body, vector.why]];
    if (vector.why === null) {
      const changed = Buffer.from(body);
      changed[0] ^= 1;
      runs.push([`${vector.name}, one byte changed`, changed, "the signature does not match"]);
      runs.push([`${vector.name}, one byte more`, Buffer.concat([body, Buffer.from(" ")]), "the signature does not match"]);
    }
    for (const [name, sent, expected] of runs) {
      const found = verify(vector.format, vector.headers, sent, vector.secret, vector.now * 1000);
      checked += 1;
      if (found !== expected) {
        failed += 1;
        console.error(`${vector.format}: ${name}: expected ${expected}, found ${found}`);
      }
    }
  }
  say({ receiver: "receiver.mjs", selftest: checked, failed });
  return failed;
}

const { values } = parseArgs({
  options: {
    format: { type: "string" },
    port: { type: "string", default: "0" },
    plan: { type: "string", default: "200" },
    count: { type: "string", default: "0" },
    selftest: { type: "boolean", default: false },
  },
});
if (values.selftest) process.exit(selftest() === 0 ? 0 : 1);
if (!(values.format in headerNames) || !process.env.SECRET) {
  console.error("give --format refynd|candor|standard, and the secret in SECRET");
  process.exit(2);
}
receive({ ...values, port: Number(values.port), count: Number(values.count) || Infinity }, process.env.SECRET);
