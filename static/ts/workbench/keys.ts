import type { Sheet } from "./chat";
import type { Model } from "./model";

export interface Sheets {
  help(): void;
  show(sheet: Sheet): void;
  /** True when something was open and is now shut. */
  shut(): boolean;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("textarea, select, input:not([type=checkbox], [type=radio])");

/** Moves by `step` in the list's order, from the open conversation. */
function move(model: Model, step: number): void {
  const { desk, current } = model;
  const order = [...desk.waitForYou, ...desk.waitForThem, ...desk.snoozed, ...desk.closed].map((thread) => thread.id);
  const at = current ? order.indexOf(current) : step > 0 ? -1 : order.length;
  const next = order[Math.min(order.length - 1, Math.max(0, at + step))];
  if (next) model.open(next);
}

/** Single keys; they stand back in fields, in dialogs and with modifiers, and can be switched off. */
export function listenToKeys(model: Model, sheets: Sheets): () => void {
  const first = (): string | undefined => model.desk.offers.find((offer) => !offer.gone)?.offer_id;
  const asked = (): string | undefined => model.desk.transfers[0]?.transfer_id;
  const onThread = (sheet: Sheet): void => {
    if (model.thread && model.thread.state !== "closed") sheets.show(sheet);
  };
  const focus = (id: string): void => document.getElementById(id)?.focus();
  const actions: Record<string, () => void> = {
    a: () => (first() ? void model.accept(first()!) : asked() && void model.acts.take(asked()!)),
    x: () => (first() ? void model.decline(first()!) : asked() && void model.acts.pass(asked()!)),
    v: () => void model.available(!model.desk.availability.on),
    j: () => move(model, 1),
    k: () => move(model, -1),
    r: () => focus("reply"),
    p: () => document.getElementById("pick")?.click(),
    i: () => document.getElementById("ready")?.click(),
    e: () => onThread("end"),
    t: () => onThread("transfer"),
    s: () => onThread("snooze"),
    n: () => onThread("note"),
    q: () => onThread("consult"),
    c: () => onThread("category"),
    b: () => onThread("block"),
    w: () => model.panes.next(),
    "1": () => model.panes.arrange(1),
    "2": () => model.panes.arrange(2),
    "4": () => model.panes.arrange(4),
    "/": () => focus("search"),
    "?": () => sheets.help(),
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (typing(event.target)) (event.target as HTMLElement).blur();
      else if (!sheets.shut()) model.open(undefined);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !model.keep.wants("keys")) return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}
