// The scrutineer's half: the key of the box is made and used here, and never sent anywhere.
//
//   newBoxKey() -> Promise<{secret, publicKey}>         32 bytes each
//   encodeBoxKey(secret) -> Promise<text>               to print and to keep: "ABCD-…", 14 groups of 4
//   decodeBoxKey(text) -> Promise<{secret, publicKey}>  throws bad_box_key: {position}, {expected, count}, or {checksum: true}
//   contentKey(boxKey, epk, round) -> Promise<Uint8Array(32)>   opens the one row with this ephemeral public key
//   contentKeys(boxKey, rows, round, onProgress?) -> Promise<{id: b64u}>
//       rows = [{id, epk}] as the server lists them; the answer is what POST …/count/keys/ takes as `keys`
//   openBox({rowsUrl, keysUrl, csrfToken, boxKey | keysOf, round, limit = 500, onProgress?, signal?}) -> Promise<{opened, total}>
//       Fetches what is still sealed, chunk by chunk, and sends content keys until nothing is left; after an
//       interruption call it again. onProgress({opened, total}). Throws wrong_key: then nothing was written.
//       keysOf(rows) -> {id: b64u} takes the place of the key where the keys were derived elsewhere.
//   readKeysFile(text, {round, box}) -> Map<id, b64u>      what open_box.py wrote
//       Throws bad_keys_file {line}, or {other: true} if it is another round's or another key's.
//   fromKeysFile(map) -> keysOf         throws keys_file_incomplete
//   giveBoxKey({publicUrl, csrfToken, publicKey, threshold?, holders?}) -> Promise<Uint8Array(32)>
//       Gives the server the public half, k and the holders' ids, in the order of their shares; answers what the key
//       is to be combined with to open the test row.
//   testBoxKey({testUrl, csrfToken, boxKey, epk, round}) -> Promise<void>      throws wrong_key
//
// The text of a key is Crockford's base 32 of the secret and the first 3 bytes of its SHA-256: a slip of the pen shows.

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { x25519PublicKey, x25519Shared } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode, b64uEncode, concat, crockfordDecode, crockfordEncode, equal, hkdf, randomBytes, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { request } from "./protocol.js";

const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 3;
const checksum = async (secret) => (await sha256(concat(utf8("anon-box-key/v1|"), secret))).slice(0, CHECKSUM_LENGTH);
const boxKey = async (secret) => ({ secret, publicKey: await x25519PublicKey(secret) });

export const newBoxKey = () => boxKey(randomBytes(SECRET_LENGTH));

export async function encodeBoxKey(secret) {
  return crockfordEncode(concat(secret, await checksum(secret)));
}

export async function decodeBoxKey(text) {
  const bytes = crockfordDecode(text, SECRET_LENGTH + CHECKSUM_LENGTH, "bad_box_key");
  const secret = bytes.slice(0, SECRET_LENGTH);
  if (!equal(bytes.slice(SECRET_LENGTH), await checksum(secret)))
    throw new ClientError("bad_box_key", "the checksum does not fit: a character is wrong", { checksum: true });
  return boxKey(secret);
}

export async function contentKey({ secret, publicKey }, epk, round) {
  const shared = await x25519Shared(secret, epk);
  return hkdf(shared, { salt: concat(epk, publicKey), info: utf8(`anon-seal/v1|${round}`), length: 32 });
}

export async function contentKeys(key, rows, round, onProgress = () => {}) {
  const keys = {};
  for (const [done, { id, epk }] of rows.entries()) {
    keys[id] = b64uEncode(await contentKey(key, b64uDecode(epk, 32), round));
    onProgress({ done: done + 1, total: rows.length });
  }
  return keys;
}

export async function openBox({ rowsUrl, keysUrl, csrfToken, boxKey, keysOf, round, limit = 500, onProgress = () => {}, signal }) {
  keysOf ??= (rows) => contentKeys(boxKey, rows, round);
  for (;;) {
    const { rows, total, opened } = await request(`${rowsUrl}?limit=${limit}`, { signal });
    onProgress({ opened, total });
    if (!rows.length) return { opened, total };
    const keys = await keysOf(rows);
    const answer = await request(keysUrl, { body: { keys }, csrfToken, signal });
    if (answer.opened <= opened) throw new ClientError("server_error", "the server opened nothing");
  }
}

export function readKeysFile(text, { round, box }) {
  const found = new Map();
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (!line && at > 0) continue;
    let value;
    try {
      value = JSON.parse(line);
    } catch {
      // A line cut off at the end is where the command was stopped; anywhere else the file is damaged.
      if (at > 0 && at === lines.length - 1) break;
      throw new ClientError("bad_keys_file", `line ${at + 1} cannot be read`, { line: at + 1 });
    }
    if (at === 0) {
      // The file of rows begins alike; handing that in is an easy slip.
      if (value?.v !== 1 || "rows" in value) throw new ClientError("bad_keys_file", "not a file of keys", { line: 1 });
      if (value.round !== round || value.box !== box) throw new ClientError("bad_keys_file", "of another box", { other: true });
    } else if (typeof value?.keys !== "object") throw new ClientError("bad_keys_file", "no keys", { line: at + 1 });
    else for (const [id, key] of Object.entries(value.keys)) found.set(id, key);
  }
  return found;
}

export const fromKeysFile = (found) => (rows) => {
  if (rows.some(({ id }) => !found.has(id))) throw new ClientError("keys_file_incomplete");
  return Object.fromEntries(rows.map(({ id }) => [id, found.get(id)]));
};

export async function giveBoxKey({ publicUrl, csrfToken, publicKey, threshold, holders }) {
  const body = { public: b64uEncode(publicKey), ...(holders ? { threshold, holders } : {}) };
  const { epk } = await request(publicUrl, { body, csrfToken });
  return b64uDecode(epk, 32);
}

export async function testBoxKey({ testUrl, csrfToken, boxKey, epk, round }) {
  const key = await contentKey(boxKey, epk, round);
  await request(testUrl, { body: { key: b64uEncode(key) }, csrfToken });
}
