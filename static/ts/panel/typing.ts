const SEEN_MS = 6000;
const TOLD_MS = 2000;

/** Who writes just now: the other side for six seconds, ourselves told at most every two. */
export class Typing {
  seen = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private toldAt = 0;

  constructor(private changed: () => void) {}

  /** The other side writes. */
  saw(): void {
    this.seen = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop(), SEEN_MS);
    this.changed();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.seen = false;
    this.changed();
  }

  /** Whether it is time to tell the other side again. */
  due(): boolean {
    if (Date.now() - this.toldAt < TOLD_MS) return false;
    this.toldAt = Date.now();
    return true;
  }
}
