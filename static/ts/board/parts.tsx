import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { duration } from "../lib/format";
import type { Translator } from "../lib/i18n";
import type { Model } from "./model";

export interface Tools {
  model: Model;
  t: Translator;
}

export const ToolsContext = createContext<Tools>(undefined as unknown as Tools);
export const useTools = (): Tools => useContext(ToolsContext);

/** A drawing of `icons.json`; the page says where the sprite is. */
export function Icon({ name }: { name: string }): JSX.Element {
  return (
    <svg class="icon s" aria-hidden="true">
      <use href={`${document.getElementById("root")!.dataset["icons"]}#${name}`} />
    </svg>
  );
}

export function Face({ name, url }: { name: string; url: string | null }): JSX.Element {
  if (url) return <img class="avatar sm" src={url} alt="" width="32" height="32" loading="lazy" />;
  const letters = name.split(/\s+/).slice(0, 2).map((part) => part.slice(0, 1).toUpperCase());
  return (
    <span class="avatar sm txt" aria-hidden="true">
      {letters.join("")}
    </span>
  );
}

/** How long ago, counted on by itself. */
export function Since({ iso }: { iso: string }): JSX.Element {
  const { model, t } = useTools();
  const seconds = Math.max(0, (model.now - new Date(iso).getTime()) / 1000);
  return <time dateTime={iso}>{duration(seconds, t.locale)}</time>;
}

export function Column(props: { title: string; count: number; empty: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="card panel" aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        <span class="badge">{props.count}</span>
      </header>
      {props.count ? <ul class="board-list">{props.children}</ul> : <p class="muted">{props.empty}</p>}
    </section>
  );
}

/** Renders again every `ms` milliseconds. */
export function useTick(ms: number): void {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
