// The receipt: that it is in, the code to write down, and what to check with.
import { $, copy, download, el, fill, grouped, showCode } from "../ui/dom.js";

export function giveReceipts(page, answers) {
  const { config, words, store } = page;

  function show(count, total) {
    $("receipt-title").textContent = fill(words.cast_all, { count, total });
    const { version, recovered, receipts } = store.data;
    $("receipt-version").textContent = recovered ? words.version_later : fill(words.version, { version });
    showCode($("recovery-code"), page.recoveryCode);
    const rows = answers.all.filter((paper) => receipts[paper.cell]).map((paper) => el("tr", {},
      el("th", { scope: "row" }, `${paper.label} `, el("span", { class: "pr-muted" }, paper.voters ?? "")),
      el("td", { class: "pr-print" }, grouped(receipts[paper.cell].leaf.slice(0, 16)))));
    $("receipt-table").querySelector("tbody").replaceChildren(...rows);
    page.go($("receipt"));
  }

  $("show-receipt").addEventListener("click", () => {
    const count = Object.keys(store.data.receipts).length;
    show(count, count);
  });
  $("change").addEventListener("click", () => page.start());
  $("print-receipt").addEventListener("click", () => print());
  $("download-receipt").addEventListener("click", () => {
    // Without the salts: who is given the file to check with it learns nothing to try answers with.
    const receipts = Object.values(store.data.receipts).map(({ salt, ...receipt }) => receipt);
    const file = { v: 1, round: config.round, title: config.title, fingerprint: config.fingerprint, receipts };
    download(`receipt-${config.round.slice(0, 8)}.json`, `${JSON.stringify(file, null, 2)}\n`);
  });
  for (const button of document.querySelectorAll("[data-copy-code]"))
    button.addEventListener("click", () => copy(page.recoveryCode, words, (text) => page.say(text)));

  page.onStart(() => {
    const count = Object.keys(store.data.receipts).length;
    $("earlier").hidden = !count;
    $("earlier-text").textContent = fill(words.earlier, { count });
  });
  return show;
}
