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
  avatar_url?: string;
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

export interface Attachment {
  id: string;
  url: string;
  name?: string;
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
  attachment?: Attachment;
}

export interface ExpertCard {
  name: string;
  avatar_url?: string;
  headline?: string;
  rating?: { mean: number; count: number; category: string };
  /** One sentence: why this person was chosen. */
  why?: string;
}

/** `seconds`: expected wait while people are free; `by`: the dated promise once the question is for later. */
export interface Promised {
  text?: string;
  seconds?: number;
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
  asked?: number | { n: number; of: number };
  expert?: ExpertCard;
  email_left?: boolean;
  help_url?: string;
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

export interface Asked {
  question_id: string;
  conversation_id?: string;
  promise?: Promised;
}

export interface Stored {
  id: string;
  seq: number;
  at: string;
}

export interface Synced {
  events: ConversationEvent[];
  last: number;
}
