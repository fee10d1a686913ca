// Credentials of one evaluator: made and drawn, or taken from what this browser kept since they were drawn.
import { fill, csrfToken } from "../ui/dom.js";
import { deriveCredential, newMaster } from "../lib/credentials.js";
import { b64uDecode, b64uEncode } from "../../../../zhengyan_crypto/browser/encoding.js";
import { ClientError } from "../../../../zhengyan_crypto/browser/errors.js";
import { draw, fetchManifest } from "../lib/protocol.js";

export class Credentials {
  constructor(page) {
    this.page = page;
    this.manifest = null;
    // One visit and the kiosk draw when they cast; in two stages what was drawn is kept for the second.
    this.keepsTokens = ["draw", "cast"].includes(page.config.mode);
  }

  get store() {
    return this.page.store;
  }

  /** Whether everything that casting needs lies here, so that it asks for nothing with a sign-in. */
  get complete() {
    const { master, tokens, drawnAt } = this.store.data;
    return Boolean(master) && drawnAt !== null && this.page.config.cells.every((cell) => tokens[cell]);
  }

  /**
   * Return the manifest, the same as at the first visit: a server that changes it is caught. The key that signs
   * receipts and bulletin is kept beside its fingerprint, so that the check need not fetch the keys of all cells.
   */
  async openManifest() {
    const { config } = this.page;
    const { fingerprint } = config;
    if (this.store.data.fingerprint && this.store.data.fingerprint !== fingerprint) throw new ClientError("bad_fingerprint");
    this.manifest ??= await fetchManifest(config.manifest, { round: config.round, fingerprint });
    // Both at once, and each time: whoever has forgotten the round meanwhile begins with neither.
    Object.assign(this.store.data, { fingerprint, receiptKey: b64uEncode(this.manifest.receiptKey) });
    return this.manifest;
  }

  async derive(master) {
    const { config } = this.page;
    const credentials = [];
    for (const cell of config.cells) credentials.push(await deriveCredential(master, config.round, cell));
    return credentials;
  }

  /** Draw every paper with this master; return the credentials and their tokens by cell, and when it was. */
  async drawWith(master) {
    const { config, words } = this.page;
    const manifest = await this.openManifest();
    const credentials = await this.derive(master);
    const kiosk = config.mode === "kiosk";
    const { tokens, drawnAt } = await draw(config.draw, {
      manifest,
      credentials,
      csrfToken: kiosk ? undefined : csrfToken(config),
      ticket: kiosk ? this.page.ticket : undefined,
      onProgress: ({ step, done, total }) =>
        step === "blind" && done === total ? this.page.working(words.drawing) : this.page.working(fill(words.making, { done, total }), done, total),
    });
    config.drawn = true;
    return { drawnAt, byCell: new Map(credentials.map((credential) => [credential.cell, { credential, token: tokens.get(credential.cell) }])) };
  }

  /**
   * Make the master its own and, in two stages, keep what was drawn with it.
   *
   * The time of this browser's first draw is kept for good: were a later one taken, it would outrank what another
   * browser, which took over meanwhile, has cast. `takesOver`: this is that other browser.
   */
  keep(master, { byCell, drawnAt }, { takesOver = false } = {}) {
    const { data } = this.store;
    data.master = b64uEncode(master);
    if (takesOver) Object.assign(data, { drawnAt, version: 0, recovered: true });
    data.drawnAt ??= drawnAt;
    if (this.keepsTokens) data.tokens = Object.fromEntries([...byCell].map(([cell, { token }]) => [cell, b64uEncode(token)]));
    this.store.save();
  }

  /** Return this person's credentials by cell, drawing them unless they lie here. */
  async obtain() {
    await this.openManifest();
    if (this.complete) return this.kept();
    await this.store.alone(() => {
      this.store.data.master ??= b64uEncode(newMaster());
      this.store.save(); // The master is kept before anything is drawn with it.
    });
    const master = b64uDecode(this.store.data.master);
    try {
      const drawn = await this.drawWith(master);
      this.keep(master, drawn);
      return drawn.byCell;
    } catch (error) {
      // Drawn elsewhere with another master: the one made here is of no use, and must not hide the way to recover.
      if (error.code === "already_drawn" && !Object.keys(this.store.data.receipts).length) {
        this.store.data.master = null;
        this.store.save();
      }
      throw error;
    }
  }

  async kept() {
    const { master, tokens } = this.store.data;
    const credentials = await this.derive(b64uDecode(master));
    return new Map(credentials.map((credential) => [credential.cell, { credential, token: b64uDecode(tokens[credential.cell]) }]));
  }
}
