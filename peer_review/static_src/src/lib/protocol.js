// Talking to the server: manifest, draw, cast. Every answer is verified before it is believed.
//
//   fetchManifest(url, {round, fingerprint?}) -> Promise<manifest>
//       manifest = {round, fingerprint, receiptKey, boxKey, cells: Map<cell, spki>, text}
//       Fetched without cookies, so that the server cannot hand keys of their own to one person.
//       Throws bad_fingerprint, bad_manifest.
//   keyOf(manifest, cell) -> Promise<key>       the cell's RSA key, imported once
//   draw(url, {manifest, credentials, csrfToken, ticket?, onProgress?}) -> Promise<{tokens: Map<cell, token>, drawnAt}>
//       credentials: all of the evaluator's, from credentials.deriveCredential; with session and CSRF header, or
//       (at a kiosk) with the ticket of an envelope, base64url, and without any cookie.
//       Throws ClientError with the server's code: login, not_eligible, already_drawn, draw_closed, …, or bad_token.
//       onProgress({step: "blind" | "finalize", done, total})
//       drawnAt: the server's time in milliseconds, from which revisions are made; this computer's clock is never asked.
//   castOnce(url, casts, {manifest}) -> Promise<results>   one request, without cookies or referrer
//   cast(url, casts, {manifest, onUpdate?, signal?, retries = 5}) -> Promise<results>
//       casts = [{entry, rev, nonce}] of credentials.makeCast. Sends the same again while the server says pending or
//       the network fails, and returns one result for each, in order: {ok: true, leaf, receipt} with a verified
//       receipt, or {ok: false, error, status}. A cast is only done with ok: true. castOnce may also give {ok: true, pending: true, leaf, retryAfter (seconds)}.
//       onUpdate(results) after each request; aborting `signal` ends the wait with error "aborted".
//   verifyReceipt(receipt, manifest) -> Promise<boolean>
//       Of the manifest only round and receiptKey are read.
//   keptManifest({round, fingerprint, receiptKey, receipts}) -> Promise<{round, fingerprint, receiptKey} | null>
//       What checking needs of a manifest, from what a browser kept of one that it has verified: receiptKey as base64url.
//       Null if nothing shows that it is that manifest's key.
//   fetchBytes(url) -> Promise<bytes>           without cookies; throws network, or server_error with its status
//   request(url, options) -> Promise<value>     JSON with our error codes; what draw and the count pages use

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { canonical, parseCanonical } from "../../../../zhengyan_crypto/browser/canonical.js";
import { ed25519Verify } from "../../../../zhengyan_crypto/browser/curves.js";
import { blindCredential, entryLeaf, finalizeCredential } from "./credentials.js";
import { b64uDecode, b64uEncode, concat, hexDecode, hexEncode, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { isTimeOfDraw } from "./revisions.js";
import { importKey } from "../../../../zhengyan_crypto/browser/rsabssa.js";

// The most casts in one request; the server reads two million bytes, a cast is about a thousand.
const CAST_CHUNK = 1000;
// Nothing is taken from the browser's cache: a copy of one's own, or a tag sent along with it, would be a cookie again.
const ANONYMOUS = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" };
const BUSY = new Set([429, 502, 503, 504]);

export async function request(url, { body, csrfToken, anonymous = false, signal } = {}) {
  const options = anonymous ? { ...ANONYMOUS } : { credentials: "same-origin", cache: "no-store", redirect: "error" };
  options.headers = { Accept: "application/json" };
  options.signal = signal;
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  if (csrfToken) options.headers["X-CSRFToken"] = csrfToken;
  const { response, bytes } = await send(url, options);
  const value = parse(bytes);
  // A cast of which every entry failed answers with their status, and still tells of each.
  if (response.ok && value !== undefined) return value;
  if (value?.results) return value;
  throw new ClientError(value?.error ?? (BUSY.has(response.status) ? "busy" : "server_error"), `HTTP ${response.status}`, {
    status: response.status,
    retryAfter: Number(response.headers.get("Retry-After")) || undefined,
  });
}

export async function fetchBytes(url) {
  const { response, bytes } = await send(url, { ...ANONYMOUS });
  if (!response.ok) throw new ClientError("server_error", `HTTP ${response.status}`, { status: response.status });
  return bytes;
}

async function send(url, options) {
  try {
    const response = await fetch(url, options);
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (cause) {
    throw new ClientError(options.signal?.aborted ? "aborted" : "network", "the server could not be reached", { cause });
  }
}

function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

// Manifest

export async function fetchManifest(url, { round, fingerprint } = {}) {
  const { response, bytes } = await send(url, { ...ANONYMOUS });
  if (!response.ok) throw new ClientError("bad_manifest", `HTTP ${response.status}`, { status: response.status });
  return readManifest(bytes, { round, fingerprint });
}

export async function readManifest(bytes, { round, fingerprint } = {}) {
  const found = hexEncode(await sha256(bytes));
  if (fingerprint && found !== fingerprint) throw new ClientError("bad_fingerprint", "another fingerprint", { found });
  try {
    const value = parseCanonical(bytes);
    const cells = new Map(value.cells.map(({ cell, spki }) => [cell, spki]));
    const distinct = new Set(cells.values()).size === value.cells.length;
    if (value.v !== 1 || (round && value.round !== round) || !distinct || cells.size !== value.cells.length)
      throw new ClientError("bad_manifest", "not the manifest of this round, or cells that share a key");
    return {
      round: value.round,
      fingerprint: found,
      receiptKey: b64uDecode(value.receipt_key, 32),
      boxKey: b64uDecode(value.box_key, 32),
      cells,
      text: new TextDecoder().decode(bytes),
    };
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "bad_manifest") throw cause;
    throw new ClientError("bad_manifest", "malformed manifest", { cause });
  }
}

const imported = new WeakMap();

export function keyOf(manifest, cell) {
  const spki = manifest.cells.get(cell);
  if (!spki) return Promise.reject(new ClientError("unknown_cell", "the manifest does not hold this cell"));
  if (!imported.has(manifest)) imported.set(manifest, new Map());
  const keys = imported.get(manifest);
  if (!keys.has(cell)) keys.set(cell, importKey(spki));
  return keys.get(cell);
}

// Draw

export async function draw(url, { manifest, credentials, csrfToken, ticket, onProgress = () => {} }) {
  const total = credentials.length;
  const blinded = {};
  for (const [done, credential] of credentials.entries()) {
    const value = await blindCredential(credential, await keyOf(manifest, credential.cell));
    blinded[credential.cell] = b64uEncode(value);
    onProgress({ step: "blind", done: done + 1, total });
  }
  const { signed, drawn_at: drawnAt } = await request(url, { body: ticket ? { ticket, blinded } : { blinded }, csrfToken, anonymous: Boolean(ticket) });
  if (!isTimeOfDraw(drawnAt)) throw new ClientError("server_error", "the server did not say when it signed");
  const tokens = new Map();
  for (const [done, credential] of credentials.entries()) {
    const { cell } = credential;
    if (!signed?.[cell]) throw new ClientError("bad_token", "the server left out a signature", { cell });
    const key = await keyOf(manifest, cell);
    tokens.set(cell, await finalizeCredential(credential, key, b64uDecode(signed[cell])));
    onProgress({ step: "finalize", done: done + 1, total });
  }
  return { tokens, drawnAt };
}

// Cast

export async function castOnce(url, casts, { manifest, signal }) {
  const results = [];
  for (let start = 0; start < casts.length; start += CAST_CHUNK) {
    const chunk = casts.slice(start, start + CAST_CHUNK);
    const answer = await request(url, { body: chunk, anonymous: true, signal });
    if (!Array.isArray(answer.results) || answer.results.length !== chunk.length)
      throw new ClientError("server_error", "not one result a cast");
    results.push(...(await Promise.all(chunk.map(({ entry }, i) => readResult(entry, answer.results[i], manifest)))));
  }
  return results;
}

async function readResult(entry, result, manifest) {
  if (!result?.ok) return { ok: false, error: result?.error ?? "server_error", status: result?.status ?? 0 };
  const leaf = await entryLeaf(entry);
  if (result.pending) return { ok: true, pending: true, leaf, retryAfter: Math.max(1, Number(result.retry_after) || 0) };
  const { receipt } = result;
  // Signed, and over this very ballot: the leaf is computed here, never taken from the answer.
  if (receipt?.leaf !== leaf || !(await verifyReceipt(receipt, manifest))) return { ok: false, error: "bad_receipt", status: 0 };
  return { ok: true, leaf, receipt };
}

export async function cast(url, casts, { manifest, onUpdate = () => {}, signal, retries = 5 }) {
  const results = casts.map(() => null);
  const waiting = () => results.flatMap((result, i) => (result === null || result.pending ? [i] : []));
  let failures = 0;
  for (let open = waiting(); open.length; open = waiting()) {
    let pause = 0;
    try {
      const answers = await castOnce(url, open.map((i) => casts[i]), { manifest, signal });
      failures = 0;
      for (const [position, i] of open.entries()) results[i] = answers[position];
      pause = Math.max(0, ...answers.map((answer) => answer.retryAfter ?? 0));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      // Told to ask again, and the round closed meanwhile: the server's next process may be the one that has them.
      const late = error.code === "round_closed" && open.some((i) => results[i]?.pending);
      const temporary = late || error.code === "network" || BUSY.has(error.status) || error.status === 500;
      failures += 1;
      if (!temporary || failures > retries) {
        for (const i of open) results[i] = { ok: false, error: error.code, status: error.status };
      } else {
        pause = error.details.retryAfter ?? Math.min(30, 2 ** (failures - 1));
      }
    }
    onUpdate(results);
    if (pause && !(await sleep(pause, signal)))
      for (const i of waiting()) results[i] = { ok: false, error: "aborted", status: 0 };
  }
  return results;
}

function sleep(seconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(true);
    }, 1000 * seconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export async function verifyReceipt(receipt, manifest) {
  if (receipt?.v !== 1 || receipt.round !== manifest.round) return false;
  try {
    const signed = canonical({ v: 1, round: receipt.round, leaf: hexEncode(hexDecode(receipt.leaf, 32)) });
    return await ed25519Verify(manifest.receiptKey, concat(utf8("anon-receipt/v1\n"), signed), b64uDecode(receipt.sig, 64));
  } catch (error) {
    if (error.code === "bad_encoding") return false;
    throw error;
  }
}

/**
 * Receipts were verified by the manifest when they were given, so a key by which one of them verifies is the manifest's.
 * A key that none of them speaks for may have been damaged: the manifest itself then decides.
 */
export async function keptManifest({ round, fingerprint, receiptKey, receipts }) {
  if (typeof fingerprint !== "string" || typeof receiptKey !== "string") return null;
  let kept;
  try {
    kept = { round, fingerprint, receiptKey: b64uDecode(receiptKey, 32) };
  } catch (error) {
    if (error.code === "bad_encoding") return null;
    throw error;
  }
  for (const receipt of receipts) if (await verifyReceipt(receipt, kept)) return kept;
  return null;
}
