// Verifying a whole count, check by check: what verify_bulletin.py does, in the browser.
//
//   audit(files, {expected?, report, progress?}) -> Promise<{sound, head, fingerprint, manifest, rows, groups, leaves}>
//       files = {manifest: bytes, bulletin: bytes, ballots?: bytes, dummies?: bytes, merged?: bytes, receipts?: [bytes],
//                hash?: text,
//                packed?: {manifest?: bytes, bulletin?: bytes}}      what an auditor's package calls by these names
//       report({check, ok, fault?, ...values}) after each check; `fault` and `values` tell what does not hold.
//       progress({check, done, total}) within those that take long.
//
// A check that does not hold ends nothing but what builds on it: without manifest or bulletin there is nothing more to
// check. The checks, in order: manifest, fingerprint, bulletin, signature, belonging, order, root, figures; then, where
// there is something to check: packed, ballots, tokens, signatures, unique, dropped, added, counts, merged, receipts, hash.
//
// Of version 2, `leaves` maps each leaf to its cell's row; a leaf is a ballot's or a dummy's. Of counted cells the dummies
// are opened, so that no ballot can be passed off as one; of merged groups the tokens show that each ballot is genuine,
// and the hash in the bulletin that the answers are those that were signed for. That these answers are what the ballots
// said, nobody can check. How many drew and how many ballots count, the head of version 2 tells of the whole round only.

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { canonical, parseCanonical } from "../../../../zhengyan_crypto/browser/canonical.js";
import { blockHash, columnsHash, dummyLeaf, groupsHash, leavesOf } from "../lib/bulletin.js";
import { ballotMessage, tokenMessage } from "../lib/credentials.js";
import { ed25519Verify } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode, concat, equal, fromUtf8, hexDecode, hexEncode, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { leafHash, treeRoot } from "../../../../zhengyan_crypto/browser/merkle.js";
import { keyOf, readManifest, verifyReceipt } from "../lib/protocol.js";
import { verify } from "../../../../zhengyan_crypto/browser/rsabssa.js";

const AT_ONCE = 256;
// What a cell's row says beside its name, how many were asked, and its fate.
const FATES = { counted: [], merged: ["group"], few: [], void: [] };
// The numbers of the whole round, which the head of version 2 tells.
const TOTALS = ["people", "drawn", "counted"];

class Fault extends Error {
  constructor(fault, values = {}) {
    super(fault);
    Object.assign(this, { fault, values });
  }
}

export async function audit(files, { expected = "", report, progress = () => {} }) {
  const found = { sound: true, manifest: null, fingerprint: "", head: null, rows: [], groups: [], blocks: [], leaves: new Map() };

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
  await check("order", () => checkOrder(found));
  await check("root", (step) => checkRoot(found, step));
  await check("figures", () => checkFigures(found));
  if (files.packed) await check("packed", () => checkPacked(files));
  const tokens = new Map();
  if (files.ballots) await auditBallots(files, found, check, tokens);
  if (files.merged) await check("merged", (step) => checkMerged(files.merged, found, tokens, step));
  if (files.receipts?.length) await check("receipts", () => checkReceipts(files.receipts, found));
  if (files.hash) await check("hash", () => findHash(files.hash, found));
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
  hold(isObject(bulletin) && [1, 2].includes(bulletin.v), "bulletin_form");
  const { head, sig } = bulletin;
  const read = bulletin.v === 1 ? openVersion1(bulletin) : openVersion2(bulletin);
  hold(head.v === bulletin.v && isHex(head.root, 32), "bulletin_form");
  const leaves = new Map();
  for (const { row, leaves: some } of read.blocks) for (const leaf of some) leaves.set(leaf, row);
  Object.assign(found, read, { head, leaves, sig: b64uDecode(sig, 64) });
  return { ballots: leaves.size };
}

