// Bytes and their texts. Strict: one text per byte string.
//
//   utf8(text) -> Uint8Array             fromUtf8(bytes) -> text (throws on malformed)
//   concat(...arrays) -> Uint8Array      equal(a, b) -> boolean
//   hexEncode(bytes), hexDecode(text, length?)
//   b64uEncode(bytes), b64uDecode(text, length?)
//   crockfordEncode(bytes) -> "AB12-…"   crockfordDecode(text, length, errorCode) -> bytes
//   bytesToInt(bytes) -> BigInt          intToBytes(bigint, length)
//   sha256(bytes), sha384(bytes) -> Promise<Uint8Array>
//   hkdf(ikm, {salt, info, length}) -> Promise<Uint8Array>
//   randomBytes(length)

import { ClientError, subtle } from "./errors.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);

export function fromUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ClientError("bad_encoding", "not UTF-8", { cause });
  }
}

export function concat(...arrays) {
  const joined = new Uint8Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}

export function equal(left, right) {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i] ^ right[i];
  return difference === 0;
}

export const hexEncode = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Return the value of a hexadecimal digit from its code; those of 0 and a are 48 and 97. */
const digit = (code) => (code < 58 ? code - 48 : code - 87);

export function hexDecode(text, length) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length))
    throw new ClientError("bad_encoding", "not the expected hexadecimal");
  // Digit by digit: a block of the bulletin has hundreds of thousands of them, and telephones read it.
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * digit(text.charCodeAt(2 * i)) + digit(text.charCodeAt(2 * i + 1));
  return bytes;
}

export function b64uEncode(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function b64uDecode(text, length) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1)
    throw new ClientError("bad_encoding", "not base64url without padding");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (b64uEncode(bytes) !== text) throw new ClientError("bad_encoding", "stray bits at the end of base64url");
  if (length !== undefined && bytes.length !== length) throw new ClientError("bad_encoding", `expected ${length} bytes`);
  return bytes;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MISREAD = { O: "0", I: "1", L: "1" };
const IGNORED = /[ \t\r\n\-\u2010\u2011\u2013\u2014\uFF0D\u3000\u00A0.\u00B7]/;

/** Return Crockford's base 32 in groups of four. The number of bits must be a multiple of 5. */
export function crockfordEncode(bytes) {
  const characters = (bytes.length * 8) / 5;
  const number = bytesToInt(bytes);
  let code = "";
  for (let shift = 5 * (characters - 1); shift >= 0; shift -= 5) code += CROCKFORD[Number((number >> BigInt(shift)) & 31n)];
  return code.match(/.{4}/g).join("-");
}

/**
 * Return the bytes of a code as people type it: any case, any spacing, O for 0, I or L for 1.
 * Throws ClientError(errorCode) with details {position} of the first impossible character (from 1),
 * or {expected, count} when characters are missing or too many.
 */
export function crockfordDecode(text, length, errorCode) {
  const expected = (length * 8) / 5;
  let number = 0n;
  let count = 0;
  for (const typed of String(text).toUpperCase()) {
    if (IGNORED.test(typed)) continue;
    count += 1;
    const value = CROCKFORD.indexOf(MISREAD[typed] ?? typed);
    if (value < 0) throw new ClientError(errorCode, `character ${count} is impossible`, { position: count });
    if (count <= expected) number = (number << 5n) | BigInt(value);
  }
  if (count !== expected) throw new ClientError(errorCode, `expected ${expected} characters`, { expected, count });
  return intToBytes(number, length);
}

export const bytesToInt = (bytes) => BigInt("0x" + (hexEncode(bytes) || "0"));

export function intToBytes(number, length) {
  const text = number.toString(16).padStart(2 * length, "0");
  if (number < 0n || text.length > 2 * length) throw new ClientError("bad_encoding", "integer too large");
  return hexDecode(text);
}

export const sha256 = async (bytes) => new Uint8Array(await subtle().digest("SHA-256", bytes));
export const sha384 = async (bytes) => new Uint8Array(await subtle().digest("SHA-384", bytes));

export async function hkdf(ikm, { salt, info, length }) {
  const key = await subtle().importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await subtle().deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 8 * length));
}

export function randomBytes(length) {
  subtle();
  return crypto.getRandomValues(new Uint8Array(length));
}
