/** Calls an expert who looks elsewhere: a short sound, a title that flashes, a notification of the system. */
import type { Keep } from "./prefs";

const FLASH_MS = 1200;

export class Alerts {
  private audio: AudioContext | undefined;
  private flashing: ReturnType<typeof setInterval> | undefined;
  private title = document.title;
  private words = "";

  constructor(private keep: Keep) {
    // Browsers give sound only after the person has touched the page.
    addEventListener("pointerdown", () => void (this.audio ??= this.open())?.resume(), { passive: true });
    document.addEventListener("visibilitychange", () => !document.hidden && this.calm());
    const worker = document.getElementById("root")!.dataset["worker"];
    if (worker && "serviceWorker" in navigator) void navigator.serviceWorker.register(worker).catch(() => undefined);
  }

  /** `count` of things that wait stands before the page's title. */
  count(count: number, title: string): void {
    this.title = count ? `(${count}) ${title}` : title;
    if (!this.flashing) document.title = this.title;
  }

  ring(words: string, high: boolean): void {
    if (this.keep.wants("sound")) this.tone(high);
    if (!document.hidden) return;
    this.flash(words);
    if ("Notification" in window && Notification.permission === "granted") this.notify(words);
  }

  private open(): AudioContext | undefined {
    return "AudioContext" in window ? new AudioContext() : undefined;
  }

  private tone(high: boolean): void {
    const audio = this.audio;
    if (!audio || audio.state !== "running") return;
    for (const [i, pitch] of (high ? [659, 880] : [523]).entries()) {
      const [voice, loudness, start] = [audio.createOscillator(), audio.createGain(), audio.currentTime + i * 0.14];
      voice.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
      voice.connect(loudness).connect(audio.destination);
      voice.start(start);
      voice.stop(start + 0.32);
    }
  }

  private flash(words: string): void {
    this.words = words;
    if (this.flashing) return;
    let on = false;
    this.flashing = setInterval(() => {
      on = !on;
      document.title = on ? this.words : this.title;
    }, FLASH_MS);
  }

  private calm(): void {
    clearInterval(this.flashing);
    this.flashing = undefined;
    document.title = this.title;
  }

  /** Through the service worker where the page has one: phones allow no other way. */
  private notify(words: string): void {
    const worker = document.getElementById("root")!.dataset["worker"];
    if (worker && "serviceWorker" in navigator) {
      void navigator.serviceWorker.ready.then((ready) => ready.showNotification(words, { tag: "desk", data: { url: location.href } }));
    } else {
      this.notifyHere(words);
    }
  }

  private notifyHere(words: string): void {
    try {
      const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href;
      const shown = new Notification(words, { tag: "desk", ...(icon ? { icon } : {}) });
      shown.onclick = () => (focus(), shown.close());
    } catch {
      // Some browsers notify only through a service worker; the sound and the title remain.
      return;
    }
  }
}
