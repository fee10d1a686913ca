// Who keeps the key: one scrutineer the whole key, or each of them a share.
import { $, csrfToken } from "../ui/dom.js";
import { giveBoxKey } from "../lib/scrutineer.js";
import { config } from "./page.js";

/** Whether the page asks for shares. */
export const isSplit = () => $("kept-shares")?.checked ?? false;

/** Return threshold and holders where the key is shared out, else nothing. */
export const chosenCustody = () => (isSplit() ? { threshold: Number($("threshold").value), holders: config.scrutineers.map(({ id }) => id) } : {});

/** Give the server the public half and who keeps the key; return the ephemeral key of the test row. */
export const give = (publicKey) => giveBoxKey({ publicUrl: config.boxKey, csrfToken: csrfToken(config), publicKey, ...chosenCustody() });
