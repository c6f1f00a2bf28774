import type { ConversationLog } from "../lib/conversation";
import type { Entry } from "../lib/outbox";
import type { ExpertCard, QuestionNews } from "../lib/wire";

/** The question on screen: what was said, and what the server said about it last. */
export interface Thread extends QuestionNews {
  text: string;
  client_id?: string;
  /** When it was asked; ISO 8601, UTC. */
  at: string;
}

export interface Verdict {
  stars: number;
  solved?: boolean;
  comment?: string;
}

export type View = "home" | "looking" | "later" | "redirected" | "conversation" | "ended" | "expired";

/** States in which nobody will be asked any more. */
export const OVER = new Set(["redirected", "settled", "expired", "withdrawn"]);

/** A question that has left the composer and not yet reached the server. */
export function unsentThread({ body, client_id, at }: Entry): Thread {
  return { question_id: "", state: "asked", text: String(body.text), client_id, at };
}

export function viewOf(thread: Thread | undefined, log: ConversationLog | undefined, wantsEmail: boolean): View {
  if (!thread) return "home";
  if (thread.state === "redirected") return "redirected";
  if (log?.closed) return "ended";
  if (log && (thread.expert || log.events.some((e) => e.kind === "joined"))) return "conversation";
  if (OVER.has(thread.state)) return "expired";
  return thread.promise?.by || wantsEmail || thread.email_left ? "later" : "looking";
}

/** Who answers now: the last to join, with the introduction that came with it. */
export function expertOf(thread: Thread | undefined, log: ConversationLog | undefined): ExpertCard | undefined {
  const joined = log?.events.findLast((e) => (e.kind === "joined" || e.kind === "transferred") && e.author?.name);
  const card = thread?.expert ?? undefined;
  const { name, avatar_url: picture } = joined?.author ?? {};
  if (joined?.data?.introduction) return joined.data.introduction;
  return !name || name === card?.name ? card : { name, avatar_url: picture ?? null };
}
