import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk, unread } from "../workbench/desk";
import type { DeskState, Offer, Summary } from "../workbench/types";
import type { ConversationEvent } from "./wire";

const AT = "2026-11-18T14:00:00Z";
const brand = { name: "Nordet", accent: "#1d4a3d" };

function summary(id: string, change: Partial<Summary> = {}): Summary {
  return {
    id, brand, shopper: { name: "Zoé" }, product: null, category: null, language: "fr", page_url: "", opened_at: AT, state: "open",
    last_seq: 1, last_text: "", last_by: "shopper", last_at: AT, read: { shopper: 0, expert: 0 },
    pays: { minor: 320, currency: "EUR" }, by_mail: false, ...change,
  };
}

function state(change: Partial<DeskState> = {}): DeskState {
  return {
    availability: { on: true, capacity: 2, live: 0, paused_because: null, on_duty_until: null },
    offers: [], conversations: [], topics: [], today: { minor: 0, currency: "EUR", conversations: 0, rating: null, week: [] }, ...change,
  };
}

function said(seq: number, kind: "shopper" | "expert", text = "…"): ConversationEvent {
  return { id: `e${seq}`, conversation_id: "c", seq, kind: "message", at: AT, author: { kind }, text };
}

test("who waits longest comes first, and an answer moves the conversation away", () => {
  const desk = new Desk(state({ conversations: [summary("late", { last_at: "2026-11-18T15:00:00Z" }), summary("c")] }));
  assert.deepEqual(desk.waitForYou.map((t) => t.id), ["c", "late"]);
  desk.happened(said(1, "shopper"));
  desk.happened(said(2, "expert"));
  assert.deepEqual(desk.waitForYou.map((t) => t.id), ["late"]);
  assert.deepEqual(desk.waitForThem.map((t) => t.id), ["c"]);
});

test("a missing event is told, and healed by what sync brings", () => {
  const desk = new Desk(state({ conversations: [summary("c")] }));
  assert.equal(desk.happened(said(2, "shopper", "after")), false);
  desk.synced("c", { events: [said(1, "shopper", "before"), said(2, "shopper", "after")], last: 2, read: { shopper: 0, expert: 0 }, state: "open" });
  const thread = desk.threads.get("c")!;
  assert.deepEqual(thread.log.events.map((e) => e.text), ["before", "after"]);
  assert.equal(unread(thread), 2);
});

test("answering counts as having read, and an unknown conversation asks for the state", () => {
  const desk = new Desk(state({ conversations: [summary("c")] }));
  desk.synced("c", { events: [said(1, "shopper"), said(2, "expert")], last: 2, read: { shopper: 0, expert: 0 }, state: "open" });
  assert.equal(unread(desk.threads.get("c")!), 0);
  assert.equal(desk.happened({ ...said(1, "shopper"), conversation_id: "unknown" }), false);
});

test("what the server no longer lists is over", () => {
  const offer: Offer = {
    offer_id: "o", brand, product: null, pays: { minor: 320, currency: "EUR" }, made_at: AT, expires_at: "2026-11-18T14:00:45Z",
    question: { id: "q", text: "?", language: "fr", category: null, page_url: "", asked_at: AT },
  };
  const desk = new Desk(state({ offers: [offer], conversations: [summary("c")] }));
  assert.equal(desk.urgent, 2);
  assert.equal(desk.put(offer), false);
  desk.replace(state());
  assert.equal(desk.offers.length, 0);
  assert.equal(desk.threads.get("c")!.state, "closed");
});

test("an offer ends by the server's clock, however wrong this device's is", () => {
  const now = new Date(Date.now() - 3_600_000);
  const expires_at = new Date(now.getTime() + 45_000).toISOString();
  const offer = { offer_id: "o", made_at: now.toISOString(), expires_at } as Offer;
  const desk = new Desk(state({ now: now.toISOString(), offers: [offer] }));
  const left = desk.find("o")!.until - Date.now();
  assert.ok(left > 44_000 && left <= 45_000, String(left));
});

test("the question that must be taken soonest comes first, whenever it arrived", () => {
  const offer = (offer_id: string, expires_at: string): Offer => ({ offer_id, made_at: AT, expires_at }) as Offer;
  const desk = new Desk(state({ offers: [offer("later", "2026-11-18T14:10:00Z")] }));
  desk.put(offer("live", "2026-11-18T14:00:45Z"));
  assert.deepEqual(desk.offers.map((each) => each.offer_id), ["live", "later"]);
});

test("two ignored offers, the switch, and a full desk each have a name", () => {
  const availability = { on: true, capacity: 1, live: 1, paused_because: null, on_duty_until: null };
  assert.equal(new Desk(state({ availability })).status, "busy");
  assert.equal(new Desk(state({ availability: { ...availability, paused_because: "ignored" } })).status, "paused");
  assert.equal(new Desk(state({ availability: { ...availability, on: false } })).status, "off");
});
