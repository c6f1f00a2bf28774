/**
 * What travels between the shopper's panel and the platform, over the socket or plain HTTP.
 * Times are ISO 8601 in UTC; money is in minor units of its currency; `seq` counts from 1 without gaps.
 */

export type Kind = "message" | "joined" | "transferred" | "snoozed" | "closed" | "rated";
export type Party = "shopper" | "expert" | "agent" | "system";

export interface Author {
  kind: Party;
  id?: string;
  name?: string;
  avatar_url?: string | null;
}

export interface Product {
  id?: string;
  gtin?: string;
  title?: string;
  url?: string;
  image_url?: string;
  /** Minor units of `currency`. */
  price_minor?: number;
  currency?: string;
  category?: string;
}

export interface Picture {
  id: string;
  url: string;
  name?: string;
}

export interface ExpertCard {
  name: string;
  avatar_url?: string | null;
  headline?: string | null;
  rating?: { mean: number; count: number; category: string } | null;
  /** One sentence: why this person was chosen. */
  why?: string | null;
}

/** One numbered event of a conversation. */
export interface ConversationEvent {
  conversation_id: string;
  seq: number;
  kind: Kind;
  at: string;
  author?: Author;
  text?: string;
  client_id?: string;
  product?: Product;
  picture?: Picture;
  data?: { introduction?: ExpertCard; stars?: number };
}

/** `seconds`: usual wait, and `until`: end of the search, while somebody is looked for live; `by`: the dated promise. */
export interface Promised {
  kind?: "live" | "later" | "none";
  seconds?: number | null;
  until?: string;
  by?: string;
}

export type QuestionState =
  | "asked"
  | "triaged"
  | "waiting"
  | "offered"
  | "matched"
  | "answered"
  | "redirected"
  | "settled"
  | "expired"
  | "withdrawn";

/** Where a question stands. `asked`: which candidate is being asked, of how many. */
export interface QuestionNews {
  question_id: string;
  state: QuestionState;
  conversation_id?: string;
  text?: string;
  promise?: Promised;
  asked?: number | { n: number; of: number } | null;
  asked_at?: string;
  expert?: ExpertCard | null;
  email_left?: boolean;
  help_url?: string | null;
  closed?: boolean;
  /** The likely categories, while it is not known which one the question is about. */
  choose?: Choice[];
}

export interface Choice {
  category_id: string;
  name: string;
}

/** A thread that the visitor has not finished, as listed on connecting; `last` is its highest `seq`. */
export interface OpenThread extends QuestionNews {
  last?: number;
}

export interface Welcome {
  token?: string;
  open?: OpenThread[];
}

export interface ReadMark {
  conversation_id: string;
  by: "shopper" | "expert";
  seq: number;
  /** Highest `seq` that reached a screen of that side without being read yet. */
  delivered?: number;
}

export interface Refusal {
  code: string;
  message: string;
  /** Seconds to wait before trying again. */
  retry_after?: number;
}

export type Ack<T> = ({ ok: true } & T) | { ok: false; error: Refusal };

export interface Stored {
  id: string;
  seq: number;
  at: string;
}

export interface Synced {
  /** At most some hundreds; ask again while `last` is not reached. */
  events: ConversationEvent[];
  last: number;
  read?: { shopper: number; expert: number };
}
