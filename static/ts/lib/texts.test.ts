import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** Tests run from `static/`. */
function sources(folder: string): string {
  const files = readdirSync(join("ts", folder)).filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."));
  return files.map((name) => readFileSync(join("ts", folder, name), "utf8")).join("\n");
}

function asked(code: string): Set<string> {
  const found = new Set<string>();
  for (const [, text] of code.matchAll(/\bt(?:ext)?\(\s*("(?:[^"\\]|\\.)*")/g)) found.add(JSON.parse(text!) as string);
  for (const [, text] of code.matchAll(/\.plural\(\s*("(?:[^"\\]|\\.)*")/g)) found.add(JSON.parse(text!) as string);
  return found;
}

function offered(template: string): Set<string> {
  const page = readFileSync(join("..", "templates", "widget", template), "utf8");
  return new Set([...page.matchAll(/^("(?:[^"\\]|\\.)*"): /gm)].map(([, text]) => JSON.parse(text!) as string));
}

test("the panel's page offers exactly the texts that the panel asks for", () => {
  assert.deepEqual([...offered("_panel_texts.html")].sort(), [...asked(sources("panel") + sources("lib"))].sort());
});

test("the loader is given exactly the texts that it asks for", () => {
  assert.deepEqual([...offered("_loader_texts.html")].sort(), [...asked(sources("loader"))].sort());
});
