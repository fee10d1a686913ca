// Canonical JSON (RFC 8785) narrowed to safe integers, strings, arrays, and objects with ASCII keys.
//
//   canonical(value) -> Uint8Array          throws bad_encoding for anything else
//   parseCanonical(bytes) -> value          throws unless the bytes are the canonical form of what they say
//
// parseCanonical refuses duplicate keys, floats and foreign spacing by writing the value again and comparing.

import { ClientError } from "./errors.js";
import { equal, fromUtf8, utf8 } from "./encoding.js";

const MAX_DEPTH = 16;

export const canonical = (value) => utf8(write(value, MAX_DEPTH));

export function parseCanonical(bytes) {
  let value;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new ClientError("bad_encoding", "not JSON", { cause });
  }
  if (!equal(canonical(value), bytes)) throw new ClientError("bad_encoding", "not in canonical form");
  return value;
}

function write(value, depth) {
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new ClientError("bad_encoding", "half a surrogate pair");
    return JSON.stringify(value);
  }
  if (Number.isSafeInteger(value)) return String(value);
  if (depth > 0 && Array.isArray(value)) return `[${value.map((item) => write(item, depth - 1)).join(",")}]`;
  const plain = typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (depth > 0 && plain) {
    const members = Object.keys(value).sort().map((key) => {
      if (!/^[\x00-\x7F]*$/.test(key)) throw new ClientError("bad_encoding", "a key is not ASCII");
      return `${JSON.stringify(key)}:${write(value[key], depth - 1)}`;
    });
    return `{${members.join(",")}}`;
  }
  throw new ClientError("bad_encoding", "no canonical form here");
}

// Not String.prototype.isWellFormed: browsers of 2022 lack it, and encodeURIComponent refuses the same strings.
function isWellFormed(text) {
  try {
    encodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
