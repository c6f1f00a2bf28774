import { ConversationLog } from "../lib/conversation";
import type { ConversationEvent } from "../lib/wire";
import type {
  Availability, Consultation, DeskState, Earned, GoneWhy, NoteRow, Offer, Status, Summary, Synced, Today, Topic, TransferAsk, TransferState,
} from "./types";

/** An offer on the desk; `gone` once somebody or the clock took it away. */
export interface Shown extends Offer {
  /** This device's clock, in milliseconds, when the offer runs out. */
  until: number;
  /** Milliseconds from the offer's making to its end. */
  span: number;
  busy?: boolean;
  gone?: Exclude<GoneWhy, "answered">;
  refusal?: string;
}

/** A conversation on the desk, with what arrived of it. */
export interface Thread extends Summary {
  log: ConversationLog;
  synced: boolean;
  earned?: Earned;
  notes?: NoteRow[];
}

/** A live question, whose shopper is watching, comes before one to be answered by e-mail. */
const soonestFirst = (a: Shown, b: Shown): number => a.until - b.until;

const oldestFirst = (a: Thread, b: Thread): number => a.last_at.localeCompare(b.last_at);

/** Everything that lies on the expert's desk, without any way to the server. */
export class Desk {
  availability: Availability;
  offers: Shown[] = [];
  transfers: TransferAsk[] = [];
  consultations: Consultation[] = [];
  threads = new Map<string, Thread>();
  today: Today;
  topics: Topic[];
  /** How far this device's clock is ahead of the server's, in milliseconds. */
  private ahead = 0;

  constructor(
    state: DeskState,
    private me = "",
  ) {
    this.availability = state.availability;
    this.today = state.today;
    this.topics = state.topics;
    this.replace(state);
  }

  /** The server's view of everything; offers and conversations that it no longer lists are over. */
  replace(state: DeskState): void {
    if (state.now) this.ahead = Date.now() - Date.parse(state.now);
    this.availability = state.availability;
    this.today = state.today;
    this.topics = state.topics;
    const listed = new Set(state.offers.map((offer) => offer.offer_id));
    this.offers = this.offers.filter((offer) => offer.gone || offer.busy || listed.has(offer.offer_id));
    for (const offer of state.offers) this.put(offer);
    this.transfers = state.transfers ?? [];
    this.consultations = state.consultations ?? [];
    for (const summary of state.conversations) this.summarise(summary);
    const open = new Set(state.conversations.map((summary) => summary.id));
    for (const thread of this.threads.values()) if (!open.has(thread.id)) thread.state = "closed";
  }

  /** True when the offer was not on the desk yet. */
  put(offer: Offer): boolean {
    const known = this.offers.findIndex((each) => each.offer_id === offer.offer_id);
    const until = Date.parse(offer.expires_at) + this.ahead;
    const shown: Shown = { ...offer, until, span: Math.max(1000, Date.parse(offer.expires_at) - Date.parse(offer.made_at)) };
    if (known >= 0) this.offers[known] = { ...this.offers[known]!, ...shown };
    else this.offers.push(shown);
    this.offers.sort(soonestFirst);
    return known < 0;
  }

  find(offerId: string): Shown | undefined {
    return this.offers.find((offer) => offer.offer_id === offerId);
  }

  change(offerId: string, change: Partial<Shown>): void {
    this.offers = this.offers.map((offer) => (offer.offer_id === offerId ? { ...offer, ...change } : offer));
  }

  clear(offerId: string): void {
    this.offers = this.offers.filter((offer) => offer.offer_id !== offerId);
  }

  summarise(summary: Summary): Thread {
    const known = this.threads.get(summary.id);
    const log = known?.log ?? new ConversationLog(summary.id);
    const thread: Thread = { ...known, ...summary, log, synced: known?.synced ?? false };
    if (known && log.last > summary.last_seq) {
      Object.assign(thread, { last_seq: known.last_seq, last_text: known.last_text, last_by: known.last_by, last_at: known.last_at });
    }
    for (const by of ["shopper", "expert"] as const) log.mark({ conversation_id: summary.id, by, seq: summary.read[by] });
    this.threads.set(summary.id, thread);
    return thread;
  }

