// The scrutineer's page. The box key is made here and used here, whole or in shares; what leaves the browser is its
// public half, who keeps which share, and after closing one content key per ballot.
import { letShare } from "../keys/ceremony.js";
import { letMake } from "../keys/make.js";
import { letOpen, letUseKeysFile } from "../keys/open.js";
import { letTest } from "../keys/test.js";

letMake();
letShare();
letTest();
letUseKeysFile();
await letOpen();
document.documentElement.dataset.ready = "scrutineer";
