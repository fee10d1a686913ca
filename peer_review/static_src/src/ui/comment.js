// The words about one subject: a ballot paper of its own, cast only where there is something to say or to take back.
import { COMMENT, checkAnswers, codePoints, tidyText } from "../lib/papers.js";
import { fill } from "./dom.js";
import { read } from "./questions.js";

export class Comment {
  /** `form` holds the marks too: some of them ask for words about the same subject. */
  constructor(box, form, config, words) {
    this.box = box;
    this.cell = box.dataset.comment;
    this.subject = box.dataset.label;
    this.label = fill(words.words_about, { label: this.subject });
    this.words = words;
    this.paper = config.papers[this.cell];
    this.config = config;
    this.area = box.querySelector("textarea");
    this.withdraw = box.querySelector("[data-withdraw] input");
    this.asking = [...form.querySelectorAll(`[data-about="${box.dataset.subject}"] [data-criterion]`)];
  }

  text() {
    return tidyText(this.area.value);
  }

  answers() {
    return { text: this.text() };
  }

  put({ text = "" } = {}) {
    this.area.value = text;
    this.withdraw.checked = false;
    this.refresh();
  }

  clear() {
    this.put();
  }

  changed() {
    this.refresh();
  }

  /** Whether a ballot goes out: there are words, or words that were cast before are taken back. */
  wanted(receipts) {
    return this.text() !== "" || this.withdraw.checked || Boolean(receipts[this.cell]);
  }

  refresh() {
    const count = codePoints(this.text());
    const over = count > this.paper.limit;
    this.box.querySelector("[data-count]").textContent = fill(this.words.characters, { count, limit: this.paper.limit });
    this.box.querySelector("[data-count]").classList.toggle("is-over", over);
    this.area.setAttribute("aria-invalid", String(over));
    const fault = this.box.querySelector("[data-fault]");
    if (!fault.hidden && !this.fault()) fault.hidden = true;
  }

  offerWithdrawal(offered) {
    this.withdraw.closest("[data-withdraw]").hidden = !offered;
  }

  /** Return the sentence that says why this may not be cast as it is, or "". */
  fault() {
    const count = codePoints(this.text());
    if (count > this.paper.limit) return fill(this.words.too_long, { label: this.subject, count, limit: this.paper.limit });
    if (checkAnswers(this.answers(), { ...this.paper, kind: COMMENT })) return this.words.errors.bad_answers;
    const reason = this.text() === "" && this.asking.find((question) => this.asks(question));
    return reason ? fill(this.words.reason_needed, { label: this.subject, criterion: reason.dataset.label }) : "";
  }

  /** Whether the mark given here asks for a reason. */
  asks(question) {
    const { below, above } = question.dataset;
    if (question.closest("[data-cell]").querySelector("[data-skip]").checked) return false;
    const answer = read(question, this.config);
    if (typeof answer !== "number") return false;
    return (below !== undefined && answer < Number(below)) || (above !== undefined && answer > Number(above));
  }

  faults() {
    const text = this.fault();
    if (!text) return [];
    const show = () => {
      this.box.querySelectorAll("details").forEach((details) => { details.open = true; });
      const fault = this.box.querySelector("[data-fault]");
      fault.textContent = text;
      fault.hidden = false;
      this.area.focus();
      this.box.scrollIntoView({ block: "center" });
    };
    return [{ text, show }];
  }
}
