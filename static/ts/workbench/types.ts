/**
 * What travels between the workbench and the platform on `/expert`.
 * Times are ISO 8601 in UTC; money is in minor units of its currency, after commission.
 */
import type { ConversationEvent, NoteRow, Product } from "../lib/wire";

export type { NoteRow };

export interface Named {
  id: string;
  name: string;
}

/** How a transfer stands, as whoever serves the conversation reads it. */
export interface TransferState {
  transfer_id: string;
  target: "expert" | "group" | "agents";
  state: "asked" | "accepted" | "declined" | "lapsed" | "withdrawn";
  expires_at: string;
}

/** A conversation that a colleague would hand over. */
export interface TransferAsk {
  transfer_id: string;
  by: string;
  comment: string;
  made_at: string;
  expires_at: string;
  question: string;
  language: string;
  brand: BrandMark;
  product: Card | null;
  category: string | null;
}

/** A question of a colleague to the mission's experts. */
export interface Consultation {
  note_id: string;
  by: string;
  text: string;
  at: string;
  language: string;
  brand: BrandMark;
  about: string;
}

/** Whom a conversation can be handed to. */
export interface Choices {
  experts: { id: string; name: string; avatar_url: string | null; free: boolean }[];
  groups: { id: string; name: string; free: number }[];
  agents: number;
}

export interface Card extends Product {
  id: string;
  title: string;
  image_url?: string;
  attributes?: { label: string; value: string }[];
}

export interface BrandMark {
  name: string;
  /** `#rrggbb` */
  accent: string;
}

export interface Pays {
  minor: number;
  currency: string;
  /** One sentence: the rule that makes the sum. */
  why?: string;
}

export interface Offer {
  offer_id: string;
  question: { id: string; text: string; language: string; category: string | null; page_url: string; asked_at: string };
  product: Card | null;
  brand: BrandMark;
  pays: Pays;
  made_at: string;
  expires_at: string;
  /** One sentence: why this expert was chosen. */
  why?: string;
}

export type GoneWhy = "answered" | "taken" | "lapsed" | "withdrawn";

export type ConversationState = "open" | "snoozed" | "closed";

export interface Summary {
  id: string;
  brand: BrandMark;
  shopper: { name: string };
  product: Card | null;
  category: string | null;
  language: string;
  page_url: string;
  opened_at: string;
  state: ConversationState;
  last_seq: number;
  last_text: string;
  last_by: "shopper" | "expert";
  last_at: string;
  /** Highest `seq` that each side has read. */
  read: { shopper: number; expert: number };
  pays: Pays;
  /** The shopper left the page: answers go by e-mail. */
  by_mail: boolean;
  snoozed_until?: string | null;
  transfer?: TransferState | null;
  /** What this person had begun to write, on whichever device. */
  draft?: string;
}

export type Status = "off" | "paused" | "off_hours" | "absent" | "busy" | "free";

export interface Availability {
  on: boolean;
  capacity: number;
  live: number;
  paused_because: string | null;
  on_duty_until: string | null;
  /** The first that applies; when absent it follows from the other fields. */
  status?: Status;
  /** Sentences for the reader: what stands between this person and the next offer. */
  reasons?: string[];
}

export interface Today {
  minor: number;
  currency: string;
  conversations: number;
  rating: number | null;
  /** Minor units of the last seven days, today last. */
  week: number[];
}

export type Topic = string | { key: string; label: string };

export interface DeskState {
  /** The server's clock. */
  now?: string;
  availability: Availability;
  offers: Offer[];
  conversations: Summary[];
  today: Today;
  topics: Topic[];
  transfers?: TransferAsk[];
  consultations?: Consultation[];
}

export interface Earned {
  conversation_id: string;
  gross_minor: number;
  commission_minor: number;
  net_minor: number;
  currency: string;
  qualified: boolean;
  /** Why it pays, or why it does not: a code (`reasons.ts` has the words). */
  reason: string;
}

export interface Synced {
  events: ConversationEvent[];
  last: number;
  read: { shopper: number; expert: number };
  state: ConversationState;
}

export type CloseReason = "solved" | "misrouted" | "abusive" | "spam" | "silent";

export interface Boot {
  me: { id: string; name: string; avatar_url: string | null };
  locale: string;
  socket_path: string;
  state: DeskState;
}
