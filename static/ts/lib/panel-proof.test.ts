import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Link, type Hearing, type Net } from "../panel/link";
import { prove } from "../panel/proof";

/** The server's tests accept the same proof. Tests run from `static/`. */
const vector = JSON.parse(readFileSync(join("..", "tests", "marketplace", "widget", "proof.json"), "utf8")) as {
  challenge: string;
  nonce: string;
};
const proof = `${vector.challenge}:${vector.nonce}`;

test("a challenge is solved by the first nonce, which the server accepts", async () => {
  assert.equal(await prove(vector.challenge), proof);
});

/** A server that refuses newcomers without a proof; what they said at the door is kept. */
class Crowded {
  static said: { proof?: string }[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    this.tell('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}');
  }

  send(packet: string): void {
    if (!packet.startsWith("40/shopper,")) return;
    const auth = JSON.parse(packet.slice("40/shopper,".length)) as { proof?: string };
    Crowded.said.push(auth);
    if (!auth.proof) return this.tell('44/shopper,{"message":"One moment","data":{"code":"proof_needed"}}');
    this.tell('40/shopper,{"sid":"b"}');
    this.tell('42/shopper,["welcome",{"token":"ctv_new","open":[]}]');
  }

  close(): void {
    this.onmessage = null;
  }

  private tell(data: string): void {
    setTimeout(() => this.onmessage?.({ data }));
  }
}

test("a newcomer who must work first comes in by herself, and asks nothing more once she leaves", async () => {
  const asked: string[] = [];
  const quiet = () => undefined;
  Object.assign(globalThis, {
    WebSocket: Crowded,
    location: { origin: "https://chat.example" },
    document: { documentElement: { lang: "en" }, hidden: false, addEventListener: quiet, removeEventListener: quiet },
    addEventListener: quiet,
    removeEventListener: quiet,
    fetch: (address: string) => (asked.push(address), Promise.resolve(Response.json({ challenge: vector.challenge }))),
  });
  let token: string | null = null;
  const link: Link = await new Promise((done) => {
    const net = (now: Net): void => void (now === "live" && done(made));
    const hearing: Hearing = {
      net, welcome: quiet, event: quiet, question: quiet, typing: quiet, read: quiet, presence: quiet, following: quiet,
    };
    const made = new Link("pk_shop", { get: () => token, set: (fresh) => (token = fresh), jwt: quiet }, hearing);
    made.start();
  });
  link.stop();
  assert.equal(link.net, "idle");
  assert.deepEqual(Crowded.said.map((auth) => auth.proof), [undefined, proof]);
  assert.deepEqual(asked, ["/w/v1/challenge?key=pk_shop"]);
  assert.equal(token, "ctv_new");
});
