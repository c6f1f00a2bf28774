import { money } from "../lib/format";
import { Outbox, type Entry } from "../lib/outbox";
import type { Translator } from "../lib/i18n";
import { uuid7 } from "../lib/uuid7";
import type { Ack, ConversationEvent, Picture, ReadMark, Stored } from "../lib/wire";
import { Acts } from "./acts";
import { Alerts } from "./alerts";
import { Desk, unread, type Thread } from "./desk";
import { Line, type Net } from "./line";
import { Panes } from "./panes";
import { Keep } from "./prefs";
import { reasonOf } from "./reasons";
import type {
  Availability, Boot, Card, CloseReason, Consultation, DeskState, Earned, GoneWhy, NoteRow, Offer, Summary, Synced, TransferAsk, TransferState,
} from "./types";

const TYPING_MS = 6000;
const TYPED_MS = 2000;
const RESEND_MS = 5000;
/** How long a vanished offer stays to say why. */
const GONE_MS = 7000;
/** How long after its end an offer waits for the server's word before it counts as lapsed. */
const LAPSE_MS = 1500;
const TOAST_MS = 12_000;

export interface Toast {
  id: number;
  text: string;
  detail?: string;
  look: "success" | "error" | "info";
}

/** What the workbench knows and can do; views read it and call its verbs. Changes are told to one listener. */
export class Model {
  readonly desk: Desk;
  readonly keep: Keep;
  readonly alerts: Alerts;
  readonly acts = new Acts(this);
  net: Net = "connecting";
  readonly panes: Panes;
  query = "";
  toasts: Toast[] = [];
  /** Said once by the screen reader. */
  alert = "";
  /** Where the switch was put, until the server answers. */
  switching: boolean | undefined;
  typing = new Map<string, ReturnType<typeof setTimeout>>();
  changed: () => void = () => undefined;

  private line: Line;
  private outbox: Outbox;
  private syncing = new Set<string>();
  private typedAt = 0;
  private toastId = 0;

  constructor(
    readonly boot: Boot,
    readonly t: Translator,
  ) {
    this.desk = new Desk(boot.state, boot.me.id);
    this.keep = new Keep(boot.me.id);
    this.alerts = new Alerts(this.keep);
    this.panes = new Panes(this.keep, this.desk, (id) => this.look(id));
    this.line = new Line(boot.socket_path, boot.locale, (net) => this.turned(net));
    this.outbox = new Outbox(this.keep, (entry) => this.deliver(entry), (sent, ack) => this.sent(sent, ack));
    this.listen();
    this.line.start();
    setInterval(() => void this.outbox.flush(), RESEND_MS);
    setInterval(() => this.lapse(), 500);
    document.addEventListener("visibilitychange", () => (document.hidden ? this.line.pocket() : this.seen()));
    addEventListener("focus", () => void this.line.prove().then(() => this.seen()));
    addEventListener("storage", (event) => event.key?.includes(":out:") && this.changed());
  }

  get current(): string | undefined {
    return this.panes.current;
  }

  get thread(): Thread | undefined {
    return this.current ? this.desk.threads.get(this.current) : undefined;
  }

  /** What was said in a conversation and not yet numbered by the server. */
  pending(thread: Thread): Entry[] {
    return this.outbox.entries.filter((e) => e.body.conversation_id === thread.id && !thread.log.has(e.client_id));
  }

  open(id: string | undefined): void {
    const hash = id ? `#${id}` : "";
    if (location.hash !== hash) history.pushState(null, "", hash || location.pathname);
    this.panes.show(id);
  }

  /** Ratings come after the end, when nobody serves the conversation any more: asked for again when looked at. */
  private look(id: string | undefined): void {
    const thread = id ? this.desk.threads.get(id) : undefined;
    if (thread && (!thread.synced || thread.state === "closed")) void this.sync(thread.id);
    if (thread) void this.acts.notes(thread);
    this.seen();
    this.changed();
  }

  search(query: string): void {
    this.query = query;
    this.changed();
  }

  async accept(offerId: string): Promise<void> {
    if (this.desk.find(offerId)?.busy) return;
    this.desk.change(offerId, { busy: true });
    this.changed();
    const ack = await this.ask<{ conversation_id: string; conversation?: Summary }>("offer_accept", { offer_id: offerId });
    if (!ack) return this.free(offerId);
    if (!ack.ok) {
      this.desk.change(offerId, { refusal: ack.error.message });
      return this.gone(offerId, "taken");
    }
    this.desk.clear(offerId);
    if (ack.conversation) this.desk.summarise(ack.conversation);
    else if (!this.desk.threads.has(ack.conversation_id)) await this.refresh();
    this.open(ack.conversation_id);
  }

  async decline(offerId: string): Promise<void> {
    if (this.desk.find(offerId)?.busy) return;
    this.desk.change(offerId, { busy: true });
    this.changed();
    const ack = await this.ask("offer_decline", { offer_id: offerId });
    if (!ack) return this.free(offerId);
    this.desk.clear(offerId);
    this.changed();
  }

