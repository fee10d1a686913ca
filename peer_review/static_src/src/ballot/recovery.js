// Taking over from another browser with the recovery code.
import { $ } from "../ui/dom.js";
import { decodeRecoveryCode } from "../lib/credentials.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";

export function letRecover(page, answers, credentials) {
  const { config, store, words } = page;
  page.onStart(() => { $("recover").hidden = !(config.drawn && !store.data.master); });

  $("recover-form").addEventListener("submit", (event) => {
    event.preventDefault();
    page.alone(async () => {
      const master = decodeRecoveryCode($("recover-code").value);
      const drawn = await credentials.drawWith(master).catch((error) => {
        throw error.code === "already_drawn" ? new ClientError("wrong_code") : error;
      });
      credentials.keep(master, drawn, { takesOver: true });
      $("recover-code").value = "";
      for (const comment of answers.comments) comment.offerWithdrawal(true);
      page.start();
      page.say(words.recovered);
      answers.form.querySelector("input, select")?.focus();
    });
  });
}
