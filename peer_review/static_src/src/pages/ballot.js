// The ballot page: fill in, look over, cast, receipt. One document, so nothing need outlive the tab.
import { $, carried, copy, csrfToken, download, el, fill, grouped, show, showCode } from "../ui/dom.js";
import { Paper, enterGoesOn } from "../ui/ballot_form.js";
import { decodeRecoveryCode, deriveCredential, encodeRecoveryCode, makeEntry, newMaster, revisionOf } from "../lib/credentials.js";
import { b64uDecode, b64uEncode } from "../lib/encoding.js";
import { ClientError } from "../lib/errors.js";
import { cast, draw, fetchManifest } from "../lib/protocol.js";
import { Store } from "../ui/store.js";

const config = carried("ballot-config");
const words = carried("ballot-words");
const store = new Store(config.round, config.owner);
const form = $("fill");
const papers = [...form.querySelectorAll("[data-cell]")].map((card) => new Paper(card, config, words));
const sections = [form, $("summary"), $("receipt")];
// How often a version that the server calls old is raised before the person is asked.
const RAISES = 20;
const RAISE = 1000;
// A browser without the master may not know the versions cast elsewhere: it starts well above them.
const RECOVERED_VERSION = 1000;

let busy = false;
let changedSinceCast = false;
let manifest = null;

/** Show one step; the protection is read before, not beside, what is looked over or kept. */
function go(section) {
  $("protection").hidden = section !== form;
  if (section === form) showEarlier();
  else $("earlier").hidden = true;
  show(section, sections);
}

const say = (text) => { $("said").textContent = text; };

function trouble(text, more = []) {
  const box = $("trouble");
  box.replaceChildren(el("p", {}, text), ...more.map((line) => el("p", {}, line)));
  box.hidden = false;
  box.focus();
  box.scrollIntoView({ block: "center" });
}

const noTrouble = () => { $("trouble").hidden = true; };
const explain = (code) => words.errors[code] ?? fill(words.errors.unknown, { code });

const recoveryCode = () => encodeRecoveryCode(b64uDecode(store.data.master));

function troubleFrom(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  // A drawn credential without its code would be lost with the page: say the code before anything else can fail.
  const more = store.data.master && !store.kept ? [fill(words.code_first, { code: recoveryCode() })] : [];
  trouble(explain(code), more);
  if (code === "already_drawn") $("recover").hidden = false;
}

// Drafts and progress

function remember() {
  store.data.answers = Object.fromEntries(papers.map((paper) => [paper.cell, paper.answers()]));
  store.data.skipped = papers.filter((paper) => paper.skipped).map((paper) => paper.cell);
  store.data.fingerprint ??= config.fingerprint;
  store.save();
}

function progress() {
  const done = papers.filter((paper) => ["done", "skipped"].includes(paper.status())).length;
  const text = fill(words.done_of, { done, total: papers.length });
  if ($("progress-text").textContent !== text) $("progress-text").textContent = text;
  $("progress").value = done;
}

function restore() {
  const { answers, skipped } = store.data;
  for (const paper of papers) paper.put(answers[paper.cell] ?? {}, skipped.includes(paper.cell));
  progress();
}

function showKept() {
  $("shared").checked = !store.kept;
  $("kept-here").hidden = !store.kept;
  $("kept-nowhere").hidden = store.kept;
}

function showEarlier() {
  const count = Object.keys(store.data.receipts).length;
  $("earlier").hidden = !count;
  $("earlier-text").textContent = fill(words.earlier, { count });
  $("recover").hidden = !(config.drawn && !store.data.master);
}

form.addEventListener("input", (event) => {
  const paper = papers.find((one) => one.card.contains(event.target));
  if (!paper) return;
  paper.changed(event.target);
  paper.refresh();
  changedSinceCast = true;
  progress();
  remember();
});

form.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear]")) return;
  const paper = papers.find((one) => one.card.contains(event.target));
  paper.put({}, false);
  changedSinceCast = true;
  progress();
  remember();
});

enterGoesOn(form);

$("shared").addEventListener("change", (event) => {
  store.keep(!event.target.checked);
  if (store.kept) remember();
  showKept();
});

for (const button of document.querySelectorAll("[data-forget]")) {
  button.addEventListener("click", () => {
    if (busy || !confirm(words.forget_sure)) return;
    if (store.data.master) config.drawn = true;
    store.forget();
    changedSinceCast = false;
    noTrouble();
    restore();
    go(form);
    say(words.forgotten);
  });
}

