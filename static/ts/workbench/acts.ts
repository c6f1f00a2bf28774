import type { Ready } from "../lib/wire";
import type { Thread } from "./desk";
import type { Model } from "./model";
import type { Choices, Named, NoteRow, TransferState } from "./types";

export type Target = { target: "expert"; person_id: string } | { target: "group"; category_id: string } | { target: "agents" };

/** What one can do with a conversation beside talking in it. Refusals are shown; a verb says whether it was done. */
export class Acts {
  constructor(private model: Model) {}

  async colleagues(thread: Thread): Promise<Choices | undefined> {
    const ack = await this.model.ask<Choices>("colleagues", { conversation_id: thread.id });
    return ack?.ok ? ack : undefined;
  }

  async transfer(thread: Thread, target: Target, comment: string): Promise<boolean> {
    const ack = await this.done<{ transfer: TransferState }>("transfer", { conversation_id: thread.id, ...target, comment });
    if (ack) this.model.desk.transferred(thread.id, ack.transfer);
    this.model.changed();
    return !!ack;
  }

  async keep(thread: Thread): Promise<void> {
    if (await this.done("transfer_withdraw", { conversation_id: thread.id })) this.model.desk.transferred(thread.id, null);
    this.model.changed();
  }

  async take(transferId: string): Promise<void> {
    const { model } = this;
    const ack = await this.done<{ conversation_id: string }>("transfer_accept", { transfer_id: transferId });
    model.desk.dropTransfer(transferId);
    if (ack) {
      await model.refresh();
      model.open(ack.conversation_id);
    }
    model.changed();
  }

  async pass(transferId: string): Promise<void> {
    if (await this.done("transfer_decline", { transfer_id: transferId })) this.model.desk.dropTransfer(transferId);
    this.model.changed();
  }

  /** Without a time, the conversation comes back at once. */
  async snooze(thread: Thread, until?: Date): Promise<boolean> {
    return !!(await this.done("snooze", { conversation_id: thread.id, until: until?.toISOString() ?? null }));
  }

  async note(thread: Thread, text: string): Promise<boolean> {
    return !!(await this.done("note", { conversation_id: thread.id, text }));
  }

  async consult(thread: Thread, text: string): Promise<boolean> {
    return !!(await this.done("consult", { conversation_id: thread.id, text }));
  }

  async advise(noteId: string, text: string): Promise<boolean> {
    const done = !!(await this.done("advise", { note_id: noteId, text }));
    if (done) this.model.desk.dropConsultation(noteId);
    this.model.changed();
    return done;
  }

  ignore(noteId: string): void {
    this.model.desk.dropConsultation(noteId);
    this.model.changed();
  }

  async notes(thread: Thread): Promise<void> {
    const ack = await this.model.ask<{ notes: NoteRow[] }>("notes", { conversation_id: thread.id }, false);
    const now = this.model.desk.threads.get(thread.id);
    if (!ack?.ok || !now) return;
    now.notes = ack.notes;
    this.model.changed();
  }

  draft(thread: Thread, text: string): void {
    thread.draft = text;
    void this.model.ask("draft", { conversation_id: thread.id, text }, false);
  }

  async replies(thread: Thread): Promise<Ready[] | undefined> {
    const ack = await this.model.ask<{ replies: Ready[] }>("canned", { conversation_id: thread.id }, false);
    return ack?.ok ? ack.replies : undefined;
  }

  async categories(thread: Thread): Promise<Named[] | undefined> {
    const ack = await this.model.ask<{ categories: Named[] }>("categories", { conversation_id: thread.id });
    return ack?.ok ? ack.categories : undefined;
  }

  async recategorise(thread: Thread, categoryId: string): Promise<boolean> {
    const ack = await this.done<{ category: string }>("recategorise", { conversation_id: thread.id, category_id: categoryId });
    const now = this.model.desk.threads.get(thread.id);
    if (ack && now) now.category = ack.category;
    this.model.changed();
    return !!ack;
  }

  async block(thread: Thread, reason: string): Promise<boolean> {
    const done = !!(await this.done("block", { conversation_id: thread.id, reason }));
    if (done) await this.model.refresh();
    return done;
  }

  private async done<T>(verb: string, body: Record<string, unknown>): Promise<T | undefined> {
    const ack = await this.model.ask<T>(verb, body);
    if (ack && !ack.ok) this.model.toast(ack.error.message, "error");
    return ack?.ok ? ack : undefined;
  }
}
