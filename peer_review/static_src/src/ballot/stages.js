// Two stages: draw now, cast later. What is drawn stays in this browser, so that casting asks for nothing with a
// sign-in; on a shared computer only the recovery code remains.
import { $, showCode } from "../ui/dom.js";
import { b64uDecode } from "../../../../zhengyan_crypto/browser/encoding.js";

export function letDraw(page, credentials) {
  const { config, store, words } = page;

  page.onStart(() => {
    const { complete } = credentials;
    $("draw-first").hidden = complete || config.drawn;
    $("drawn").hidden = !complete;
    if (!complete) return;
    $("drawn-here").hidden = !store.kept;
    $("drawn-nowhere").hidden = store.kept;
    showCode($("drawn-code"), page.recoveryCode);
  });
  $("print-code").addEventListener("click", () => print());
  $("shared").addEventListener("change", () => page.refresh());
  $("draw-now").addEventListener("click", () => page.alone(async () => {
    await credentials.obtain();
    page.start();
    page.say(words.drawn);
    $("drawn-title").focus();
  }));
}

/** In the second stage: have what was drawn at hand before anything is cast, never beside it. */
export function letCastLater(page, credentials) {
  const { store } = page;
  page.onStart(() => { $("held").hidden = !credentials.complete; });
  if (store.data.master && !credentials.complete) {
    page.alone(async () => {
      const master = b64uDecode(store.data.master);
      credentials.keep(master, await credentials.drawWith(master));
      page.start();
    });
  }
}
