export interface Availability {
  /** `live`: somebody can answer now; `later`: questions are kept and answered by e-mail; `closed`: neither. */
  state: "live" | "later" | "closed";
  /** Seconds within which a question is usually answered, when enough recent ones say so. */
  promise_seconds?: number | null;
  /** The same as people say it, in units of all languages: “40 s”. */
  wait?: string | null;
  /** Experts who could take a question now. */
  experts?: number;
}

/** What the server gives the loader with its code. Colours are `#rrggbb`, already checked for contrast. */
export interface LoaderConfig {
  v: 1;
  key: string;
  /** The platform's origin, which is the panel's. */
  origin: string;
  panel_url: string;
  /** By locale, by English source. */
  locale_texts: Record<string, Record<string, string>>;
  availability: Availability;
  accent: string;
  on_accent: string;
  position: "left" | "right";
  /** An expert's face, 88 px WebP. */
  photo_webp_base64?: string | null;
  help_url?: string | null;
  brand: { name: string };
}

export type Json = Record<string, unknown>;

/** What the shop's page says, unread: the panel resolves it to a product (`panel/product.ts`). */
export interface PageFacts {
  url: string;
  title: string;
  canonical: string | undefined;
  /** The shop's own word: `comptoir("product", {...})`. */
  given: Json | undefined;
  /** A schema.org Product found in the page. */
  ld: Json | undefined;
}
