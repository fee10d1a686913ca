// Verifying a whole count, check by check: what verify_bulletin.py does, in the browser.
//
//   audit(files, {expected?, report, progress?}) -> Promise<{sound, head, fingerprint, manifest, leaves}>
//       files = {manifest: bytes, bulletin: bytes, ballots?: bytes, receipts?: [bytes], hash?: text,
//                packed?: {manifest?: bytes, bulletin?: bytes}}      what an auditor's package calls by these names
//       report({check, ok, fault?, ...values}) after each check; `fault` and `values` tell what does not hold.
//       progress({check, done, total}) within those that take long.
//
// A check that does not hold ends nothing but what builds on it: without manifest or bulletin there is nothing more to
// check. The checks, in order: manifest, fingerprint, bulletin, signature, belonging, order, root, figures; then, where
// there is something to check: packed, ballots, tokens, signatures, unique, dropped, added, counts, receipts, hash.

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { canonical, parseCanonical } from "../../../../zhengyan_crypto/browser/canonical.js";
import { ballotMessage, tokenMessage } from "../lib/credentials.js";
import { ed25519Verify } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode, concat, equal, fromUtf8, hexDecode, hexEncode, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { leafHash, treeRoot } from "../../../../zhengyan_crypto/browser/merkle.js";
import { keyOf, readManifest, verifyReceipt } from "../lib/protocol.js";
import { verify } from "../../../../zhengyan_crypto/browser/rsabssa.js";

const AT_ONCE = 256;

class Fault extends Error {
  constructor(fault, values = {}) {
    super(fault);
    Object.assign(this, { fault, values });
  }
}

export async function audit(files, { expected = "", report, progress = () => {} }) {
  const found = { sound: true, manifest: null, fingerprint: "", head: null, leaves: [] };

  async function check(name, work) {
    try {
      const values = (await work((done, total) => progress({ check: name, done, total }))) ?? {};
      report({ check: name, ok: true, ...values });
      return true;
    } catch (error) {
      // A browser that cannot compute is not a count that does not hold.
      if (["insecure_context", "fallback_failed"].includes(error.code)) throw error;
      if (!(error instanceof Fault) && !(error instanceof ClientError) && !(error instanceof TypeError)) throw error;
      found.sound = false;
      report({ check: name, ok: false, fault: error.fault ?? `${name}_form`, ...error.values });
      return false;
    }
  }

  if (!(await check("manifest", (step) => openManifest(files.manifest, found, step)))) return found;
  if (expected)
    await check("fingerprint", () => {
      if (expected.replace(/[\s:-]/g, "").toLowerCase() !== found.fingerprint) throw new Fault("fingerprint_other");
    });
  if (!(await check("bulletin", () => openBulletin(files.bulletin, found)))) return found;
  await check("signature", () => checkSignature(found));
  await check("belonging", () => checkBelonging(found));
  await check("order", () => checkOrder(found.leaves));
  await check("root", (step) => checkRoot(found, step));
  await check("figures", () => checkFigures(found));
  if (files.packed) await check("packed", () => checkPacked(files));
  if (files.ballots) await auditBallots(files.ballots, found, check);
  if (files.receipts?.length) await check("receipts", () => checkReceipts(files.receipts, found));
  if (files.hash) await check("hash", () => findHash(files.hash, found.leaves));
  return found;
}

// Manifest and bulletin

async function openManifest(bytes, found, step) {
  // Which round it is of is asked later, of the bulletin.
  const manifest = await readManifest(bytes).catch((error) => {
    throw error.code === "bad_manifest" ? new Fault("manifest_form") : error;
  });
  hold(isHex(manifest.round, 16), "manifest_form");
  hold(isPlain(JSON.parse(manifest.text), ["v", "round", "receipt_key", "box_key", "cells"]), "manifest_form");
  const cells = [...manifest.cells.keys()];
  await inChunks(cells, step, async (cell) => {
    await keyOf(manifest, cell).catch((error) => {
      throw ["bad_key", "bad_encoding"].includes(error.code) ? new Fault("manifest_key", { cell }) : error;
    });
  });
  Object.assign(found, { manifest, fingerprint: manifest.fingerprint });
  return { cells: cells.length };
}

