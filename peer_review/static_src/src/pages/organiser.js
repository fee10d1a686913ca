// The organiser's page while keys are being made: the bar moves without reloading.
import { $, pause } from "../ui/dom.js";

const bar = $("keys-bar");

async function watch() {
  const before = bar.value;
  for (let wait = 1; ; wait = Math.min(wait * 1.5, 10)) {
    await pause(wait);
    const answer = await fetch(bar.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) continue;
    const { ready, total } = await answer.json();
    bar.max = total || 1;
    bar.value = ready;
    $("keys-ready").textContent = String(ready);
    if (ready > before) wait = 1;
    if (total && ready === total && before !== ready) return location.reload();
  }
}

if (bar) watch();