function openVersion1(bulletin) {
  hold(isPlain(bulletin, ["v", "head", "sig", "leaves"]), "bulletin_form");
  const { head, leaves } = bulletin;
  hold(isPlain(head, ["v", "round", "manifest", "size", "root", "cells"]) && Array.isArray(head.cells), "bulletin_form");
  for (const row of head.cells) hold(isRow(row, ["drawn", "counted"]), "bulletin_form");
  hold(Array.isArray(leaves) && leaves.every((leaf) => isHex(leaf, 32)), "bulletin_form");
  const rows = head.cells.map((row) => ({ ...row, fate: "counted" }));
  return { rows, groups: [], blocks: [{ row: { fate: "counted" }, leaves }] };
}

function openVersion2(bulletin) {
  hold(isPlain(bulletin, ["v", "head", "sig", "cells", "groups", "blocks"]), "bulletin_form");
  const { head, cells, groups, blocks } = bulletin;
  hold(isPlain(head, ["v", "round", "manifest", "floor", "size", "root", "groups", ...TOTALS]), "bulletin_form");
  hold(["floor", "size", ...TOTALS].every((name) => isCount(head[name])), "bulletin_form");
  hold([cells, groups, blocks].every(Array.isArray) && cells.length === blocks.length, "bulletin_form");
  for (const row of cells) hold(isObject(row) && Object.hasOwn(FATES, row.fate) && isRow(row, ["fate", ...FATES[row.fate]]), "bulletin_form");
  for (const group of groups)
    hold(isPlain(group, ["group", "columns"]) && isCount(group.group) && isHex(group.columns, 32), "bulletin_form");
  hold(blocks.every((block) => typeof block === "string" && /^(?:[0-9a-f]{64})*$/.test(block)), "bulletin_form");
  return { rows: cells, groups, blocks: cells.map((row, i) => ({ row, leaves: leavesOf(blocks[i]) })) };
}

/** Whether a cell's row has exactly these fields, and numbers where there are to be numbers. */
const isRow = (row, names) =>
  isPlain(row, ["cell", "eligible", ...names]) && isHex(row.cell, 8)
  && ["eligible", ...names].every((name) => name === "fate" || isCount(row[name]));

async function checkSignature({ manifest, head, sig }) {
  const message = concat(utf8("anon-bulletin/v1\n"), canonical(head));
  hold(await ed25519Verify(manifest.receiptKey, message, sig), "signature_false");
}

function checkBelonging({ manifest, fingerprint, head, rows }) {
  hold(head.round === manifest.round, "belonging_round");
  hold(head.manifest === fingerprint, "belonging_manifest");
  const cells = [...manifest.cells.keys()].sort();
  hold(rows.length === cells.length && rows.every(({ cell }, i) => cell === cells[i]), "belonging_cells");
}

function checkOrder({ head, blocks }) {
  for (const { row, leaves } of blocks) {
    if (head.v === 2) hold(leaves.length === row.eligible, "order_size", { cell: row.cell, eligible: row.eligible, found: leaves.length });
    for (let i = 1; i < leaves.length; i++) {
      hold(leaves[i - 1] !== leaves[i], "order_twice");
      hold(leaves[i - 1] < leaves[i], "order_wrong");
    }
  }
}

async function checkRoot({ head, blocks, groups }, step) {
  const hashes = [];
  if (head.v === 1) hashes.push(...blocks[0].leaves.map((leaf) => hexDecode(leaf)));
  else await inChunks(blocks, step, async ({ row, leaves }, number) => {
    hashes[number - 1] = await blockHash(row, hexDecode(leaves.join("")));
  });
  hold(head.size === hashes.length, "root_size", { said: head.size, found: hashes.length });
  if (head.v === 2) hold((await groupsHash(groups)) === head.groups, "root_groups");
  const root = await treeRoot(hashes, { onProgress: step });
  hold(hexEncode(root) === head.root, "root_other");
  return { root: head.root };
}

