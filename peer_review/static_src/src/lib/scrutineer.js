// The scrutineer's half: the key of the box is made and used here, and never sent anywhere.
//
//   newBoxKey() -> Promise<{secret, publicKey}>         32 bytes each
//   encodeBoxKey(secret) -> Promise<text>               to print and to keep: "ABCD-…", 14 groups of 4
//   decodeBoxKey(text) -> Promise<{secret, publicKey}>  throws bad_box_key: {position}, {expected, count}, or {checksum: true}
//   contentKey(boxKey, epk, round) -> Promise<Uint8Array(32)>   opens the one row with this ephemeral public key
//   contentKeys(boxKey, rows, round, onProgress?) -> Promise<{id: b64u}>
//       rows = [{id, epk}] as the server lists them; the answer is what POST …/count/keys/ takes as `keys`
//   openBox({rowsUrl, keysUrl, csrfToken, boxKey, round, limit = 500, onProgress?, signal?}) -> Promise<{opened, total}>
//       Fetches what is still sealed, chunk by chunk, and sends content keys until nothing is left; after an
//       interruption call it again. onProgress({opened, total}). Throws wrong_key: then nothing was written.
//   proveBoxKey({publicUrl, testUrl, csrfToken, boxKey, round}) -> Promise<void>
//       Gives the server the public half and shows that the key opens a test row. Throws wrong_key.
//
// The text of a key is Crockford's base 32 of the secret and the first 3 bytes of its SHA-256: a slip of the pen shows.

import { ClientError } from "./errors.js";
import { x25519PublicKey, x25519Shared } from "./curves.js";
import { b64uDecode, b64uEncode, concat, crockfordDecode, crockfordEncode, equal, hkdf, randomBytes, sha256, utf8 } from "./encoding.js";
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

export async function openBox({ rowsUrl, keysUrl, csrfToken, boxKey, round, limit = 500, onProgress = () => {}, signal }) {
  for (;;) {
    const { rows, total, opened } = await request(`${rowsUrl}?limit=${limit}`, { signal });
    onProgress({ opened, total });
    if (!rows.length) return { opened, total };
    const keys = await contentKeys(boxKey, rows, round);
    const answer = await request(keysUrl, { body: { keys }, csrfToken, signal });
    if (answer.opened <= opened) throw new ClientError("server_error", "the server opened nothing");
  }
}

export async function proveBoxKey({ publicUrl, testUrl, csrfToken, boxKey, round }) {
  const { epk } = await request(publicUrl, { body: { public: b64uEncode(boxKey.publicKey) }, csrfToken });
  const key = await contentKey(boxKey, b64uDecode(epk, 32), round);
  const { ok } = await request(testUrl, { body: { key: b64uEncode(key) }, csrfToken });
  if (!ok) throw new ClientError("wrong_key", "the key does not open the test row");
}
