// The scrutineer's page. The box key is made here and used here, whole or in shares; what leaves the browser is its
// public half, who keeps which share, and after closing one content key per ballot.
import { $, carried, copy, csrfToken, download, el, fill, pause, showCode } from "../ui/dom.js";
import { openDesk } from "../keys/desk.js";
import { b64uDecode, hexEncode, sha256 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { request } from "../lib/protocol.js";
import { contentKeys, encodeBoxKey, fromKeysFile, giveBoxKey, newBoxKey, openBox, readKeysFile, testBoxKey } from "../lib/scrutineer.js";
import { encodeShare, splitKey } from "../../../../zhengyan_crypto/browser/sharing.js";

const config = carried("scrutineer-config");
const words = carried("scrutineer-words");
/** The row with which the key is tested has no number of its own. */
const TEST_ROW = "0".repeat(32);
/** Milliseconds after which a pace can be told, and after which a count that does not move was stopped with its worker. */
const SURE = 5_000;
const STALLED = 300_000;
let made = null;
let busy = false;

const say = (text) => { $("said").textContent = text; };

function trouble(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  const sentence = words[code] ?? words.errors[code] ?? words.errors.unknown;
  $("trouble").replaceChildren(el("p", {}, fill(sentence, { code, ...error.details })));
  $("trouble").hidden = false;
  $("trouble").focus();
}

/** Run one step alone; what goes wrong is said. */
async function step(work) {
  if (busy) return;
  busy = true;
  $("trouble").hidden = true;
  try {
    await work();
  } catch (error) {
    trouble(error);
  } finally {
    busy = false;
  }
}

window.addEventListener("beforeunload", (event) => {
  if (busy || made) event.preventDefault();
});

/** Read the page anew: what it shows next is the server's to say. */
function renew() {
  busy = false;
  made = null;
  location.reload();
}

// Making the key

const isSplit = () => $("kept-shares")?.checked ?? false;
const kept = () => (isSplit() ? { threshold: Number($("threshold").value), holders: config.scrutineers.map(({ id }) => id) } : {});
const give = (publicKey) => giveBoxKey({ publicUrl: config.boxKey, csrfToken: csrfToken(config), publicKey, ...kept() });

for (const choice of document.querySelectorAll("input[name=kept]"))
  choice.addEventListener("change", () => { $("threshold").disabled = !isSplit(); });

$("make-key")?.addEventListener("click", () => step(async () => {
  const boxKey = await newBoxKey();
  if (isSplit()) return makeShares(boxKey);
  made = { boxKey, code: await encodeBoxKey(boxKey.secret) };
  showCode($("key-code"), made.code);
  $("made-text").textContent = words.made;
  $("made").hidden = false;
  $("make").hidden = true;
  $("made-title").focus();
}));

$("copy-key")?.addEventListener("click", () => copy(made.code, words, say));
$("print-key")?.addEventListener("click", () => print());
$("download-key")?.addEventListener("click", () => {
  download(`box-key-${config.round.slice(0, 8)}.txt`, `${config.title}\n${config.round}\n\n${made.code}\n`, "text/plain");
});

const lastFour = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");

$("confirm-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  step(async () => {
    if (lastFour($("last-group").value) !== made.code.slice(-4)) throw new ClientError("confirm_wrong");
    const { boxKey } = made;
    const epk = await give(boxKey.publicKey);
    await testBoxKey({ testUrl: config.boxKeyTest, csrfToken: csrfToken(config), boxKey, epk, round: config.round });
    made = null;
    $("key-code").replaceChildren();
    $("made").hidden = true;
    done();
  });
});

function done() {
  $("tested").hidden = false;
  $("tested-title").focus();
}

// The ceremony: one share after the other is shown to its holder, and to nobody else

async function makeShares(boxKey) {
  const { threshold } = kept();
  const holders = config.scrutineers.map(({ name }, i) => ({ number: i + 1, name }));
  const shares = await splitKey(boxKey, { threshold, shares: holders.length });
  const texts = await Promise.all(shares.map(encodeShare));
  await give(boxKey.publicKey);
  made = { texts, holders, threshold, at: 0 };
  const name = hexEncode((await sha256(boxKey.publicKey)).slice(0, 8));
  $("share-key").textContent = name.match(/.{4}/g).join(" ");
  $("make").hidden = true;
  $("ceremony").hidden = false;
  call();
}

/** Ask the next holder to come; their share is still hidden. */
function call() {
  const { holders, at } = made;
  const { number, name } = holders[at];
  $("share-code").replaceChildren();
  $("share").hidden = true;
  $("called").hidden = false;
  $("ceremony-title").hidden = false;
  $("ceremony-title").textContent = fill(words.share_title, { number, total: holders.length, name });
  $("called-text").textContent = fill(words.share_call, { name });
  $("ceremony-title").focus();
}

