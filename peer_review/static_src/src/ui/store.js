// What this browser keeps of a round: drafts, the master secret, receipts; in two stages the credentials drawn, too.
// Never sent anywhere. The key carries an opaque tag of the person, so that two people who share a browser do not
// share secrets.

const PREFIX = "peer-review";

export const empty = () => ({
  v: 1, master: null, answers: {}, skipped: [], receipts: {}, fingerprint: null, read: false,
  receiptKey: null, // base64url; of the manifest with this fingerprint, once this browser has verified it
  drawnAt: null, // the server's time of this browser's first draw, in milliseconds
  version: 0, // how many versions were cast from this browser since then
  tokens: {}, // cell → base64url; two stages only, so that casting asks for nothing with a sign-in
  recovered: false, // the master came from a recovery code: what was cast before is not known here
});

export class Store {
  /** `kept` false: this tab's memory only, whatever lies in the browser. */
  constructor(round, owner, { kept = true } = {}) {
    this.key = `${PREFIX}/${round}/${owner}`;
    this.kept = kept;
    this.data = (kept && this.read()) || empty();
  }

  /** Return what is kept, or null. A browser that forbids storage keeps nothing, which is no fault. */
  read() {
    try {
      const data = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return data?.v === 1 ? { ...empty(), ...data } : null;
    } catch {
      return null;
    }
  }

  save() {
    if (!this.kept) return;
    try {
      localStorage.setItem(this.key, JSON.stringify(this.data));
    } catch {
      this.kept = false;
    }
  }

  /** Keep in this browser, or (on a shared computer) in this tab's memory only. */
  keep(wanted) {
    this.kept = wanted;
    if (wanted) this.save();
    else this.erase();
  }

  erase() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }

  forget() {
    this.erase();
    this.data = empty();
  }

  /** Run `work` alone among this browser's tabs, with what another tab may have kept meanwhile. */
  async alone(work) {
    const run = async () => {
      const other = this.kept ? this.read() : null;
      if (other?.master && !this.data.master) {
        const { master, tokens, drawnAt, version } = other;
        Object.assign(this.data, { master, tokens, drawnAt, version });
      } else if (other?.master && other.master === this.data.master) {
        const { drawnAt, version } = isLater(other, this.data) ? other : this.data;
        Object.assign(this.data, { drawnAt, version });
      }
      return work();
    };
    return navigator.locks ? navigator.locks.request(this.key, run) : run();
  }

  /** Count one version more, whichever tab cast the last; return it and the draw that it counts from. */
  nextVersion() {
    return this.alone(() => {
      this.data.version += 1;
      this.save(); // Counted before anything is cast with it.
      const { drawnAt, version } = this.data;
      return { drawnAt, version };
    });
  }
}

const isLater = (one, other) => one.drawnAt > other.drawnAt || (one.drawnAt === other.drawnAt && one.version > other.version);
