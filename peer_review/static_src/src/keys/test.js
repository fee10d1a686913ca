// The test of the key: it comes back from paper and opens a row.
import { $, csrfToken } from "../ui/dom.js";
import { b64uDecode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { request } from "../lib/protocol.js";
import { fromKeysFile, testBoxKey } from "../lib/scrutineer.js";
import { openDesk } from "./desk.js";
import { config, showTested, step, words } from "./page.js";

/** The row with which the key is tested has no number of its own. */
const TEST_ROW = "0".repeat(32);

/** Let the holders bring the key to its test. */
export function letTest() {
  if (!$("test")) return;
  const { box, custody, round } = config;
  openDesk({
    box,
    custody,
    words,
    step,
    onKey: async (boxKey) => {
      await testBoxKey({ testUrl: config.boxKeyTest, csrfToken: csrfToken(config), boxKey, epk: b64uDecode(config.epk, 32), round });
      $("test").hidden = true;
      showTested();
    },
  });
}

/** Test the key by the file that the command wrote on another computer. */
export async function testByFile(file) {
  const { [TEST_ROW]: key } = fromKeysFile(file)([{ id: TEST_ROW }]);
  await request(config.boxKeyTest, { body: { key }, csrfToken: csrfToken(config) });
  $("test").hidden = true;
  showTested();
}