  async available(on: boolean, capacity?: number): Promise<void> {
    this.switching = on;
    this.changed();
    const ack = await this.ask<{ availability: Availability }>("availability", capacity ? { on, capacity } : { on });
    this.switching = undefined;
    if (ack?.ok) this.desk.availability = ack.availability;
    else if (ack) this.toast(ack.error.message, "error");
    this.changed();
  }

  say(thread: Thread, content: { text: string } | { card: Card } | { attachment_id: string; picture: Picture }): void {
    const client_id = uuid7();
    const body = { conversation_id: thread.id, client_id, ...content };
    void this.outbox.add({ client_id, verb: "message", body, at: new Date().toISOString() });
  }

  retry(clientId: string): void {
    void this.outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.outbox.discard(clientId);
  }

  type(thread: Thread): void {
    if (Date.now() - this.typedAt < TYPED_MS || this.net !== "live") return;
    this.typedAt = Date.now();
    void this.line.call("typing", { conversation_id: thread.id }).catch(() => undefined);
  }

  /** False when the server refused or did not answer; the reason is shown. */
  async close(thread: Thread, reason: CloseReason, topic: string, survey: Record<string, string> = {}): Promise<boolean> {
    const body = { conversation_id: thread.id, reason, survey, ...(topic ? { topic } : {}) };
    const ack = await this.ask("close", body);
    if (ack && !ack.ok) this.toast(ack.error.message, "error");
    if (!ack?.ok) return false;
    thread.state = "closed";
    this.keep.set("draft:" + thread.id, null);
    void this.sync(thread.id);
    this.changed();
    return true;
  }

  async products(thread: Thread, q: string): Promise<Card[] | undefined> {
    const ack = await this.ask<{ products: Card[] }>("products", { conversation_id: thread.id, q }, false);
    return ack?.ok ? ack.products : undefined;
  }

  /** Marks what is on screen as read. */
  seen(): void {
    const thread = this.thread;
    if (!thread || document.hidden || !unread(thread)) return;
    const { id, log } = thread;
    if (!thread.synced || this.net !== "live") return;
    log.mark({ conversation_id: id, by: "expert", seq: log.last });
    void this.line.call("read", { conversation_id: id, seq: log.last }).catch(() => undefined);
    this.changed();
  }

  toast(text: string, look: Toast["look"], detail?: string): void {
    const id = ++this.toastId;
    this.toasts = [...this.toasts.slice(-2), { id, text, look, ...(detail ? { detail } : {}) }];
    setTimeout(() => this.untoast(id), TOAST_MS);
    this.changed();
  }

  untoast(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.changed();
  }

  private listen(): void {
    const line = this.line;
    line.on<DeskState>("welcome", (state) => this.welcomed(state));
    line.on<Offer>("offer", (offer) => this.offered(offer));
    line.on<{ offer_id: string; why: GoneWhy }>("offer_gone", ({ offer_id, why }) => this.gone(offer_id, why));
    line.on<Summary>("conversation", (summary) => {
      void this.sync(this.desk.summarise(summary).id);
      // Taken in another window of this person: the offer must leave this one too.
      if (this.desk.offers.length) void this.refresh();
      this.changed();
    });
    line.on<ConversationEvent>("event", (event) => this.happened(event));
    line.on<{ conversation_id: string; by: string }>("typing", ({ conversation_id, by }) => by === "shopper" && this.sawTyping(conversation_id));
    line.on<ReadMark>("read", (mark) => this.desk.threads.get(mark.conversation_id)?.log.mark(mark) && this.changed());
    line.on<{ availability: Availability }>("presence", ({ availability }) => {
      this.desk.availability = availability;
      this.changed();
    });
    line.on<TransferAsk>("transfer", (ask) => this.proposed(ask));
    line.on<{ transfer_id: string }>("transfer_gone", ({ transfer_id }) => (this.desk.dropTransfer(transfer_id), this.changed()));
    line.on<{ conversation_id: string; transfer: TransferState }>("transfer_state", ({ conversation_id, transfer }) => {
      this.desk.transferred(conversation_id, transfer);
      this.changed();
    });
    line.on<NoteRow>("note", (note) => (this.desk.note(note), this.changed()));
    line.on<Consultation>("consultation", (asked) => (this.desk.askConsultation(asked), this.changed()));
    line.on<Earned>("earned", (earned) => this.earned(earned));
  }

  /** Undefined when nobody answered, which `loud` says on screen. */
  async ask<T = unknown>(verb: string, body: Record<string, unknown>, loud = true): Promise<Ack<T> | undefined> {
    try {
      return await this.line.call<T>(verb, body);
    } catch {
      if (loud) this.toast(this.t("No connection. Try again in a moment."), "error");
      return undefined;
    }
  }

  private turned(net: Net): void {
    this.net = net;
    if (net === "live") void this.refresh().then(() => this.outbox.flush());
    else this.typing.clear();
    this.changed();
  }

