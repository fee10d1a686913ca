// Opening the box after closing, and watching the count that follows.
import { $, csrfToken, fill, pause } from "../ui/dom.js";
import { request } from "../lib/protocol.js";
import { contentKeys, fromKeysFile, openBox, readKeysFile } from "../lib/scrutineer.js";
import { openDesk } from "./desk.js";
import { config, renew, step, words } from "./page.js";
import { testByFile } from "./test.js";

/** Milliseconds after which a pace can be told, and after which a count that does not move was stopped with its worker. */
const SURE = 5_000;
const STALLED = 300_000;

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

/** After a reload: a box that is open already needs no key again, a count under way only has to be watched. */
async function resume() {
  const { phase } = await request(config.progress);
  if (["checking", "writing"].includes(phase)) return watch();
  const { rows, opened, total } = await request(`${config.rows}?limit=1`);
  if (opened) progress(words.opening, opened, total);
  if (total && !rows.length) await count(total);
}

/** Let what the command wrote on another computer take the place of the key, at the test as at the opening. */
export function letUseKeysFile() {
  $("keys-file")?.addEventListener("change", () => step(async () => {
    const [file] = $("keys-file").files;
    if (!file) return;
    const found = readKeysFile(await file.text(), { round: config.round, box: config.box });
    $("keys-file").value = "";
    if ($("open")) return open(fromKeysFile(found));
    await testByFile(found);
  }));
}

/** Let the holders open the box; go on first with an opening or a count that was interrupted. */
export async function letOpen() {
  if (!$("open")) return;
  const { box, custody } = config;
  openDesk({ box, custody, words, step, onKey: (boxKey) => open((rows) => contentKeys(boxKey, rows, config.round)) });
  $("desk-take").disabled = true;
  await step(resume);
  $("desk-take").disabled = false;
}