/** Version 1 tells numbers of each cell, version 2 of the whole round. Return {eligible, counted, drawn, few, people}. */
function checkFigures({ head, rows, groups, leaves }) {
  const sums = { eligible: 0, few: 0 };
  const kept = new Map(); // how many may vote, by group; under undefined those of counted cells
  for (const row of rows) {
    sums.eligible += row.eligible;
    if (row.fate === "few") sums.few += 1;
    if (row.fate === "counted" || row.fate === "merged") kept.set(row.group, (kept.get(row.group) ?? 0) + row.eligible);
  }
  if (head.v === 1) return { ...sums, ...sumsOfVersion1(rows, leaves) };
  for (const [i, { group }] of groups.entries()) {
    hold(group === i + 1 && kept.has(group), "figures_groups");
    hold(kept.get(group) >= head.floor, "figures_group", { group });
  }
  hold(kept.size - kept.has(undefined) === groups.length, "figures_groups");
  const { people, drawn, counted } = head;
  const most = [...kept.values()].reduce((sum, eligible) => sum + eligible, 0);
  hold(drawn <= people && (kept.size > 0 || people === 0), "figures_people", { people, drawn });
  hold(head.floor * groups.length <= counted && counted <= most, "figures_counted", { counted, most });
  return { ...sums, people, drawn, counted };
}

function sumsOfVersion1(rows, leaves) {
  const sums = { drawn: 0, counted: 0 };
  for (const row of rows) {
    hold(row.counted <= row.drawn && row.drawn <= row.eligible, "figures_cell", row);
    sums.drawn += row.drawn;
    sums.counted += row.counted;
  }
  hold(sums.counted === leaves.size, "figures_sum", { sum: sums.counted, found: leaves.size });
  return sums;
}

// Ballots

function checkPacked({ packed, ...files }) {
  for (const [name, bytes] of Object.entries(packed)) hold(equal(bytes, files[name]), "packed_other", { name: `${name}.json` });
}

async function auditBallots({ ballots: bytes, dummies, merged }, found, check, seen) {
  const { manifest, head, rows, groups } = found;
  const counted = new Set([...found.leaves].filter(([, row]) => row.fate === "counted").map(([leaf]) => leaf));
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
    for (const [i, { ballot }] of entries.entries()) {
      hold(!seen.has(ballot.pk), "unique_twice", { first: seen.get(ballot.pk), second: i + 1 });
      seen.set(ballot.pk, i + 1);
    }
  });
  await check("dropped", async (step) => {
    await inChunks(entries, step, async (entry, number) => {
      hashes[number - 1] = hexEncode(await leafHash(canonical(entry)));
    });
    // Without the dummies' openings only the numbers of each cell can be compared, which a later check does.
    if (head.v === 2 && !dummies) return;
    const known = new Set(hashes);
    if (dummies) for (const leaf of await openDummies(dummies, found)) known.add(leaf);
    const count = [...counted].filter((leaf) => !known.has(leaf)).length;
    hold(count === 0, "dropped_some", { count });
  });
  await check("added", () => {
    const at = entries.findIndex(({ ballot }, i) => !counted.has(hashes[i]) || (found.leaves.get(hashes[i]).cell ?? ballot.cell) !== ballot.cell);
    hold(at < 0, "added_some", { number: at + 1 });
  });
  await check("counts", () => {
    if (head.v === 2) {
      // Comment papers are in no number. Of merged groups only their own file tells how many ballots they have.
      const marks = entries.filter(({ ballot }) => typeof ballot.a.text !== "string").length;
      const others = merged ? countMerged(merged) : null;
      const least = head.counted - (others ?? head.floor * groups.length);
      hold(marks === least || (others === null && groups.length > 0 && marks < least), "counts_other", { counted: head.counted, found: marks + (others ?? 0) });
      return;
    }
    const counts = new Map();
    for (const { ballot } of entries) counts.set(ballot.cell, (counts.get(ballot.cell) ?? 0) + 1);
    for (const { cell, counted: said } of rows)
      hold((counts.get(cell) ?? 0) === said, "counts_cell", { cell, counted: said, found: counts.get(cell) ?? 0 });
  });
}

/** Return how many ballots all merged groups have; 0 of a file that another check refuses. */
function countMerged(bytes) {
  const { groups } = parseLoosely(bytes) ?? {};
  return Array.isArray(groups) ? groups.reduce((sum, group) => sum + (group?.ballots?.length ?? 0), 0) : 0;
}

