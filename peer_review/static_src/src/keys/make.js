// Making the box key, whole or to be shared out; or taking the public half of one that was made on another computer.
import { $, copy, csrfToken, download, showCode } from "../ui/dom.js";
import { b64uDecode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { encodeBoxKey, newBoxKey, testBoxKey } from "../lib/scrutineer.js";
import { makeShares } from "./ceremony.js";
import { give, isSplit } from "./custody.js";
import { config, hold, lastFour, renew, say, showTested, step, words } from "./page.js";

/** Let a scrutineer make the key. */
export function letMake() {
  let made = null;

  for (const choice of document.querySelectorAll("input[name=kept]"))
    choice.addEventListener("change", () => { $("threshold").disabled = !isSplit(); });

  $("make-key")?.addEventListener("click", () => step(async () => {
    const boxKey = await newBoxKey();
    if (isSplit()) return makeShares(boxKey);
    made = { boxKey, code: await encodeBoxKey(boxKey.secret) };
    hold(true);
    showCode($("key-code"), made.code);
    $("made-text").textContent = words.made;
    $("made").hidden = false;
    $("make").hidden = true;
    $("made-title").focus();
  }));

  $("copy-key")?.addEventListener("click", () => copy(made.code, words, say));
  $("print-key")?.addEventListener("click", () => print());
  $("download-key")?.addEventListener("click", () => {
    download(`box-key-${config.round.slice(0, 8)}.txt`, `${config.title}\n${config.round}\n\n${made.code}\n`, "text/plain");
  });

  $("confirm-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    step(async () => {
      if (lastFour($("last-group").value) !== made.code.slice(-4)) throw new ClientError("confirm_wrong");
      const { boxKey } = made;
      const epk = await give(boxKey.publicKey);
      await testBoxKey({ testUrl: config.boxKeyTest, csrfToken: csrfToken(config), boxKey, epk, round: config.round });
      made = null;
      hold(false);
      $("key-code").replaceChildren();
      $("made").hidden = true;
      showTested();
    });
  });

  $("public-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    step(async () => {
      let publicKey;
      try {
        publicKey = b64uDecode($("public-half").value.trim(), 32);
      } catch (cause) {
        throw new ClientError("bad_public_half", "", { cause });
      }
      await give(publicKey);
      renew();
    });
  });
}
