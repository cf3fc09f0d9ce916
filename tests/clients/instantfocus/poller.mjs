// A client of the InstantFocus contract, as somebody would write it who read only that contract: it submits a panel that is
// too large for a synchronous reply and polls the job until it has ended. Node 20, no packages.
//
//   BASE_URL=http://127.0.0.1:7455 API_KEY=if_live_… node poller.mjs
//
// It prints one JSON line of what it saw, and ends with 1 on anything that the contract does not promise.

const base = required("BASE_URL").replace(/\/$/, "");
const key = required("API_KEY");
const panel = Number(process.env.PANEL ?? 101);
const pollMs = Number(process.env.POLL_MS ?? 200);
const limitMs = Number(process.env.LIMIT_MS ?? 60_000);
const jobStates = ["pending", "processing", "finalizing", "completed", "failed"];

function required(name) {
  const value = process.env[name];
  if (!value) fail(`${name} is not set`);
  return value;
}

function fail(why, seen) {
  console.log(JSON.stringify({ client: "instantfocus/poller.mjs", ok: false, why, seen }));
  process.exit(1);
}

function check(holds, why, seen) {
  if (!holds) fail(why, seen);
}

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${key}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    fail(`${method} ${path} did not reply with JSON`, text.slice(0, 200));
  }
  return { status: reply.status, json };
}

async function pollJob(path, states) {
  const deadline = Date.now() + limitMs;
  for (let polls = 1; ; polls += 1) {
    const { status, json } = await call("GET", path);
    check(status === 200 && json.ok === true, "a job replies with 200 in every state", { status, json });
    const { data } = json;
    check(jobStates.includes(data.status), "a job has one of five states", data.status);
    if (states.at(-1) !== data.status) states.push(data.status);
    if (data.status === "completed") return { polls, result: data.result };
    if (data.status === "failed") {
      check(typeof data.error === "string", "the error of a failed job is a string", data.error);
      fail("the job failed", data.error);
    }
    check(Date.now() < deadline, "the job did not end in time", states);
    await new Promise((resume) => setTimeout(resume, pollMs));
  }
}

try {
  const { status, json } = await call("POST", "/v1/evaluate", {
    study_type: "concept_test",
    stimulus: "A meal kit delivery service that learns your taste. Nine dollars a dinner, cancel any week.",
    panel_size: panel,
    audience: { gender: "all", region: "us_national" },
  });
  check(status === 202, "a panel above 100 replies with 202", { status, json });
  const { data, meta } = json;
  check(json.ok === true && jobStates.includes(data.status), "the job has a state", data);
  check(data.poll_url === `/v1/jobs/${data.job_id}`, "poll_url leads to the job", data);
  check(data.total_batches === Math.ceil(panel / 5), "batches of five", data);
  check(data.estimated_seconds >= 1, "an estimate of at least a second", data);
  check(meta.mode === "async" && meta.credits_used === panel, "the credits are taken at once", meta);

  const states = [];
  const { polls, result } = await pollJob(data.poll_url, states);
  const order = states.map((state) => jobStates.indexOf(state));
  check(order.every((place, at) => at === 0 || place > order[at - 1]), "states go forward only", states);
  const counted = Object.values(result.score_distribution).reduce((sum, count) => sum + count, 0);
  check(counted === result.responses.length, "the distribution counts the responses", { counted, responses: result.responses.length });
  const mean = result.responses.reduce((sum, answer) => sum + answer.score, 0) / counted;
  check(Math.abs(mean - result.mean_score) < 0.051, "the mean is that of the responses", { mean, told: result.mean_score });
  const shares = Object.values(result.purchase_intent).reduce((sum, share) => sum + share, 0);
  check(Math.abs(shares - 100) < 0.5, "the intent shares are percentages", result.purchase_intent);

  const line = { client: "instantfocus/poller.mjs", ok: true, job_id: data.job_id, states, polls, panel_size: result.panel_size, mean_score: result.mean_score, responses: counted };
  console.log(JSON.stringify(line));
} catch (error) {
  fail(`the request did not get through: ${error.cause?.code ?? error.message}`);
}
