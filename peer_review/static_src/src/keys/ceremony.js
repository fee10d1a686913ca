// The ceremony: one share after the other is shown to its holder, and to nobody else.
import { $, csrfToken, fill, showCode } from "../ui/dom.js";
import { b64uEncode, hexEncode, sha256 } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { encodeShare, splitKey } from "../../../../zhengyan_crypto/browser/sharing.js";
import { request } from "../lib/protocol.js";
import { chosenCustody, give } from "./custody.js";
import { config, hold, lastFour, renew, step, words } from "./page.js";

/** The shares that have been made, their holders, and whose turn it is. */
let ceremony = null;

/** Share a key out and begin the ceremony. */
export async function makeShares(boxKey) {
  const { threshold } = chosenCustody();
  const holders = config.scrutineers.map(({ name }, i) => ({ number: i + 1, name }));
  const shares = await splitKey(boxKey, { threshold, shares: holders.length });
  const texts = await Promise.all(shares.map(encodeShare));
  const epk = await give(boxKey.publicKey); // It says of which key the shares are, should another replace it meanwhile.
  ceremony = { texts, holders, threshold, epk, at: 0 };
  hold(true);
  const name = hexEncode((await sha256(boxKey.publicKey)).slice(0, 8));
  $("share-key").textContent = name.match(/.{4}/g).join(" ");
  $("make").hidden = true;
  $("ceremony").hidden = false;
  call();
}

/** Ask the next holder to come; their share is still hidden. */
function call() {
  const { holders, at } = ceremony;
  const { number, name } = holders[at];
  $("share-code").replaceChildren();
  $("share").hidden = true;
  $("called").hidden = false;
  $("ceremony-title").hidden = false;
  $("ceremony-title").textContent = fill(words.share_title, { number, total: holders.length, name });
  $("called-text").textContent = fill(words.share_call, { name });
  $("ceremony-title").focus();
}

/** Let each holder see their share and confirm that it is on paper. */
export function letShare() {
  $("show-share")?.addEventListener("click", () => {
    const { texts, holders, threshold, at } = ceremony;
    const { number, name } = holders[at];
    showCode($("share-code"), texts[at]);
    $("share-name").textContent = fill(words.share_title, { number, total: holders.length, name });
    $("share-rule").textContent = fill(words.share_rule, { threshold, total: holders.length });
    $("share-last").value = "";
    $("called").hidden = true;
    $("ceremony-title").hidden = true; // The sheet says the same.
    $("share").hidden = false;
    $("share-title").focus();
  });

  $("print-share")?.addEventListener("click", () => print());

  $("share-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    step(async () => {
      const { texts, holders, epk, at } = ceremony;
      if (lastFour($("share-last").value) !== texts[at].slice(-4)) throw new ClientError("confirm_wrong");
      await request(config.boxKeyShare, { body: { number: holders[at].number, epk: b64uEncode(epk) }, csrfToken: csrfToken(config) });
      texts[at] = "";
      ceremony.at += 1;
      if (ceremony.at < holders.length) return call();
      // From here on the shares are on paper only.
      $("share-code").replaceChildren();
      renew();
    });
  });
}
