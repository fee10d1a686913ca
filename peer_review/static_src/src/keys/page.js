// What the steps of the scrutineer's page share: its configuration and sentences, one step at a time, and a question
// before the page is left while a key is on no paper yet.
import { $, carried, el, fill } from "../ui/dom.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";

export const config = carried("scrutineer-config");
export const words = carried("scrutineer-words");
let busy = false;
let holding = false;

export const say = (text) => { $("said").textContent = text; };

/** Say whether this page holds a key that is on no paper yet. */
export function hold(isHeld) {
  holding = isHeld;
}

function trouble(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : error.message;
  const sentence = words[code] ?? words.errors[code] ?? words.errors.unknown;
  $("trouble").replaceChildren(el("p", {}, fill(sentence, { code, ...error.details })));
  $("trouble").hidden = false;
  $("trouble").focus();
}

/** Run one step alone; what goes wrong is said. */
export async function step(work) {
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
  if (busy || holding) event.preventDefault();
});

/** Read the page anew: what it shows next is the server's to say. */
export function renew() {
  busy = false;
  holding = false;
  location.reload();
}

/** Say that the key has been tested. */
export function showTested() {
  $("tested").hidden = false;
  $("tested-title").focus();
}

/** Return the last group of a code as it is asked back: its last four letters and digits. */
export const lastFour = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");
