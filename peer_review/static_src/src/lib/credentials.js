// One evaluator's credentials, all derived from one master secret (20 bytes), which also reads as the recovery code.
//
//   newMaster() -> Uint8Array(20)
//   encodeRecoveryCode(master) -> "AB12-…" (8 groups of 4)
//   decodeRecoveryCode(text) -> master      throws bad_recovery_code, details {position} or {expected, count}
//   deriveCredential(master, round, cell) -> Promise<credential>
//       credential = {round, cell, publicKey, prefix, message}      the rest stays inside
//   blindCredential(credential, key) -> Promise<Uint8Array>         key from rsabssa.importKey
//   finalizeCredential(credential, key, blindSignature) -> Promise<token>
//   revisionOf(credential, {drawnAt, version}) -> BigInt     of the version-th ballot cast with one draw, from 1;
//       drawnAt is the time that came with it
//   makeCast(credential, answers, {token, revision, nonce = random}) -> Promise<{entry, rev, nonce}>
//       answers = {criterion key: integer | "dk"};  entry = {ballot, sig, tok}: keep it until its receipt is there and
//       send the same again: Safari's Ed25519 signs the same ballot differently each time, and then it is another leaf
//   entryLeaf(entry) -> Promise<hex>        what receipts, proofs and the bulletin call this ballot
//   verifyEntry(entry, key) -> Promise<boolean>
//   tokenMessage(round, cell, publicKey, prefix) -> bytes   what the token of a ballot signs
//
// The same, byte for byte, in Python: peer_review/protocol/credentials.py.

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { canonical } from "../../../../zhengyan_crypto/browser/canonical.js";
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode, b64uEncode, bytesToInt, concat, crockfordDecode, crockfordEncode, hexEncode, hkdf, randomBytes, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { leafHash } from "../../../../zhengyan_crypto/browser/merkle.js";
import { OFFSET_BITS, newNonce, revisionAt, saltOf, writeRevision } from "./revisions.js";
import { SALT_LENGTH, blind, finalize, isInvertible, verify } from "../../../../zhengyan_crypto/browser/rsabssa.js";

export const MASTER_LENGTH = 20;
export const DONT_KNOW = "dk";
const BALLOT_VERSION = 2;
const SALT = utf8("anon-cred/v1");
const SPARE = 16;
const secrets = new WeakMap();

export const newMaster = () => randomBytes(MASTER_LENGTH);

export function encodeRecoveryCode(master) {
  if (master.length !== MASTER_LENGTH) throw new ClientError("bad_recovery_code", "a master secret has 20 bytes");
  return crockfordEncode(master);
}

export const decodeRecoveryCode = (text) => crockfordDecode(text, MASTER_LENGTH, "bad_recovery_code");

export async function deriveCredential(master, round, cell) {
  const derive = (purpose, length) => hkdf(master, { salt: SALT, info: utf8(`${round}|${cell}|${purpose}`), length });
  const seed = await derive("ed25519", 32);
  const publicKey = await ed25519PublicKey(seed);
  const prefix = await derive("prefix", 32);
  const offset = bytesToInt(await derive("rev", 8)) >> BigInt(64 - OFFSET_BITS);
  const message = tokenMessage(round, cell, publicKey, prefix);
  const credential = Object.freeze({ round, cell, publicKey, prefix, message });
  secrets.set(credential, { seed, derive, offset });
  return credential;
}

export const blindCredential = async (credential, key) => (await blinding(credential, key)).blinded;

export async function finalizeCredential(credential, key, blindSignature) {
  return finalize(key, credential.message, blindSignature, (await blinding(credential, key)).inverse);
}

export const revisionOf = (credential, { drawnAt, version }) => revisionAt(secrets.get(credential).offset, { drawnAt, version });

export async function makeCast(credential, answers, { token, revision, nonce = newNonce() }) {
  const ballot = {
    v: BALLOT_VERSION,
    round: credential.round,
    cell: credential.cell,
    pk: b64uEncode(credential.publicKey),
    pre: b64uEncode(credential.prefix),
    salt: b64uEncode(await saltOf(nonce, revision)),
    a: { ...answers },
  };
  const signature = await ed25519Sign(secrets.get(credential).seed, ballotMessage(ballot));
  const entry = { ballot, sig: b64uEncode(signature), tok: b64uEncode(token) };
  return { entry, rev: writeRevision(revision), nonce: b64uEncode(nonce) };
}

export const entryLeaf = async (entry) => hexEncode(await leafHash(canonical(entry)));

export async function verifyEntry(entry, key) {
  const { ballot } = entry;
  const publicKey = b64uDecode(ballot.pk, 32);
  const message = tokenMessage(ballot.round, ballot.cell, publicKey, b64uDecode(ballot.pre, 32));
  return (
    (await verify(key, message, b64uDecode(entry.tok))) &&
    (await ed25519Verify(publicKey, ballotMessage(ballot), b64uDecode(entry.sig, 64)))
  );
}

export const tokenMessage = (round, cell, publicKey, prefix) => concat(prefix, utf8(`anon-tok/v1|${round}|${cell}|`), publicKey);
// Ballots of earlier rounds have version 1, which is verified and no longer made.
export const ballotMessage = (ballot) => concat(utf8(`anon-ballot/v${ballot.v}\n`), canonical(ballot));

// The server's answer to a draw must be finalised with what blinded it: remembered while the credential lives.
function blinding(credential, key) {
  const secret = secrets.get(credential);
  if (secret.spki !== key.spki) {
    secret.spki = key.spki;
    secret.blinding = (async () =>
      blind(key, credential.message, { salt: await secret.derive("salt", SALT_LENGTH), factor: await blindingFactor(secret, key) }))();
  }
  return secret.blinding;
}

async function blindingFactor(secret, key) {
  for (let attempt = 0; attempt < 256; attempt++) {
    const factor = bytesToInt(await secret.derive(attempt ? `blind|${attempt}` : "blind", key.length + SPARE)) % key.n;
    if (factor > 0n && isInvertible(factor, key.n)) return factor;
  }
  throw new ClientError("bad_key", "no blinding factor is invertible");
}
