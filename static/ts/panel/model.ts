import { ConversationLog } from "../lib/conversation";
import { Outbox, type Entry } from "../lib/outbox";
import { uuid7 } from "../lib/uuid7";
import type { ConversationEvent, ExpertCard, OpenThread, Picture, Product, QuestionNews, ReadMark, Refusal, Stored, Synced } from "../lib/wire";
import type { PageFacts } from "../loader/config";
import type { PanelConfig } from "./config";
import { Link, type Net } from "./link";
import type { Host, HostMessage } from "./port";
import { Pictures, type Shot } from "./pictures";
import { productOf } from "./product";
import { chime } from "./sound";
import { Typing } from "./typing";
import { expertOf, OVER, unsentThread, viewOf, type Thread, type Verdict, type View } from "./states";

const LEFT = "left";
/** How often what got no answer is sent again. */
const RESEND_MS = 5000;

/** Everything the panel knows; views read it and call its verbs. Changes are told to one listener. */
export class Model {
  thread: Thread | undefined;
  log: ConversationLog | undefined;
  page: PageFacts | undefined;
  product: Product | undefined;
  aboutProduct = true;
  net: Net = "idle";
  shown = false;
  readonly typing = new Typing(() => this.changed());
  online = true;
  wantsEmail = false;
  verdict: Verdict | undefined;
  verdictSaved = false;
  refusal: Refusal | undefined;
  changed: () => void = () => undefined;
  /** Set when the shopper opens the panel; the composer takes it. */
  wantsFocus = false;
  /** A text that the shop asked to put in the composer. */
  draft: string | undefined;

  readonly pictures: Pictures;
  private link: Link;
  private outbox: Outbox;
  private token: string | null;
  private jwt: string | undefined;
  private syncing = false;
  private found = false;

  constructor(
    readonly config: PanelConfig,
    readonly host: Host,
    first: HostMessage,
  ) {
    this.token = host.get("token");
    this.link = new Link(
      config.key,
      { get: () => this.token, set: (token) => this.newToken(token), jwt: () => this.jwt },
      {
        net: (net) => this.turned(net),
        welcome: (open) => this.welcomed(open),
        event: (event) => this.happened(event),
        question: (news) => this.learnt(news),
        typing: (about) => this.log?.id === about.conversation_id && this.typing.saw(),
        read: (mark) => this.marked(mark),
        presence: ({ online }) => ((this.online = online), this.changed()),
        following: () => this.log && { id: this.log.id, last: this.log.last },
      },
    );
    this.outbox = new Outbox(host, (entry) => this.link.call(entry.verb, entry.body), (sent, ack) => this.sent(sent, ack));
    this.pictures = new Pictures(() => this.token, (shot, picture) => this.brought(shot, picture), () => this.changed());
    setInterval(() => void this.outbox.flush(), RESEND_MS);
    const kept = host.get("open");
    if (kept) this.adopt(JSON.parse(kept) as Thread);
    const asking = this.outbox.entries.find((entry) => entry.verb === "ask");
    if (!this.thread && asking) this.thread = unsentThread(asking);
    this.hear(first);
    if (this.thread || this.outbox.entries.length) this.link.start();
  }

  get view(): View {
    return viewOf(this.thread, this.log, this.wantsEmail);
  }

  get expert(): ExpertCard | undefined {
    return expertOf(this.thread, this.log);
  }

  /** What was said and not yet numbered by the server. */
  get pending(): Entry[] {
    return this.outbox.entries.filter((e) => e.verb === "message" && !this.log?.has(e.client_id));
  }

  get askRefused(): Entry | undefined {
    return this.outbox.entries.find((e) => e.verb === "ask" && e.refused);
  }

  hear(message: HostMessage): void {
    if (message.t === "init" || message.t === "page") this.moved(message);
    if (message.t === "init" || message.t === "shown") {
      this.shown = message.open ?? false;
      this.draft = message.draft;
      this.wantsFocus = message.focus ?? false;
      this.seen();
    }
    if (message.t === "order" && message.order) void this.link.call("order", message.order).catch(() => undefined);
    if (message.t === "shutdown") this.link.stop();
    if (message.t === "set") this.otherTab(message.k ?? "");
    this.changed();
  }

  /** First sign of intent: connect while the shopper still types, so that sending waits for nothing. */
  warm(): void {
    this.link.start();
  }

  say(text: string): void {
    const at = new Date().toISOString();
    const client_id = uuid7();
    this.refusal = undefined;
    if (this.thread && this.log) {
      const body = { conversation_id: this.log.id, client_id, text };
      void this.outbox.add({ client_id, verb: "message", body, at });
    } else {
      const body: Record<string, unknown> = { client_id, text, page_url: this.page?.url ?? "", locale: this.config.locale };
      if (this.product && this.aboutProduct) body.product = this.product;
      const entry: Entry = { client_id, verb: "ask", body, at };
      this.thread = unsentThread(entry);
      this.host.set("open", JSON.stringify(this.thread));
      if (this.token) this.host.set("token", this.token);
      void this.outbox.add(entry);
    }
    this.link.start();
    this.changed();
  }