window.addEventListener("beforeunload", (event) => {
  if (busy || (changedSinceCast && !store.kept)) event.preventDefault();
});

const protection = $("protection");
if (store.data.read) protection.open = false;
protection.addEventListener("toggle", () => {
  if (protection.open) return;
  store.data.read = true;
  store.save();
});

// Looking over

function summary() {
  const wanted = papers.filter((paper) => !paper.skipped);
  const incomplete = wanted.filter((paper) => paper.missing().length);
  $("summary-text").textContent = wanted.length
    ? fill(words.summary_ready, { count: wanted.length, skipped: papers.length - wanted.length })
    : words.summary_none;
  $("summary-missing").replaceChildren(...(incomplete.length ? [missingList(incomplete)] : []));
  const head = el("thead", {}, el("tr", {},
    el("th", { scope: "col" }, words.paper),
    ...config.criteria.map((criterion) => el("th", { scope: "col" }, criterion.label))));
  const rows = papers.map((paper) => el("tr", {},
    el("th", { scope: "row" }, paper.label, " ", el("span", { class: "pr-muted" }, paper.voters)),
    ...(paper.skipped
      ? [el("td", { colspan: config.criteria.length, class: "pr-muted" }, words.status_skipped)]
      : paper.questions.map((question) => el("td", {}, paper.spoken(question))))));
  $("summary-table").replaceChildren(head, el("tbody", {}, ...rows));
  $("cast").disabled = !wanted.length || incomplete.length > 0;
}

function missingList(incomplete) {
  const act = (label, paper, then) => {
    const button = el("button", { class: "btn btn-link", type: "button" }, label, el("span", { class: "pr-sr" }, `: ${paper.label}`));
    button.addEventListener("click", () => then());
    return button;
  };
  const settle = (change) => { change(); changedSinceCast = true; progress(); remember(); summary(); $("summary-title").focus(); };
  return el("div", { class: "pr-note pr-note-warn" },
    el("p", {}, fill(words.summary_missing, { count: incomplete.length })),
    el("ul", {}, ...incomplete.map((paper) => el("li", {}, `${paper.label} (${paper.voters}) `,
      act(words.to_paper, paper, () => { go(form); paper.goToMissing(); }),
      act(words.mark_dk, paper, () => settle(() => paper.markRest())),
      act(words.skip, paper, () => settle(() => { paper.skip.checked = true; paper.refresh(); }))))));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  noTrouble();
  summary();
  go($("summary"));
});

$("back").addEventListener("click", () => { go(form); $("progress").scrollIntoView(); });
$("change").addEventListener("click", () => go(form));

// Casting

function working(text, done, total) {
  $("working").hidden = false;
  $("working-text").textContent = text;
  const bar = $("working-bar");
  if (total) { bar.max = total; bar.value = done; } else bar.removeAttribute("value");
}

/** Return the manifest, the same as at the first visit: a server that changes it is caught. */
async function openManifest() {
  const { fingerprint } = config;
  if (store.data.fingerprint && store.data.fingerprint !== fingerprint) throw new ClientError("bad_fingerprint");
  manifest ??= await fetchManifest(config.manifest, { round: config.round, fingerprint });
  return manifest;
}

/** Draw every paper with this master; return the credentials and their tokens by cell. */
async function drawWith(master) {
  await openManifest();
  const credentials = [];
  for (const cell of config.cells) credentials.push(await deriveCredential(master, config.round, cell));
  const tokens = await draw(config.draw, {
    manifest,
    credentials,
    csrfToken: csrfToken(config),
    onProgress: ({ step, done, total }) =>
      step === "blind" && done === total ? working(words.drawing) : working(fill(words.making, { done, total }), done, total),
  });
  config.drawn = true;
  return new Map(credentials.map((credential) => [credential.cell, { credential, token: tokens.get(credential.cell) }]));
}

/** Return this person's credentials; the master is kept before anything is drawn with it. */
async function drawn() {
  await openManifest();
  await store.alone(() => {
    store.data.master ??= b64uEncode(newMaster());
    store.save();
  });
  try {
    return await drawWith(b64uDecode(store.data.master));
  } catch (error) {
    // Drawn elsewhere with another master: the one made here is of no use, and must not hide the way to recover.
    if (error.code === "already_drawn" && !Object.keys(store.data.receipts).length) {
      store.data.master = null;
      store.save();
    }
    throw error;
  }
}

