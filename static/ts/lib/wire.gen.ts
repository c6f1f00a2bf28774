/**
 * What travels between clients and the platform, over the socket or plain HTTP. Times are ISO 8601 in UTC.
 * Written by `python -m marketplace.widget.wire_cli`; change the Python types, not this file.
 */

/** Who wrote. */
export type AuthorKind = "shopper" | "expert" | "agent" | "system";

/** Why a conversation ended. */
export type CloseReason = "solved" | "left" | "silent" | "misrouted" | "abusive" | "spam" | "forced";

/** open > snoozed > open > closed. */
export type ConversationState = "open" | "snoozed" | "closed";

/** What a numbered event tells. */
export type EventKind = "message" | "joined" | "transferred" | "snoozed" | "woken" | "closed" | "rated";

/** What a private note is: one's own, the comment of a transfer, a whisper of the brand, or of a consultation. */
export type NoteKind = "note" | "transfer" | "whisper" | "question" | "answer";

/** asked > triaged > waiting > offered > matched > answered; or redirected | settled | expired | withdrawn. */
export type QuestionState = "asked" | "triaged" | "waiting" | "offered" | "matched" | "answered" | "redirected" | "settled" | "expired" | "withdrawn";

/** What a shopper may count on. */
export interface Promised {
  kind: "live" | "later" | "none";
  /** Usual wait, while somebody is looked for live. */
  seconds?: number | null;
  /** End of the live search. */
  until?: string;
  /** The dated promise of an answer by e-mail. */
  by?: string;
}

/** A category that the question may be about. */
export interface Choice {
  category_id: string;
  name: string;
}

/** What ratings in a category add up to. */
export interface Reputed {
  mean: number;
  count: number;
  category: string | null;
}

/** What the shopper sees of the person who answers; only what was computed. */
export interface ExpertCard {
  id?: string;
  name: string;
  avatar_url?: string | null;
  headline?: string | null;
  rating?: Reputed | null;
  /** One sentence: why this person was chosen. */
  why?: string | null;
  /** Works for the brand, instead of being an independent enthusiast whom it pays. */
  agent?: boolean;
}

/** Where a question stands. */
export interface QuestionNews {
  reason?: string;
  help_url?: string | null;
  help_email?: string | null;
  question_id: string;
  state: QuestionState;
  client_id?: string;
  conversation_id?: string;
  text?: string;
  promise?: Promised;
  asked_at?: string;
  /** How many experts are being asked, or were. */
  asked?: number | null;
  expert?: ExpertCard | null;
  email_left?: boolean;
  closed?: boolean;
  /** The brand's own words when nobody is asked live; may be empty. */
  notice?: string;
  /** The likely categories, while it is not known which one the question is about. */
  choose?: Choice[];
}

/** A thread that the visitor has not finished, as listed on connecting. */
export interface OpenThread {
  reason?: string;
  help_url?: string | null;
  help_email?: string | null;
  question_id: string;
  state: QuestionState;
  client_id?: string;
  conversation_id?: string;
  text?: string;
  promise?: Promised;
  asked_at?: string;
  asked?: number | null;
  expert?: ExpertCard | null;
  email_left?: boolean;
  closed?: boolean;
  notice?: string;
  choose?: Choice[];
  /** Its highest `seq`. */
  last?: number;
}

/** A person of those who answer, as shown to shoppers. */
export interface Named {
  id?: string;
  name?: string;
  avatar_url?: string | null;
}

/** Who wrote. Shoppers have no id here: experts never learn more than a first name. */
export interface Author {
  id?: string;
  name?: string;
  avatar_url?: string | null;
  kind: AuthorKind;
}

/** A product as shown in a conversation. */
export interface ProductCard {
  id: string;
  title: string;
  url: string;
  image_url: string;
  /** Minor units of `currency`. */
  price_minor: number;
  currency: string;
}