/** Return the leaves of the dummies of all counted cells. What is neither theirs nor a ballot's has been dropped. */
async function openDummies(bytes, { head, rows, leaves }) {
  const value = parseLoosely(bytes);
  hold(isPlain(value, ["v", "round", "cells"]) && value.round === head.round && isObject(value.cells), "dropped_form");
  const found = [];
  for (const { cell } of rows.filter(({ fate }) => fate === "counted")) {
    const openings = value.cells[cell];
    hold(Array.isArray(openings), "dropped_dummies", { cell });
    for (const opening of openings) {
      const leaf = await dummyLeaf(b64uDecode(opening, 32));
      hold(leaves.get(leaf)?.cell === cell, "dropped_dummies", { cell });
      found.push(leaf);
    }
  }
  hold(new Set(found).size === found.length, "dropped_form");
  return found;
}

/** Check that each merged group's ballots are genuine, and its answers those whose hash was signed. */
async function checkMerged(bytes, { manifest, head, rows, groups, leaves }, seen, step) {
  const value = parseLoosely(bytes);
  hold(isPlain(value, ["v", "round", "groups"]) && value.round === manifest.round && Array.isArray(value.groups), "merged_form");
  hold(value.groups.length === groups.length, "merged_other");
  for (const [i, { group, columns }] of groups.entries()) {
    const own = value.groups[i];
    hold(isPlain(own, ["group", "salt", "columns", "ballots"]) && own.group === group, "merged_form");
    hold((await columnsHash(own.columns, b64uDecode(own.salt, 32))) === columns, "merged_columns", { group });
    const cells = rows.filter((row) => row.fate === "merged" && row.group === group).map(({ cell }) => cell);
    hold(isColumns(own.columns, { cells, floor: head.floor }), "merged_columns", { group });
    const { counted } = own.columns;
    hold(own.ballots.length === counted, "merged_ballots", { group });
    await inChunks(own.ballots, step, async ({ leaf, cell, pk, pre, tok }) => {
      hold(cells.includes(cell) && leaves.get(leaf)?.cell === cell && !seen.has(pk), "merged_ballots", { group });
      seen.set(pk, 0);
      const message = tokenMessage(manifest.round, cell, b64uDecode(pk, 32), b64uDecode(pre, 32));
      hold(await verify(await keyOf(manifest, cell), message, b64uDecode(tok)), "merged_ballots", { group });
    });
    hold(new Set(own.ballots.map(({ leaf }) => leaf)).size === counted, "merged_ballots", { group });
  }
  return { groups: groups.length };
}

/** Whether there are ballots enough, and answers sorted, at least the floor to each question and one a ballot. */
function isColumns(value, { cells, floor }) {
  if (!isPlain(value, ["cells", "counted", "columns"]) || !isObject(value.columns)) return false;
  const { counted } = value;
  if (!isCount(counted) || counted < floor) return false;
  if (!Array.isArray(value.cells) || value.cells.join() !== cells.join()) return false;
  return Object.values(value.columns).every(({ answers, unknown }) =>
    Array.isArray(answers) && answers.every(Number.isSafeInteger) && answers.every((answer, i) => i === 0 || answers[i - 1] <= answer)
    && answers.length >= floor && isCount(unknown) && answers.length + unknown === counted);
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
      counted += leaves.has(receipt.leaf) ? 1 : 0;
    }
  }
  hold(total > 0, "receipts_form");
  hold(counted === total, "receipts_missing", { counted, total });
  return { counted, total };
}

function findHash(typed, { leaves }) {
  const wanted = typed.toLowerCase().replace(/[\s:-]/g, "");
  hold(/^[0-9a-f]{16,64}$/.test(wanted), "hash_short");
  const [leaf, row] = [...leaves].find(([known]) => known.startsWith(wanted)) ?? [];
  hold(leaf, "hash_missing");
  return { leaf, fate: row.fate };
}

// Help

function hold(condition, fault, values) {
  if (!condition) throw new Fault(fault, values);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
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
