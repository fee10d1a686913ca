// Casting: signed entries go out together, without a sign-in, until each has a receipt or a refusal.
import { $, fill } from "../ui/dom.js";
import { makeEntry, revisionOf } from "../lib/credentials.js";
import { cast } from "../lib/protocol.js";

// How often a version that the server calls old is raised before the person is asked.
const RAISES = 20;
const RAISE = 100;
// Versions of a browser that took over from another start above all that the other counted by ones, and a minute later
// above those of an earlier one that took over in the same way. Together they stay within the six digits of a revision.
const TAKEN_OVER = 10_000;
const LAST_MINUTE = 80_000;

/** Return a version that outranks what was cast from another browser, whatever this one knows of it. */
export function versionAfter(page) {
  const { minutes } = page.config;
  const now = minutes + Math.floor(performance.now() / 60_000);
  return TAKEN_OVER + Math.min(LAST_MINUTE, Math.max(0, now));
}

export const isCounted = (version) => version < TAKEN_OVER;

/** Cast until each paper has a receipt or a refusal; return the refusals by cell. */
export async function castAll(page, { manifest, credentials, papers }) {
  const { store, config, words } = page;
  const refused = new Map();
  // An envelope may have been used before, and a kiosk remembers nothing.
  if (config.mode === "kiosk") store.data.version = Math.max(store.data.version, versionAfter(page));
  store.data.version += 1;
  store.save();
  for (let left = papers, raises = 0; left.length; raises += 1) {
    const { version } = store.data;
    const entries = [];
    for (const paper of left) {
      const { credential, token } = credentials.get(paper.cell);
      entries.push(await makeEntry(credential, paper.answers(), { token, revision: revisionOf(credential, version) }));
    }
    page.working(words.casting);
    const onUpdate = (results) => {
      const count = results.filter((result) => result?.pending).length;
      if (count) page.working(fill(words.pending, { count }));
    };
    const results = await cast(config.cast, entries, { manifest, onUpdate });
    const again = [];
    for (const [i, paper] of left.entries()) {
      const { receipt, error } = results[i];
      if (receipt) store.data.receipts[paper.cell] = receipt;
      else if (error === "stale_revision" && raises < RAISES) again.push(paper);
      else refused.set(paper.cell, error);
    }
    if (again.length) store.data.version = Math.max(version + RAISE, versionAfter(page));
    store.save();
    left = again;
  }
  return refused;
}

/** Let the button cast; `done(count, total)` once anything has a receipt. */
export function letCast(page, answers, credentials, done) {
  $("cast").addEventListener("click", () => page.alone(async () => {
    const buttons = [$("cast"), $("back")];
    const [fault] = answers.faults();
    if (fault) {
      page.start();
      fault.show();
      return;
    }
    for (const button of buttons) button.disabled = true;
    try {
      const papers = answers.wanted();
      const obtained = await credentials.obtain();
      const refused = await castAll(page, { manifest: credentials.manifest, credentials: obtained, papers });
      const count = papers.length - refused.size;
      if (count) {
        page.changedSinceCast = refused.size > 0;
        done(count, papers.length);
      }
      if (refused.size) {
        const lines = papers.filter((paper) => refused.has(paper.cell))
          .map((paper) => fill(page.words.not_cast, { label: paper.label, reason: page.explain(refused.get(paper.cell)) }));
        page.trouble(lines[0], lines.slice(1));
      }
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }));
}