/** A picture of a conversation; whoever may read the conversation may ask for its address. */
export interface Picture {
  id: string;
  url: string;
  /** The same, small. */
  thumb_url: string;
  width: number;
  height: number;
  name: string;
}

/** What an event carries beside text. */
export interface EventData {
  /** Of a message: its words were erased at the shopper's wish. */
  erased?: boolean;
  introduction?: ExpertCard;
  stars?: number;
  reason?: CloseReason;
  topic?: string | null;
  /** When a conversation that was put off comes back. */
  until?: string;
  /** Kinds of contact or payment data that experts do not see: mail, phone, iban, card. */
  hidden?: string[];
}

/** One event of a conversation. */
export interface NumberedEvent {
  conversation_id: string;
  /** Gapless from 1. */
  seq: number;
  id: string;
  kind: EventKind;
  at: string;
  author: Author;
  client_id?: string;
  text?: string;
  product?: ProductCard;
  picture?: Picture;
  data?: EventData;
}

/** How far one side has read. */
export interface ReadMark {
  conversation_id: string;
  by: "shopper" | "expert";
  seq: number;
  /** How far events have reached a screen of that side, read or not. */
  delivered?: number;
}

/** How far both sides have read. */
export interface Marks {
  shopper: number;
  expert: number;
}

/** At most some hundreds of events; ask again while `last` is not reached. */
export interface Synced {
  events: NumberedEvent[];
  last: number;
  read: Marks;
  state: ConversationState;
}

/** The acknowledgement of a message. */
export interface Stored {
  id: string;
  seq: number;
  at: string;
}

/** A private note as it travels; never on the shopper's wire. */
export interface NoteRow {
  id: string;
  conversation_id: string;
  kind: NoteKind;
  text: string;
  at: string;
  author: Named;
  about?: string;
}

/** A reply whose variables are filled in for one conversation. */
export interface Ready {
  id: string;
  shortcut: string;
  text: string;
  own: boolean;
}

/** The first words of the server. */
export interface Welcome {
  open: OpenThread[];
  /** A new visitor token, to be kept by the client. */
  token?: string;
}

/** A message named by its client. */
export interface MessageIn {
  conversation_id: string;
  client_id: string;
  text?: string;
  attachment_id?: string | null;
  product_id?: string | null;
}

/** What came after number `after`? */
export interface SyncIn {
  conversation_id: string;
  after?: number;
}

/** A conversation. */
export interface ConversationIn {
  conversation_id: string;
}

/** Read up to number `seq`. */
export interface ReadIn {
  conversation_id: string;
  seq: number;
}

/** What an expert tells the brand at the end, in two clicks. */
export interface Survey {
  /** Whether the product page said it already. */
  page?: "yes" | "partly" | "no" | null;
  /** What the shopper will do. */
  next?: "buys" | "hesitates" | "leaves" | null;
}

/** The end, with a topic when an expert closes. */
export interface CloseIn {
  conversation_id: string;
  topic?: string | null;
  reason?: CloseReason | null;
  survey?: Survey;
}

/** What the shop's page says of the product; all optional. */
export interface ProductHint {
  id?: string;
  gtin?: string;
  url?: string;
  title?: string;
  description?: string;
  category?: string;
}

/** A question named by its client. */
export interface AskIn {
  client_id: string;
  text: string;
  page_url?: string;
  product?: ProductHint | string | null;
  locale?: string | null;
}

/** Where to send the answer. */
export interface EmailIn {
  question_id: string;
  email: string;
}

/** Which of the likely categories the question is about; null for none of them. */
export interface ChooseIn {
  question_id: string;
  category_id?: string | null;
}

/** One click of a rating. */
export interface RateIn {
  conversation_id: string;
  stars: number;
  solved?: boolean | null;
  nps?: number | null;
  comment?: string | null;
}

/** A copy of the conversation, to the address that was left or to another. */
export interface TranscriptIn {
  conversation_id: string;
  email?: string | null;
}