  async refresh(): Promise<void> {
    const ack = await this.ask<DeskState>("state", {}, false);
    if (ack?.ok) this.welcomed(ack);
  }

  private welcomed(state: DeskState): void {
    const known = new Set(this.desk.offers.map((offer) => offer.offer_id));
    this.desk.replace(state);
    for (const offer of state.offers) if (!known.has(offer.offer_id)) this.announce(offer);
    for (const thread of this.desk.threads.values()) {
      const ended = thread.state === "closed" && !thread.log.closed;
      if (!thread.synced || thread.log.last < thread.last_seq || ended) void this.sync(thread.id);
    }
    this.changed();
  }

  private async sync(id: string): Promise<void> {
    const thread = this.desk.threads.get(id);
    if (!thread || this.syncing.has(id)) return;
    this.syncing.add(id);
    const ack = await this.ask<Synced>("sync", { conversation_id: id, after: thread.log.last }, false);
    this.syncing.delete(id);
    if (!ack?.ok) return;
    const more = this.desk.synced(id, ack);
    if (more || this.desk.threads.get(id)?.log.broken) void this.sync(id);
    this.seen();
    this.changed();
  }

  private happened(event: ConversationEvent): void {
    const known = this.desk.threads.has(event.conversation_id);
    if (!this.desk.happened(event)) void (known ? this.sync(event.conversation_id) : this.refresh());
    const byShopper = event.author?.kind === "shopper";
    if (byShopper) this.typing.delete(event.conversation_id);
    if (byShopper && event.kind === "message" && (document.hidden || event.conversation_id !== this.current)) {
      const name = this.desk.threads.get(event.conversation_id)?.shopper.name || this.t("The shopper");
      this.alerts.ring(this.t("New message from {name}", { name }), false);
    }
    this.seen();
    this.changed();
  }

  private offered(offer: Offer): void {
    if (this.desk.put(offer)) this.announce(offer);
    this.changed();
  }

  private proposed(ask: TransferAsk): void {
    this.desk.askTransfer(ask);
    this.alert = this.t("{name} would hand over to you", { name: ask.by });
    this.alerts.ring(this.alert, true);
    this.changed();
  }

  private announce(offer: Offer): void {
    this.alert = this.t("A question for you: {text}", { text: offer.question.text });
    this.alerts.ring(this.t("A new question for you"), true);
  }

  private free(offerId: string): void {
    this.desk.change(offerId, { busy: false });
    this.changed();
  }

  private gone(offerId: string, why: GoneWhy): void {
    if (!this.desk.find(offerId) || this.desk.find(offerId)?.gone) return;
    if (why === "answered") {
      this.desk.clear(offerId); // in another window of ours
      return this.changed();
    }
    this.desk.change(offerId, { gone: why, busy: false });
    setTimeout(() => {
      this.desk.clear(offerId);
      this.changed();
    }, GONE_MS);
    this.changed();
  }

  private lapse(): void {
    for (const offer of this.desk.offers) if (!offer.gone && Date.now() > offer.until + LAPSE_MS) this.gone(offer.offer_id, "lapsed");
  }

  private sawTyping(id: string): void {
    clearTimeout(this.typing.get(id));
    this.typing.set(id, setTimeout(() => this.typing.delete(id) && this.changed(), TYPING_MS));
    this.changed();
  }

  private earned(earned: Earned): void {
    const thread = this.desk.threads.get(earned.conversation_id);
    if (thread) thread.earned = earned;
    const show = (minor: number): string => money(minor, earned.currency, this.t.locale);
    const { gross_minor, commission_minor, net_minor, reason } = earned;
    if (net_minor > 0) {
      const split = this.t("{gross} less {commission} commission", { gross: show(gross_minor), commission: show(commission_minor) });
      this.toast(this.t("You earned {amount}", { amount: show(net_minor) }), "success", split);
    } else {
      this.toast(this.t("This conversation does not pay"), "info", reasonOf(reason, this.t));
    }
    void this.refresh();
  }

  /** The card travels as its key; the rest of it is for this screen until the server answers. */
  private deliver(entry: Entry): Promise<Ack<Record<string, unknown>>> {
    const { card, ...body } = entry.body as { card?: Card } & Record<string, unknown>;
    return this.line.call("message", card ? { ...body, product_id: card.id } : body);
  }

  private sent(entry?: Entry, ack?: Record<string, unknown>): void {
    if (entry && ack) {
      const { id, seq, at } = ack as unknown as Stored;
      const { conversation_id, text, card, picture } = entry.body as { conversation_id: string; text?: string; card?: Card; picture?: Picture };
      const { me } = this.boot;
      const author = { kind: "expert" as const, id: me.id, name: me.name };
      const said = { ...(text ? { text } : {}), ...(card ? { product: card } : {}), ...(picture ? { picture } : {}) };
      this.happened({ conversation_id, seq, at, kind: "message", client_id: entry.client_id, author, ...said, ...{ id } });
    }
    this.changed();
  }
}
