import { Sio } from "../lib/sio";
import type { Ack } from "../lib/wire";

export type Net = "connecting" | "live" | "offline" | "refused";

const HEARTBEAT_MS = 15_000;
/** Timers of a hidden page may fire once a minute, later than the lease: then the server's pings set the beat. */
const LATE_MS = 20_000;

/**
 * The way to `/expert`. Every 15 seconds a heartbeat renews the presence lease; since it is acknowledged, it also
 * proves that both directions work: an unanswered one means a dead connection, which is then made anew.
 */
export class Line {
  net: Net = "connecting";
  private sio: Sio;
  private beat: ReturnType<typeof setInterval> | undefined;
  private beaten = 0;

  constructor(path: string, locale: string, changed: (net: Net) => void) {
    this.sio = new Sio({
      origin: location.origin,
      namespace: "/expert",
      path,
      auth: () => ({ locale }),
      ping: () => Date.now() - this.beaten > LATE_MS && void this.prove(),
      status: (status) => {
        const net: Net = status === "up" ? "live" : status === "down" ? "offline" : status === "refused" ? "refused" : this.net;
        if (net === this.net) return;
        this.net = net;
        changed(net);
      },
    });
  }

  on<T>(event: string, handler: (data: T) => void): void {
    this.sio.on<T>(event, handler);
  }

  start(): void {
    this.sio.start();
    clearInterval(this.beat);
    this.beat = setInterval(() => void this.prove(), HEARTBEAT_MS);
  }

  /** Rejects when nobody answered. */
  call<T>(verb: string, body: Record<string, unknown> = {}): Promise<Ack<T>> {
    return this.sio.emit<Ack<T>>(verb, body);
  }

  /** A phone that can be called goes into the pocket: its expert stays present for a while. */
  pocket(): void {
    if (this.net === "live" && matchMedia("(pointer: coarse)").matches) void this.call("heartbeat", { pocket: true }).catch(() => undefined);
  }

  /** Checks the connection now: after sleep, a socket may look open and be dead. */
  async prove(): Promise<void> {
    if (this.net !== "live") return;
    this.beaten = Date.now();
    try {
      await this.call("heartbeat");
    } catch {
      if (this.net !== "live") return;
      this.sio.stop();
      this.sio.start();
    }
  }
}
