// The first page of the kiosk: the code of an envelope, typed or read by a scanner that types.
import { $, carried } from "../ui/dom.js";
import { noTrouble, trouble } from "../ui/errors.js";
import { handOver } from "../envelopes/kiosk.js";
import { openEnvelope } from "../envelopes/envelopes.js";

const config = carried("kiosk-config");
const words = carried("kiosk-words");
const field = $("code");
let busy = false;

$("code-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  noTrouble();
  $("working").hidden = false;
  try {
    const { ticket, page } = await openEnvelope(config.open, field.value);
    field.value = "";
    handOver(config, ticket);
    location.assign(page);
  } catch (error) {
    trouble(error, words);
  } finally {
    busy = false;
    $("working").hidden = true;
  }
});

field.value = ""; // what a browser may have kept of the last one
field.focus();
document.documentElement.dataset.ready = "kiosk";
