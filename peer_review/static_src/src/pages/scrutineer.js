// The scrutineer's page. The box key is made here and used here; what leaves the browser is its public half, and
// after closing one content key per ballot.
import { $, carried, copy, csrfToken, download, el, fill, pause, showCode } from "../ui/dom.js";
import { b64uEncode } from "../lib/encoding.js";
import { ClientError } from "../lib/errors.js";
import { request } from "../lib/protocol.js";
import { decodeBoxKey, encodeBoxKey, newBoxKey, openBox, proveBoxKey } from "../lib/scrutineer.js";

const config = carried("scrutineer-config");
const words = carried("scrutineer-words");
let made = null;
let busy = false;

const say = (text) => { $("said").textContent = text; };

function trouble(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  $("trouble").replaceChildren(el("p", {}, words[code] ?? words.errors[code] ?? fill(words.errors.unknown, { code })));
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

// Making the key

$("make-key")?.addEventListener("click", () => step(async () => {
  const boxKey = await newBoxKey();
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

$("confirm-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  step(async () => {
    const typed = $("last-group").value.toUpperCase().replace(/[^0-9A-Z]/g, "");
    if (typed !== made.code.slice(-4)) throw new ClientError("confirm_wrong");
    const { boxKey } = made;
    await proveBoxKey({ publicUrl: config.boxKey, testUrl: config.boxKeyTest, csrfToken: csrfToken(config), boxKey, round: config.round });
    made = null;
    $("key-code").replaceChildren();
    $("made").hidden = true;
    $("tested-text").textContent = words.tested;
    $("tested").hidden = false;
    $("tested-title").focus();
  });
});

// Opening the box

function progress(text, done, total) {
  $("working").hidden = false;
  $("working-text").textContent = text;
  $("working-bar").max = total || 1;
  $("working-bar").value = total ? done : 1;
}

/** Start the count if nobody has, then watch it. */
async function count(total) {
  progress(fill(words.opened, { total }), 1, 1);
  await request(config.finish, { body: {}, csrfToken: csrfToken(config) });
  await watch();
}

async function watch() {
  for (let wait = 0.3; ; wait = Math.min(wait * 1.5, 5)) {
    const { state, done, total } = await request(config.progress);
    if (state !== "closed") break;
    progress(fill(words.counting, { done, total }), done, total);
    await pause(wait);
  }
  $("open").hidden = true;
  document.querySelector(".pr-state").textContent = $("counted-title").textContent;
  $("counted").hidden = false;
  $("counted-title").focus();
}

$("open-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  step(async () => {
    $("open-box").disabled = true;
    try {
      const boxKey = await decodeBoxKey($("box-key").value);
      // Asked here first: a key of another box need not even be tried.
      if (b64uEncode(boxKey.publicKey) !== config.box) throw new ClientError("wrong_key");
      const onProgress = ({ opened, total }) => progress(total ? fill(words.opening, { opened, total }) : words.empty, opened, total);
      const { rows: rowsUrl, keys: keysUrl, round } = config;
      const { total } = await openBox({ rowsUrl, keysUrl, csrfToken: csrfToken(config), boxKey, round, onProgress });
      $("box-key").value = "";
      await count(total);
    } finally {
      $("open-box").disabled = false;
    }
  });
});

/** After a reload: a box that is open already needs no key again, a count under way only has to be watched. */
async function resume() {
  const { phase } = await request(config.progress);
  if (["checking", "writing"].includes(phase)) return watch();
  const { rows, opened, total } = await request(`${config.rows}?limit=1`);
  if (opened) progress(fill(words.opening, { opened, total }), opened, total);
  if (total && !rows.length) await count(total);
}

if ($("open-form")) {
  $("open-box").disabled = true;
  await step(resume);
  $("open-box").disabled = false;
}
document.documentElement.dataset.ready = "scrutineer";
