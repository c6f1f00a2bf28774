import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, type Entry, type Send, type Store } from "./outbox";
import { uuid7 } from "./uuid7";

function memory(): Store & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void (value === null ? map.delete(key) : map.set(key, value)),
    keys: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  };
}

const entry = (client_id: string): Entry => ({ client_id, verb: "message", body: { text: client_id }, at: "2026-01-01T10:00:00Z" });

function taking(sent: string[]): Send {
  return (e) => {
    sent.push(e.client_id);
    return Promise.resolve({ ok: true, seq: sent.length });
  };
}

test("an acknowledged entry leaves the store", async () => {
  const store = memory();
  const sent: string[] = [];
  await new Outbox(store, taking(sent), () => undefined).add(entry("a"));
  assert.deepEqual(sent, ["a"]);
  assert.equal(store.map.size, 0);
});

test("an entry without an answer stays, also for the next page", async () => {
  const store = memory();
  await new Outbox(store, () => Promise.reject(new Error("offline")), () => undefined).add(entry("a"));
  assert.equal(store.map.size, 1);
  const sent: string[] = [];
  await new Outbox(store, taking(sent), () => undefined).flush();
  assert.deepEqual(sent, ["a"]);
});

test("entries leave in the order they were written", async () => {
  const store = memory();
  const down = new Outbox(store, () => Promise.reject(new Error("offline")), () => undefined);
  const ids = [3, 1, 2].map((n) => uuid7(1_800_000_000_000 + n));
  for (const id of ids) await down.add(entry(id));
  const sent: string[] = [];
  await new Outbox(store, taking(sent), () => undefined).flush();
  assert.deepEqual(sent, [...ids].sort());
});

test("nothing overtakes an entry that got no answer", async () => {
  const tried: string[] = [];
  const box = new Outbox(
    memory(),
    (e) => {
      tried.push(e.client_id);
      return Promise.reject(new Error("offline"));
    },
    () => undefined,
  );
  await box.add(entry("a"));
  await box.add(entry("b"));
  assert.deepEqual(tried, ["a", "a"]);
});

test("a refused entry keeps its words, lets the next one pass and may be retried", async () => {
  const sent: string[] = [];
  let refuse = true;
  const box = new Outbox(
    memory(),
    (e) => {
      if (refuse && e.client_id === "a") return Promise.resolve({ ok: false, error: { code: "too_long", message: "Too long." } });
      return taking(sent)(e);
    },
    () => undefined,
  );
  await box.add(entry("a"));
  await box.add(entry("b"));
  assert.deepEqual(sent, ["b"]);
  assert.equal(box.entries[0]?.refused?.code, "too_long");
  refuse = false;
  await box.retry("a");
  assert.deepEqual(sent, ["b", "a"]);
  assert.equal(box.entries.length, 0);
});

test("one entry is never in flight twice", async () => {
  let flying = 0;
  let most = 0;
  const box = new Outbox(
    memory(),
    async () => {
      most = Math.max(most, ++flying);
      await Promise.resolve();
      flying--;
      return { ok: true };
    },
    () => undefined,
  );
  await Promise.all([box.add(entry("a")), box.flush(), box.add(entry("b")), box.flush()]);
  assert.equal(most, 1);
  assert.equal(box.entries.length, 0);
});

test("a UUIDv7 sorts by time and carries its version", () => {
  const [one, two] = [uuid7(1_800_000_000_000), uuid7(1_800_000_000_001)];
  assert.ok(one < two);
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
