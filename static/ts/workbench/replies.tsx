import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Ready } from "../lib/wire";
import type { Thread } from "./desk";
import { Icon, useTools } from "./parts";

interface RepliesProps {
  thread: Thread;
  /** What was typed after the slash before the picker opened. */
  start: string;
  onChosen: (text: string) => void;
  onDone: () => void;
}

/** Ready replies, one's own and the brand's, with their variables filled in. Arrows move, Enter takes one. */
export function Replies({ thread, start, onChosen, onDone }: RepliesProps): JSX.Element {
  const { model, t } = useTools();
  const [query, setQuery] = useState(start);
  const [all, setAll] = useState<Ready[] | undefined>(undefined);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => void model.acts.replies(thread).then((found) => setAll(found ?? [])), []);
  const words = query.trim().toLowerCase();
  const found = all?.filter((each) => each.shortcut.includes(words) || each.text.toLowerCase().includes(words)) ?? [];
  const chosen = found[Math.min(at, found.length - 1)];
  const pressed = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") event.stopPropagation(), onDone();
    else if (event.key === "Enter" && chosen) event.preventDefault(), onChosen(chosen.text);
    else if (step) event.preventDefault(), setAt(Math.max(0, Math.min(found.length - 1, at + step)));
  };
  return (
    <section class="picker" aria-label={t("Ready replies")} onKeyDown={pressed}>
      <header>
        <label class="input">
          <Icon name="zap" s />
          <span class="sr">{t("Search a ready reply")}</span>
          <input
            ref={field}
            type="search"
            role="combobox"
            list={undefined}
            aria-expanded={found.length > 0}
            aria-controls="replies"
            aria-activedescendant={chosen ? `reply-${chosen.id}` : undefined}
            value={query}
            placeholder={t("Search a ready reply")}
            onInput={(event) => (setQuery(event.currentTarget.value), setAt(0))}
          />
        </label>
        <a class="btn ghost sm" href="/expert/replies">
          {t("Edit")}
        </a>
        <button type="button" class="btn ghost icon-only" aria-label={t("Close the search")} onClick={onDone}>
          <Icon name="x" />
        </button>
      </header>
      {all && !found.length && <p class="none">{all.length ? t("No reply with these words.") : t("No ready reply yet. Write some: they save time, and {name}, {product} and {brand} are filled in.", { name: "{name}", product: "{product}", brand: "{brand}" })}</p>}
      <ul id="replies" role="listbox" aria-label={t("Ready replies")}>
        {found.map((each) => (
          <li key={each.id} id={`reply-${each.id}`} role="option" aria-selected={each === chosen} class={`mini ready ${each === chosen ? "on" : ""}`} onClick={() => onChosen(each.text)}>
            <span class="grow">
              <b>
                /{each.shortcut} {!each.own && <span class="badge">{thread.brand.name}</span>}
              </b>
              <span class="said">{each.text}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
