import assert from "node:assert/strict";
import { test } from "node:test";
import { ConversationLog } from "./conversation";
import type { ConversationEvent, Kind } from "./wire";

function event(seq: number, more: Partial<ConversationEvent> = {}): ConversationEvent {
  const kind: Kind = "message";
  return { id: `e${seq}`, conversation_id: "c", seq, kind, at: "2026-01-01T10:00:00Z", author: { kind: "expert" }, text: String(seq), ...more };
}

const numbers = (log: ConversationLog): number[] => log.events.map((e) => e.seq);

test("events that arrive in order are new", () => {
  const log = new ConversationLog("c");
  assert.deepEqual([1, 2, 3].map((n) => log.take(event(n))), ["new", "new", "new"]);
  assert.equal(log.last, 3);
});

test("an event past a gap is held back until the missing one arrives", () => {
  const log = new ConversationLog("c");
  log.take(event(1));
  assert.equal(log.take(event(3)), "gap");
  assert.deepEqual(numbers(log), [1]);
  assert.equal(log.broken, true);
  assert.equal(log.take(event(2)), "new");
  assert.deepEqual(numbers(log), [1, 2, 3]);
  assert.equal(log.broken, false);
});

test("a doubled event is known and shown once", () => {
  const log = new ConversationLog("c");
  log.take(event(1, { client_id: "a" }));
  assert.equal(log.take(event(1, { client_id: "a" })), "known");
  assert.deepEqual(numbers(log), [1]);
  assert.equal(log.has("a"), true);
});

test("any order of arrival ends in the same log", () => {
  const arrivals = [5, 2, 4, 1, 3, 2, 5];
  const log = new ConversationLog("c");
  for (const seq of arrivals) log.take(event(seq));
  assert.deepEqual(numbers(log), [1, 2, 3, 4, 5]);
});

test("a missed close heals like a missed message", () => {
  const log = new ConversationLog("c");
  log.take(event(1));
  log.take(event(3, { kind: "rated" }));
  assert.equal(log.closed, false);
  log.take(event(2, { kind: "closed" }));
  assert.equal(log.closed, true);
});

test("read marks only move forward and count what is unread", () => {
  const log = new ConversationLog("c");
  for (const seq of [1, 2, 3]) log.take(event(seq));
  assert.equal(log.unread, 3);
  assert.equal(log.mark({ conversation_id: "c", by: "shopper", seq: 2 }), true);
  assert.equal(log.mark({ conversation_id: "c", by: "shopper", seq: 1 }), false);
  assert.equal(log.unread, 1);
});

test("own messages are never unread", () => {
  const log = new ConversationLog("c");
  log.take(event(1, { author: { kind: "shopper" } }));
  assert.equal(log.unread, 0);
});
