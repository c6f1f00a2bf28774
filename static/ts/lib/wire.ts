/**
 * What travels between clients and the platform, over the socket or plain HTTP: the server's own types
 * (`wire.gen.ts`), and the few words that only scripts need.
 */
import type { NumberedEvent, ProductCard, ProductHint } from "./wire.gen";

export type {
  Author,
  AuthorKind as Party,
  Choice,
  EventKind as Kind,
  ExpertCard,
  NoteRow,
  OpenThread,
  Picture,
  Promised,
  QuestionNews,
  QuestionState,
  ReadMark,
  Ready,
  Stored,
  Synced,
  Welcome,
} from "./wire.gen";

/** A product as far as it is known: of the catalogue, or as the shop's page describes it. */
export type Product = Partial<ProductCard> & Pick<ProductHint, "gtin" | "category">;

/** A numbered event; one that this client wrote itself may know less of its product. */
export type ConversationEvent = Omit<NumberedEvent, "product"> & { product?: Product };

export interface Refusal {
  code: string;
  message: string;
  /** Seconds to wait before trying again. */
  retry_after?: number;
  field?: string;
}

/** Every call is answered: done, or refused with a reason. */
export type Ack<T> = ({ ok: true } & T) | { ok: false; error: Refusal };
