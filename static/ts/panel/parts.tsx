import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext } from "preact/hooks";
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
    <svg class="i" aria-hidden="true">
      <use href={`${document.body.dataset.icons}#${name}`} />
    </svg>
  );
}

/** A face or a logo; the first letter where there is no picture. */
export function Face(props: { name: string; url?: string | null | undefined; class?: string }): JSX.Element {
  const shape = props.class ?? "";
  return props.url ? (
    <img class={`face ${shape}`} src={props.url} alt="" width="44" height="44" />
  ) : (
    <span class={`face letter ${shape}`} aria-hidden="true">
      {props.name.slice(0, 1).toUpperCase()}
    </span>
  );
}

/** A picture from the shop's catalogue, which may be gone or forbid being shown elsewhere: then nothing. */
export function Photo(props: { url: string; size: number }): JSX.Element {
  return (
    <img
      src={props.url}
      alt=""
      width={props.size}
      height={props.size}
      onError={(event) => {
        event.currentTarget.hidden = true;
      }}
    />
  );
}

export function Note(props: { icon: string; kind?: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`note ${props.kind ?? ""}`} role="status">
      <Icon name={props.icon} />
      <span>{props.children}</span>
    </div>
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
