// Reading a zip that lies on this computer: only the files asked for, and only as deflate or as they are.
//
//   readZip(blob, names) -> Promise<Map<name, bytes>>   throws bad_zip, or too_large over LARGEST bytes unpacked

import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { fromUtf8 } from "../../../../zhengyan_crypto/browser/encoding.js";

// What a browser can hold as one text.
const LARGEST = 400_000_000;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;

export async function readZip(blob, names) {
  try {
    return await read(blob, names);
  } catch (cause) {
    if (cause.code === "too_large") throw cause;
    throw new ClientError("bad_zip", "not a whole zip", { cause });
  }
}

async function read(blob, names) {
  const tail = await view(blob, Math.max(0, blob.size - END_LENGTH - LONGEST_COMMENT), blob.size);
  let end = tail.byteLength - END_LENGTH;
  while (tail.getUint32(end, true) !== END) end -= 1; // throws where there is none
  const [length, start] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (start === 0xffffffff) throw new ClientError("too_large", "a zip over 4 GB");
  const listing = await view(blob, start, start + length);
  const found = new Map();
  for (let at = 0; at < listing.byteLength; ) {
    if (listing.getUint32(at, true) !== ENTRY) throw new Error("not a listing");
    const lengths = [28, 30, 32].map((offset) => listing.getUint16(at + offset, true));
    const name = fromUtf8(new Uint8Array(listing.buffer, at + 46, lengths[0]));
    const [method, packed, size, place] = [
      listing.getUint16(at + 10, true), ...[20, 24, 42].map((offset) => listing.getUint32(at + offset, true)),
    ];
    if (names.includes(name)) found.set(name, await unpack(blob, { method, packed, size, place }));
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return found;
}

async function unpack(blob, { method, packed, size, place }) {
  if (size > LARGEST) throw new ClientError("too_large", "more than a browser can hold");
  const local = await view(blob, place, place + 30);
  if (local.getUint32(0, true) !== LOCAL || ![0, 8].includes(method)) throw new Error("not a file");
  const start = place + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const data = blob.slice(start, start + packed);
  const stream = method === 8 ? data.stream().pipeThrough(new DecompressionStream("deflate-raw")) : data.stream();
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (bytes.length !== size) throw new Error("cut short");
  return bytes;
}

const view = async (blob, start, end) => new DataView(await blob.slice(start, end).arrayBuffer());
