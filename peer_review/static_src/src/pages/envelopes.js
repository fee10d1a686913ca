// The scrutineers' page of envelopes: made in this browser, printed at once, then gone from it.
import { $, carried, csrfToken, el, fill } from "../ui/dom.js";
import { noTrouble, trouble } from "../ui/errors.js";
import { qrCode } from "../ui/qr.js";
import { makeTickets } from "../envelopes/envelopes.js";

const config = carried("envelopes-config");
const words = carried("envelopes-words");
const slips = $("slips");
let busy = false;

/** One slip: nothing on it tells it from the others but its code. */
function slip(code, urn) {
  return el("li", { class: "pr-slip" },
    el("h3", {}, config.title),
    el("p", {}, fill(words.slip_papers, { papers: urn.papers.join(words.comma) })),
    el("div", { class: "pr-slip-code" }, qrCode(code, words.slip_qr), el("p", { class: "pr-code", translate: "no" }, ...code.split("-").flatMap((group, i) => (i ? [" ", el("span", {}, group)] : [el("span", {}, group)])))),
    el("p", {}, fill(words.slip_where, { kiosk: config.kiosk, last: config.last })),
    el("p", { class: "pr-muted" }, words.slip_care));
}

async function make(urn) {
  $("working").hidden = false;
  const codes = await makeTickets(urn.make, { round: config.round, count: urn.envelopes, csrfToken: csrfToken(config) });
  slips.replaceChildren(...codes.map((code) => slip(code, urn)));
  $("made-title").textContent = fill(words.made, { number: urn.number, count: codes.length });
  $("choose").hidden = true;
  $("made").hidden = false;
  $("made-title").focus();
}

for (const button of document.querySelectorAll("[data-urn]"))
  button.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    button.disabled = true;
    noTrouble();
    try {
      await make(config.urns.find((urn) => String(urn.number) === button.dataset.urn));
    } catch (error) {
      button.disabled = false;
      trouble(error, words);
    } finally {
      busy = false;
      $("working").hidden = true;
    }
  });

$("print-slips").addEventListener("click", () => print());
$("destroy").addEventListener("click", () => {
  if (!confirm(words.destroy_sure)) return;
  slips.replaceChildren();
  location.reload();
});

window.addEventListener("beforeunload", (event) => {
  if (busy || slips.children.length) event.preventDefault();
});
document.documentElement.dataset.ready = "envelopes";
