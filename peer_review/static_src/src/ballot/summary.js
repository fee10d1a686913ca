// Looking over: every answer in words, and what still stands between them and the box.
import { $, el, fill } from "../ui/dom.js";

export function lookOver(page, answers) {
  const { config, words } = page;

  function summary() {
    const wanted = answers.wanted();
    const incomplete = answers.incomplete();
    const faults = answers.faults();
    const skipped = answers.marks.filter((paper) => paper.skipped).length;
    $("summary-text").textContent = wanted.length ? fill(words.summary_ready, { count: wanted.length, skipped }) : words.summary_none;
    $("summary-missing").replaceChildren(...(incomplete.length ? [missingList(incomplete)] : []), ...(faults.length ? [faultList(faults)] : []));
    $("summary-table").replaceChildren(...table());
    $("cast").disabled = !wanted.length || incomplete.length > 0 || faults.length > 0;
  }

  function table() {
    const rows = answers.marks.flatMap((paper) => paper.rows());
    const asked = config.criteria.filter(({ key }) => rows.some((row) => key in row.answers));
    const head = el("thead", {}, el("tr", {},
      el("th", { scope: "col" }, words.paper),
      ...asked.map(({ label }) => el("th", { scope: "col" }, label))));
    const made = rows.map(({ label, voters, skipped, answers: given }) => el("tr", {},
      el("th", { scope: "row" }, label, " ", el("span", { class: "pr-muted" }, voters)),
      ...(skipped
        ? [el("td", { colspan: asked.length, class: "pr-muted" }, words.status_skipped)]
        : asked.map(({ key, label: name }) => el("td", { "data-label": name }, given[key] ?? words.not_asked)))));
    const said = answers.comments.filter((one) => one.wanted(page.store.data.receipts)).map((one) => el("tr", {},
      el("th", { scope: "row" }, one.label),
      el("td", { colspan: asked.length, class: "pr-words" }, one.text() || el("span", { class: "pr-muted" }, words.words_withdrawn))));
    return [head, el("tbody", {}, ...made, ...said)];
  }

  function missingList(incomplete) {
    const settle = (change) => { change(); answers.changed(); summary(); $("summary-title").focus(); };
    return el("div", { class: "pr-note pr-note-warn" },
      el("p", {}, fill(words.summary_missing, { count: incomplete.length })),
      el("ul", {}, ...incomplete.map((paper) => el("li", {}, `${paper.label} (${paper.voters}) `,
        act(words.to_paper, paper.label, () => { page.start(); paper.goToMissing(); }),
        act(words.mark_dk, paper.label, () => settle(() => paper.markRest())),
        act(words.skip, paper.label, () => settle(() => { paper.skip.checked = true; paper.refresh(); }))))));
  }

  function faultList(faults) {
    return el("div", { class: "pr-note pr-note-error" },
      el("ul", {}, ...faults.map(({ text, show }) => el("li", {}, `${text} `,
        act(words.to_place, text, () => { page.start(); show(); })))));
  }

  function act(label, about, then) {
    const button = el("button", { class: "btn btn-link", type: "button" }, label, el("span", { class: "pr-sr" }, `: ${about}`));
    button.addEventListener("click", then);
    return button;
  }

  answers.form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.noTrouble();
    const [fault] = answers.faults();
    if (fault) {
      fault.show();
      return;
    }
    summary();
    page.go($("summary"));
  });
  $("back").addEventListener("click", () => { page.start(); $("progress").scrollIntoView(); });
}
