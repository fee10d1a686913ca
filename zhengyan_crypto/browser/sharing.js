// Shares of the box key: any k of n give it back, k - 1 tell nothing. The same as zhengyan_crypto/sharing.py, byte
// for byte; that file says why it is as it is.
//
//   splitKey(boxKey, {threshold, shares}) -> Promise<[share]>
//       boxKey as from scrutineer.newBoxKey; share = {tag, threshold, number, value}: 2, and 32 bytes
//   encodeShare(share) -> Promise<text>     16 groups of 4
//   decodeShare(text) -> Promise<share>     throws bad_share: {position}, {expected, count}, or {checksum: true}
//   combineShares(shares, publicKey) -> Promise<{boxKey, wrong: [number]}>
//       The key whose public half is publicKey; `wrong` are shares that were false, if more than k were given.
//       Throws shares_mixed, shares_missing {missing}, wrong_shares {suspects: [number]}.
//   isShareOf(share, publicKey) -> Promise<boolean>     whether it can be a share of this key

import { ClientError } from "./errors.js";
import { concat, crockfordDecode, crockfordEncode, equal, hexEncode, randomBytes, sha256, utf8 } from "./encoding.js";
import { x25519PublicKey } from "./curves.js";

const SECRET_LENGTH = 32;
export const MAX_SHARES = 16;
const VERSION = 1;
const TAG_LENGTH = 2;
const CHECKSUM_LENGTH = 3;
const TEXT_LENGTH = 1 + TAG_LENGTH + 2 + SECRET_LENGTH + CHECKSUM_LENGTH;

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = value;
  LOG[value] = power;
  const doubled = value << 1;
  value ^= doubled & 0x100 ? doubled ^ 0x11b : doubled;
}
const multiply = (left, right) => (left && right ? EXP[LOG[left] + LOG[right]] : 0);
const divide = (left, right) => (left ? EXP[LOG[left] + 255 - LOG[right]] : 0);

const checksum = async (body) => (await sha256(concat(utf8("anon-box-share/v1|"), body))).slice(0, CHECKSUM_LENGTH);
const keyTag = async (publicKey) => (await sha256(concat(utf8("anon-box-tag/v1|"), publicKey))).slice(0, TAG_LENGTH);
const identity = (share) => `${share.number} ${share.threshold} ${hexEncode(concat(share.tag, share.value))}`;
const byNumber = (left, right) => left - right;

export async function splitKey({ secret, publicKey }, { threshold, shares, random = randomBytes }) {
  if (!(threshold >= 2 && threshold <= shares && shares <= MAX_SHARES)) throw new ClientError("bad_key", "no such shares");
  const tag = await keyTag(publicKey);
  const coefficients = [secret, ...Array.from({ length: threshold - 1 }, () => random(SECRET_LENGTH))];
  return Array.from({ length: shares }, (_, i) => ({ tag, threshold, number: i + 1, value: valueAt(i + 1, coefficients) }));
}

export async function encodeShare({ tag, threshold, number, value }) {
  const body = concat(Uint8Array.of(VERSION), tag, Uint8Array.of(threshold, number), value);
  return crockfordEncode(concat(body, await checksum(body)));
}

export async function decodeShare(text) {
  const data = crockfordDecode(text, TEXT_LENGTH, "bad_share");
  const body = data.slice(0, -CHECKSUM_LENGTH);
  if (!equal(data.slice(-CHECKSUM_LENGTH), await checksum(body)))
    throw new ClientError("bad_share", "the checksum does not fit: a character is wrong", { checksum: true });
  const [threshold, number] = body.slice(1 + TAG_LENGTH);
  const known = body[0] === VERSION && threshold >= 2 && threshold <= MAX_SHARES && number >= 1 && number <= MAX_SHARES;
  if (!known) throw new ClientError("bad_share", "not a share of this version");
  return { tag: body.slice(1, 1 + TAG_LENGTH), threshold, number, value: body.slice(3 + TAG_LENGTH) };
}

export const isShareOf = async (share, publicKey) => equal(share.tag, await keyTag(publicKey));

export async function combineShares(given, publicKey) {
  const shares = [...new Map(given.map((share) => [identity(share), share])).values()];
  const tag = await keyTag(publicKey);
  if (shares.some((share) => !equal(share.tag, tag)) || new Set(shares.map((share) => share.threshold)).size > 1)
    throw new ClientError("shares_mixed", "a share belongs to another key");
  const threshold = shares[0]?.threshold ?? 2;
  const numbers = [...new Set(shares.map((share) => share.number))].sort(byNumber);
  if (numbers.length < threshold) throw new ClientError("shares_missing", "more are needed", { missing: threshold - numbers.length });
  for (const chosen of choices(shares, threshold)) {
    if (new Set(chosen.map((share) => share.number)).size < threshold) continue;
    const secret = valueThrough(chosen, 0);
    if (!equal(await x25519PublicKey(secret), publicKey)) continue;
    const wrong = shares.filter((share) => !equal(valueThrough(chosen, share.number), share.value));
    return { boxKey: { secret, publicKey }, wrong: [...new Set(wrong.map((share) => share.number))].sort(byNumber) };
  }
  throw new ClientError("wrong_shares", "these shares do not make the key of this box", { suspects: numbers });
}

/** Yield every choice of so many, in the order of their places. */
function* choices(items, size, start = 0) {
  if (!size) {
    yield [];
    return;
  }
  for (let i = start; i <= items.length - size; i++) for (const rest of choices(items, size - 1, i + 1)) yield [items[i], ...rest];
}

/** Return the values at a place of the polynomials through these shares (Lagrange). */
function valueThrough(shares, at) {
  const total = new Uint8Array(SECRET_LENGTH);
  for (const { number, value } of shares) {
    let weight = 1;
    for (const other of shares) if (other.number !== number) weight = multiply(weight, divide(at ^ other.number, number ^ other.number));
    for (let i = 0; i < SECRET_LENGTH; i++) total[i] ^= multiply(weight, value[i]);
  }
  return total;
}

/** Return the values at a place of the polynomials with these coefficients (Horner). */
function valueAt(number, coefficients) {
  return coefficients.reduceRight(
    (value, coefficient) => value.map((byte, i) => multiply(byte, number) ^ coefficient[i]),
    new Uint8Array(SECRET_LENGTH),
  );
}
