// Envelopes for people without a computer: one-time tickets. The secrets are made here, printed from here, and sent
// nowhere; the server gets their hashes. Credentials are made later, by the kiosk's browser.
//
//   makeTickets(url, {round, count, csrfToken}) -> Promise<[code]>
//       Makes `count` secrets, has their hashes kept and returns the codes. Sending the same hashes again after a lost
//       answer is harmless, so a failed request is repeated. Throws ClientError with the server's code.
//   openEnvelope(url, code) -> Promise<{ticket, page}>
//       Asks, without cookies, for the address at which a ticket's papers are filled in.
//       Throws bad_recovery_code, unknown_envelope, and what the server answers.
//   ticketDigest(round, ticket) -> Promise<Uint8Array(32)>      the same in peer_review/domain/ballots/envelopes.py

import { decodeRecoveryCode, encodeRecoveryCode, newMaster } from "../lib/credentials.js";
import { b64uEncode, concat, utf8 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { request } from "../lib/protocol.js";

const TRIES = 3;

export async function ticketDigest(round, ticket) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(utf8(`anon-ticket/v1|${round}|`), ticket)));
}

export async function makeTickets(url, { round, count, csrfToken }) {
  // A ticket is as long, and reads, as a recovery code.
  const tickets = Array.from({ length: count }, () => newMaster());
  const digests = [];
  for (const ticket of tickets) digests.push(b64uEncode(await ticketDigest(round, ticket)));
  await again(() => request(url, { body: { digests }, csrfToken }));
  return tickets.map((ticket) => encodeRecoveryCode(ticket));
}

export async function openEnvelope(url, code) {
  const ticket = decodeRecoveryCode(code);
  const { page } = await request(url, { body: { ticket: b64uEncode(ticket) }, anonymous: true });
  return { ticket, page };
}

async function again(work) {
  for (let left = TRIES; ; left -= 1)
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || !["network", "busy", "server_error"].includes(error.code)) throw error;
    }
}
