import type { JSX } from "preact";
import { clockTime, dayAndTime, duration, money } from "../lib/format";
import { ConsultationCard } from "./asides";
import { unread, type Thread } from "./desk";
import { OfferCard } from "./offer";
import { Icon, Initials, Mark, useTick, useTools } from "./parts";
import { TransferCard } from "./transfer";
import type { Status } from "./types";

/** Hours that end later than this go without saying. */
const SOON_MS = 12 * 3_600_000;

/** What stands between the expert and the next question, in words. */
function useReason(): string {
  const { model, t } = useTools();
  const { availability, status } = model.desk;
  const { capacity, live, on_duty_until, reasons } = availability;
  if (reasons?.length) return reasons.join(" · ");
  const words: Record<Status, string> = {
    off: t("Off: no question reaches you."),
    paused: t("On pause: no question reaches you."),
    off_hours: t("Outside your weekly hours: no question reaches you."),
    absent: t("Coming back: one moment."),
    busy: t("Full: {live} of {capacity} at once. The next comes when one ends.", { live, capacity }),
    free: on_duty_until && Date.parse(on_duty_until) - Date.now() < SOON_MS
      ? t("Questions reach you until {time}.", { time: clockTime(on_duty_until, t.locale) })
      : t("Questions reach you here."),
  };
  return words[status];
}

function Availability(): JSX.Element {
  const { model, t } = useTools();
  const { availability, status } = model.desk;
  const reason = useReason();
  const look = status === "free" ? "ok" : status === "busy" ? "accent" : status === "off" ? "" : "hot";
  return (
    <>
      <div class="row between">
        <p class="ttl" aria-hidden="true">
          {t("Conversations")}
        </p>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={model.switching ?? availability.on}
            disabled={model.net !== "live"}
            aria-describedby="why-state"
            onChange={(event) => void model.available(event.currentTarget.checked)}
          />
          <i />
          {t("Available")}
        </label>
      </div>
      <p class="state" id="why-state" role="status">
        <span class={`dot ${look}`} />
        <span>
          {reason}
          {status === "off_hours" && (
            <>
              {" "}
              <a class="link" href="/expert/hours">
                {t("Change my hours")}
              </a>
            </>
          )}
        </span>
      </p>
    </>
  );
}

/** Two offers that nobody answered switch questions off; one click brings them back. */
function Paused(): JSX.Element | null {
  const { model, t } = useTools();
  if (model.desk.status !== "paused") return null;
  return (
    <div class="notice accent paused" role="alert">
      <Icon name="circle-pause" />
      <div>
        <b>{t("You are on pause")}</b>
        <p>{t("Two questions ran out unanswered, so that shoppers do not wait in vain. It does not count against you.")}</p>
        <button type="button" class="btn sm accent" aria-busy={model.switching !== undefined} onClick={() => void model.available(true)}>
          <Icon name="circle-play" s />
          {t("I am back")}
        </button>
      </div>
    </div>
  );
}

function NetBar(): JSX.Element | null {
  const { model, t } = useTools();
  if (model.net === "live" || model.net === "connecting") return null;
  return (
    <p class="netbar" role="status">
      <Icon name="wifi-off" s />
      {model.net === "refused" ? (
        <span>
          {t("You are signed out.")} <a href="/expert">{t("Sign in again")}</a>
        </span>
      ) : (
        t("No connection. What you write is kept and leaves as soon as it is back.")
      )}
    </p>
  );
}

function Row({ thread }: { thread: Thread }): JSX.Element {
  const { model, t } = useTools();
  const fresh = unread(thread);
  const name = thread.shopper.name || t("Shopper");
  const age = (Date.now() - Date.parse(thread.last_at)) / 1000;
  const closed = thread.state === "closed";
  const said = thread.last_by === "expert" ? t("You: {text}", { text: thread.last_text }) : thread.last_text;
  return (
    <li>
      <a
        class={`conv ${fresh ? "new" : ""}`}
        href={`#${thread.id}`}
        aria-current={model.current === thread.id ? "true" : undefined}
        onClick={(event) => (event.preventDefault(), model.open(thread.id))}
      >
        <span class="av">
          <Initials name={thread.shopper.name} />
          <Mark brand={thread.brand} />
        </span>
        <b class="clip">
          {name}
          <span class="sr"> · {thread.brand.name}</span>
        </b>
        <time dateTime={thread.last_at}>{thread.state === "snoozed" && thread.snoozed_until ? dayAndTime(thread.snoozed_until, t) : closed ? clockTime(thread.last_at, t.locale) : age < 60 ? t("now") : duration(age, t.locale)}</time>
        <span class="sn clip" lang={thread.language}>
          {model.typing.has(thread.id) ? <em lang={t.locale}>{t("is writing…")}</em> : said || thread.product?.title}
        </span>
        {fresh > 0 ? (
          <span class="badge count">
            {fresh}
            <span class="sr"> {t.plural("unread message", "unread messages", fresh)}</span>
          </span>
        ) : thread.earned && thread.earned.net_minor > 0 ? (
          <span class="st ok num">+{money(thread.earned.net_minor, thread.earned.currency, t.locale)}</span>
        ) : thread.state === "snoozed" ? (
          <span class="st">
            <Icon name="alarm-clock" s />
            <span class="sr">{t("put off")}</span>
          </span>
        ) : thread.by_mail && !closed ? (
          <span class="st">
            <Icon name="mail" s />
            <span class="sr">{t("answers go by e-mail")}</span>
          </span>
        ) : null}
      </a>
    </li>
  );
}

