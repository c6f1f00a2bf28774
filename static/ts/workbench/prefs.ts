/** What this device remembers for one expert: drafts, unsent messages, choices. */
import type { Store } from "../lib/outbox";

export class Keep implements Store {
  private prefix: string;

  constructor(person: string) {
    this.prefix = `desk:${person}:`;
  }

  get(key: string): string | null {
    try {
      return localStorage.getItem(this.prefix + key);
    } catch {
      return null;
    }
  }

  /** A full or forbidden storage loses only what outlives the page. */
  set(key: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, value);
    } catch {
      return;
    }
  }

  keys(prefix: string): string[] {
    try {
      const whole = this.prefix + prefix;
      return Object.keys(localStorage).filter((key) => key.startsWith(whole)).map((key) => key.slice(this.prefix.length));
    } catch {
      return [];
    }
  }

  /** A switch that is on unless it was switched off. */
  wants(key: "sound" | "keys"): boolean {
    return this.get("pref:" + key) !== "off";
  }

  choose(key: "sound" | "keys", on: boolean): void {
    this.set("pref:" + key, on ? null : "off");
  }
}
