import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { decimal, money } from "../lib/format";
import type { Thread } from "./desk";
import { Icon, isWeb, languageName, Photo, shortAddress, useTools } from "./parts";
import type { Card, Today } from "./types";

/** Seven bars, the last is today. */
function Week({ today }: { today: Today }): JSX.Element {
  const { t } = useTools();
  const top = Math.max(...today.week, 1);
  const shown = (minor: number): string => money(minor, today.currency, t.locale);
  return (
    <svg viewBox="0 0 112 40" role="img" aria-label={t("Earned in the last seven days: {amounts}", { amounts: today.week.map(shown).join(", ") })}>
      {today.week.map((minor, i) => {
        const height = Math.max(3, (36 * minor) / top);
        return <rect key={i} class={i === 6 ? "now" : ""} x={i * 16} y={40 - height} width="12" height={height} rx="3" />;
      })}
    </svg>
  );
}

function Earnings(): JSX.Element {
  const { model, t } = useTools();
  const { today } = model.desk;
  const { live, capacity } = model.desk.availability;
  return (
    <section class="earn" aria-label={t("Today")}>
      <div class="top">
        <div>
          <span>{t("Today")}</span>
          <br />
          <b class="num">{money(today.minor, today.currency, t.locale)}</b>
        </div>
        <Week today={today} />
      </div>
      <dl>
        <div>
          <dt>{t("ended today")}</dt>
          <dd>{today.conversations}</dd>
        </div>
        <div>
          <dt>{t("open now")}</dt>
          <dd>{t("{live} of {capacity}", { live, capacity })}</dd>
        </div>
        <div>
          <dt>{t("mean rating")}</dt>
          <dd>{today.rating === null ? "–" : decimal(today.rating, t.locale)}</dd>
        </div>
      </dl>
    </section>
  );
}

function Seen({ card }: { card: Card }): JSX.Element {
  const { t } = useTools();
  return (
    <section>
      <h2>{t("Product on screen")}</h2>
      <div class="card prod">
        <Photo card={card} size={300} />
        <div class="in">
          <h3>{card.title}</h3>
          {card.price_minor !== undefined && card.currency && (
            <p class="num strong">{money(card.price_minor, card.currency, t.locale)}</p>
          )}
          {!!card.attributes?.length && (
            <dl class="spec">
              {card.attributes.map(({ label, value }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
    </section>
  );
}

/** A few products of the same shop, with those already sent marked. */
function Along({ thread }: { thread: Thread }): JSX.Element | null {
  const { model, t } = useTools();
  const [cards, setCards] = useState<Card[]>([]);
  const live = model.net === "live";
  useEffect(() => {
    if (!live) return;
    let wanted = true;
    void model.products(thread, thread.category ?? "").then((found) => wanted && found && setCards(found));
    return () => {
      wanted = false;
    };
  }, [thread.id, live]);
  const others = cards.filter((card) => card.id !== thread.product?.id).slice(0, 3);
  if (!others.length || thread.state === "closed") return null;
  const sent = new Set(thread.log.events.map((event) => event.product?.id));
  return (
    <section>
      <h2>{t("Also in this shop")}</h2>
      {others.map((card) => (
        <div class="mini" key={card.id}>
          <Photo card={card} size={40} />
          <div>
            <b class="clip">{card.title}</b>
            <span>{sent.has(card.id) ? t("Already sent") : card.price_minor !== undefined && card.currency ? money(card.price_minor, card.currency, t.locale) : ""}</span>
          </div>
          {sent.has(card.id) ? (
            <Icon name="check" s />
          ) : (
            <button type="button" class="btn sec sm icon-only" aria-label={t("Send {product} as a card", { product: card.title })} onClick={() => model.say(thread, { card })}>
              <Icon name="plus" s />
            </button>
          )}
        </div>
      ))}
    </section>
  );
}

function Facts({ thread }: { thread: Thread }): JSX.Element {
  const { t } = useTools();
  return (
    <section>
      <h2>{t("Where the question comes from")}</h2>
      <dl class="spec">
        {isWeb(thread.page_url) && (
          <div>
            <dt>{t("Page")}</dt>
            <dd>
              <a class="link" href={thread.page_url} target="_blank" rel="noopener noreferrer">
                <span class="clip">{shortAddress(thread.page_url)}</span>
                <Icon name="external-link" s />
                <span class="sr">{t("(new window)")}</span>
              </a>
            </dd>
          </div>
        )}
        {thread.category && (
          <div>
            <dt>{t("Category")}</dt>
            <dd>{thread.category}</dd>
          </div>
        )}
        <div>
          <dt>{t("Language")}</dt>
          <dd>{languageName(thread.language, t.locale)}</dd>
        </div>
        <div class="own-pay">
          <dt>{t("Pays")}</dt>
          <dd class="num">{money(thread.pays.minor, thread.pays.currency, t.locale)}</dd>
        </div>
      </dl>
    </section>
  );
}

function Rules({ brand }: { brand: string }): JSX.Element {
  const { t } = useTools();
  const rules = [
    t("No promise on delivery, stock or refunds."),
    t("Orders and returns belong to {brand}: end with “Not a question for me”.", { brand }),
    t("Never ask for an e-mail, a phone number or an address."),
    t("Say so when you do not know, or when another product fits better."),
  ];
  return (
    <section>
      <h2>{t("House rules")}</h2>
      <ul class="rules">
        {rules.map((rule) => (
          <li key={rule}>
            <Icon name="circle-alert" s />
            <span>{rule}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Beside the conversation: today's earnings, the product, the page, the rules. Over it on small screens. */
export function Context({ thread, open, onClose }: { thread: Thread | undefined; open: boolean; onClose: () => void }): JSX.Element {
  const { t } = useTools();
  return (
    <aside class={`ctx ${open ? "open" : ""}`} aria-label={t("Context")}>
      <button type="button" class="btn sec sm shut" onClick={onClose}>
        <Icon name="x" s />
        {t("Back to the conversation")}
      </button>
      <Earnings />
      {thread?.product && <Seen card={thread.product} />}
      {thread && <Facts thread={thread} />}
      {thread && <Along thread={thread} />}
      {thread && <Rules brand={thread.brand.name} />}
    </aside>
  );
}
