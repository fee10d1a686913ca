// The ballot page: fill in, look over, cast, receipt. One document, so nothing need outlive the tab.
//
//   startBallot({askForTicket?}) -> Promise
//
// config.mode: "visit" draws and casts in one sitting; "draw" and "cast" are the two stages; in "kiosk" the right to
// draw comes from askForTicket(config) -> Promise<Uint8Array>, drawing goes to config.draw without a session, nothing is
// ever kept, and forgetting reloads the page for the next person.
import { carried } from "../ui/dom.js";
import { b64uEncode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { Store } from "../ui/store.js";
import { Answers } from "./answers.js";
import { letCast } from "./casting.js";
import { Credentials } from "./credentials.js";
import { keepDrafts } from "./drafts.js";
import { BallotPage } from "./page.js";
import { giveReceipts } from "./receipt.js";
import { letRecover } from "./recovery.js";
import { letCastLater, letDraw } from "./stages.js";
import { lookOver } from "./summary.js";

export async function startBallot({ askForTicket } = {}) {
  const config = carried("ballot-config");
  const words = carried("ballot-words");
  const kiosk = config.mode === "kiosk";
  const page = new BallotPage(config, words, new Store(config.round, config.owner, { kept: !kiosk }));
  const answers = new Answers(page);
  const credentials = new Credentials(page);
  keepDrafts(page, answers);
  lookOver(page, answers);
  const receipt = giveReceipts(page, answers);
  if (config.mode !== "draw") letCast(page, answers, credentials, receipt);
  if (config.mode === "draw") letDraw(page, credentials);
  if (config.mode === "cast") letCastLater(page, credentials);
  letRecover(page, answers, credentials);
  page.refresh();
  document.documentElement.dataset.ready = "ballot";
  if (kiosk) page.ticket = b64uEncode(await askForTicket(config));
}
