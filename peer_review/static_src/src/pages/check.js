// The check page: are my ballots in the count? Every proof is computed here; nobody has to be believed.
import { $, carried, el, fill, grouped } from "../ui/dom.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { checkProof, countBallots, fetchBulletin, fetchManifest, verifyReceipt } from "../lib/protocol.js";
import { Store } from "../ui/store.js";

const config = carried("check-config");
const words = carried("check-words");
const store = new Store(config.round, config.owner);
const counted = ["counted", "published", "archived"].includes(config.state);
let opened = null;

function trouble(text) {
  $("trouble").replaceChildren(el("p", {}, text));
  $("trouble").hidden = false;
  $("trouble").focus();
}

function troubleFrom(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  trouble(words[code] ?? words.errors[code] ?? fill(words.errors.unknown, { code }));
}

/** Return manifest and bulletin, fetched and verified once. */
async function open() {
  if (opened) return opened;
  const { round, fingerprint } = config;
  // The fingerprint of the first visit, if this browser was there: a server that changes it is caught.
  const manifest = await fetchManifest(config.manifest, { round, fingerprint: store.data.fingerprint ?? fingerprint });
  const bulletin = counted ? await fetchBulletin(config.bulletin, { manifest }) : null;
  opened = { manifest, bulletin };
  return opened;
}

const proofUrl = (leaf) => config.proof.replace("{leaf}", leaf);

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
    const { manifest, bulletin } = await open();
    const valid = [];
    for (const receipt of receipts) if (await verifyReceipt(receipt, manifest)) valid.push(receipt);
    if (valid.length < receipts.length) trouble(fill(words.receipts_bad, { count: receipts.length - valid.length }));
    if (!valid.length) return;
    if (!bulletin) {
      verdict(fill(words.not_counted_yet, { total: valid.length }), "", true);
      return;
    }
    const { head } = bulletin;
    const { counted: found, total, results } = await countBallots(valid.map(({ leaf }) => leaf), { proofUrl, head });
    const failed = results.find(({ error }) => error && !["not_counted", "bad_proof"].includes(error));
    if (failed) throw new ClientError(failed.error);
    const all = found === total;
    verdict(fill(all ? words.counted : words.not_all, { count: found, total }), all ? words.good : words.bad, all);
    $("root").textContent = grouped(head.root);
    $("size").textContent = String(head.size);
    $("proof-rows").replaceChildren(...results.map(({ leaf, counted: isIn, index }) => el("tr", {},
      el("td", { class: "pr-print" }, grouped(leaf)),
      el("td", {}, el("span", { class: `pr-state ${isIn ? "pr-state-done" : "pr-state-wait"}` }, isIn ? words.in : words.out)),
      el("td", {}, isIn ? fill(words.place, { index: index + 1, size: head.size }) : ""))));
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
    const { bulletin } = await open();
    if (!bulletin) {
      answer.textContent = fill(words.not_counted_yet, { total: 0 });
      return;
    }
    const leaf = bulletin.leaves.find((one) => one.startsWith(typed));
    if (leaf) await checkProof(proofUrl(leaf), { leaf, head: bulletin.head });
    answer.textContent = leaf ? fill(words.hash_found, { leaf: grouped(leaf) }) : words.hash_missing;
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

const receipts = Object.values(store.data.receipts);
if (receipts.length) {
  await check(receipts);
} else {
  $("none-here").textContent = words.none_here;
  $("none-here").hidden = false;
}
document.documentElement.dataset.ready = "check";
