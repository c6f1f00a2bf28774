import { ConversationLog } from "../lib/conversation";
import type { Translator } from "../lib/i18n";
import { Sio } from "../lib/sio";
import { uuid7 } from "../lib/uuid7";
import type { Ack, ConversationEvent } from "../lib/wire";
import type { Board, Boot, Note, Talk } from "./types";

/** Nudges that come together are answered by one reading. */
const GATHER_MS = 400;
/** Reads again even without a nudge: leases end silently. */
const EVERY_MS = 15_000;

/** One conversation that is read along. */
export interface Watched {
  id: string;
  log: ConversationLog;
  notes: Note[];
  /** Kept when it leaves the board, so that its end can be read. */
  talk: Talk;
}

/**
 * The board's state and the way to `/brand`. The server always answers with the whole board; pushes only say that it
 * is worth reading again. What is read along is a numbered log, healed by its numbers.
 */
export class Model {
  board: Board;
  /** Local milliseconds at which `board` was true. */
  readAt = Date.now();
  live = false;
  watched: Watched | undefined;
  problem = "";
  changed: () => void = () => undefined;
  private sio: Sio;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly boot: Boot,
    readonly t: Translator,
  ) {
    this.board = boot.state;
    this.sio = new Sio({
      origin: location.origin,
      namespace: "/brand",
      path: boot.socket_path,
      auth: () => ({ locale: boot.locale }),
      status: (status) => {
        this.live = status === "up";
        if (this.live) void this.read();
        if (this.live && this.watched) void this.sync();
        this.changed();
      },
    });
    this.sio.on<ConversationEvent>("event", (event) => this.heard(event));
    this.sio.on<Note>("note", (note) => this.noted(note));
    this.sio.on<{ brand_id: string }>("board", (about) => about.brand_id === boot.brand.id && this.nudge());
    for (const name of ["transfer", "transfer_gone"]) this.sio.on(name, () => this.nudge());
    this.sio.start();
    setInterval(() => this.live && void this.read(), EVERY_MS);
  }

  /** Milliseconds by which the server's clock is ahead of this one. */
  get ahead(): number {
    return new Date(this.board.now).getTime() - this.readAt;
  }

  /** The server's time now, in milliseconds. */
  get now(): number {
    return Date.now() + this.ahead;
  }

  nudge(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, GATHER_MS);
  }

  private async read(): Promise<void> {
    const found = await this.call<Board>("board", { brand_id: this.boot.brand.id }, true);
    if (!found) return;
    this.board = found;
    this.readAt = Date.now();
    const open = this.watched && found.conversations.find((talk) => talk.id === this.watched!.id);
    if (open) this.watched!.talk = open;
    this.changed();
  }

  private heard(event: ConversationEvent): void {
    if (event.conversation_id === this.watched?.id && this.watched.log.take(event) === "gap") void this.sync();
    this.nudge();
    this.changed();
  }

  private noted(note: Note): void {
    const watched = this.watched;
    if (note.conversation_id !== watched?.id || watched.notes.some((known) => known.id === note.id)) return;
    watched.notes.push(note);
    this.changed();
  }

  async watch(talk: Talk): Promise<void> {
    this.problem = "";
    this.watched = { id: talk.id, log: new ConversationLog(talk.id), notes: [], talk };
    this.changed();
    await this.sync();
    const found = await this.call<{ notes: Note[] }>("notes", { conversation_id: talk.id }, true);
    if (found && this.watched?.id === talk.id) this.watched.notes = found.notes;
    this.changed();
  }

  leave(): void {
    this.watched = undefined;
    this.changed();
  }

  /** Everything that is missing, in steps: the server gives so many events at a time. */
  private async sync(): Promise<void> {
    const watched = this.watched;
    for (let steps = 0; watched && steps < 50; steps++) {
      const before = watched.log.last;
      const found = await this.call<{ events: ConversationEvent[]; last: number }>(
        "sync", { conversation_id: watched.id, after: before }, true,
      );
      if (!found || watched !== this.watched) return;
      for (const event of found.events) watched.log.take(event);
      this.changed();
      if (watched.log.last >= found.last || watched.log.last === before) return;
    }
  }

  /** True when it is done; otherwise `problem` says why, and nothing that was written is lost. */
  async act(verb: "whisper" | "take_over" | "force_close", more: Record<string, unknown> = {}): Promise<boolean> {
    if (!this.watched) return false;
    const done = await this.call<object>(verb, { conversation_id: this.watched.id, ...more });
    if (done) this.nudge();
    return done !== undefined;
  }

  async say(text: string): Promise<boolean> {
    if (!this.watched) return false;
    return (await this.call<object>("message", { conversation_id: this.watched.id, client_id: uuid7(), text })) !== undefined;
  }

  private async call<T extends object>(verb: string, body: Record<string, unknown>, quiet = false): Promise<T | undefined> {
    try {
      const ack = await this.sio.emit<Ack<T>>(verb, body);
      if (ack.ok) {
        if (!quiet) this.problem = "";
        return ack;
      }
      if (!quiet) this.problem = ack.error.message;
    } catch {
      if (!quiet) this.problem = this.t("No answer from the server. Nothing was changed; try again.");
    }
    this.changed();
    return undefined;
  }
}