$("show-share")?.addEventListener("click", () => {
  const { texts, holders, threshold, at } = made;
  const { number, name } = holders[at];
  showCode($("share-code"), texts[at]);
  $("share-name").textContent = fill(words.share_title, { number, total: holders.length, name });
  $("share-rule").textContent = fill(words.share_rule, { threshold, total: holders.length });
  $("share-last").value = "";
  $("called").hidden = true;
  $("ceremony-title").hidden = true; // The sheet says the same.
  $("share").hidden = false;
  $("share-title").focus();
});

$("print-share")?.addEventListener("click", () => print());

$("share-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  step(async () => {
    const { texts, holders, at } = made;
    if (lastFour($("share-last").value) !== texts[at].slice(-4)) throw new ClientError("confirm_wrong");
    await request(config.boxKeyShare, { body: { number: holders[at].number }, csrfToken: csrfToken(config) });
    texts[at] = "";
    made.at += 1;
    if (made.at < holders.length) return call();
    // From here on the shares are on paper only.
    $("share-code").replaceChildren();
    renew();
  });
});

// The test: the key comes back from paper and opens a row

if ($("test")) {
  const { box, custody, round } = config;
  openDesk({
    box,
    custody,
    words,
    step,
    onKey: async (boxKey) => {
      await testBoxKey({ testUrl: config.boxKeyTest, csrfToken: csrfToken(config), boxKey, epk: b64uDecode(config.epk, 32), round });
      $("test").hidden = true;
      done();
    },
  });
}

// Made on another computer: only the public half is typed here

$("public-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  step(async () => {
    let publicKey;
    try {
      publicKey = b64uDecode($("public-half").value.trim(), 32);
    } catch (cause) {
      throw new ClientError("bad_public_half", "", { cause });
    }
    await give(publicKey);
    renew();
  });
});

// Opening the box

/** Since when, and from where, the present stage has been watched. */
let seen = null;

/** Show how far a stage is, which its sentence names, and how long it still takes as soon as that can be told from how it went so far. */
function progress(stage, done, total) {
  const now = performance.now();
  if (seen?.stage !== stage || done < seen.done) seen = { stage, done, at: now };
  const [passed, moved] = [now - seen.at, done - seen.done];
  const minutes = passed > SURE && moved ? Math.ceil(((total - done) * passed) / moved / 60_000) : 0;
  const text = fill(stage, { done, total, opened: done });
  $("working").hidden = false;
  $("working-text").textContent = minutes ? fill(words.minutes_left, { text, minutes }) : text;
  $("working-bar").max = total || 1;
  $("working-bar").value = total ? done : 1;
}

/** Start the count, also one that was stopped: whatever runs already writes the same. */
const start = () => request(config.finish, { body: {}, csrfToken: csrfToken(config) });

/** Start the count if nobody has, then watch it. */
async function count(total) {
  progress(words.opened, total, total);
  await start();
  await watch();
}

async function watch() {
  let last = {};
  for (let wait = 0.3; ; wait = Math.min(wait * 1.5, 5)) {
    const { state, phase, done, total } = await request(config.progress);
    if (state !== "closed") break;
    progress(phase === "writing" ? words.writing : words.counting, done, total);
    if (phase !== last.phase || done !== last.done) last = { phase, done, at: performance.now() };
    else if (performance.now() - last.at > STALLED) {
      await start();
      last = {};
    }
    await pause(wait);
  }
  renew();
}

async function open(keysOf) {
  const onProgress = ({ opened, total }) => progress(total ? words.opening : words.empty, opened, total);
  const { rows: rowsUrl, keys: keysUrl, round } = config;
  const { total } = await openBox({ rowsUrl, keysUrl, csrfToken: csrfToken(config), keysOf, round, onProgress });
  await count(total);
}

/** What the command wrote on another computer takes the place of the key. */
$("keys-file")?.addEventListener("change", () => step(async () => {
  const [file] = $("keys-file").files;
  if (!file) return;
  const found = readKeysFile(await file.text(), { round: config.round, box: config.box });
  $("keys-file").value = "";
  if ($("open")) return open(fromKeysFile(found));
  const { [TEST_ROW]: key } = fromKeysFile(found)([{ id: TEST_ROW }]);
  await request(config.boxKeyTest, { body: { key }, csrfToken: csrfToken(config) });
  $("test").hidden = true;
  done();
}));

/** After a reload: a box that is open already needs no key again, a count under way only has to be watched. */
async function resume() {
  const { phase } = await request(config.progress);
  if (["checking", "writing"].includes(phase)) return watch();
  const { rows, opened, total } = await request(`${config.rows}?limit=1`);
  if (opened) progress(words.opening, opened, total);
  if (total && !rows.length) await count(total);
}

if ($("open")) {
  const { box, custody } = config;
  openDesk({ box, custody, words, step, onKey: (boxKey) => open((rows) => contentKeys(boxKey, rows, config.round)) });
  $("desk-take").disabled = true;
  await step(resume);
  $("desk-take").disabled = false;
}
document.documentElement.dataset.ready = "scrutineer";
