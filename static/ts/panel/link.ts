import { Sio, type Status } from "../lib/sio";
import type { Ack, ConversationEvent, OpenThread, QuestionNews, ReadMark, Welcome } from "../lib/wire";
import { earn } from "./proof";
import { Rest } from "./rest";

/** `live`: socket; `polling`: plain HTTP; `offline`: neither, for now; `unknown`: the shop must vouch for the shopper first. */
export type Net = "idle" | "connecting" | "live" | "polling" | "offline" | "refused" | "unknown";

export interface Hearing {
  net(net: Net): void;
  welcome(open: OpenThread[]): void;
  event(event: ConversationEvent): void;
  question(news: QuestionNews): void;
  typing(about: { conversation_id: string }): unknown;
  read(mark: ReadMark): void;
  presence(presence: { conversation_id?: string; online: boolean }): void;
  /** The conversation to ask about while polling. */
  following(): { id: string; last: number } | undefined;
}

export interface Tokens {
  get(): string | null;
  set(token: string): void;
  jwt(): string | undefined;
}

const POLL_MS = 3000;

/** One way to the server: the socket while it lives, plain HTTP while it does not. */
export class Link {
  private sio: Sio;
  private rest: Rest;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private losses = 0;
  private proof: string | undefined;
  net: Net = "idle";

  constructor(
    key: string,
    tokens: Tokens,
    private hearing: Hearing,
  ) {
    this.rest = new Rest(key, tokens, () => tokens.jwt());
    this.sio = new Sio({
      origin: location.origin,
      namespace: "/shopper",
      auth: () => ({ key, token: tokens.get() ?? undefined, jwt: tokens.jwt(), locale: document.documentElement.lang, proof: this.proof }),
      status: (status, reason) => this.turned(status, reason),
      refusal: (body) => this.refused(key, body),
    });
    this.sio.on<Welcome>("welcome", ({ token, open }) => {
      if (token) tokens.set(token);
      this.change("live");
      hearing.welcome(open ?? []);
    });
    this.sio.on<ConversationEvent>("event", (event) => hearing.event(event));
    this.sio.on<QuestionNews>("question", (news) => hearing.question(news));
    this.sio.on<{ conversation_id: string }>("typing", (typing) => hearing.typing(typing));
    this.sio.on<ReadMark>("read", (mark) => hearing.read(mark));
    this.sio.on<{ online: boolean }>("presence", (presence) => hearing.presence(presence));
  }

  start(): void {
    if (this.net === "idle") this.sio.start();
  }

  /** With something new to show at the door: a signature, another token. */
  restart(): void {
    this.stop();
    this.start();
  }

  stop(): void {
    this.change("idle"); // before the socket tells that it is down, which would begin to ask over HTTP
    clearTimeout(this.poll);
    this.sio.stop();
  }

  /** Rejects when nobody answered; resolves with the server's yes or no. */
  async call(verb: string, body: Record<string, unknown>): Promise<Ack<Record<string, unknown>>> {
    if (this.net === "live" && verb !== "order") return this.sio.emit(verb, body);
    if (this.net === "polling" || verb === "order") return this.rest.call(verb, body);
    throw new Error("no way to the server");
  }

  private get connected(): boolean {
    return this.sio.status === "up";
  }

  /** Many newcomers at once: this one works for a moment, and comes again. */
  private async refused(key: string, body: string): Promise<boolean> {
    if (!body.includes("proof_needed")) return false;
    this.proof = await earn(key);
    return true;
  }

  private turned(status: Status, reason = ""): void {
    if (status === "up") {
      this.losses = 0;
      clearTimeout(this.poll);
    } else if (status === "refused") {
      clearTimeout(this.poll);
      this.change(reason.includes("identity") ? "unknown" : "refused");
    } else if (status === "connecting" && this.net === "idle") {
      this.change("connecting");
    } else if (status === "down" && this.net !== "idle") {
      this.losses += 1;
      if (this.net === "live" || this.net === "connecting") this.change("offline");
      if (this.losses >= 2 || this.net !== "polling") void this.ask();
    }
  }

  /** One round over plain HTTP; goes on until the socket is back. */
  private async ask(): Promise<void> {
    clearTimeout(this.poll);
    if (this.connected || ["idle", "refused", "unknown"].includes(this.net)) return;
    this.poll = setTimeout(() => void this.ask(), POLL_MS);
    try {
      const open = await this.rest.state();
      if (this.connected || this.net === "idle") return;
      const before = this.net;
      this.change("polling");
      if (before !== "polling") return this.hearing.welcome(open);
      for (const news of open) this.hearing.question(news);
      const thread = this.hearing.following();
      if (!thread) return;
      const synced = await this.rest.call("sync", { conversation_id: thread.id, after: thread.last });
      if (synced.ok) for (const event of (synced as unknown as { events: ConversationEvent[] }).events) this.hearing.event(event);
    } catch {
      if (!this.connected && this.net !== "idle") this.change("offline");
    }
  }

  private change(net: Net): void {
    if (this.net === net) return;
    this.net = net;
    this.hearing.net(net);
  }
}
