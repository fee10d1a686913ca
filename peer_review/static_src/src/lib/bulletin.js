// The bulletin of a count, verified: whole, or of single papers. The same in Python: peer_review/protocol/bulletin.py.
//
// Of a manifest these read round, fingerprint and receiptKey; protocol.keptManifest gives no more. Manifest and head may
// be promises: what is verified by them is asked for meanwhile.
//
//   verifyBulletin(value, manifest) -> Promise<{head, cells: [row], groups: [row], leaves: Map<hex, {row, place}>}>
//       row = {cell, eligible, fate: "counted" | "merged" | "few" | "void", …}; in version 1 every cell is counted.
//       `place` is the leaf's number within its cell, in version 1 among all. Throws bad_bulletin.
//   fetchBulletin(url, {manifest}) -> what verifyBulletin gives
//   fetchHead(url, {manifest}) -> Promise<head>      verified; of version 2 it covers everything by its root
//   fetchCells(url, cells, {head}) -> Promise<Map<hex, {row, place}>>
//       The leaves of these cells, fetched by the names of the cells and never by a leaf, each block with its path to
//       the head's root. Throws bad_bulletin where a path leads elsewhere, or a cell is left out.
//   blockHash(row, leaves) -> Promise<bytes>         leaves: bytes end to end
//   groupsHash(groups), columnsHash(columns, salt) -> Promise<hex>
//   dummyLeaf(opening) -> Promise<hex>

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { canonical } from "../../../../zhengyan_crypto/browser/canonical.js";
import { ed25519Verify } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode, concat, hexDecode, hexEncode, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { leafHash, treeRoot, verifyInclusion } from "../../../../zhengyan_crypto/browser/merkle.js";
import { request } from "./protocol.js";

// Cells asked for in one request; the server answers a hundred.
const AT_ONCE = 50;
const HASH = 64;

export const blockHash = (row, leaves) => leafHash(concat(utf8("anon-block/v2|"), canonical(row), utf8("|"), leaves));
export const groupsHash = async (groups) => hexEncode(await sha256(concat(utf8("anon-groups/v2|"), canonical(groups))));
export const columnsHash = async (columns, salt) =>
  hexEncode(await sha256(concat(utf8("anon-columns/v2|"), salt, utf8("|"), canonical(columns))));
export const dummyLeaf = async (opening) => hexEncode(await leafHash(concat(utf8("anon-dummy/v2|"), opening)));

/** Split the hexadecimal text of a block into its leaves. */
export const leavesOf = (block) => block.match(/.{64}/g) ?? [];

export async function fetchBulletin(url, { manifest }) {
  const [value, known] = await Promise.all([request(url, { anonymous: true }), manifest]);
  return verifyBulletin(value, known);
}

export async function fetchHead(url, { manifest }) {
  const [value, known] = await Promise.all([request(url, { anonymous: true }), manifest]);
  return sound(async () => {
    await checkHead(value.head, value.sig, known);
    return value.head;
  });
}

export async function fetchCells(url, cells, { head }) {
  const parts = [];
  for (let start = 0; start < cells.length; start += AT_ONCE) parts.push(cells.slice(start, start + AT_ONCE));
  const asked = parts.map((some) => {
    const query = new URLSearchParams(some.map((cell) => ["cell", cell]));
    return request(`${url}?${query}`, { anonymous: true });
  });
  const [known, ...answers] = await Promise.all([head, ...asked]);
  const leaves = new Map();
  await sound(async () => {
    for (const [i, answer] of answers.entries()) {
      await Promise.all(answer.cells.map((cell) => checkPath(cell, known)));
      const found = new Set(answer.cells.map(({ row }) => row.cell));
      if (parts[i].some((cell) => !found.has(cell))) refuse("a cell was left out");
      for (const { row, block } of answer.cells) note(leaves, row, block);
    }
  });
  return leaves;
}

