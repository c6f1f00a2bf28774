import { Component, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { clockTime, decimal, money } from "../lib/format";
import type { Entry } from "../lib/outbox";
import type { ConversationEvent, ExpertCard, Picture, Product } from "../lib/wire";
import { Composer } from "./composer";
import { Header } from "./header";
import { OnItsWay, Shown } from "./picture";
import { Face, Icon, Linked, Note, Photo, ToolsContext, useTools, type Tools } from "./parts";

function Refused({ entry }: { entry: Entry }): JSX.Element {
  const { model, t } = useTools();
  return (
    <p class="t me">
      <span class="error">{entry.refused!.message || t("Not sent.")}</span>{" "}
      <button class="link" onClick={() => model.retry(entry.client_id)}>
        {t("Try again")}
      </button>{" "}
      <button class="link" onClick={() => model.discard(entry.client_id)}>
        {t("Discard")}
      </button>
    </p>
  );
}

/** The question as asked, until the conversation's first message repeats it. */
export function Question(): JSX.Element | null {
  const { model, t } = useTools();
  const { thread, log } = model;
  if (!thread?.text) return null;
  const own = (e: ConversationEvent): boolean => e.author?.kind === "shopper" && e.text === thread.text;
  if ((thread.client_id && log?.has(thread.client_id)) || log?.events.some(own)) return null;
  const state = thread.question_id ? t("Sent") : model.net === "offline" ? t("Waiting for the network") : t("Sending…");
  return (
    <>
      <p class="m me last">{thread.text}</p>
      {model.askRefused ? (
        <Refused entry={model.askRefused} />
      ) : (
        <p class="t me">
          {clockTime(thread.at, t.locale)} · {state}
        </p>
      )}
    </>
  );
}

function ProductCard({ product, by }: { product: Product; by: string | undefined }): JSX.Element {
  const { t } = useTools();
  return (
    <article class="card">
      <div class="row">
        {product.image_url && <Photo url={product.image_url} size={76} />}
        <div>
          <h2>{product.title}</h2>
          {product.price_minor !== undefined && product.currency && (
            <p class="price">{money(product.price_minor, product.currency, t.locale)}</p>
          )}
          {by && <p class="by">{t("Suggested by {name}", { name: by })}</p>}
        </div>
      </div>
      {product.url && (
        <a href={product.url} target="_top">
          {t("See it")}
          <span class="sr"> {product.title}</span>
        </a>
      )}
    </article>
  );
}

interface RowProps {
  event: ConversationEvent;
  /** First or last of a run by one author. */
  first: boolean;
  last: boolean;
  /** "Sent", "Delivered" or "Read", on the shopper's last message only. */
  state: string;
}

/** Rendered again only when its own facts change: a long thread stays cheap. */
class Row extends Component<RowProps> {
  static override contextType = ToolsContext;

  override shouldComponentUpdate(next: RowProps): boolean {
    const { event, first, last, state } = this.props;
    return next.event !== event || next.first !== first || next.last !== last || next.state !== state;
  }

  override render({ event, first, last, state }: RowProps): JSX.Element {
    const { t } = this.context as Tools;
    const mine = event.author?.kind === "shopper";
    const name = event.author?.name;
    const classes = `m ${mine ? "me" : ""} ${first ? "" : "grp"} ${last ? "last" : ""}`;
    const time = clockTime(event.at, t.locale);
    return (
      <>
        {event.text && (
          <p class={classes}>
            <span class="sr">{mine ? t("You:") : `${name ?? ""}:`} </span>
            <Linked text={event.text} />
          </p>
        )}
        {mine && !!event.data?.hidden?.length && (
          <p class="t me">{t("Your contact data is hidden from the expert, who does not need it.")}</p>
        )}
        {event.picture && (
          <Shown picture={event.picture} class={classes} />
        )}
        {event.product && <ProductCard product={event.product} by={mine ? undefined : name} />}
        {last && <p class={`t ${mine ? "me" : ""}`}>{[mine ? "" : name, time, state].filter(Boolean).join(" · ")}</p>}
      </>
    );
  }
}

/** Why this person: only what the server computed. */
function Found({ card }: { card: ExpertCard }): JSX.Element {
  const { model, t } = useTools();
  const { rating, why } = card;
  return (
    <article class="found">
      <Face name={card.name} url={card.avatar_url} class="big" />
      <div>
        <b>{t("{name} takes your question", { name: card.name })}</b>
        {rating && rating.count > 0 && (
          <span>
            <Icon name="star" />
            {t.plural("{mean} from {n} rating in {category}", "{mean} from {n} ratings in {category}", rating.count, {
              mean: decimal(rating.mean, t.locale),
              category: rating.category ?? t("all categories"),
            })}
          </span>
        )}
        {why && (
          <span>
            <Icon name="badge-check" />
            {why}
          </span>
        )}
        {card.agent && <span>{t("{name} works for {brand}.", { name: card.name, brand: model.config.brand.name })}</span>}
        {!why && card.headline && <span>{card.headline}</span>}
      </div>
    </article>
  );
}

function Line({ event }: { event: ConversationEvent }): JSX.Element | null {
  const { t } = useTools();
  const name = event.author?.name ?? "";
  const words: Partial<Record<ConversationEvent["kind"], string>> = {
    joined: t("{name} joined", { name }),
    transferred: name ? t("{name} takes over; no need to repeat anything", { name }) : t("Your question moves to somebody else"),
    snoozed: t("The answer comes later; you will be told"),
    closed: t("Conversation ended"),
  };
  const text = words[event.kind];
  return text ? <p class="sys">{event.text ? `${text} · ${event.text}` : text}</p> : null;
}

function Events(): JSX.Element {
  const { model, t } = useTools();
  const log = model.log!;
  const events = log.events;
  const lastMine = events.findLast((e) => e.kind === "message" && e.author?.kind === "shopper");
  const stateOf = (event: ConversationEvent): string =>
    event !== lastMine
      ? ""
      : log.readBy("expert") >= event.seq
        ? t("Read")
        : log.deliveredTo("expert") >= event.seq
          ? t("Delivered")
          : t("Sent");
  const run = (one?: ConversationEvent, two?: ConversationEvent): boolean =>
    one?.kind === "message" && two?.kind === "message" && one.author?.kind === two.author?.kind && one.author?.id === two.author?.id;
  const firstJoined = events.find((e) => e.kind === "joined");
  const introduction = firstJoined?.data?.introduction ?? model.thread?.expert ?? model.expert;
  return (
    <>
      {events.map((event, i) =>
        event.kind === "message" ? (
          <Row
            key={event.seq}
            event={event}
            first={!run(events[i - 1], event)}
            last={!run(event, events[i + 1])}
            state={stateOf(event)}
          />
        ) : event === firstJoined && introduction ? (
          <Found key={event.seq} card={introduction} />
        ) : (
          <Line key={event.seq} event={event} />
        ),
      )}
    </>
  );
}

function Pending({ entry }: { entry: Entry }): JSX.Element {
  const { model, t } = useTools();
  const { text, picture } = entry.body as { text?: string; picture?: Picture };
  return (
    <>
      {text && (
      <p class="m me last wait">
        <span class="sr">{t("You:")} </span>
        {text}
      </p>
      )}
      {picture && <Shown picture={picture} class="m me last wait" />}
      {entry.refused ? (
        <Refused entry={entry} />
      ) : (
        <p class="t me">{model.net === "offline" ? t("Waiting for the network") : t("Sending…")}</p>
      )}
    </>
  );
}

export function Messages(): JSX.Element {
  const { model, t } = useTools();
  const { log, pending, expert } = model;
  const typing = model.typing.seen;
  const { shots } = model.pictures;
  const refused = pending.filter((entry) => entry.refused).length + shots.filter((shot) => shot.refused).length;
  const list = useRef<HTMLElement>(null);
  const count = (log?.events.length ?? 0) + pending.length + shots.length + (typing ? 1 : 0);
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count, refused, model.shown, model.verdict]);
  const showsFound = log?.events.some((e) => e.kind === "joined");
  return (
    <main class="body" tabIndex={0} ref={list} aria-label={t("Messages")}>
      <div class="log" role="log" aria-label={t("Messages")}>
      <Question />
      {!showsFound && expert && <Found card={expert} />}
      {log && <Events />}
      {pending.map((entry) => (
        <Pending key={entry.client_id} entry={entry} />
      ))}
      {shots.map((shot) => (
        <OnItsWay key={shot.client_id} shot={shot} />
      ))}
      {typing && expert && (
        <span class="typing">
          <i />
          <i />
          <i />
          <span class="sr">{t("{name} is writing", { name: expert.name })}</span>
        </span>
      )}
      </div>
    </main>
  );
}

