// The bulletin's tree: RFC 9162, section 2.1, SHA-256.
//
//   leafHash(bytes), treeRoot(leaves, {onProgress?}), verifyInclusion({leaf, index, size, proof, root})
//       all async, over Uint8Array; onProgress(done, total) as the hashes of pairs are made

import { concat, equal, sha256 } from "./encoding.js";

// Hashes asked for at once, an even number: hundreds of thousands of promises at a time would stall a phone.
const AT_ONCE = 4096;

export const leafHash = (bytes) => sha256(concat([0], bytes));
const nodeHash = (left, right) => sha256(concat([1], left, right));

export async function treeRoot(leaves, { onProgress = () => {} } = {}) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  let done = 0;
  while (level.length > 1) {
    const above = [];
    for (let start = 0; start < level.length; start += AT_ONCE) {
      const pairs = [];
      for (let i = start; i < Math.min(start + AT_ONCE, level.length); i += 2)
        pairs.push(i + 1 < level.length ? nodeHash(level[i], level[i + 1]) : level[i]);
      above.push(...(await Promise.all(pairs)));
      done += pairs.length;
      onProgress(Math.min(done, leaves.length), leaves.length);
    }
    level = above;
  }
  return level[0];
}

export async function verifyInclusion({ leaf, index, size, proof, root }) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let [at, last, reached] = [index, size - 1, leaf];
  const half = (number) => Math.floor(number / 2);
  for (const step of proof) {
    if (last === 0 || step.length !== 32) return false;
    if (at % 2 === 1 || at === last) {
      reached = await nodeHash(step, reached);
      while (at > 0 && at % 2 === 0) [at, last] = [half(at), half(last)];
    } else {
      reached = await nodeHash(reached, step);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equal(reached, root);
}