  /** Takes a numbered event; false when something before it is missing or the conversation is unknown. */
  happened(event: ConversationEvent): boolean {
    const thread = this.threads.get(event.conversation_id);
    if (!thread) return false;
    const taken = thread.log.take(event);
    if (taken === "known") return true;
    thread.last_seq = Math.max(thread.last_seq, event.seq);
    if (event.kind === "message") {
      const mine = event.author?.kind !== "shopper";
      thread.last_by = mine ? "expert" : "shopper";
      thread.last_text = event.text ?? event.product?.title ?? "";
      thread.last_at = event.at;
      if (mine) thread.log.mark({ conversation_id: thread.id, by: "expert", seq: event.seq });
    }
    if (event.kind === "closed") thread.state = "closed";
    if (event.kind === "transferred") thread.state = event.author.id === this.me ? "open" : "closed";
    if (event.kind === "snoozed") [thread.state, thread.snoozed_until] = ["snoozed", event.data?.until ?? null];
    if (thread.state === "snoozed" && (event.kind === "woken" || event.kind === "message")) thread.state = "open";
    return taken === "new";
  }

  /** Takes an answer to `sync`; true when there is more to ask for. */
  synced(id: string, answer: Synced): boolean {
    const thread = this.threads.get(id);
    if (!thread) return false;
    for (const event of answer.events) this.happened(event);
    for (const by of ["shopper", "expert"] as const) thread.log.mark({ conversation_id: id, by, seq: answer.read[by] });
    thread.state = answer.state;
    thread.synced = true;
    return answer.events.length > 0 && thread.log.last < answer.last;
  }

  note(note: NoteRow): void {
    const thread = this.threads.get(note.conversation_id);
    if (thread?.notes && !thread.notes.some((each) => each.id === note.id)) thread.notes = [...thread.notes, note];
  }

  transferred(id: string, transfer: TransferState | null): void {
    const thread = this.threads.get(id);
    if (thread) thread.transfer = transfer;
  }

  askTransfer(ask: TransferAsk): void {
    this.transfers = [...this.transfers.filter((each) => each.transfer_id !== ask.transfer_id), ask];
  }

  dropTransfer(id: string): void {
    this.transfers = this.transfers.filter((each) => each.transfer_id !== id);
  }

  askConsultation(asked: Consultation): void {
    this.consultations = [asked, ...this.consultations.filter((each) => each.note_id !== asked.note_id)];
  }

  dropConsultation(id: string): void {
    this.consultations = this.consultations.filter((each) => each.note_id !== id);
  }

  get status(): Status {
    const { status, on, paused_because, capacity, live } = this.availability;
    return status ?? (paused_because ? "paused" : !on ? "off" : live >= capacity ? "busy" : "free");
  }

  get waitForYou(): Thread[] {
    return this.all("open").filter((t) => t.last_by === "shopper").sort(oldestFirst);
  }

  get waitForThem(): Thread[] {
    return this.all("open").filter((t) => t.last_by === "expert").sort((a, b) => oldestFirst(b, a));
  }

  get snoozed(): Thread[] {
    return this.all("snoozed").sort(oldestFirst);
  }

  get closed(): Thread[] {
    return this.all("closed").sort((a, b) => oldestFirst(b, a));
  }

  /** What asks for this person now: open offers and shoppers who wait. */
  get urgent(): number {
    return this.offers.filter((offer) => !offer.gone).length + this.transfers.length + this.waitForYou.length;
  }

  private all(state: Thread["state"]): Thread[] {
    return [...this.threads.values()].filter((thread) => thread.state === state);
  }
}

/** Messages of the shopper that the expert has not read. */
export function unread(thread: Thread): number {
  const read = thread.log.readBy("expert");
  if (!thread.synced) return thread.last_by === "shopper" && thread.last_seq > read ? 1 : 0;
  return thread.log.events.filter((e) => e.kind === "message" && e.author?.kind === "shopper" && e.seq > read).length;
}
