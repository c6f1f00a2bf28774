import type { Store } from "../lib/outbox";
import type { PageFacts } from "../loader/config";

export interface HostMessage extends Partial<PageFacts> {
  t: string;
  store?: Record<string, string>;
  open?: boolean;
  draft?: string;
  /** The shopper opened the panel, rather than a new page showing it again. */
  focus?: boolean;
  jwt?: string;
  locale?: string;
  k?: string;
  v?: string | null;
  order?: Record<string, unknown>;
}

/**
 * The shop's page as the panel sees it: a port, and through it the shop's storage, of which this keeps a copy.
 * The panel's own storage is never used: browsers partition or refuse it inside a frame.
 */
export class Host implements Store {
  private values = new Map<string, string>();

  constructor(
    private port: MessagePort,
    private hear: (message: HostMessage) => void,
  ) {
    port.onmessage = (event: MessageEvent<HostMessage>) => {
      const { t, store, k, v } = event.data;
      if (t === "init") this.values = new Map(Object.entries(store ?? {}));
      if (t === "set" && k) this.remember(k, v ?? null);
      this.hear(event.data);
    };
  }

  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  set(key: string, value: string | null): void {
    this.remember(key, value);
    this.tell({ t: "set", k: key, v: value });
  }

  keys(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }

  tell(message: { t: string } & Record<string, unknown>): void {
    this.port.postMessage(message);
  }

  /** An event for the shop's listeners. Never carries message text. */
  announce(name: string, data?: unknown): void {
    this.tell({ t: "event", name, data });
  }

  private remember(key: string, value: string | null): void {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
  }
}

/** Waits for the loader's hello, from our parent and one of the brand's origins only. */
export function awaitHost(origins: string[], greet: (port: MessagePort) => void): void {
  addEventListener("message", (event: MessageEvent<{ t?: string }>) => {
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    const port = event.ports[0];
    if (event.data?.t === "comptoir:hello" && port) greet(port);
  });
}
