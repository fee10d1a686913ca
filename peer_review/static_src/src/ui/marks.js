// One ballot paper of marks on the page, for one subject or a whole sheet: its answers, how far it is, what is wrong.
import { DONT_KNOW, checkAnswers, ruleStatus, scoreInTenths, subjectScore } from "../lib/papers.js";
import { fill } from "./dom.js";
import { changed, read, spoken, write } from "./questions.js";

export class Marks {
  constructor(card, config, words) {
    this.card = card;
    this.cell = card.dataset.cell;
    this.label = card.dataset.label;
    this.voters = card.dataset.class;
    this.paper = config.papers[this.cell];
    this.bands = config.bands;
    this.words = words;
    this.questions = [...card.querySelectorAll("[data-criterion]")];
    this.skip = card.querySelector("[data-skip]");
    this.rules = [...card.querySelectorAll("[data-rule]")];
  }

  get skipped() {
    return this.skip.checked;
  }

  answer(question) {
    return read(question, this.paper);
  }

  /** Return every answer given so far, by key. */
  answers() {
    const given = {};
    for (const question of this.questions) {
      const answer = this.answer(question);
      if (answer !== null && answer !== undefined) given[question.dataset.criterion] = answer;
    }
    return given;
  }

  missing() {
    return this.questions.filter((question) => (this.answer(question) ?? null) === null);
  }

  /** Return "skipped", "broken" (a rule of the sheet), "done", "partial" or "empty". */
  status() {
    if (this.skipped) return "skipped";
    if (this.brokenRules().length) return "broken";
    const missing = this.missing().length;
    if (!missing) return "done";
    return missing === this.questions.length && !this.questions.some((q) => this.answer(q) === undefined) ? "empty" : "partial";
  }

  put(answers, skipped) {
    this.skip.checked = skipped;
    for (const question of this.questions) write(question, answers[question.dataset.criterion] ?? null);
    this.refresh();
  }

  clear() {
    this.put({}, false);
  }

  /** Answer "do not know enough" wherever nothing is answered. */
  markRest() {
    for (const question of this.missing()) write(question, DONT_KNOW);
    this.refresh();
  }

  changed(input) {
    changed(input);
    this.refresh();
  }

  // The rules of a sheet

  /** Return where each rule stands, by the subjects that are judged whole. */
  ruleStates() {
    const { answers, done } = this.whole();
    return this.paper.rules.map((rule, i) => ({ rule, box: this.rules[i], ...ruleStatus(rule, answers, this.paper), done }));
  }

  /** Return the answers about subjects that are judged whole, and whether all of them are. */
  whole() {
    const subject = (key) => key.split(".")[0];
    const open = new Set(this.missing().map((question) => subject(question.dataset.criterion)));
    const answers = Object.fromEntries(Object.entries(this.answers()).filter(([key]) => !open.has(subject(key))));
    return { answers, done: !open.size };
  }

  /** Return the rules that this sheet breaks: a quota at once, the others when every answer is there. */
  brokenRules() {
    return this.ruleStates().filter(({ rule, kept, done }) => !kept && (done || rule.kind === "quota"));
  }

  /** Return the sentences that say where the rules stand, for those who do not see them. */
  spokenRules() {
    return this.rules.map((box) => box.querySelector("[data-live]").textContent).filter(Boolean).join(" · ");
  }

  refreshRules() {
    const broken = new Set(this.brokenRules().map(({ box }) => box));
    for (const { rule, box, kept, done, judged, reached, under } of this.ruleStates()) {
      const live = box.querySelector("[data-live]");
      const counts = { n: rule.n, judged, reached, under };
      const text = kept && !["quota", "low"].includes(rule.kind) ? "" : fill(box.dataset.words, counts);
      if (live.textContent !== text) live.textContent = text;
      live.classList.toggle("pr-state-done", kept && done);
      live.classList.toggle("pr-state-wait", broken.has(box));
      box.querySelector("[data-fault]").hidden = !broken.has(box);
    }
    const { answers } = this.whole();
    for (const row of this.card.querySelectorAll("[data-position]")) {
      const score = subjectScore(answers, this.paper, Number(row.dataset.position));
      row.querySelector("[data-score]").textContent = score ? this.scored(score) : "";
    }
  }

  scored(score) {
    const tenths = scoreInTenths(score);
    const points = tenths % 10 ? (tenths / 10).toFixed(1) : String(tenths / 10);
    return `${points} ${this.bandOf(tenths / 10)}`;
  }

  bandOf(points) {
    return this.bands.find(([least]) => points >= least)[1];
  }

  // What the page shows

  refresh() {
    const status = this.status();
    const mark = this.card.querySelector("[data-status]");
    mark.textContent = this.words[`status_${status}`];
    mark.classList.toggle("pr-state-done", status === "done");
    mark.classList.toggle("pr-state-wait", status === "partial" || status === "broken");
    this.card.classList.toggle("is-skipped", status === "skipped");
    for (const question of this.questions) {
      const answer = this.answer(question);
      if (answer !== null && answer !== undefined) question.classList.remove("is-missing");
      const number = question.querySelector("input[type=number]");
      if (!number) continue;
      const wrong = answer === undefined;
      const band = question.querySelector("[data-band]");
      band.textContent = wrong ? this.words.out_of_range : typeof answer === "number" && !this.rules.length ? this.bandOf(answer) : "";
      number.closest(".pr-number").classList.toggle("is-wrong", wrong);
      number.setAttribute("aria-invalid", String(wrong));
    }
    if (this.paper.kind === "sheet") this.refreshRules();
  }

  goToMissing() {
    const missing = this.missing();
    for (const question of missing) question.classList.add("is-missing");
    const target = missing[0] ?? this.questions[0];
    target.querySelector("input, select").focus();
    target.scrollIntoView({ block: "center" });
  }

  /** Return what stops casting though nothing is missing: a sentence, and the way to its place. */
  faults() {
    if (this.skipped) return [];
    const broken = this.brokenRules();
    // The server's own check, should a rule ever be broken that no sentence tells of.
    if (!broken.length && !this.missing().length && checkAnswers(this.answers(), this.paper))
      return [{ text: this.words.errors.bad_answers, show: () => this.goToMissing() }];
    return broken.map(({ box }) => ({
      text: `${this.label}: ${box.querySelector("[data-fault]").textContent}`,
      show: () => {
        this.refreshRules();
        box.focus();
        box.scrollIntoView({ block: "center" });
      },
    }));
  }

  /** Return the summary's rows: one a subject, each with its answers in words by criterion. */
  rows() {
    const rows = [...this.card.querySelectorAll("[data-position]")];
    const places = rows.length ? rows : [this.card];
    return places.map((place) => ({
      label: place.dataset.label,
      voters: this.voters,
      skipped: this.skipped,
      answers: Object.fromEntries([...place.querySelectorAll("[data-criterion]")].map((question) => [
        question.dataset.criterion.split(".").pop(), spoken(question, this.words, this.paper),
      ])),
    }));
  }
}