  /** Sends a picture in the conversation on screen. */
  show(file: File): void {
    if (this.log) void this.pictures.add(this.log.id, file);
  }

  type(): void {
    if (!this.log || this.net !== "live" || !this.typing.due()) return;
    void this.link.call("typing", { conversation_id: this.log.id }).catch(() => undefined);
  }

  retry(clientId: string): void {
    void this.outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.outbox.discard(clientId);
    if (this.thread?.client_id === clientId && !this.thread.question_id) this.reset();
  }

  async leaveEmail(email: string): Promise<boolean> {
    const thread = this.thread;
    if (!thread?.question_id) return false;
    const done = await this.request("leave_email", { question_id: thread.question_id, email });
    if (done && this.thread?.question_id === thread.question_id) this.keep({ ...this.thread, email_left: true });
    return done;
  }

  /** What the question is about; null for none of what was proposed. The proposals go at once, and return if that failed. */
  async choose(categoryId: string | null): Promise<void> {
    const thread = this.thread;
    if (!thread?.choose) return;
    this.keep({ ...thread, choose: [] });
    const done = await this.request("choose", { question_id: thread.question_id, category_id: categoryId });
    if (!done && this.thread?.question_id === thread.question_id) this.keep({ ...this.thread, choose: thread.choose });
  }

  async rate(verdict: Verdict): Promise<void> {
    if (!this.log) return;
    this.verdict = verdict;
    this.verdictSaved = false;
    this.changed();
    const saved = await this.request("rate", { conversation_id: this.log.id, ...verdict });
    if (saved && this.verdict === verdict) {
      this.verdictSaved = true;
      this.host.announce("rated", { stars: verdict.stars });
    }
    this.changed();
  }

  async end(): Promise<void> {
    await this.about("close", {});
  }

  /** Something about the conversation on screen; false when it was refused, which `refusal` explains. */
  async about(verb: string, more: Record<string, unknown>): Promise<boolean> {
    return this.log ? this.request(verb, { conversation_id: this.log.id, ...more }) : false;
  }

  /** Back to the first screen. Unsent words of the old thread go with it. */
  reset(): void {
    const left = this.thread?.question_id;
    if (left) this.host.set(LEFT, JSON.stringify([left, ...this.left].slice(0, 20)));
    for (const entry of this.outbox.entries) this.host.set("out:" + entry.client_id, null);
    this.host.set("open", null);
    this.pictures.clear();
    this.thread = this.log = this.verdict = this.refusal = undefined;
    this.wantsEmail = this.verdictSaved = this.found = false;
    this.typing.stop();
    this.changed();
  }

  askForEmail(): void {
    this.wantsEmail = true;
    this.changed();
  }

  aboutPage(yes: boolean): void {
    this.aboutProduct = yes;
    this.changed();
  }

  close(): void {
    this.host.tell({ t: "close" });
    if (this.view === "ended" && this.verdictSaved) this.reset();
  }

  /** Marks what is on screen as read, or tells the launcher how much is not. */
  seen(): void {
    const log = this.log;
    if (!log) return this.host.tell({ t: "unread", n: 0 });
    if (this.shown && !document.hidden && log.unread) {
      const mark = { conversation_id: log.id, by: "shopper" as const, seq: log.last };
      log.mark(mark);
      void this.link.call("read", { conversation_id: log.id, seq: log.last }).catch(() => undefined);
    }
    this.host.tell({ t: "unread", n: log.unread });
  }

  /** Questions that the shopper has put aside: the server may still list them. */
  private get left(): string[] {
    return JSON.parse(this.host.get(LEFT) ?? "[]") as string[];
  }

  private async request(verb: string, body: Record<string, unknown>): Promise<boolean> {
    try {
      const ack = await this.link.call(verb, body);
      this.refusal = ack.ok ? undefined : ack.error;
      return ack.ok;
    } catch {
      this.refusal = { code: "unavailable", message: "" };
      return false;
    } finally {
      this.changed();
    }
  }

  /** A token is personal data: the shop's storage gets it with the first question, not before. */
  private newToken(token: string): void {
    this.token = token;
    if (this.thread) this.host.set("token", token);
  }

  private moved(message: HostMessage): void {
    if (message.jwt && message.jwt !== this.jwt) {
      this.jwt = message.jwt;
      if (this.net !== "idle") this.link.restart();
    }
    if (message.url === undefined) return;
    const { url, title = "", canonical, given, ld } = message;
    this.page = { url, title, canonical, given, ld };
    this.product = productOf(this.page);
    this.aboutProduct = true;
  }

  private otherTab(key: string): void {
    const kept = this.host.get("open");
    if (key === "token") this.token = this.host.get("token") ?? this.token;
    if (key === "open" && !kept && this.thread) this.reset();
    else if (key === "open" && kept && !this.thread) {
      this.token = this.host.get("token") ?? this.token;
      this.adopt(JSON.parse(kept) as Thread);
      this.link.start();
    }
  }

