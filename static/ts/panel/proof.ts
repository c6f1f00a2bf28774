/** How many hashes are asked for at once: the browser does them beside one another. */
const AT_ONCE = 64;

/** “challenge:nonce” whose SHA-256 begins with as many zero bits as the challenge asks for. */
export async function prove(challenge: string): Promise<string> {
  const bits = Number(challenge.split(".")[2]);
  const encoder = new TextEncoder();
  for (let first = 0; ; first += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, i) => `${challenge}:${first + i}`);
    const hashes = await Promise.all(tries.map((each) => crypto.subtle.digest("SHA-256", encoder.encode(each))));
    const found = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> (32 - bits) === 0);
    if (found >= 0) return tries[found]!;
  }
}

/** Asks for a challenge and solves it. */
export async function earn(key: string): Promise<string> {
  const answer = await fetch(`/w/v1/challenge?key=${encodeURIComponent(key)}`, { credentials: "omit", cache: "no-store" });
  return prove(((await answer.json()) as { challenge: string }).challenge);
}
