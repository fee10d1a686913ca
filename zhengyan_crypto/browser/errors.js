// One kind of error for the whole client. `code` is stable and is what pages translate; `details` fill the sentence.
//
//   ClientError(code, message?, {status?, position?, cause?, …})
//
// Codes made here: insecure_context, bad_encoding, bad_key, bad_manifest, bad_fingerprint, bad_token,
// bad_recovery_code, bad_box_key, bad_share, shares_missing, shares_mixed, wrong_shares, bad_receipt, bad_bulletin,
// bad_proof, not_counted, bad_zip, too_large, network, fallback_failed.
// Codes that come from the server are passed on as they are (docs: the protocol's lists for draw, cast and count).

export class ClientError extends Error {
  constructor(code, message = code, details = {}) {
    super(message, details.cause ? { cause: details.cause } : undefined);
    this.name = "ClientError";
    this.code = code;
    this.status = details.status ?? 0;
    this.details = details;
  }
}

/** Return WebCrypto, which browsers offer on https and on the own computer only. Throws insecure_context. */
export function subtle() {
  const api = globalThis.crypto?.subtle;
  if (!api) throw new ClientError("insecure_context", "this page was not loaded over https");
  return api;
}
