// The check page: are my ballots in the count, and what became of them? Every proof is computed here; nobody has to be
// believed.
//
// Whoever watches the network must not see who voted. So the page asks once, when it opens, for what everybody with the
// same papers asks for, whatever lies in this browser, and never again: not for a receipt, not for a hash, not where
// something failed.
import { $, carried, el, fill, grouped } from "../ui/dom.js";
import { loadCurve } from "../../../../zhengyan_crypto/browser/curves.js";
import { b64uDecode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { fetchBulletin, fetchCells, fetchHead } from "../lib/bulletin.js";
import { keptManifest, verifyReceipt } from "../lib/protocol.js";
import { Store } from "../ui/store.js";

const config = carried("check-config");
const words = carried("check-words");
const store = new Store(config.round, config.owner);
const counted = ["counted", "published", "archived"].includes(config.state);

function trouble(...texts) {
  $("trouble").replaceChildren(...texts.map((text) => el("p", {}, text)));
  $("trouble").hidden = false;
  $("trouble").focus();
}

function troubleFrom(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  trouble(words[code] ?? words.errors[code] ?? fill(words.errors.unknown, { code }), words.reload);
}

/** Return the manifest's key, the signed head and the leaves of the reader's papers, all verified. */
async function open() {
  const manifest = loadCurve("Ed25519").then(openManifest);
  if (!counted) return { manifest: await manifest, head: null, leaves: new Map() };
  // Rounds without blocks have one list of leaves for all.
  if (config.whole) {
    const { head, leaves } = await fetchBulletin(config.whole, { manifest });
    return { manifest: await manifest, head, leaves };
  }
  const head = fetchHead(config.head, { manifest });
  const own = fetchCells(config.cells, config.own, { head });
  const [known, signed, leaves] = await Promise.all([manifest, head, own]);
  return { manifest: known, head: signed, leaves };
}

/**
 * Return of the manifest what checking needs: the key by which receipts and bulletin are signed.
 *
 * This browser may have kept it since it verified the manifest. If not, the page names it, and receipts speak for it:
 * they were verified by the manifest's key when they were given.
 */
async function openManifest() {
  const { round, fingerprint } = config;
  const { data } = store;
  // The fingerprint of the first visit, if this browser was there: a server that changes it is caught.
  if (data.fingerprint && data.fingerprint !== fingerprint) throw new ClientError("bad_fingerprint");
  const kept = { round, fingerprint: data.fingerprint, receiptKey: data.receiptKey, receipts: Object.values(data.receipts) };
  return (await keptManifest(kept)) ?? { round, fingerprint, receiptKey: config.receiptKey && b64uDecode(config.receiptKey, 32) };
}

/** Say of every paper of the reader what became of it, cast or not. Rounds without blocks tell it of none. */
async function showFates() {
  if (!counted || config.whole || !$("own-papers")) return;
  const { leaves } = await opened;
  const fates = new Map([...leaves.values()].map(({ row }) => [row.cell, row.fate]));
  for (const line of document.querySelectorAll("#own-papers [data-cell]"))
    line.querySelector("[data-fate]").textContent = words.fates[fates.get(line.dataset.cell)] ?? "";
  $("own-papers").hidden = false;
}

function verdict(title, text, good) {
  $("verdict").hidden = false;
  $("verdict-tick").hidden = !good;
  $("verdict-title").textContent = title;
  $("verdict-text").textContent = text;
  $("none-here").hidden = true;
}

/** Check the receipts and say how many of them are in the count. */
async function check(receipts) {
  $("trouble").hidden = true;
  try {
    const { manifest, head, leaves } = await opened;
    const valid = [];
    for (const receipt of receipts) if (await verifyReceipt(receipt, manifest)) valid.push(receipt);
    if (valid.length < receipts.length) trouble(fill(words.receipts_bad, { count: receipts.length - valid.length }));
    if (!valid.length) return;
    if (!head) {
      verdict(fill(words.not_counted_yet, { total: valid.length }), "", true);
      return;
    }
    const results = valid.map(({ leaf }) => ({ leaf, found: leaves.get(leaf) }));
    const many = (fate) => results.filter(({ found }) => found?.row.fate === fate).length;
    const [total, held] = [results.length, results.filter(({ found }) => found).length];
    const told = ["merged", "few", "void"].filter(many).map((fate) => fill(words.some[fate], { count: many(fate), floor: head.floor }));
    verdict(fill(held === total ? words.held : words.not_all, { count: held, total }), [held === total ? words.good : words.bad, ...told].join(" "), held === total);
    $("root").textContent = grouped(head.root);
    $("proof-rows").replaceChildren(...results.map(({ leaf, found }) => el("tr", {},
      el("td", { class: "pr-print" }, grouped(leaf)),
      el("td", {}, el("span", { class: `pr-state ${found ? "pr-state-done" : "pr-state-wait"}` }, found ? words.fates[found.row.fate] : words.out)),
      el("td", { class: "pr-print" }, found?.row.cell ?? ""))));
    $("proof").hidden = false;
  } catch (error) {
    troubleFrom(error);
  }
}

$("receipt-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  let held;
  try {
    held = JSON.parse(await file.text());
  } catch {
    held = null;
  }
  const fits = held?.round === config.round && Array.isArray(held.receipts) && held.receipts.length
    && held.receipts.every((receipt) => typeof receipt?.leaf === "string" && typeof receipt?.sig === "string");
  if (!fits) trouble(words.file_bad);
  else await check(held.receipts);
});

$("hash-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = $("hash").value.toLowerCase().replace(/[^0-9a-f]/g, "");
  const answer = $("hash-answer");
  if (typed.length < 16) {
    answer.textContent = words.hash_short;
    return;
  }
  try {
    const { head, leaves } = await opened;
    if (!head) {
      answer.textContent = fill(words.not_counted_yet, { total: 0 });
      return;
    }
    const [leaf, found] = [...leaves].find(([hash]) => hash.startsWith(typed)) ?? [];
    answer.textContent = leaf ? fill(words.hash_found, { leaf: grouped(leaf), fate: words.fates[found.row.fate] }) : words.hash_missing;
  } catch (error) {
    troubleFrom(error);
  }
});

document.querySelector("[data-forget]").addEventListener("click", () => {
  if (!confirm(words.forget_sure)) return;
  store.forget();
  $("verdict").hidden = $("proof").hidden = true;
  $("none-here").textContent = words.forgotten;
  $("none-here").hidden = false;
});

const opened = open();
const receipts = Object.values(store.data.receipts);
if (receipts.length) {
  await check(receipts);
} else {
  $("none-here").textContent = words.none_here;
  $("none-here").hidden = false;
}
await showFates().catch(troubleFrom);
document.documentElement.dataset.ready = "check";
