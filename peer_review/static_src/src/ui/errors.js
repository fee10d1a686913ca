// Says what went wrong, in the page's own words, where a screen reader hears it.
//
//   trouble(error, words)       words.errors by code; words.errors.unknown names any other
//   noTrouble()

import { $, el, fill } from "./dom.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";

export function trouble(error, words) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : "unknown";
  $("trouble").replaceChildren(el("p", {}, words.errors[code] ?? fill(words.errors.unknown, { code })));
  $("trouble").hidden = false;
  $("trouble").focus();
}

export const noTrouble = () => { $("trouble").hidden = true; };