function openBulletin(bytes, found) {
  const bulletin = parseCanonical(bytes);
  hold(isPlain(bulletin, ["v", "head", "sig", "leaves"]) && bulletin.v === 1, "bulletin_form");
  const { head, leaves } = bulletin;
  hold(isPlain(head, ["v", "round", "manifest", "size", "root", "cells"]) && head.v === 1, "bulletin_form");
  hold(isHex(head.root, 32) && Array.isArray(head.cells) && Array.isArray(leaves), "bulletin_form");
  const counts = ["eligible", "drawn", "counted"];
  for (const cell of head.cells)
    hold(isPlain(cell, ["cell", ...counts]) && counts.every((name) => Number.isInteger(cell[name])), "bulletin_form");
  hold(leaves.every((leaf) => isHex(leaf, 32)), "bulletin_form");
  Object.assign(found, { head, leaves, sig: b64uDecode(bulletin.sig, 64) });
  return { ballots: leaves.length };
}

async function checkSignature({ manifest, head, sig }) {
  const message = concat(utf8("anon-bulletin/v1\n"), canonical(head));
  hold(await ed25519Verify(manifest.receiptKey, message, sig), "signature_false");
}

function checkBelonging({ manifest, fingerprint, head }) {
  hold(head.round === manifest.round, "belonging_round");
  hold(head.manifest === fingerprint, "belonging_manifest");
  const cells = [...manifest.cells.keys()].sort();
  hold(head.cells.length === cells.length && head.cells.every(({ cell }, i) => cell === cells[i]), "belonging_cells");
}

function checkOrder(leaves) {
  for (let i = 1; i < leaves.length; i++) {
    hold(leaves[i - 1] !== leaves[i], "order_twice");
    hold(leaves[i - 1] < leaves[i], "order_wrong");
  }
}

async function checkRoot({ head, leaves }, step) {
  hold(head.size === leaves.length, "root_size", { said: head.size, found: leaves.length });
  const root = await treeRoot(leaves.map((leaf) => hexDecode(leaf)), { onProgress: step });
  hold(hexEncode(root) === head.root, "root_other");
  return { root: head.root };
}

function checkFigures({ head, leaves }) {
  const sums = { eligible: 0, drawn: 0, counted: 0 };
  for (const cell of head.cells) {
    const { eligible, drawn, counted } = cell;
    hold(0 <= counted && counted <= drawn && drawn <= eligible, "figures_cell", cell);
    for (const name of Object.keys(sums)) sums[name] += cell[name];
  }
  hold(sums.counted === leaves.length, "figures_sum", { sum: sums.counted, found: leaves.length });
  return sums;
}

// Ballots

function checkPacked({ packed, ...files }) {
  for (const [name, bytes] of Object.entries(packed)) hold(equal(bytes, files[name]), "packed_other", { name: `${name}.json` });
}

async function auditBallots(bytes, found, check) {
  const { manifest, head } = found;
  let entries = [];
  const hashes = [];
  const sound = await check("ballots", () => {
    const value = parseLoosely(bytes);
    hold(isPlain(value, ["v", "round", "entries"]) && value.v === 1 && Array.isArray(value.entries), "ballots_form");
    hold(value.round === manifest.round, "ballots_round");
    entries = value.entries;
    // Ballots of one count are of one version: rounds that were counted before salts have the first.
    const version = entries[0]?.ballot?.v;
    for (const [i, entry] of entries.entries()) hold(isEntry(entry, version), "ballots_entry", { number: i + 1 });
    return { ballots: entries.length };
  });
  if (!sound) return;
  await check("tokens", (step) =>
    inChunks(entries, step, async ({ ballot, tok }, number) => {
      const isHere = ballot.round === manifest.round && manifest.cells.has(ballot.cell);
      const values = { number, cell: ballot.cell };
      hold(isHere, "tokens_false", values);
      const message = tokenMessage(ballot.round, ballot.cell, b64uDecode(ballot.pk, 32), b64uDecode(ballot.pre, 32));
      hold(await verify(await keyOf(manifest, ballot.cell), message, b64uDecode(tok)), "tokens_false", values);
    }));
  await check("signatures", (step) =>
    inChunks(entries, step, async ({ ballot, sig }, number) => {
      hold(await ed25519Verify(b64uDecode(ballot.pk, 32), ballotMessage(ballot), b64uDecode(sig, 64)), "signatures_false", { number });
    }));
  await check("unique", () => {
    const seen = new Map();
    for (const [i, { ballot }] of entries.entries()) {
      hold(!seen.has(ballot.pk), "unique_twice", { first: seen.get(ballot.pk), second: i + 1 });
      seen.set(ballot.pk, i + 1);
    }
  });
  await check("dropped", async (step) => {
    await inChunks(entries, step, async (entry, number) => {
      hashes[number - 1] = hexEncode(await leafHash(canonical(entry)));
    });
    const held = new Set(hashes);
    const count = found.leaves.filter((leaf) => !held.has(leaf)).length;
    hold(count === 0, "dropped_some", { count });
  });
  await check("added", () => {
    const known = new Set(found.leaves);
    const at = hashes.findIndex((leaf) => !known.has(leaf));
    hold(at < 0, "added_some", { number: at + 1 });
  });
  await check("counts", () => {
    const counts = new Map();
    for (const { ballot } of entries) counts.set(ballot.cell, (counts.get(ballot.cell) ?? 0) + 1);
    for (const { cell, counted } of head.cells)
      hold((counts.get(cell) ?? 0) === counted, "counts_other", { cell, counted, found: counts.get(cell) ?? 0 });
  });
}

