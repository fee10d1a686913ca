// Drafts: what this browser keeps while somebody fills in, and the promise that a shared computer keeps nothing.
import { $ } from "../ui/dom.js";

export function keepDrafts(page, answers) {
  const { config, words, store } = page;

  function remember() {
    store.data.answers = Object.fromEntries(answers.all.map((paper) => [paper.cell, paper.answers()]));
    store.data.skipped = answers.marks.filter((paper) => paper.skipped).map((paper) => paper.cell);
    store.data.fingerprint ??= config.fingerprint;
    store.save();
  }

  function restore() {
    for (const paper of answers.all) paper.put(store.data.answers[paper.cell] ?? {}, store.data.skipped.includes(paper.cell));
    for (const comment of answers.comments) comment.offerWithdrawal(store.data.recovered);
    answers.refresh();
  }

  function showKept() {
    $("shared").checked = !store.kept;
    $("kept-here").hidden = !store.kept;
    $("kept-nowhere").hidden = store.kept;
  }

  $("shared").addEventListener("change", (event) => {
    store.keep(!event.target.checked);
    if (store.kept) remember();
    showKept();
  });

  for (const button of document.querySelectorAll("[data-forget]")) {
    button.addEventListener("click", () => {
      if (page.busy) return;
      if (config.mode === "kiosk") {
        page.changedSinceCast = false;
        store.forget();
        location.reload();
        return;
      }
      if (!confirm(words.forget_sure)) return;
      if (store.data.master) config.drawn = true;
      store.forget();
      page.changedSinceCast = false;
      page.noTrouble();
      restore();
      page.start();
      page.say(words.forgotten);
    });
  }

  window.addEventListener("beforeunload", (event) => {
    // A kiosk that nobody touches must be able to leave by itself.
    if (config.mode === "kiosk" && !page.busy) return;
    // On a shared computer what was drawn for the second stage lives on in the code alone.
    const drawnHere = config.mode === "draw" && store.data.master;
    if (page.busy || (!store.kept && (page.changedSinceCast || drawnHere))) event.preventDefault();
  });

  const protection = $("protection");
  if (store.data.read) protection.open = false;
  protection.addEventListener("toggle", () => {
    if (protection.open) return;
    store.data.read = true;
    store.save();
  });

  answers.onChange(remember);
  restore();
  showKept();
  const filled = (given) => Object.values(given).some((answer) => answer !== "");
  if (Object.values(store.data.answers).some(filled)) page.say(words.draft_restored);
  return { restore };
}