/** Cast until each paper has a receipt or a refusal; return the refusals by cell. */
async function castAll(credentials, wanted) {
  const refused = new Map();
  store.data.version += 1;
  store.save();
  for (let left = wanted, raises = 0; left.length; raises += 1) {
    const { version } = store.data;
    const entries = [];
    for (const paper of left) {
      const { credential, token } = credentials.get(paper.cell);
      entries.push(await makeEntry(credential, paper.answers(), { token, revision: revisionOf(credential, version) }));
    }
    working(words.casting);
    const onUpdate = (results) => {
      const count = results.filter((result) => result?.pending).length;
      if (count) working(fill(words.pending, { count }));
    };
    const results = await cast(config.cast, entries, { manifest, onUpdate });
    const again = [];
    for (const [i, paper] of left.entries()) {
      const { receipt, error } = results[i];
      if (receipt) store.data.receipts[paper.cell] = receipt;
      else if (error === "stale_revision" && raises < RAISES) again.push(paper);
      else refused.set(paper.cell, error);
    }
    if (again.length) store.data.version += RAISE;
    store.save();
    left = again;
  }
  return refused;
}

$("cast").addEventListener("click", async () => {
  if (busy) return;
  busy = true;
  noTrouble();
  $("cast").disabled = $("back").disabled = true;
  const wanted = papers.filter((paper) => !paper.skipped);
  try {
    const refused = await castAll(await drawn(), wanted);
    const count = wanted.length - refused.size;
    if (count) {
      changedSinceCast = refused.size > 0;
      receipt(count, wanted.length);
    }
    if (refused.size) {
      const lines = wanted.filter((paper) => refused.has(paper.cell))
        .map((paper) => fill(words.not_cast, { label: paper.label, reason: explain(refused.get(paper.cell)) }));
      trouble(lines[0], lines.slice(1));
    }
  } catch (error) {
    troubleFrom(error);
  } finally {
    busy = false;
    $("working").hidden = true;
    $("back").disabled = false;
    $("cast").disabled = false;
  }
});

// The receipt

function receipt(count, total) {
  $("receipt-title").textContent = fill(words.cast_all, { count, total });
  $("receipt-version").textContent = fill(words.version, { version: store.data.version });
  showCode($("recovery-code"), recoveryCode());
  const rows = papers.filter((paper) => store.data.receipts[paper.cell]).map((paper) => el("tr", {},
    el("th", { scope: "row" }, `${paper.label} `, el("span", { class: "pr-muted" }, paper.voters)),
    el("td", { class: "pr-print" }, grouped(store.data.receipts[paper.cell].leaf.slice(0, 16)))));
  $("receipt-table").querySelector("tbody").replaceChildren(...rows);
  go($("receipt"));
}

function showReceipt() {
  const count = Object.keys(store.data.receipts).length;
  receipt(count, count);
}

$("show-receipt").addEventListener("click", showReceipt);
$("print-receipt").addEventListener("click", () => print());
$("copy-code").addEventListener("click", () => copy(recoveryCode(), words, say));
$("download-receipt").addEventListener("click", () => {
  const receipts = Object.values(store.data.receipts);
  const file = { v: 1, round: config.round, title: config.title, fingerprint: config.fingerprint, receipts };
  download(`receipt-${config.round.slice(0, 8)}.json`, `${JSON.stringify(file, null, 2)}\n`);
});

// Recovery in another browser

$("recover-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  noTrouble();
  try {
    const master = decodeRecoveryCode($("recover-code").value);
    await drawWith(master).catch((error) => {
      throw error.code === "already_drawn" ? new ClientError("wrong_code") : error;
    });
    store.data.master = b64uEncode(master);
    store.data.version = Math.max(Number($("recover-version").value) || 0, RECOVERED_VERSION);
    $("recover-code").value = "";
    store.save();
    showEarlier();
    say(words.recovered);
    $("fill").querySelector("input").focus();
  } catch (error) {
    troubleFrom(error);
  } finally {
    busy = false;
    $("working").hidden = true;
  }
});

restore();
showKept();
showEarlier();
if (Object.keys(store.data.answers).some((cell) => Object.keys(store.data.answers[cell]).length)) say(words.draft_restored);
document.documentElement.dataset.ready = "ballot";
