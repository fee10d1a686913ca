// The first page of the kiosk: the code of an envelope, typed or read by a scanner that types.
import { $, carried, el, fill } from "../ui/dom.js";
import { handOver } from "../ui/kiosk.js";
import { openEnvelope } from "../lib/envelopes.js";
import { ClientError } from "../lib/errors.js";
import { fetchManifest } from "../lib/protocol.js";

const config = carried("kiosk-config");
const words = carried("kiosk-words");
const field = $("code");
let busy = false;

function trouble(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : "unknown";
  $("trouble").replaceChildren(el("p", {}, words.errors[code] ?? fill(words.errors.unknown, { code })));
  $("trouble").hidden = false;
  $("trouble").focus();
}

$("code-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  $("trouble").hidden = true;
  $("working").hidden = false;
  try {
    const manifest = await fetchManifest(config.manifest, { round: config.round, fingerprint: config.fingerprint });
    const { master, page } = await openEnvelope(config.draw, { manifest, urns: config.urns, code: field.value });
    field.value = "";
    handOver(config, master);
    location.assign(page);
  } catch (error) {
    trouble(error);
  } finally {
    busy = false;
    $("working").hidden = true;
  }
});

field.value = ""; // what a browser may have kept of the last one
field.focus();
document.documentElement.dataset.ready = "kiosk";