function Group({ title, threads }: { title: string; threads: Thread[] }): JSX.Element | null {
  if (!threads.length) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {threads.map((thread) => (
          <Row key={thread.id} thread={thread} />
        ))}
      </ul>
    </>
  );
}

/** Nothing on the desk: what will come, and what can be done meanwhile. */
function Quiet(): JSX.Element {
  const { model, t } = useTools();
  const free = model.desk.status === "free";
  return (
    <div class="quiet">
      <Icon name={free ? "headphones" : "messages-square"} />
      <p class="title">{free ? t("You are on. The next question rings here.") : t("Nobody waits for you.")}</p>
      <ul>
        <li>{t("You have 45 seconds to take a question; passing costs nothing.")}</li>
        <li>
          <a class="link" href="/expert/profile">
            {t("Say in your profile what you own and use: shoppers read it first.")}
          </a>
        </li>
        <li>
          <a class="link" href="/expert/missions">
            {t("Join another mission: more categories, more questions.")}
          </a>
        </li>
      </ul>
    </div>
  );
}

/** Whether every word of the search occurs in what the list shows of a conversation. */
function matches(thread: Thread, query: string): boolean {
  const said = thread.log.events.map((event) => event.text).join(" ");
  const hay = [thread.shopper.name, thread.brand.name, thread.product?.title, thread.category, thread.last_text, said].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
}

export function Inbox(): JSX.Element {
  const { model, t } = useTools();
  useTick(20_000);
  const { desk, query } = model;
  const only = (threads: Thread[]): Thread[] => (query.trim() ? threads.filter((thread) => matches(thread, query.trim())) : threads);
  const groups: [string, Thread[]][] = [
    [t("Wait for you"), only(desk.waitForYou)],
    [t("Wait for the shopper"), only(desk.waitForThem)],
    [t("Put off"), only(desk.snoozed)],
    [t("Ended conversations"), only(desk.closed)],
  ];
  const waiting = desk.offers.filter((offer) => !offer.gone).length;
  const none = groups.every(([, threads]) => !threads.length);
  return (
    <section class="inbox" aria-label={t("List of conversations")}>
      <header>
        <Availability />
        <label class="input">
          <Icon name="search" s />
          <span class="sr">{t("Search")}</span>
          <input
            id="search"
            type="search"
            value={query}
            placeholder={t("Search a conversation")}
            onInput={(event) => model.search(event.currentTarget.value)}
          />
        </label>
      </header>
      <NetBar />
      <div class="scroll" tabIndex={-1}>
        <Paused />
        {desk.transfers.length + desk.consultations.length > 0 && (
          <div class="offers">
            {desk.transfers.length > 0 && <h2>{t("To take over")}</h2>}
            {desk.transfers.map((ask) => (
              <TransferCard key={ask.transfer_id} ask={ask} />
            ))}
            {desk.consultations.length > 0 && <h2>{t("Colleagues ask")}</h2>}
            {desk.consultations.map((asked) => (
              <ConsultationCard key={asked.note_id} asked={asked} />
            ))}
          </div>
        )}
        {desk.offers.length > 0 && (
          <div class="offers">
            {waiting > 0 && <h2>{t.plural("A question for you", "{n} questions for you", waiting)}</h2>}
            {desk.offers.map((offer, i) => (
              <OfferCard key={offer.offer_id} offer={offer} first={i === 0} />
            ))}
          </div>
        )}
        <div class="convs">
          {groups.map(([title, threads]) => (
            <Group key={title} title={title} threads={threads} />
          ))}
          {none && query.trim() !== "" && (
            <div class="quiet">
              <p class="title">{t("No conversation with these words.")}</p>
              <button type="button" class="btn sm sec" onClick={() => model.search("")}>
                {t("Clear the search")}
              </button>
            </div>
          )}
          {query.trim() !== "" && (
            <p class="further">
              <a class="link" href={`/expert/conversations?q=${encodeURIComponent(query.trim())}`}>
                {t("Search all my conversations for “{words}”", { words: query.trim() })}
              </a>
            </p>
          )}
          {none && !query.trim() && !desk.offers.length && !desk.transfers.length && <Quiet />}
        </div>
      </div>
    </section>
  );
}
