// One question on the ballot page: a number with "do not know enough" beside it, radio rows, or (on sheets) a list.
//
//   read(question, {min, max}) -> integer | "dk" | null (no answer yet) | undefined (an answer that does not fit)
//   write(question, answer | null)
//   changed(input)                  keeps a number and "do not know enough" from standing together
//   spoken(question, words, bounds) -> what the answer reads like in the summary

import { el } from "./dom.js";
import { DONT_KNOW } from "../lib/papers.js";

const numberOf = (question) => question.querySelector("input[type=number]");
const tickOf = (question) => question.querySelector("input[type=checkbox]");
const listOf = (question) => question.querySelector("select");
const chosen = (value) => (value === DONT_KNOW ? DONT_KNOW : Number(value));

export function read(question, { min, max }) {
  const list = listOf(question);
  if (list) return list.value === "" ? null : chosen(list.value);
  const number = numberOf(question);
  if (!number) {
    const radio = question.querySelector("input:checked");
    return radio ? chosen(radio.value) : null;
  }
  if (tickOf(question).checked) return DONT_KNOW;
  if (number.validity.badInput) return undefined;
  if (number.value.trim() === "") return null;
  const value = Number(number.value);
  return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

export function write(question, answer) {
  const list = listOf(question);
  const number = numberOf(question);
  if (list) {
    list.value = answer === null ? "" : String(answer);
  } else if (number) {
    number.value = typeof answer === "number" ? String(answer) : "";
    tickOf(question).checked = answer === DONT_KNOW;
  } else {
    for (const radio of question.querySelectorAll("input")) radio.checked = answer !== null && radio.value === String(answer);
  }
}

export function changed(input) {
  const question = input.closest("[data-criterion]");
  const number = question && numberOf(question);
  if (!number) return;
  const tick = tickOf(question);
  if (input === tick && tick.checked) number.value = "";
  if (input === number && number.value !== "") tick.checked = false;
}

export function spoken(question, words, bounds) {
  const answer = read(question, bounds);
  if (answer === null || answer === undefined) return el("strong", { class: "pr-flag" }, words.missing);
  if (answer === DONT_KNOW) return words.dk;
  const list = listOf(question);
  const shown = list ? list.selectedOptions[0] : question.querySelector("input:checked")?.closest("label");
  return shown ? shown.textContent.trim().replace(/\s+/g, " ") : String(answer);
}

/** Enter goes to the next question instead of sending the form; after the last one, to the button. */
export function enterGoesOn(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=file]), select")) return;
    event.preventDefault();
    const questions = [...form.querySelectorAll("[data-criterion]")];
    const here = questions.indexOf(event.target.closest("[data-criterion]"));
    const next = here >= 0 ? questions[here + 1] : null;
    const target = next?.querySelector("input:checked") ?? next?.querySelector("input, select");
    (target ?? form.querySelector("[type=submit]")).focus();
  });
}