async function checkPath({ row, block, index, proof }, head) {
  checkBlock(row, block);
  const leaf = await blockHash(row, hexDecode(block, block.length / 2));
  const path = { leaf, index, size: head.size, root: hexDecode(head.root, 32), proof: proof.map((step) => hexDecode(step, 32)) };
  if (!(await verifyInclusion(path))) refuse("a block's path does not lead to the signed root");
}

export async function verifyBulletin(bulletin, manifest) {
  return sound(async () => {
    await checkHead(bulletin.head, bulletin.sig, manifest);
    return bulletin.head.v === 1 ? readVersion1(bulletin) : readVersion2(bulletin);
  });
}

async function readVersion2({ head, cells, groups, blocks }) {
  if (head.size !== cells.length || cells.length !== blocks.length) refuse("the head counts another number of cells");
  if (cells.some(({ cell }, i) => i > 0 && cells[i - 1].cell >= cell)) refuse("cells out of order");
  if ((await groupsHash(groups)) !== head.groups) refuse("the head does not cover these groups");
  const leaves = new Map();
  const hashes = [];
  for (const [i, row] of cells.entries()) {
    checkBlock(row, blocks[i]);
    hashes.push(await blockHash(row, hexDecode(blocks[i], blocks[i].length / 2)));
    note(leaves, row, blocks[i]);
  }
  if (hexEncode(await treeRoot(hashes)) !== head.root) refuse("the root does not cover these blocks");
  return { head, cells, groups, leaves };
}

/** Rounds that were counted before there were blocks: one list of leaves, every cell counted. */
async function readVersion1({ head, leaves }) {
  const counted = head.cells.reduce((sum, cell) => sum + cell.counted, 0);
  if (head.cells.some(({ eligible, drawn, counted: n }) => !(0 <= n && n <= drawn && drawn <= eligible)))
    refuse("more ballots than credentials");
  if (leaves.some((leaf, i) => i > 0 && leaves[i - 1] >= leaf)) refuse("leaves out of order");
  if (head.size !== leaves.length || head.size !== counted) refuse("the head counts another number");
  if (hexEncode(await treeRoot(leaves.map((leaf) => hexDecode(leaf, 32)))) !== head.root) refuse("the root does not cover these leaves");
  const row = { fate: "counted" };
  return {
    head,
    cells: head.cells.map((cell) => ({ ...cell, fate: "counted" })),
    groups: [],
    leaves: new Map(leaves.map((leaf, place) => [leaf, { row, place }])),
  };
}

async function checkHead(head, sig, manifest) {
  const signed = concat(utf8("anon-bulletin/v1\n"), canonical(head));
  if (!(await ed25519Verify(manifest.receiptKey, signed, b64uDecode(sig, 64)))) refuse("the head's signature does not verify");
  if (![1, 2].includes(head.v)) refuse("an unknown version");
  if (head.round !== manifest.round || head.manifest !== manifest.fingerprint) refuse("of another round or manifest");
}

function checkBlock(row, block) {
  if (!["counted", "merged", "few", "void"].includes(row.fate)) refuse("an unknown fate");
  if (block.length !== HASH * row.eligible) refuse("a block has not a leaf for each who was eligible");
  const leaves = leavesOf(block);
  if (leaves.some((leaf, i) => i > 0 && leaves[i - 1] >= leaf)) refuse("leaves out of order");
}

function note(leaves, row, block) {
  for (const [place, leaf] of leavesOf(block).entries()) leaves.set(leaf, { row, place });
}

function refuse(message, cause) {
  throw new ClientError("bad_bulletin", message, { cause });
}

/** Return what `work` gives; whatever a malformed bulletin makes it throw is bad_bulletin. */
async function sound(work) {
  try {
    return await work();
  } catch (error) {
    if (["bad_bulletin", "fallback_failed", "insecure_context"].includes(error.code)) throw error;
    return refuse("malformed bulletin", error);
  }
}
