import type { Desk } from "./desk";
import type { Keep } from "./prefs";

export type Layout = 1 | 2 | 4;

/** One, two or four conversations side by side; one of them is spoken to by keys. */
export class Panes {
  open: (string | undefined)[] = [undefined];
  active = 0;

  constructor(
    private keep: Keep,
    private desk: Desk,
    private shown: (id: string | undefined) => void,
  ) {
    const kept = Number(keep.get("panes"));
    if (kept === 2 || kept === 4) this.open = Array<undefined>(kept).fill(undefined);
  }

  get current(): string | undefined {
    return this.open[this.active];
  }

  get layout(): Layout {
    return this.open.length as Layout;
  }

  /** What was open stays, then come those that wait longest. */
  arrange(layout: Layout): void {
    const open = [this.current, ...this.open.filter((id) => id !== this.current)].filter((id) => id !== undefined);
    const waiting = this.desk.waitForYou.map((thread) => thread.id).filter((id) => !open.includes(id));
    const all = [...open, ...waiting];
    this.open = Array.from({ length: layout }, (_, i) => all[i]);
    this.active = 0;
    this.keep.set("panes", layout === 1 ? null : String(layout));
    for (const id of this.open) this.shown(id);
  }

  /** In the active pane, unless it is open in another. */
  show(id: string | undefined): void {
    const at = id ? this.open.indexOf(id) : -1;
    if (at >= 0) this.active = at;
    else this.open[this.active] = id;
    this.shown(id);
  }

  next(): void {
    this.active = (this.active + 1) % this.open.length;
    const box = this.current && document.querySelector<HTMLElement>(`[data-thread="${this.current}"] textarea`);
    if (box) box.focus();
    this.shown(this.current);
  }

  focus(id: string): void {
    const at = this.open.indexOf(id);
    if (at < 0 || at === this.active) return;
    this.active = at;
    this.shown(id);
  }
}
