// Revisions: which version of a ballot stands. Numbers of 63 bits, so BigInt throughout; what they tell, and to whom,
// stands in peer_review/protocol/revisions.py, which does the same.
//
//   revisionAt(offset, {drawnAt, version}) -> BigInt    throws RangeError for a time or a version out of bounds
//       drawnAt: the server's time that came with the draw, in milliseconds; version: from 1 to MAX_VERSION
//   isTimeOfDraw(value) -> boolean          whether this is a time from which revisions can be made
//   newNonce() -> Uint8Array(16)            the random bytes of one version, derived from no code
//   saltOf(nonce, revision) -> Promise<Uint8Array(32)>      commits a ballot to its revision
//   writeRevision(revision) -> text         16 hexadecimal digits, so that every row is of one length

import { concat, intToBytes, randomBytes, sha256, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";

export const OFFSET_BITS = 62;
export const NONCE_LENGTH = 16;
export const MAX_VERSION = 1023;
const MAX_DRAWN_AT = 2 ** 43 - 1;

export const isTimeOfDraw = (value) => Number.isInteger(value) && value >= 0 && value <= MAX_DRAWN_AT;

export function revisionAt(offset, { drawnAt, version }) {
  const isVersion = Number.isInteger(version) && version >= 1 && version <= MAX_VERSION;
  if (!isTimeOfDraw(drawnAt) || !isVersion || offset < 0n || offset >> BigInt(OFFSET_BITS)) throw new RangeError("a revision out of bounds");
  return offset + (BigInt(drawnAt) << 10n) + BigInt(version);
}

export const newNonce = () => randomBytes(NONCE_LENGTH);

export const saltOf = (nonce, revision) => sha256(concat(utf8("anon-rev/v2|"), nonce, intToBytes(revision, 8)));

export const writeRevision = (revision) => revision.toString(16).padStart(16, "0");
