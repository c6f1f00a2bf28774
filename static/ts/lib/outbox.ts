import type { Ack, Refusal } from "./wire";

/** Named strings that outlive the page; the panel's is the shop's own storage, behind a port. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(prefix: string): string[];
}

/** Something said and not yet acknowledged. `client_id` is a UUIDv7, so entries sort by time. */
export interface Entry {
  client_id: string;
  verb: "ask" | "message";
  body: Record<string, unknown>;
  /** ISO 8601, UTC. */
  at: string;
  /** Set when the server refused it for good; the words stay for the author to change or retry. */
  refused?: Refusal;
}

export type Send = (entry: Entry) => Promise<Ack<Record<string, unknown>>>;

const PREFIX = "out:";

/**
 * A refusal without `retry_after` is for good, and so is one for the words themselves. Keeps every entry in the store until the server acknowledged it, one key per entry so that several
 * tabs never overwrite one another. Entries leave in order, one at a time; a resend of the same
 * `client_id` is harmless because the server answers it with the first acknowledgement.
 */
export class Outbox {
  private busy = false;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private store: Store,
    private send: Send,
    private changed: (sent?: Entry, ack?: Record<string, unknown>) => void,
  ) {}

  get entries(): Entry[] {
    return this.store
      .keys(PREFIX)
      .sort()
      .flatMap((key) => {
        const raw = this.store.get(key);
        return raw ? [JSON.parse(raw) as Entry] : [];
      });
  }

  add(entry: Entry): Promise<void> {
    this.put(entry);
    return this.flush();
  }

  discard(clientId: string): void {
    this.store.set(PREFIX + clientId, null);
    this.changed();
  }

  retry(clientId: string): Promise<void> {
    const entry = this.entries.find((e) => e.client_id === clientId);
    if (!entry) return Promise.resolve();
    const { refused: _refused, ...rest } = entry;
    this.put(rest);
    return this.flush();
  }

  /** Sends what waits, oldest first; stops at the first entry that gets no answer. */
  async flush(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        for (const entry of this.entries) {
          if (!entry.refused && !(await this.deliver(entry))) return;
        }
      } while (this.again);
    } finally {
      this.busy = false;
    }
  }

  private async deliver(entry: Entry): Promise<boolean> {
    let ack: Ack<Record<string, unknown>>;
    try {
      ack = await this.send(entry);
    } catch {
      return false;
    }
    if (ack.ok) {
      this.store.set(PREFIX + entry.client_id, null);
      this.changed(entry, ack);
      return true;
    }
    if (ack.error.retry_after === undefined || ack.error.code === "cool_down") {
      this.put({ ...entry, refused: ack.error });
      return true;
    }
    this.timer = setTimeout(() => void this.flush(), ack.error.retry_after * 1000);
    return false;
  }

  private put(entry: Entry): void {
    this.store.set(PREFIX + entry.client_id, JSON.stringify(entry));
    this.changed();
  }
}