// What is in a ballot of each version beside its answers and its credential.
const VERSIONS = { 1: "rev", 2: "salt" };

function isEntry(entry, version) {
  if (!isPlain(entry, ["ballot", "sig", "tok"])) return false;
  const { ballot, sig, tok } = entry;
  if (![1, 2].includes(version) || !isPlain(ballot, ["v", "round", "cell", "pk", "pre", VERSIONS[version], "a"])) return false;
  const fits = ballot.v === version && isHex(ballot.round, 16) && isHex(ballot.cell, 8) && isObject(ballot.a);
  if (!fits || (version === 1 && !(Number.isInteger(ballot.rev) && ballot.rev > 0))) return false;
  const texts = [[ballot.pk, 32], [ballot.pre, 32], [sig, 64], [tok, undefined]];
  if (version === 2) texts.push([ballot.salt, 32]);
  try {
    for (const [text, length] of texts) b64uDecode(text, length);
  } catch {
    return false;
  }
  const answers = Object.entries(ballot.a);
  if (answers.length === 1 && answers[0][0] === "text" && typeof answers[0][1] === "string") return true;
  return answers.every(([, answer]) => Number.isSafeInteger(answer) || answer === "dk");
}

// Receipts

async function checkReceipts(files, { manifest, fingerprint, leaves }) {
  const known = new Set(leaves);
  let [total, counted] = [0, 0];
  for (const file of files) {
    const held = parseLoosely(file);
    const several = isObject(held) && Array.isArray(held.receipts);
    if (several) hold((held.fingerprint ?? fingerprint) === fingerprint, "receipts_manifest");
    for (const receipt of several ? held.receipts : [held]) {
      hold(isObject(receipt) && isHex(receipt.leaf, 32), "receipts_form");
      hold(receipt.round === manifest.round, "receipts_round");
      hold(await verifyReceipt(receipt, manifest), "receipts_signature");
      total += 1;
      counted += known.has(receipt.leaf) ? 1 : 0;
    }
  }
  hold(total > 0, "receipts_form");
  hold(counted === total, "receipts_missing", { counted, total });
  return { counted, total };
}

function findHash(typed, leaves) {
  const wanted = typed.toLowerCase().replace(/[\s:-]/g, "");
  hold(/^[0-9a-f]{16,64}$/.test(wanted), "hash_short");
  const at = leaves.findIndex((leaf) => leaf.startsWith(wanted));
  hold(at >= 0, "hash_missing");
  return { leaf: leaves[at], place: at + 1, ballots: leaves.length };
}

// Help

function hold(condition, fault, values) {
  if (!condition) throw new Fault(fault, values);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isHex = (text, length) => typeof text === "string" && text.length === 2 * length && /^[0-9a-f]*$/.test(text);

/** Whether value is an object with exactly these fields. */
const isPlain = (value, names) =>
  isObject(value) && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));

function parseLoosely(bytes) {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}

/** Do something with every item and its number from 1, many at once; of several faults the first item's is thrown. */
async function inChunks(items, step, work) {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const some = items.slice(start, start + AT_ONCE).map(async (item, i) => work(item, start + i + 1));
    const failed = (await Promise.allSettled(some)).find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
    step(Math.min(start + AT_ONCE, items.length), items.length);
    await new Promise((resolve) => setTimeout(resolve)); // so that the page stays alive
  }
}
