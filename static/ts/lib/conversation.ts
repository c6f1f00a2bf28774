import type { ConversationEvent, ReadMark } from "./wire";

/** What `ConversationLog.take` made of an event. */
export type Taken = "new" | "known" | "gap";

/**
 * The numbered events of one conversation, kept in order of `seq` and without doubles.
 * Events past a gap are held back until the missing ones arrive, so that nothing is shown out of order.
 */
export class ConversationLog {
  readonly events: ConversationEvent[] = [];
  private held = new Map<number, ConversationEvent>();
  private clientIds = new Map<string, number>();
  private marks = { shopper: 0, expert: 0 };
  private arrived = { shopper: 0, expert: 0 };

  constructor(readonly id: string) {}

  /** The highest `seq` up to which nothing is missing. */
  get last(): number {
    return this.events.length ? this.events[this.events.length - 1]!.seq : 0;
  }

  /** True while later events wait for missing ones: ask the server for those after `last`. */
  get broken(): boolean {
    return this.held.size > 0;
  }

  get closed(): boolean {
    return this.events.some((event) => event.kind === "closed");
  }

  take(event: ConversationEvent): Taken {
    if (event.seq <= this.last || this.held.has(event.seq)) return "known";
    this.held.set(event.seq, event);
    let next = this.held.get(this.last + 1);
    if (!next) return "gap";
    for (; next; next = this.held.get(this.last + 1)) {
      this.held.delete(next.seq);
      this.events.push(next);
      if (next.client_id) this.clientIds.set(next.client_id, next.seq);
    }
    return this.broken ? "gap" : "new";
  }

  has(clientId: string): boolean {
    return this.clientIds.has(clientId);
  }

  /** Read marks only move forward; true when this one did. */
  mark(mark: ReadMark): boolean {
    const before = this.marks[mark.by] + this.arrived[mark.by];
    this.marks[mark.by] = Math.max(this.marks[mark.by], mark.seq);
    this.arrived[mark.by] = Math.max(this.arrived[mark.by], mark.delivered ?? mark.seq);
    return this.marks[mark.by] + this.arrived[mark.by] > before;
  }

  readBy(side: "shopper" | "expert"): number {
    return this.marks[side];
  }

  deliveredTo(side: "shopper" | "expert"): number {
    return this.arrived[side];
  }

  /** Messages of the other side that the shopper has not read. */
  get unread(): number {
    const read = this.marks.shopper;
    return this.events.filter((e) => e.kind === "message" && e.author?.kind !== "shopper" && e.seq > read).length;
  }
}
