import type { Store } from "../lib/outbox";

export interface HostStore extends Store {
  all(): Record<string, string>;
  /** Calls `changed` when another tab of the shop writes. */
  watch(changed: (key: string, value: string | null) => void): void;
}

/** The shop's own storage under one prefix; memory where the browser refuses it, so that a visit still works. */
export function hostStore(key: string): HostStore {
  const prefix = `comptoir:${key}:`;
  const memory: Record<string, string> = {};
  let local: Storage | undefined;
  try {
    local = localStorage;
    local.setItem(prefix + "?", "");
    local.removeItem(prefix + "?");
  } catch {
    local = undefined;
  }
  const get = (name: string): string | null => local?.getItem(prefix + name) ?? memory[name] ?? null;
  const keys = (start: string): string[] =>
    (local ? Object.keys(local) : Object.keys(memory).map((name) => prefix + name))
      .filter((name) => name.startsWith(prefix + start))
      .map((name) => name.slice(prefix.length));
  return {
    get,
    keys,
    all: () => Object.fromEntries(keys("").map((name) => [name, get(name)!])),
    set(name, value) {
      delete memory[name];
      try {
        if (value === null) local?.removeItem(prefix + name);
        else if (local) local.setItem(prefix + name, value);
        else memory[name] = value;
      } catch {
        memory[name] = value!;
      }
    },
    watch(changed) {
      addEventListener("storage", ({ key: name, newValue }) => {
        if (name?.startsWith(prefix)) changed(name.slice(prefix.length), newValue);
      });
    },
  };
}
