import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { contrast } from "../lib/contrast";
import type { Translator } from "../lib/i18n";
import type { Model } from "./model";
import type { BrandMark, Card } from "./types";

export interface Tools {
  model: Model;
  t: Translator;
}

export const ToolsContext = createContext<Tools>(undefined as unknown as Tools);
export const useTools = (): Tools => useContext(ToolsContext);

/** A drawing of `icons.json`; the page says where the sprite is. */
export function Icon({ name, s }: { name: string; s?: boolean }): JSX.Element {
  return (
    <svg class={`icon ${s ? "s" : ""}`} aria-hidden="true">
      <use href={`${document.getElementById("root")!.dataset["icons"]}#${name}`} />
    </svg>
  );
}

/** Two letters of a name, decorative: the name stands beside it. */
export function Initials({ name, class: look }: { name: string; class?: string }): JSX.Element {
  const letters = name.split(/\s+/).slice(0, 2).map((part) => part.slice(0, 1).toUpperCase());
  return (
    <span class={`avatar txt ${look ?? ""}`} aria-hidden="true">
      {letters.join("") || <Icon name="user" />}
    </span>
  );
}

/** The brand as a square of its colour with its first letter. */
export function Mark({ brand, class: look }: { brand: BrandMark; class?: string }): JSX.Element {
  const ink = contrast(brand.accent, "#ffffff") >= 4 ? "#ffffff" : "#14211f";
  return (
    <svg class={`mark ${look ?? ""}`} viewBox="0 0 18 18" aria-hidden="true">
      <rect width="18" height="18" rx="5" fill={brand.accent} />
      <text x="9" y="13" text-anchor="middle" fill={ink}>
        {brand.name.slice(0, 1).toUpperCase()}
      </text>
    </svg>
  );
}

/** A picture of the shop's catalogue, which may be gone or forbid being shown elsewhere: then a drawing. */
export function Photo({ card, size }: { card: Card; size: number }): JSX.Element {
  const [broken, setBroken] = useState(!card.image_url);
  return broken ? (
    <span class="photo none" aria-hidden="true">
      <Icon name="package" />
    </span>
  ) : (
    <img class="photo" src={card.image_url} alt="" width={size} height={size} loading="lazy" onError={() => setBroken(true)} />
  );
}

/** A modal dialog of the browser: it keeps the focus inside and gives it back on closing. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }): JSX.Element {
  const { t } = useTools();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current!.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <dialog
      class="dialog desk-dialog"
      ref={box}
      aria-labelledby="dialog-title"
      onClose={props.onClose}
      onClick={(event) => event.target === box.current && props.onClose()}
    >
      <div class="inside">
        <header>
          <h2 id="dialog-title">{props.title}</h2>
          <button type="button" class="btn ghost icon-only" aria-label={t("Close this window")} onClick={props.onClose}>
            <Icon name="x" />
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]»’'])/;

/** Text with its web addresses as links; everything else stays text. */
export function Linked({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text.split(LINK).map((part, i) =>
        i % 2 ? (
          <a href={part} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}

/** The name of a language in the reader's own: "fr" is "French" or "français". */
export function languageName(code: string, locale: string): string {
  return new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
}

/** Path and query of an address, short enough for a line. */
export function shortAddress(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return host + (pathname === "/" ? "" : pathname);
  } catch {
    return url;
  }
}

/** Only web addresses are followed: the page's address comes from the shopper's browser. */
export function isWeb(url: string | undefined): url is string {
  return !!url && /^https?:\/\//i.test(url);
}

/** Renders again every `ms` milliseconds. */
export function useTick(ms: number): void {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
