// Envelopes for people without a computer. The secrets are made here, printed from here, and sent nowhere.
//
//   makeEnvelopes(url, {manifest, cells, count, csrfToken, onProgress?}) -> Promise<[code]>
//       Makes `count` secrets, has the papers `cells` of each signed, verifies every signature and returns the codes,
//       which are recovery codes. Sending the same again after a lost answer is harmless, so a failed request is
//       repeated with the same secrets. Throws ClientError with the server's code, or bad_token.
//   openEnvelope(url, {manifest, urns, code}) -> Promise<{master, urn, page}>
//       Tries the code on each urn's papers, without cookies; `page` is the address where its papers are filled in.
//       Throws bad_recovery_code, unknown_envelope, and what the server answers.

import { blindCredential, decodeRecoveryCode, deriveCredential, encodeRecoveryCode, finalizeCredential, newMaster } from "../lib/credentials.js";
import { b64uDecode, b64uEncode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { keyOf, request } from "../lib/protocol.js";

const TRIES = 3;

export async function makeEnvelopes(url, { manifest, cells, count, csrfToken, onProgress = () => {} }) {
  const envelopes = [];
  const total = count * cells.length;
  for (let i = 0; i < count; i += 1) {
    const master = newMaster();
    envelopes.push({ master, ...(await blindAll(master, manifest, cells)) });
    onProgress({ done: (i + 1) * cells.length, total });
  }
  const body = { envelopes: envelopes.map(({ blinded }) => blinded) };
  const { signed } = await again(() => request(url, { body, csrfToken }));
  for (const [i, { credentials }] of envelopes.entries())
    for (const credential of credentials) {
      const signature = signed?.[i]?.[credential.cell];
      if (!signature) throw new ClientError("bad_token", "the server left out a signature");
      await finalizeCredential(credential, await keyOf(manifest, credential.cell), b64uDecode(signature));
    }
  return envelopes.map(({ master }) => encodeRecoveryCode(master));
}

export async function openEnvelope(url, { manifest, urns, code }) {
  const master = decodeRecoveryCode(code);
  for (const { number, cells } of urns) {
    const { blinded } = await blindAll(master, manifest, cells);
    try {
      const { page } = await request(url, { body: { blinded }, anonymous: true });
      return { master, urn: number, page };
    } catch (error) {
      if (error.code !== "unknown_envelope") throw error;
    }
  }
  throw new ClientError("unknown_envelope", "no urn knows this code");
}

async function blindAll(master, manifest, cells) {
  const credentials = [];
  const blinded = {};
  for (const cell of cells) {
    const credential = await deriveCredential(master, manifest.round, cell);
    credentials.push(credential);
    blinded[cell] = b64uEncode(await blindCredential(credential, await keyOf(manifest, cell)));
  }
  return { credentials, blinded };
}

async function again(work) {
  for (let left = TRIES; ; left -= 1)
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || !["network", "busy", "server_error"].includes(error.code)) throw error;
    }
}
