// A client of the Refynd contract, as somebody would write it who read only that contract: it submits a content in two rounds,
// polls for the results and reads scores, suggestions, variants and the chain. Node 20, no packages.
//
//   BASE_URL=http://127.0.0.1:7455 API_KEY=rfnd_live_… node poller.mjs
//
// It prints one JSON line of what it saw, and ends with 1 on anything that the contract does not promise.

const base = `${required("BASE_URL").replace(/\/$/, "")}/api/v1`;
const key = required("API_KEY");
const pollMs = Number(process.env.POLL_MS ?? 200);
const limitMs = Number(process.env.LIMIT_MS ?? 60_000);
const rounds = Number(process.env.ROUNDS ?? 2);
const panelSize = 10;

function required(name) {
  const value = process.env[name];
  if (!value) fail(`${name} is not set`);
  return value;
}

function fail(why, seen) {
  console.log(JSON.stringify({ client: "refynd/poller.mjs", ok: false, why, seen }));
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
  try {
    return { status: reply.status, json: JSON.parse(text) };
  } catch {
    return fail(`${method} ${path} did not reply with JSON`, text.slice(0, 200));
  }
}

async function balance() {
  const { status, json } = await call("GET", "/balance");
  check(status === 200 && Number.isInteger(json.data.credits), "the balance is a whole number", { status, json });
  return json.data.credits;
}

const onScale = (score) => typeof score === "number" && score >= 1 && score <= 10;

try {
  const before = await balance();
  const content = "10 Morning Habits That Changed My Life";
  const { status, json } = await call("POST", "/evaluate", { content, contentType: "youtube", mode: "expert_review", panelSize, rounds });
  check(status === 200, "an evaluation is accepted with 200", { status, json });
  const { testRunId, creditsCharged, estimatedDuration } = json.data;
  check(json.data.status === "queued", "an accepted evaluation is queued", json.data);
  check(creditsCharged === 3 * panelSize * rounds, "three credits for each expert and round", json.data);
  check(/^\d+-\d+s$/.test(estimatedDuration), "the estimate is a range of seconds", estimatedDuration);

  const statuses = [];
  const deadline = Date.now() + limitMs;
  let data;
  for (;;) {
    const reply = await call("GET", `/results/${testRunId}`);
    check(reply.status === 200, "results reply with 200", reply);
    data = reply.json.data;
    if (statuses.at(-1) !== data.status) statuses.push(data.status);
    if (data.status === "complete") break;
    check(data.status !== "failed", "the evaluation failed", data);
    check(["queued", "evaluating"].includes(data.status), "a run has one of four states", data.status);
    check(data.progress.total === panelSize * rounds && data.progress.completed <= data.progress.total, "progress counts experts times rounds", data.progress);
    check(Date.now() < deadline, "the run did not end in time", statuses);
    await new Promise((resume) => setTimeout(resume, pollMs));
  }
  check(data.content.text === content && data.content.type === "youtube", "the content comes back", data.content);
  check(onScale(data.scores.overall) && data.scores.dimensions.every((one) => onScale(one.score)), "scores are from 1 to 10", data.scores);
  check(data.scores.clickRate >= 0 && data.scores.clickRate <= 1, "the click rate is a share", data.scores.clickRate);
  check(onScale(data.scores.feedDistinctiveness) && onScale(data.scores.regulatoryFit), "both special scores are there", data.scores);
  check(data.suggestions.every((one) => one.suggestion && one.rationale && one.dimension), "suggestions are whole", data.suggestions);
  check(Array.isArray(data.improvedVariants), "variants are a list", data.improvedVariants);
  check(data.panelSize === panelSize && data.mode === "expert_review", "the order comes back", [data.panelSize, data.mode]);
  check(Math.abs(Date.now() - data.completedAt) < 86_400_000, "completedAt is in milliseconds", data.completedAt);
  if (rounds > 1) {
    const { iterations } = data;
    check(iterations.totalRounds === rounds && iterations.chain.length === iterations.completedRounds, "the chain has its rounds", iterations);
    const best = iterations.chain.find((one) => one.round === iterations.bestRound);
    check(best.overall === iterations.bestScore && best.content === iterations.bestContent, "the best round is in the chain", iterations);
    const change = iterations.bestScore - iterations.chain[0].overall;
    check(Math.abs(change - iterations.improvement.scoreChange) < 0.151, "the improvement is over round 1", iterations.improvement);
    check(iterations.earlyStopped === iterations.completedRounds < rounds, "an early stop is told", iterations);
  }
  const after = await balance();
  check(before - after === data.creditsCharged, "the balance fell by the net charge", { before, after, charged: data.creditsCharged });

  const line = { client: "refynd/poller.mjs", ok: true, testRunId, statuses, overall: data.scores.overall, variants: data.improvedVariants.length, charged: data.creditsCharged, completedRounds: data.iterations?.completedRounds ?? 1 };
  console.log(JSON.stringify(line));
} catch (error) {
  fail(`the request did not get through: ${error.cause?.code ?? error.message}`);
}
