// The desk to which holders bring their shares, one after the other. What is typed is taken out of the page at once;
// the key is put together in this browser, handed to `onKey`, and kept nowhere.
import { $, el, fill } from "../ui/dom.js";
import { b64uDecode, b64uEncode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { decodeBoxKey } from "../lib/scrutineer.js";
import { combineShares, decodeShare, isShareOf } from "../../../../zhengyan_crypto/browser/sharing.js";

/**
 * Let the desk on this page take shares. `box` is the key's public half, `custody` {threshold, shares: [{number, name}]};
 * `step` runs work and says what went wrong; `onKey(boxKey)` does what the key is for.
 */
export function openDesk({ box, custody, words, step, onKey }) {
  const publicKey = b64uDecode(box, 32);
  const { threshold, shares: holders } = custody;
  let taken = [];
  let suspects = [];
  let held = null;
  const nameOf = (number) => holders.find((holder) => holder.number === number)?.name ?? "";

  function show() {
    const entered = new Set(taken.map((share) => share.number));
    $("desk-holders")?.replaceChildren(
      ...holders.map(({ number, name }) =>
        el("li", {}, el("span", {}, fill(words.share_of, { number, name })), " ",
          entered.has(number)
            ? el("span", { class: "pr-state pr-state-done" }, words.share_entered)
            : el("span", { class: "pr-state" }, words.share_waited)),
      ),
    );
    const missing = threshold - entered.size;
    const helps = suspects.length && entered.size < holders.length ? words.one_more : "";
    if ($("desk-state")) $("desk-state").textContent = missing > 0 ? fill(words.shares_missing, { missing }) : helps;
    if ($("desk-clear")) $("desk-clear").hidden = !taken.length;
  }

  function clear() {
    taken = [];
    suspects = [];
    show();
    $("desk-share").focus();
  }

  async function take(text) {
    const share = await decodeShare(text);
    if (!(await isShareOf(share, publicKey)) || share.threshold !== threshold || !nameOf(share.number)) throw new ClientError("shares_mixed");
    const again = taken.some((other) => other.number === share.number && b64uEncode(other.value) === b64uEncode(share.value));
    if (again) throw new ClientError("share_again");
    taken.push(share);
    $("desk-share").value = "";
    if (new Set(taken.map((other) => other.number)).size < threshold) return null;
    try {
      const { boxKey, wrong } = await combineShares(taken, publicKey);
      const names = wrong.map((number) => fill(words.share_of, { number, name: nameOf(number) })).join(words.and);
      $("desk-false").textContent = names && fill(words.share_false, { names });
      $("desk-false").hidden = !names;
      return boxKey;
    } catch (error) {
      suspects = error.details?.suspects ?? [];
      if (!suspects.length) throw error;
      const names = suspects.map((number) => fill(words.share_of, { number, name: nameOf(number) })).join(words.and);
      throw new ClientError(suspects.length < holders.length ? "wrong_shares" : "all_shares_wrong", "", { names });
    }
  }

  async function whole(text) {
    const boxKey = await decodeBoxKey(text);
    // Asked here first: a key of another box need not even be tried.
    if (b64uEncode(boxKey.publicKey) !== box) throw new ClientError("wrong_key");
    return boxKey;
  }

  /** Use the key. Should the network fail, it is held until the next try: its holders need not come again. */
  async function use(boxKey) {
    held = boxKey;
    taken = [];
    suspects = [];
    $("desk-share").value = "";
    $("desk-form").hidden = true;
    $("desk-again").hidden = true;
    try {
      await onKey(boxKey);
      held = null;
    } catch (error) {
      if (error.code === "wrong_key") held = null;
      throw error;
    } finally {
      $("desk-form").hidden = Boolean(held);
      $("desk-again").hidden = !held;
    }
  }

  $("desk-form").addEventListener("submit", (event) => {
    event.preventDefault();
    step(async () => {
      const boxKey = threshold > 1 ? await take($("desk-share").value) : await whole($("desk-share").value);
      if (boxKey) await use(boxKey);
      else $("desk-share").focus();
    }).then(show);
  });
  $("desk-again").addEventListener("click", () => step(() => use(held)));
  $("desk-clear")?.addEventListener("click", clear);
  show();
}