  private turned(net: Net): void {
    this.net = net;
    if (net === "offline") this.typing.stop();
    if (net === "unknown") this.host.announce("identity_needed");
    this.changed();
  }

  private welcomed(open: OpenThread[]): void {
    const known = this.thread;
    const same = open.find((each) => each.question_id === known?.question_id);
    const going = open.find((each) => !each.closed && !OVER.has(each.state) && !this.left.includes(each.question_id));
    if (same ?? (known ? undefined : going)) this.learnt((same ?? going)!, true);
    else if (known?.question_id && !known.conversation_id) this.reset();
    void this.sync();
    void this.outbox.flush();
    this.pictures.flush();
  }

  private sent(entry?: Entry, ack?: Record<string, unknown>): void {
    if (entry?.verb === "ask" && ack && this.thread?.client_id === entry.client_id) {
      const { ok: _ok, ...news } = ack as unknown as QuestionNews & { ok: true };
      this.host.announce("question", { id: news.question_id });
      this.learnt({ ...news, state: news.state ?? this.thread.state });
    } else if (entry && ack && this.log?.id === entry.body.conversation_id) {
      const { id, seq, at } = ack as unknown as Stored;
      const { text, picture } = entry.body as { text?: string; picture?: Picture };
      const said = { ...(text ? { text } : {}), ...(picture ? { picture } : {}) };
      const { client_id } = entry;
      this.happened({ id, conversation_id: this.log!.id, seq, at, kind: "message", client_id, ...said, author: { kind: "shopper" } });
    }
    this.changed();
  }

  /** News of another question are of interest only when the screen is free and somebody answers, or on arrival. */
  private learnt(news: QuestionNews, arriving = false): void {
    const thread = this.thread;
    if (thread?.question_id && thread.question_id !== news.question_id) return;
    if (!thread && !arriving && !news.conversation_id) return;
    const at = news.asked_at ?? thread?.at ?? new Date().toISOString();
    this.keep({ ...thread, ...news, at, text: news.text ?? thread?.text ?? "" });
    if (news.state === "redirected") this.host.set("open", null);
    if (news.expert) this.announceFound();
    this.changed();
  }

  private brought({ client_id, conversation_id, at }: Shot, picture: Picture): void {
    const body = { conversation_id, client_id, attachment_id: picture.id, picture };
    void this.outbox.add({ client_id, verb: "message", body, at });
  }

  private announceFound(): void {
    if (this.found) return;
    this.found = true;
    this.host.announce("found");
  }

  private keep(thread: Thread): void {
    this.adopt(thread);
    this.host.set("open", JSON.stringify(thread));
    this.changed();
  }

  private adopt(thread: Thread): void {
    this.thread = thread;
    if (!thread.conversation_id || this.log?.id === thread.conversation_id) return;
    this.log = new ConversationLog(thread.conversation_id);
    void this.sync();
  }

  private happened(event: ConversationEvent): void {
    if (!this.log && this.thread) this.keep({ ...this.thread, conversation_id: event.conversation_id });
    if (this.log?.id !== event.conversation_id) return;
    const taken = this.log.take(event);
    if (taken === "gap") void this.sync();
    if (taken === "known") return;
    if (event.author?.kind !== "shopper") this.typing.stop();
    const fresh = event.kind === "message" && event.author?.kind !== "shopper" && !this.syncing;
    if (fresh && (!this.shown || document.hidden) && this.host.get("sound") !== "off") chime();
    if (event.kind === "joined") this.announceFound();
    if (event.kind === "closed") this.host.announce("conversation_closed");
    if (event.kind === "rated" && event.data?.stars) this.verdict ??= { stars: event.data.stars };
    this.seen();
    this.changed();
  }

  /** Asks for everything after the last event without a gap. */
  private async sync(): Promise<void> {
    const log = this.log;
    if (!log || this.syncing || (this.net !== "live" && this.net !== "polling")) return;
    this.syncing = true;
    const before = log.last;
    let last = 0;
    try {
      const ack = await this.link.call("sync", { conversation_id: log.id, after: log.last });
      if (ack.ok) last = this.caughtUp(ack as unknown as Synced);
      else if (ack.error.code === "not_found") this.reset();
    } catch {
      return;
    } finally {
      this.syncing = false;
    }
    if ((log.broken || last > log.last) && log.last > before) void this.sync();
    this.seen();
    this.changed();
  }

  private caughtUp({ events, last, read }: Synced): number {
    for (const event of events) this.happened(event);
    const id = this.log?.id;
    for (const by of ["shopper", "expert"] as const) {
      if (id && read) this.log?.mark({ conversation_id: id, by, seq: read[by] });
    }
    return last;
  }

  private marked(mark: ReadMark): void {
    if (this.log?.id === mark.conversation_id && this.log.mark(mark)) this.changed();
  }
}
