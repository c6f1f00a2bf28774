import { Component, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime, dayAndTime, money } from "../lib/format";
import type { Entry } from "../lib/outbox";
import type { ConversationEvent, Picture } from "../lib/wire";
import { NoteLine } from "./asides";
import type { Thread } from "./desk";
import { Icon, Linked, Photo, ToolsContext, useTools, type Tools } from "./parts";
import type { Card, NoteRow } from "./types";

/** What stands in the place of contact data. */
const HIDDEN = "•••";
/** Long threads show their end first. */
const WINDOW = 200;
/** How near to the end, in pixels, the reader follows what comes. */
const NEAR = 120;

interface RowProps {
  event: ConversationEvent;
  shopper: string;
  language: string;
  /** Last of a run by one author: carries the time. */
  last: boolean;
  state: string;
}

export function Sent({ card, t }: { card: Card; t: Tools["t"] }): JSX.Element {
  return (
    <div class="pc">
      <Photo card={card} size={52} />
      <div>
        <span class="sr">{t("Suggested product:")} </span>
        <b>{card.title}</b>
        {card.price_minor !== undefined && card.currency && <span class="num">{money(card.price_minor, card.currency, t.locale)}</span>}
      </div>
    </div>
  );
}

/** Rendered again only when its own facts change: a long thread stays cheap. */
class Row extends Component<RowProps> {
  static override contextType = ToolsContext;

  override shouldComponentUpdate(next: RowProps): boolean {
    return next.event !== this.props.event || next.last !== this.props.last || next.state !== this.props.state;
  }

  override render({ event, shopper, language, last, state }: RowProps): JSX.Element {
    const { t } = this.context as Tools;
    const theirs = event.author?.kind === "shopper";
    const by = theirs ? shopper : event.author?.kind === "agent" ? (event.author.name ?? t("The brand")) : t("You");
    const side = theirs ? "" : "me";
    return (
      <>
        {event.text && (
          <p class={`m ${side} ${last ? "last" : ""}`} lang={language}>
            <span class="sr" lang={t.locale}>
              {t("{name}:", { name: by })}{" "}
            </span>
            <Linked text={event.text} />
          </p>
        )}
        {theirs && event.text?.includes(HIDDEN) && (
          <p class="t hid">
            <Icon name="shield-check" s /> {t("Contact data is hidden: you never need it.")}
          </p>
        )}
        {event.data?.erased && <p class={`m ${side}`}>{t("Erased at the shopper’s wish.")}</p>}
        {event.picture && (
          <a class={`m picture ${side}`} href={event.picture.url} target="_blank" rel="noopener">
            <img
              src={event.picture.thumb_url}
              width={event.picture.width}
              height={event.picture.height}
              alt={t("Picture from {name}", { name: by })}
            />
          </a>
        )}
        {event.product && <Sent card={event.product as Card} t={t} />}
        {last && <p class={`t ${side}`}>{[clockTime(event.at, t.locale), state].filter(Boolean).join(" · ")}</p>}
      </>
    );
  }
}

function Line({ event, shopper }: { event: ConversationEvent; shopper: string }): JSX.Element {
  const { model, t } = useTools();
  const { author, data } = event;
  const name = author?.id === model.boot.me.id ? t("You") : (author?.name ?? "");
  const stars = Number(data?.stars ?? 0);
  const words = {
    message: "",
    joined: author?.id === model.boot.me.id ? t("You took the question") : t("{name} joined", { name }),
    transferred: author?.id === model.boot.me.id ? t("You took over") : name ? t("{name} takes over", { name }) : t("The question moves to somebody else"),
    snoozed: data?.until ? t("Put off until {time}", { time: dayAndTime(data.until, t) }) : t("Put off for later"),
    woken: t("Back on the desk"),
    closed: author?.kind === "shopper" ? t("{name} ended the conversation", { name: shopper }) : t("Conversation ended"),
    rated: stars ? t.plural("Rated {n} star out of 5", "Rated {n} stars out of 5", stars) : t("Rated"),
  };
  return (
    <p class={`sys ${event.kind === "rated" ? "rated" : ""}`}>
      {event.kind === "rated" && <Icon name="star" s />}
      {words[event.kind]} · {clockTime(event.at, t.locale)}
    </p>
  );
}

