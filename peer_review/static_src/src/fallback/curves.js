// Ed25519 and X25519 for browsers whose WebCrypto lacks them. Built into curves.js of its own, which lib/curves.js
// loads only there. @noble/curves, MIT licence.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";

globalThis[Symbol.for("zhengyan.curves")] = {
  ed25519: {
    publicKey: (seed) => ed25519.getPublicKey(seed),
    sign: (message, seed) => ed25519.sign(message, seed),
    verify: (signature, message, publicKey) => ed25519.verify(signature, message, publicKey, { zip215: false }),
  },
  x25519: {
    publicKey: (secret) => x25519.getPublicKey(secret),
    shared: (secret, publicKey) => x25519.getSharedSecret(secret, publicKey),
  },
};
