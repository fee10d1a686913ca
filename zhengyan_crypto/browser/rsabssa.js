// RFC 9474, RSABSSA-SHA384-PSS-Randomized, the client's half, in BigInt and WebCrypto.
//
//   importKey(spkiText) -> Promise<key>            refuses under 2048 bits, over 4096, or another exponent than 65537
//   blind(key, message, {salt, factor}) -> Promise<{blinded, inverse}>    salt: 48 bytes; factor: BigInt
//   finalize(key, message, blindSignature, inverse) -> Promise<signature> throws bad_token if it does not verify
//   verify(key, message, signature) -> Promise<boolean>
//   isInvertible(number, modulus)
//
// `message` starts with its 32-byte random prefix (credentials.js makes it). BigInt is not constant-time; what is
// secret here is used once, on the evaluator's own computer.

import { ClientError, subtle } from "./errors.js";
import { b64uDecode, bytesToInt, concat, equal, intToBytes, sha384 } from "./encoding.js";

export const SALT_LENGTH = 48;
const HASH_LENGTH = 48;
const EXPONENT = 65537n;

export async function importKey(spkiText) {
  const der = b64uDecode(spkiText);
  let verifyKey, jwk, again;
  try {
    verifyKey = await subtle().importKey("spki", der, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
    jwk = await subtle().exportKey("jwk", verifyKey);
    again = new Uint8Array(await subtle().exportKey("spki", verifyKey));
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw new ClientError("bad_key", "not an RSA public key", { cause });
  }
  const n = bytesToInt(b64uDecode(jwk.n));
  const bits = n.toString(2).length;
  if (bits < 2048 || bits > 4096 || bytesToInt(b64uDecode(jwk.e)) !== EXPONENT || (n & 1n) === 0n || !equal(again, der))
    throw new ClientError("bad_key", "a key that may not be used");
  return { verifyKey, n, bits, length: (bits + 7) >> 3, spki: spkiText };
}

export async function blind(key, message, { salt, factor }) {
  const encoded = bytesToInt(await emsaPssEncode(message, key.bits - 1, salt));
  if (!isInvertible(encoded, key.n)) throw new ClientError("bad_key", "the message shares a divisor with the modulus");
  const blinded = (encoded * power(factor, EXPONENT, key.n)) % key.n;
  return { blinded: intToBytes(blinded, key.length), inverse: invert(factor, key.n) };
}

export async function finalize(key, message, blindSignature, inverse) {
  if (blindSignature.length !== key.length) throw new ClientError("bad_token", "a blind signature of a wrong length");
  const signature = intToBytes((bytesToInt(blindSignature) * inverse) % key.n, key.length);
  if (!(await verify(key, message, signature))) throw new ClientError("bad_token", "the signature does not verify");
  return signature;
}

export const verify = (key, message, signature) =>
  subtle().verify({ name: "RSA-PSS", saltLength: SALT_LENGTH }, key.verifyKey, signature, message);

export const isInvertible = (number, modulus) => euclid(number, modulus).divisor === 1n;

function invert(number, modulus) {
  const { divisor, coefficient } = euclid(number, modulus);
  if (divisor !== 1n) throw new ClientError("bad_key", "the blinding factor has no inverse");
  return ((coefficient % modulus) + modulus) % modulus;
}

// Extended Euclid: divisor = gcd(number, modulus), and number * coefficient = divisor modulo modulus.
function euclid(number, modulus) {
  let [high, low, before, coefficient] = [modulus, number % modulus, 0n, 1n];
  while (low) {
    const quotient = high / low;
    [high, low] = [low, high - quotient * low];
    [before, coefficient] = [coefficient, before - quotient * coefficient];
  }
  return { divisor: high, coefficient: before };
}

function power(base, exponent, modulus) {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** PSS encoding (RFC 8017, 9.1.1) with SHA-384 and MGF1-SHA-384. */
export async function emsaPssEncode(message, bits, salt) {
  const length = (bits + 7) >> 3;
  if (length < HASH_LENGTH + salt.length + 2) throw new ClientError("bad_key", "the modulus is too short");
  const digest = await sha384(concat(new Uint8Array(8), await sha384(message), salt));
  const block = concat(new Uint8Array(length - salt.length - HASH_LENGTH - 2), [1], salt);
  const counter = new Uint8Array(4);
  for (let offset = 0; offset < block.length; offset += HASH_LENGTH, counter[3]++) {
    const mask = await sha384(concat(digest, counter));
    for (let i = 0; i < HASH_LENGTH && offset + i < block.length; i++) block[offset + i] ^= mask[i];
  }
  block[0] &= 0xff >> (8 * length - bits);
  return concat(block, digest, [0xbc]);
}
