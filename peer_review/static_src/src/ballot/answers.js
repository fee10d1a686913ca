// Collecting answers: all papers of one evaluator, what is missing or wrong in them, what would be cast.
import { $, fill } from "../ui/dom.js";
import { Comment } from "../ui/comment.js";
import { Marks } from "../ui/marks.js";
import { enterGoesOn } from "../ui/questions.js";

export class Answers {
  constructor(page) {
    this.page = page;
    const { config, words } = page;
    this.form = $("fill");
    this.marks = [...this.form.querySelectorAll("[data-cell]")].map((card) => new Marks(card, config, words));
    this.comments = [...this.form.querySelectorAll("[data-comment]")].map((box) => new Comment(box, this.form, config, words));
    this.listeners = [];
    this.listen();
  }

  get all() {
    return [...this.marks, ...this.comments];
  }

  /** Call `work` after every change of an answer. */
  onChange(work) {
    this.listeners.push(work);
  }

  listen() {
    this.form.addEventListener("input", (event) => {
      const paper = this.at(event.target);
      if (!paper) return;
      paper.changed(event.target);
      // The rules of the sheet that is being filled in stay in sight; those who cannot see them hear them below.
      $("rules-now").textContent = paper.spokenRules?.() ?? "";
      this.changed();
    });
    // Counts of a sheet's rules are spoken when an answer is finished, not at every digit of it.
    this.form.addEventListener("change", (event) => {
      const text = this.at(event.target)?.spokenRules?.();
      if (text) this.page.say(text);
    });
    this.form.addEventListener("click", (event) => {
      if (!event.target.closest("[data-clear]")) return;
      const card = event.target.closest("[data-cell]");
      for (const paper of this.all) if (card.contains(paper.card ?? paper.box)) paper.clear();
      this.changed();
    });
    enterGoesOn(this.form);
  }

  at(element) {
    return this.comments.find((one) => one.box.contains(element)) ?? this.marks.find((one) => one.card.contains(element));
  }

  changed() {
    this.page.changedSinceCast = true;
    this.refresh();
    for (const work of this.listeners) work();
  }

  refresh() {
    for (const comment of this.comments) comment.refresh();
    const done = this.marks.filter((paper) => ["done", "skipped"].includes(paper.status())).length;
    const text = fill(this.page.words.done_of, { done, total: this.marks.length });
    if ($("progress-text").textContent !== text) $("progress-text").textContent = text;
    $("progress").value = done;
  }

  /** Return the papers of which a ballot is to be cast; marks first, as they stand on the page. */
  wanted() {
    const { receipts } = this.page.store.data;
    return [...this.marks.filter((paper) => !paper.skipped), ...this.comments.filter((one) => one.wanted(receipts))];
  }

  incomplete() {
    return this.marks.filter((paper) => !paper.skipped && paper.missing().length);
  }

  /** Return what stops casting though no answer is missing. */
  faults() {
    return this.all.flatMap((paper) => paper.faults());
  }
}
