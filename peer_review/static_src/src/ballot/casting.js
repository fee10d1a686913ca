// Casting: signed ballots go out together, without a sign-in, until each has a receipt or a refusal.
import { $, fill } from "../ui/dom.js";
import { makeCast, revisionOf } from "../lib/credentials.js";
import { cast } from "../lib/protocol.js";
import { MAX_VERSION } from "../lib/revisions.js";

/**
 * Cast until each paper has a receipt or a refusal; return the refusals by cell.
 *
 * A version counts on from this browser's last, from the time of its own draw. So what another browser has cast since
 * it took over with the recovery code is never outranked from here: the server calls this one old, and it stays so.
 */
export async function castAll(page, { manifest, credentials, papers }) {
  const { store, config, words } = page;
  const { drawnAt, version } = await store.nextVersion();
  if (version > MAX_VERSION) return new Map(papers.map(({ cell }) => [cell, "too_many_casts"]));
  const casts = [];
  for (const paper of papers) {
    const { credential, token } = credentials.get(paper.cell);
    const revision = revisionOf(credential, { drawnAt, version });
    casts.push(await makeCast(credential, paper.answers(), { token, revision }));
  }
  page.working(words.casting);
  const onUpdate = (results) => {
    const count = results.filter((result) => result?.pending).length;
    if (count) page.working(fill(words.pending, { count }));
  };
  const results = await cast(config.cast, casts, { manifest, onUpdate });
  const refused = new Map();
  for (const [i, { cell }] of papers.entries()) {
    const { receipt, error } = results[i];
    // The salt lies with the receipt in this browser and nowhere else: no code gives it back.
    if (receipt) store.data.receipts[cell] = { ...receipt, salt: casts[i].entry.ballot.salt };
    else refused.set(cell, error);
  }
  store.save();
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
