import { earn } from "./proof";
import type { Ack, OpenThread, Refusal, Welcome } from "../lib/wire";

type Body = Record<string, unknown>;
type Answer = Ack<Record<string, unknown>>;

const CODES: Record<number, string> = { 403: "forbidden", 404: "not_found", 409: "conflict", 422: "invalid" };

/** The same verbs as the socket's, over plain HTTP, for networks where neither WebSocket nor long polling lives. */
export class Rest {
  constructor(
    private key: string,
    private token: { get(): string | null; set(token: string): void },
    private jwt: () => string | undefined,
  ) {}

  async call(verb: string, body: Body): Promise<Answer> {
    const { conversation_id: conversation, question_id: question, ...rest } = body;
    const thread = `conversations/${String(conversation)}/`;
    if (verb === "ask") return this.request("POST", "ask", body);
    if (verb === "message") return this.request("POST", thread + "messages", rest);
    if (verb === "sync") return this.request("GET", `${thread}events?after=${String(body.after)}`);
    if (verb === "choose") return this.request("POST", `questions/${String(question)}/choose`, rest);
    if (verb === "leave_email") return this.request("POST", `questions/${String(question)}/email`, rest);
    if (verb === "order") return this.request("POST", "orders", body);
    return this.request("POST", thread + verb, rest);
  }

  async state(): Promise<OpenThread[]> {
    if (!this.token.get()) return [];
    const answer = await this.request("GET", "state");
    if (!answer.ok) return [];
    const { open, token } = answer as unknown as Welcome;
    if (token) this.token.set(token);
    return open;
  }

  private async request(method: string, path: string, body?: Body): Promise<Answer> {
    if (!this.token.get() && path !== "visitor") {
      const about = { key: this.key, jwt: this.jwt(), locale: document.documentElement.lang };
      let made = await this.request("POST", "visitor", about);
      if (!made.ok && made.error.code === "proof_needed") made = await this.request("POST", "visitor", { ...about, proof: await earn(this.key) });
      if (!made.ok) return made;
      this.token.set(String((made as unknown as { token: string }).token));
    }
    const headers: Record<string, string> = { Accept: "application/json" };
    const token = this.token.get();
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, credentials: "omit", cache: "no-store" };
    if (body) init.body = JSON.stringify(body);
    const response = await fetch(`/w/v1/${path}`, init);
    const json = response.status === 204 ? {} : ((await response.json().catch(() => ({}))) as Body);
    if (response.status >= 500 && json.code !== "proof_needed") throw new Error(`server answered ${response.status}`);
    return response.ok ? { ok: true, ...json } : { ok: false, error: refusal(response, json) };
  }
}

/** RFC 9457 problem details as the refusal that a socket's acknowledgement carries. */
function refusal(response: Response, problem: Body): Refusal {
  const named = problem.code ?? CODES[response.status] ?? "refused";
  const found: Refusal = { code: String(named), message: String(problem.detail ?? problem.title ?? "") };
  const wait = Number(problem.retry_after ?? response.headers.get("Retry-After") ?? NaN);
  if (Number.isFinite(wait)) found.retry_after = wait;
  return found;
}
