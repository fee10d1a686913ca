// The ballot page's questions: reading answers out of them, putting drafts back, saying how far one is.
import { el } from "./dom.js";

/** One ballot paper on the page. */
export class Paper {
  constructor(card, form, words) {
    this.card = card;
    this.cell = card.dataset.cell;
    this.label = card.dataset.label;
    this.voters = card.dataset.class;
    this.form = form;
    this.words = words;
    this.questions = [...card.querySelectorAll("[data-criterion]")];
    this.skip = card.querySelector("[data-skip]");
  }

  get skipped() {
    return this.skip.checked;
  }

  /** Return the answer to one question: a number, "dk", null for none yet, undefined for what does not fit. */
  answer(question) {
    if (this.form.scale === "points") {
      const [points, dk] = question.querySelectorAll("input");
      if (dk.checked) return "dk";
      if (points.validity.badInput) return undefined;
      if (points.value.trim() === "") return null;
      const value = Number(points.value);
      return Number.isInteger(value) && value >= this.form.min && value <= this.form.max ? value : undefined;
    }
    const chosen = question.querySelector("input:checked");
    return chosen ? (chosen.value === "dk" ? "dk" : Number(chosen.value)) : null;
  }

  /** Return every answer given so far, by criterion. */
  answers() {
    const given = {};
    for (const question of this.questions) {
      const answer = this.answer(question);
      if (answer !== null && answer !== undefined) given[question.dataset.criterion] = answer;
    }
    return given;
  }

  missing() {
    return this.questions.filter((question) => this.answer(question) === null || this.answer(question) === undefined);
  }

  /** Return "skipped", "done", "partial" or "empty". */
  status() {
    if (this.skipped) return "skipped";
    const missing = this.missing().length;
    if (!missing) return "done";
    return missing === this.questions.length && !this.questions.some((q) => this.answer(q) === undefined) ? "empty" : "partial";
  }

  /** Put answers on the page. */
  put(answers, skipped) {
    this.skip.checked = skipped;
    for (const question of this.questions) this.set(question, answers[question.dataset.criterion] ?? null);
    this.refresh();
  }

  set(question, answer) {
    const inputs = [...question.querySelectorAll("input")];
    if (this.form.scale === "points") {
      inputs[0].value = typeof answer === "number" ? String(answer) : "";
      inputs[1].checked = answer === "dk";
    } else {
      for (const input of inputs) input.checked = answer !== null && input.value === String(answer);
    }
  }

  /** Answer "do not know enough" wherever nothing is answered. */
  markRest() {
    for (const question of this.missing()) this.set(question, "dk");
    this.refresh();
  }

  /** A number unticks "do not know enough", and that empties the number. */
  changed(input) {
    if (this.form.scale !== "points" || !input.closest("[data-criterion]")) return;
    const [points, dk] = input.closest("[data-criterion]").querySelectorAll("input");
    if (input === dk && dk.checked) points.value = "";
    if (input === points && points.value !== "") dk.checked = false;
  }

  /** Say how this paper stands. */
  refresh() {
    const status = this.status();
    const mark = this.card.querySelector("[data-status]");
    mark.textContent = this.words[`status_${status}`];
    mark.classList.toggle("pr-state-done", status === "done");
    mark.classList.toggle("pr-state-wait", status === "partial");
    this.card.classList.toggle("is-skipped", status === "skipped");
    for (const question of this.questions) {
      const answer = this.answer(question);
      if (answer !== null && answer !== undefined) question.classList.remove("is-missing");
      const band = question.querySelector("[data-band]");
      if (!band) continue;
      const wrong = answer === undefined;
      band.textContent = wrong
        ? this.words.out_of_range
        : typeof answer === "number" ? this.words.bands.find(([least]) => answer >= least)[1] : "";
      question.querySelector(".pr-number").classList.toggle("is-wrong", wrong);
      question.querySelector("input").setAttribute("aria-invalid", String(wrong));
    }
  }

  /** Mark what is missing and go there. */
  goToMissing() {
    const missing = this.missing();
    for (const question of missing) question.classList.add("is-missing");
    const target = missing[0] ?? this.questions[0];
    target.querySelector("input").focus();
    target.scrollIntoView({ block: "center" });
  }

  /** Return how an answer reads in the summary. */
  spoken(question) {
    const answer = this.answer(question);
    if (answer === null || answer === undefined) return el("strong", { class: "pr-flag" }, this.words.missing);
    if (answer === "dk") return this.words.dk;
    if (this.form.scale === "points") return String(answer);
    return question.querySelector("input:checked").closest("label").textContent.trim().replace(/\s+/g, " ");
  }
}

/** Enter goes to the next question instead of sending the form; after the last one, to the button. */
export function enterGoesOn(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=file])")) return;
    event.preventDefault();
    const questions = [...form.querySelectorAll("[data-criterion]")];
    const here = questions.indexOf(event.target.closest("[data-criterion]"));
    const next = here >= 0 ? questions[here + 1] : null;
    const target = next?.querySelector("input:checked") ?? next?.querySelector("input");
    (target ?? form.querySelector("[type=submit]")).focus();
  });
}
