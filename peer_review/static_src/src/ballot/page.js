// What every part of the ballot page shares: its data, its sections, and how it speaks.
import { $, el, fill, show } from "../ui/dom.js";
import { encodeRecoveryCode } from "../lib/credentials.js";
import { b64uDecode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";

export class BallotPage {
  constructor(config, words, store) {
    Object.assign(this, { config, words, store });
    this.busy = false;
    this.changedSinceCast = false;
    this.filling = $("filling");
    this.sections = [this.filling, $("summary"), $("receipt")];
    this.atStart = [];
  }

  get recoveryCode() {
    return encodeRecoveryCode(b64uDecode(this.store.data.master));
  }

  /** Call `work` whenever the first step is shown or what it tells has changed. */
  onStart(work) {
    this.atStart.push(work);
  }

  /** Show one step; the protection is read before, not beside, what is looked over or kept. */
  go(section) {
    const start = section === this.filling;
    $("protection").hidden = !start;
    if (start) this.refresh();
    show(section, this.sections);
  }

  /** Bring the first step up to date with what lies in the store. */
  refresh() {
    for (const work of this.atStart) work();
  }

  start() {
    this.go(this.filling);
  }

  say(text) {
    $("said").textContent = text;
  }

  explain(code) {
    return this.words.errors[code] ?? fill(this.words.errors.unknown, { code });
  }

  trouble(text, more = []) {
    const box = $("trouble");
    box.replaceChildren(el("p", {}, text), ...more.map((line) => el("p", {}, line)));
    box.hidden = false;
    box.focus();
    box.scrollIntoView({ block: "center" });
  }

  noTrouble() {
    $("trouble").hidden = true;
  }

  troubleFrom(error) {
    if (!(error instanceof ClientError)) console.error(error);
    const code = error instanceof ClientError ? error.code : error.message;
    // A drawn credential without its code would be lost with the page: say the code before anything else can fail.
    const { store, words } = this;
    if (code === "already_drawn") {
      // What was drawn with lies elsewhere: the first step shows where its code is typed.
      this.config.drawn = true;
      this.start();
    }
    const more = store.data.master && !store.kept ? [fill(words.code_first, { code: this.recoveryCode })] : [];
    this.trouble(this.explain(code), more);
  }

  /** Do one thing that takes time, and nothing beside it; say so if it fails. */
  async alone(work) {
    if (this.busy) return;
    this.busy = true;
    this.noTrouble();
    try {
      await work();
    } catch (error) {
      this.troubleFrom(error);
    } finally {
      this.busy = false;
      for (const box of document.querySelectorAll("[data-working]")) box.hidden = true;
    }
  }

  /** Say how far it is, in whichever step is shown. */
  working(text, done, total) {
    for (const box of document.querySelectorAll("[data-working]")) {
      box.hidden = false;
      box.querySelector("label").textContent = text;
      const bar = box.querySelector("progress");
      if (total) { bar.max = total; bar.value = done; } else bar.removeAttribute("value");
    }
  }
}
