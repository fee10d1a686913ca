// The bulletin page: every check of a count, computed here, each said in words. Figures come from the file that was checked.
import { $, carried, el, fill, grouped } from "../ui/dom.js";
import { audit } from "../tally/verify.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { fetchBytes } from "../lib/protocol.js";
import { readZip } from "../lib/zip.js";

const config = carried("verify-config");
const words = carried("verify-words");
const number = new Intl.NumberFormat(document.documentElement.lang || undefined);

const said = (sentence, values) =>
  fill(sentence, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === "number" ? number.format(value) : value])));

function trouble(error) {
  if (!(error instanceof ClientError)) console.error(error);
  const code = error instanceof ClientError ? error.code : "unknown";
  $("verify-trouble").replaceChildren(el("p", {}, words.errors[code] ?? fill(words.errors.unknown, { code })));
  $("verify-trouble").hidden = false;
  $("verify-trouble").focus();
}

/** Return what the person has put into the form, read. */
async function gather() {
  const files = { receipts: [], hash: $("verify-hash").value.trim() };
  for (const file of $("verify-receipts").files) files.receipts.push(await bytesOf(file));
  const [held] = $("verify-package")?.files ?? [];
  if (!held) return files;
  const start = new Uint8Array(await held.slice(0, 2).arrayBuffer());
  if (start[0] !== 0x50 || start[1] !== 0x4b) return { ...files, ballots: await bytesOf(held) };
  const names = ["manifest", "bulletin", "ballots", "dummies", "merged"];
  const packed = await readZip(held, names.map((name) => `${name}.json`));
  const [manifest, bulletin, ballots, dummies, merged] = names.map((name) => packed.get(`${name}.json`));
  if (!manifest || !bulletin || !ballots) throw new ClientError("bad_zip", "not an auditor's package");
  return { ...files, ballots, dummies, merged, packed: { manifest, bulletin } };
}

const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

function line({ check, ok, fault, ...values }) {
  const untold = check === "figures" && !values.people ? (values.people === 0 ? "figures_untold" : "figures_papers") : check;
  const note = ok ? words.notes[untold] : words.faults[fault];
  if (values.fate) values.fate = words.fates[values.fate];
  const shown = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, /^[0-9a-f]{64}$/.test(value) ? grouped(value) : value]));
  const name = el("div", {}, el("strong", {}, words.checks[check]), " ");
  if (note) name.append(el("span", { class: ok ? "pr-muted" : "pr-fault" }, said(note, shown)));
  return el("li", { "data-check": check, "data-ok": String(ok) },
    el("span", { class: `pr-state ${ok ? "pr-state-done" : "pr-state-fails"}` }, ok ? words.holds : words.fails), name);
}

function conclude({ sound, head, leaves, fingerprint }, sums, compared) {
  $("verify-done").hidden = false;
  $("verify-tick").hidden = !sound;
  $("verify-verdict").textContent = sound ? words.sound : words.unsound;
  const text = sound ? (compared ? words.sound_compared : words.sound_alone) : words.unsound_do;
  $("verify-text").textContent = text;
  const facts = head && sums ? [
    [words.fact_counted, number.format(sums.counted)],
    // Of version 1 the papers drawn; where a bulletin tells no people nothing is said.
    ...(head.v === 1 ? [[words.fact_papers_drawn, number.format(sums.drawn)]] : []),
    ...(sums.people ? [[words.fact_people_drawn, said(words.people_drawn, sums)]] : []),
    [words.fact_eligible, number.format(sums.eligible)],
    [words.fact_leaves, number.format(leaves.size)],
    [words.fact_root, grouped(head.root)],
    [words.fact_print, grouped(fingerprint)],
  ] : [];
  $("verify-facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", { class: "pr-nums pr-print", translate: "no" }, value)]));
  $("verify-verdict").focus();
}

$("verify-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $("verify-start");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  $("verify-trouble").hidden = $("verify-done").hidden = true;
  $("verify-checks").replaceChildren();
  $("verify-running").hidden = false;
  $("verify-step").textContent = words.fetching;
  $("verify-bar").removeAttribute("value");
  $("verify-of").textContent = "";
  let current = "";
  let sums = null;
  try {
    const [own, manifest, bulletin] = await Promise.all([gather(), fetchBytes(config.manifest), fetchBytes(config.bulletin)]);
    const expected = $("verify-print").value.trim();
    const found = await audit({ ...own, manifest, bulletin }, {
      expected,
      report(result) {
        if (result.check === "figures" && result.ok) sums = result;
        $("verify-checks").append(line(result));
      },
      progress({ check, done, total }) {
        // The name is read out, the numbers are only shown: a screen reader would never stop.
        if (check !== current) $("verify-step").textContent = words.checks[check];
        current = check;
        $("verify-bar").max = total;
        $("verify-bar").value = done;
        $("verify-of").textContent = said(words.done_of, { done, total });
      },
    });
    conclude(found, sums, Boolean(expected));
  } catch (error) {
    trouble(error);
  } finally {
    $("verify-running").hidden = true;
    button.setAttribute("aria-disabled", "false");
  }
});

document.documentElement.dataset.ready = "bulletin";
