import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { money } from "../lib/format";
import type { Thread } from "./desk";
import { Icon, Photo, useTools } from "./parts";
import type { Card } from "./types";

const PAUSE_MS = 200;

/** Search in the brand's catalogue; a click sends the product as a card. */
export function Products({ thread, onDone }: { thread: Thread; onDone: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<Card[] | undefined>(undefined);
  const [failed, setFailed] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      void model.products(thread, query).then((cards) => {
        if (!wanted) return;
        setFailed(!cards);
        if (cards) setFound(cards);
      });
    }, query ? PAUSE_MS : 0);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [query]);
  const send = (card: Card): void => {
    model.say(thread, { card });
    onDone();
  };
  return (
    <section
      class="picker"
      aria-label={t("Suggest a product")}
      onKeyDown={(event) => event.key === "Escape" && (event.stopPropagation(), onDone())}
    >
      <header>
        <label class="input">
          <Icon name="search" s />
          <span class="sr">{t("Search in the catalogue of {brand}", { brand: thread.brand.name })}</span>
          <input
            ref={field}
            type="search"
            value={query}
            placeholder={t("Search in the catalogue of {brand}", { brand: thread.brand.name })}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <button type="button" class="btn ghost icon-only" aria-label={t("Close the search")} onClick={onDone}>
          <Icon name="x" />
        </button>
      </header>
      <p class="sr" role="status">
        {found && t.plural("{n} product found", "{n} products found", found.length)}
      </p>
      {failed && <p class="none">{t("The catalogue does not answer. Try again in a moment.")}</p>}
      {!failed && found?.length === 0 && <p class="none">{t("No product with these words.")}</p>}
      <ul>
        {found?.map((card) => (
          <li key={card.id}>
            <button type="button" class="mini" onClick={() => send(card)}>
              <Photo card={card} size={40} />
              <span class="grow">
                <b>{card.title}</b>
                {card.price_minor !== undefined && card.currency && (
                  <span class="num">{money(card.price_minor, card.currency, t.locale)}</span>
                )}
              </span>
              <Icon name="send-horizontal" s />
              <span class="sr">{t("Send as a card")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
