import assert from "node:assert/strict";
import { test } from "node:test";
import { minorUnits, productOf } from "../panel/product";
import { contrast, readable } from "./contrast";
import { dayAndTime, duration, money } from "./format";
import { translator } from "./i18n";

test("a missing text falls back to its English source", () => {
  const t = translator({ Send: "Envoyer" }, "fr");
  assert.equal(t("Send"), "Envoyer");
  assert.equal(t("Hello {name}", { name: "Zoé" }), "Hello Zoé");
});

test("French counts zero as singular, English as plural", () => {
  assert.equal(translator({ "{n} rating": ["{n} avis seul", "{n} avis"] }, "fr").plural("{n} rating", "{n} ratings", 0), "0 avis seul");
  assert.equal(translator({}, "en").plural("{n} rating", "{n} ratings", 0), "0 ratings");
});

test("money follows the decimals of its currency", () => {
  assert.equal(money(12900, "EUR", "en"), "€129.00");
  assert.equal(money(12900, "JPY", "en"), "¥12,900");
  assert.equal(minorUnits("129.00", "EUR"), 12900);
  assert.equal(minorUnits("129", "JPY"), 129);
  assert.equal(minorUnits("soon", "EUR"), undefined);
});

test("waits are rounded up to what a person would say", () => {
  assert.equal(duration(38, "en"), "40\u00a0sec");
  assert.equal(duration(61, "en"), "2\u00a0min");
});

test("a promise for tomorrow says tomorrow", () => {
  const t = translator({}, "en");
  const now = new Date(2026, 0, 10, 18, 0);
  assert.match(dayAndTime(new Date(2026, 0, 11, 10, 0).toISOString(), t, now), /^tomorrow at 10:00/);
});

test("an accent is made readable on light and on dark", () => {
  for (const accent of ["#ffd24a", "#1f4d3a", "#0b4a5b", "#ffffff", "#000000"]) {
    for (const background of ["#ffffff", "#121c1b"]) {
      assert.ok(contrast(readable(accent, background), background) >= 4.5);
    }
  }
});

const page = { url: "https://shop.example/p/1", title: "Tent", canonical: "https://shop.example/p/1", given: undefined, ld: undefined };
const ld = { "@type": "Product", sku: "T1", name: "Tent", offers: [{ price: "329.00", priceCurrency: "EUR" }] };

test("the shop's own word about the product comes before JSON-LD, and that before the address", () => {
  assert.equal(productOf({ ...page, ld, given: { id: "S1", title: "Own" } })?.id, "S1");
  assert.deepEqual(productOf({ ...page, ld }), { id: "T1", title: "Tent", currency: "EUR", price_minor: 32900 });
  assert.deepEqual(productOf(page), { url: "https://shop.example/p/1" });
});
