import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** Tests run from `static/`. */
function asked(): string[] {
  const found = new Set<string>();
  for (const folder of ["board", "lib"]) {
    for (const name of readdirSync(join("ts", folder))) {
      if (!/\.tsx?$/.test(name) || name.includes(".test.")) continue;
      const code = readFileSync(join("ts", folder, name), "utf8");
      for (const [, text] of code.matchAll(/(?:\bt|\.plural)\(\s*("(?:[^"\\]|\\.)*")/g)) found.add(JSON.parse(text!) as string);
    }
  }
  return [...found].sort();
}

test("the board's page offers exactly the texts that the board asks for", () => {
  const page = readFileSync(join("..", "templates", "experts", "_board_texts.html"), "utf8");
  const offered = [...page.matchAll(/^("(?:[^"\\]|\\.)*"): /gm)].map(([, text]) => JSON.parse(text!) as string);
  assert.deepEqual(offered.sort(), asked());
});
