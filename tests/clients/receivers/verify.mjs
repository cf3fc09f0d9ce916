// Verification of webhooks as their contracts say, in three formats: refynd, candor and standard (Standard Webhooks). Each
// verifier takes headers with names in small letters, the bytes of the body, the secret and the time, and returns why a
// delivery is not valid, or null.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const toleranceMs = 5 * 60 * 1000;
const mismatch = "the signature does not match";

export const headerNames = {
  refynd: ["x-refynd-signature", "x-refynd-timestamp", "x-refynd-event"],
  candor: ["x-candor-signature", "x-candor-delivery-id", "x-candor-event", "x-candor-timestamp"],
  standard: ["webhook-id", "webhook-timestamp", "webhook-signature"],
};

/** Why a delivery is not valid, in a sentence; null where it is. `nowMs` is in milliseconds. */
export function verify(kind, headers, body, secret, nowMs) {
  const missing = headerNames[kind].find((name) => !headers[name]);
  if (missing) return `the header ${missing} is missing`;
  return { refynd, candor, standard }[kind](headers, body, secret, nowMs);
}

/** The MAC's key is the hexadecimal text of the API key's SHA-256; the timestamp, in milliseconds, is not signed. */
function refynd(headers, body, apiKey, nowMs) {
  const sent = wholeNumber(headers["x-refynd-timestamp"]);
  if (sent === null) return "the timestamp is no number";
  if (nowMs - sent > toleranceMs) return "the timestamp is too old";
  const key = createHash("sha256").update(apiKey).digest("hex");
  const expected = `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
  return same(expected, headers["x-refynd-signature"]) ? null : mismatch;
}

/** The MAC's key is the endpoint's secret as it is written; nothing is said of a timestamp's age. */
function candor(headers, body, secret) {
  const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  return same(expected, headers["x-candor-signature"]) ? null : mismatch;
}

/** Id, timestamp in seconds and body are signed; one of several signatures has to match. */
function standard(headers, body, secret, nowMs) {
  const sent = wholeNumber(headers["webhook-timestamp"]);
  if (sent === null) return "the timestamp is no number";
  if (nowMs - sent * 1000 > toleranceMs) return "the timestamp is too old";
  if (sent * 1000 - nowMs > toleranceMs) return "the timestamp is in the future";
  const text = secret.replace(/^whsec_/, "");
  const key = Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || key.length === 0) return "the secret is not base64";
  const expected = createHmac("sha256", key).update(`${headers["webhook-id"]}.${sent}.`).update(body).digest("base64");
  let matches = false;
  for (const signature of headers["webhook-signature"].split(" ")) {
    const comma = signature.indexOf(",");
    if (signature.slice(0, comma) === "v1") matches = same(expected, signature.slice(comma + 1)) || matches;
  }
  return matches ? null : mismatch;
}

/** Compares in constant time; texts of another length never match. */
function same(expected, given) {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function wholeNumber(text) {
  return /^-?\d+$/.test(text) ? Number(text) : null;
}

/** The id and the event of a delivery, as its format names them; null where it does not. */
export function told(kind, headers, body) {
  let content = null;
  try {
    content = JSON.parse(body.toString());
  } catch {
    // A body that is no JSON names neither.
  }
  if (kind === "refynd") return [content?.data?.testRunId ?? null, headers["x-refynd-event"] ?? null];
  if (kind === "candor") return [headers["x-candor-delivery-id"] ?? null, headers["x-candor-event"] ?? null];
  return [headers["webhook-id"] ?? null, content?.type ?? null];
}