function Pending({ entry, language }: { entry: Entry; language: string }): JSX.Element {
  const { model, t } = useTools();
  const { text, card, picture } = entry.body as { text?: string; card?: Card; picture?: Picture };
  return (
    <>
      {text && (
        <p class="m me last wait" lang={language}>
          {text}
        </p>
      )}
      {card && <Sent card={card} t={t} />}
      {picture && <img class="m me picture wait" src={picture.thumb_url} alt={t("Picture")} width="160" />}
      {entry.refused ? (
        <p class="t me refused">
          <Icon name="circle-alert" s />
          <span>{entry.refused.message || t("Not sent.")}</span>
          <button type="button" class="link" onClick={() => model.retry(entry.client_id)}>
            {t("Try again")}
          </button>
          <button type="button" class="link" onClick={() => model.discard(entry.client_id)}>
            {t("Discard")}
          </button>
        </p>
      ) : (
        <p class="t me">{model.net === "live" ? t("Sending…") : t("Waiting for the connection")}</p>
      )}
    </>
  );
}

/** Whether two neighbours are one run: same author, within five minutes. */
function run(one?: ConversationEvent, two?: ConversationEvent): boolean {
  if (one?.kind !== "message" || two?.kind !== "message" || one.author?.kind !== two.author?.kind) return false;
  return Date.parse(two.at) - Date.parse(one.at) < 300_000;
}

function Events({ thread, from }: { thread: Thread; from: number }): JSX.Element {
  const { t } = useTools();
  const shown = thread.log.events.slice(from);
  const shopper = thread.shopper.name || t("The shopper");
  const lastMine = shown.findLast((e) => e.kind === "message" && e.author?.kind !== "shopper");
  const stateOf = (event: ConversationEvent): string =>
    event !== lastMine ? "" : thread.log.readBy("shopper") >= event.seq ? t("Read") : t("Sent");
  // Notes stand where they were written: before the first event that came later.
  const notes = [...(thread.notes ?? [])];
  const until = (at: string): NoteRow[] => notes.splice(0, notes.filter((note) => note.at <= at).length);
  return (
    <>
      {shown.map((event, i) => [
        ...until(event.at).map((note) => <NoteLine key={note.id} note={note} />),
        event.kind === "message" ? (
          <Row
            key={event.seq}
            event={event}
            shopper={shopper}
            language={thread.language}
            last={!run(event, shown[i + 1])}
            state={stateOf(event)}
          />
        ) : (
          <Line key={event.seq} event={event} shopper={shopper} />
        ),
      ])}
      {notes.map((note) => (
        <NoteLine key={note.id} note={note} />
      ))}
    </>
  );
}

/** The messages, kept at their end while the reader is there; else a button says that more came. */
export function Log({ thread }: { thread: Thread }): JSX.Element {
  const { model, t } = useTools();
  const box = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const [behind, setBehind] = useState(false);
  const pending = model.pending(thread);
  const typing = model.typing.has(thread.id) && thread.state !== "closed";
  const from = whole ? 0 : Math.max(0, thread.log.events.length - WINDOW);
  const count = thread.log.events.length + (thread.notes?.length ?? 0) + pending.length + (typing ? 1 : 0);
  const toEnd = (): void => {
    const log = box.current;
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    setBehind(false);
  };
  const near = useRef(true);
  useEffect(() => (near.current || pending.length ? toEnd() : setBehind(true)), [count]);
  useEffect(() => {
    const watcher = new ResizeObserver(() => near.current && toEnd());
    watcher.observe(box.current!);
    return () => watcher.disconnect();
  }, []);
  const name = thread.shopper.name || t("The shopper");
  return (
    <div class="logbox">
      <div
        class="log"
        ref={box}
        role="log"
        aria-label={t("Messages with {name}", { name })}
        tabIndex={0}
        onScroll={({ currentTarget: e }) => {
          near.current = e.scrollHeight - e.scrollTop - e.clientHeight < NEAR;
          if (near.current && behind) setBehind(false);
        }}
      >
        {from > 0 && (
          <button type="button" class="btn sm sec earlier" onClick={() => setWhole(true)}>
            {t("Show what came before")}
          </button>
        )}
        <p class="day">{dayAndTime(thread.opened_at, t)}</p>
        {!thread.synced && (
          <div class="skeletons" aria-hidden="true">
            <span class="skeleton" />
            <span class="skeleton" />
          </div>
        )}
        <Events thread={thread} from={from} />
        {pending.map((entry) => (
          <Pending key={entry.client_id} entry={entry} language={thread.language} />
        ))}
        {typing && (
          <span class="typ">
            <i />
            <i />
            <i />
            <span class="sr">{t("{name} is writing…", { name })}</span>
          </span>
        )}
      </div>
      {behind && (
        <button type="button" class="btn sm sec jump" onClick={toEnd}>
          <Icon name="arrow-down" s />
          {t("New messages")}
        </button>
      )}
    </div>
  );
}
