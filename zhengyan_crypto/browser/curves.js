// Ed25519 and X25519, by WebCrypto where the browser has them, else by the fallback bundle.
//
//   ed25519PublicKey(seed), ed25519Sign(seed, message), ed25519Verify(publicKey, message, signature)
//   x25519PublicKey(secret), x25519Shared(secret, publicKey)            all take and give Uint8Array, all are async
//   usesFallback(curve) -> Promise<boolean>   curve: "Ed25519" | "X25519"
//   loadCurve(curve) -> Promise     loads the bundle now, if this browser needs it, rather than at the first use
//
// The page tells where the bundle is, with its hash, on its own script tag:
//   <script type="module" src="…/ballot.js" integrity="sha384-…"
//           data-curves-src="…/curves.js" data-curves-integrity="sha384-…"></script>

import { ClientError, subtle } from "./errors.js";
import { b64uDecode, concat, hexDecode } from "./encoding.js";

// PKCS 8 around a raw private key (RFC 8410): WebCrypto imports raw public keys only.
const PKCS8 = {
  Ed25519: hexDecode("302e020100300506032b657004220420"),
  X25519: hexDecode("302e020100300506032b656e04220420"),
};
const PUBLIC_USE = { Ed25519: ["verify"], X25519: [] };
const PRIVATE_USE = { Ed25519: ["sign"], X25519: ["deriveBits"] };
// Any valid public key will do to ask whether the browser knows the curve: the base points.
const PROBE = { Ed25519: "58" + "66".repeat(31), X25519: "09" + "00".repeat(31) };

const known = {};
let bundle;

export async function usesFallback(curve) {
  known[curve] ??= importPublic(curve, hexDecode(PROBE[curve])).then(
    () => true,
    () => false,
  );
  return !(await known[curve]);
}

export async function loadCurve(curve) {
  if (await usesFallback(curve)) await fallback();
}

export async function ed25519PublicKey(seed) {
  if (await usesFallback("Ed25519")) return (await fallback()).ed25519.publicKey(seed);
  return publicHalf("Ed25519", seed);
}

export async function ed25519Sign(seed, message) {
  if (await usesFallback("Ed25519")) return (await fallback()).ed25519.sign(message, seed);
  return new Uint8Array(await subtle().sign("Ed25519", await importPrivate("Ed25519", seed, false), message));
}

export async function ed25519Verify(publicKey, message, signature) {
  try {
    if (await usesFallback("Ed25519")) return (await fallback()).ed25519.verify(signature, message, publicKey);
    return await subtle().verify("Ed25519", await importPublic("Ed25519", publicKey), signature, message);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    return false; // not a point, or not the length of a signature
  }
}

export async function x25519PublicKey(secret) {
  if (await usesFallback("X25519")) return (await fallback()).x25519.publicKey(secret);
  return publicHalf("X25519", secret);
}

export async function x25519Shared(secret, publicKey) {
  try {
    if (await usesFallback("X25519")) return (await fallback()).x25519.shared(secret, publicKey);
    const peer = await importPublic("X25519", publicKey);
    const key = await importPrivate("X25519", secret, false);
    return new Uint8Array(await subtle().deriveBits({ name: "X25519", public: peer }, key, 256));
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw new ClientError("bad_key", "not a usable X25519 public key", { cause });
  }
}

const importPublic = (curve, raw) => subtle().importKey("raw", raw, curve, true, PUBLIC_USE[curve]);

const importPrivate = (curve, raw, extractable) =>
  subtle().importKey("pkcs8", concat(PKCS8[curve], raw), curve, extractable, PRIVATE_USE[curve]);

async function publicHalf(curve, raw) {
  return b64uDecode((await subtle().exportKey("jwk", await importPrivate(curve, raw, true))).x, 32);
}

function fallback() {
  bundle ??= loadBundle().catch((error) => {
    bundle = undefined; // so that the next try, with the network back, may succeed
    throw error;
  });
  return bundle;
}

async function loadBundle() {
  const slot = Symbol.for("zhengyan.curves");
  if (globalThis[slot]) return globalThis[slot];
  const page = document.querySelector("script[data-curves-src]");
  if (!page) throw new ClientError("fallback_failed", "the page does not say where curves.js is");
  const script = document.createElement("script");
  script.type = "module";
  script.src = page.dataset.curvesSrc;
  script.integrity = page.dataset.curvesIntegrity ?? "";
  const loaded = new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
  });
  document.head.append(script);
  try {
    await loaded;
  } catch {
    throw new ClientError("fallback_failed", "curves.js did not load, or is not the file it should be");
  }
  if (!globalThis[slot]) throw new ClientError("fallback_failed", "curves.js did not start");
  return globalThis[slot];
}