export function Network(): JSX.Element | null {
  const { model, t } = useTools();
  if (model.net !== "offline" && model.net !== "refused" && model.net !== "unknown") return null;
  return (
    <Note icon="wifi-off" kind="bar">
      {model.net === "offline"
        ? t("Connection lost. Your messages leave as soon as the network is back.")
        : model.net === "unknown"
          ? t("Sign in to the shop first, then ask here.")
          : t("Questions cannot be sent from this page. Please tell the shop.")}
    </Note>
  );
}

/** What is said most after an answer, in one touch; gone once the shopper has written. */
function Replies(): JSX.Element | null {
  const { model, t } = useTools();
  const last = model.log?.events.at(-1);
  if (last?.kind !== "message" || last.author.kind === "shopper" || model.pending.length) return null;
  return (
    <div class="replies" role="group" aria-label={t("Quick replies")}>
      {[t("Thank you, that helps!"), t("Can you say more?")].map((words) => (
        <button key={words} type="button" class="chip" onClick={() => model.say(words)}>
          {words}
        </button>
      ))}
    </div>
  );
}

export function Conversation(): JSX.Element {
  const { model, t } = useTools();
  const { name, agent } = model.expert ?? {};
  const brand = model.config.brand.name;
  const paid = name ? t("{name} is independent, paid by {brand}.", { name, brand }) : t("Answers come from independent enthusiasts, paid by {brand}.", { brand });
  return (
    <>
      <Header status={agent ? t("Team of {brand}", { brand }) : t("Enthusiast for {brand}", { brand })} />
      <Network />
      <Messages />
      <Replies />
      <Composer
        label={t("Your message")}
        pictures
        legal={name && agent ? t("{name} works for {brand}.", { name, brand }) : paid}
      />
    </>
  );
}
