import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { dayAndTime, duration, money } from "../lib/format";
import { Composer } from "./composer";
import type { Thread } from "./desk";
import { Log } from "./log";
import { Icon, Initials, useTick, useTools } from "./parts";
import { reasonOf } from "./reasons";
import { TransferBar } from "./transfer";

export type Sheet = "help" | "end" | "context" | "transfer" | "snooze" | "note" | "consult" | "category" | "block";

interface ChatProps {
  thread: Thread;
  /** Whether this is the pane that keys speak to: only one holds the elements that they name. */
  active: boolean;
  show: (sheet: Sheet) => void;
}

/** What is done less often. */
function More({ thread, active, show }: ChatProps): JSX.Element {
  const { model, t } = useTools();
  const box = useRef<HTMLDetailsElement>(null);
  const item = (icon: string, words: string, act: () => void, look = ""): JSX.Element => (
    <button type="button" class={look} onClick={() => ((box.current!.open = false), act())}>
      <Icon name={icon} s />
      {words}
    </button>
  );
  const open = (sheet: Sheet) => (): void => (model.panes.focus(thread.id), show(sheet));
  return (
    <details class="menu" ref={box} onKeyDown={(event) => event.key === "Escape" && box.current!.open && (event.stopPropagation(), (box.current!.open = false))}>
      <summary class="btn ghost icon-only" id={active ? "more" : undefined}>
        <Icon name="ellipsis" />
        <span class="sr">{t("More to do")}</span>
      </summary>
      <div>
        {thread.state === "open" && item("clock", t("Put it off"), open("snooze"), "narrow")}
        {thread.state === "snoozed" && item("play", t("Take it up again now"), () => void model.acts.snooze(thread), "narrow")}
        {item("info", t("Product and page"), open("context"), "narrow")}
        {item("eye-off", t("Private note"), open("note"))}
        {item("users", t("Ask colleagues"), open("consult"))}
        {item("tag", t("Another category"), open("category"))}
        {item("ban", t("Block this shopper"), open("block"))}
      </div>
    </details>
  );
}

function Head({ thread, active, show }: ChatProps): JSX.Element {
  const { model, t } = useTools();
  const open = (sheet: Sheet) => (): void => (model.panes.focus(thread.id), show(sheet));
  useTick(30_000);
  const ago = duration((Date.now() - Date.parse(thread.opened_at)) / 1000, t.locale);
  const about = thread.product ? t("Looks at {product}", { product: thread.product.title }) : thread.category;
  const where = thread.by_mail ? t("left the page, answers go by e-mail") : t("since {time}", { time: ago });
  return (
    <header>
      <button type="button" class="btn ghost icon-only back" aria-label={t("Back to the conversations")} onClick={() => model.open(undefined)}>
        <Icon name="chevron-left" />
      </button>
      <Initials name={thread.shopper.name} />
      <div class="who">
        <h2>
          <span class="clip">{thread.shopper.name || t("Shopper")}</span>
          <span class="badge info">{thread.brand.name}</span>
        </h2>
        <p class="clip">{[about, where].filter(Boolean).join(" · ")}</p>
      </div>
      <button type="button" class="btn ghost icon-only more" aria-label={t("Product and page")} onClick={open("context")}>
        <Icon name="info" />
      </button>
      {thread.state !== "closed" && (
        <>
          {thread.state === "snoozed" ? (
            <button type="button" class="btn ghost icon-only roomy" aria-label={t("Take it up again now")} onClick={() => void model.acts.snooze(thread)}>
              <Icon name="play" />
            </button>
          ) : (
            <button type="button" class="btn ghost icon-only roomy" aria-label={t("Put it off")} onClick={open("snooze")}>
              <Icon name="clock" />
            </button>
          )}
          <button type="button" class="btn sec sm act" onClick={open("transfer")}>
            <Icon name="arrow-right-left" s />
            <span>{t("Hand over")}</span>
          </button>
          <button type="button" class="btn sec sm act" id={active ? "end" : undefined} onClick={open("end")}>
            <Icon name="check" s />
            <span>{t("End")}</span>
          </button>
          <More thread={thread} active={active} show={show} />
        </>
      )}
    </header>
  );
}

/** What the conversation brought, once it has ended. */
function Ended({ thread }: { thread: Thread }): JSX.Element {
  const { t } = useTools();
  const { earned } = thread;
  const show = (minor: number): string => money(minor, earned!.currency, t.locale);
  return (
    <div class="ended">
      <Icon name={earned && earned.net_minor > 0 ? "hand-coins" : "circle-check"} />
      <div>
        <b>{thread.log.closed || !thread.synced ? t("This conversation has ended.") : t("A colleague goes on with this conversation.")}</b>
        {earned && earned.net_minor > 0 && (
          <dl>
            <div>
              <dt>{t("Pay")}</dt>
              <dd class="num">{show(earned.gross_minor)}</dd>
            </div>
            <div>
              <dt>{t("Commission")}</dt>
              <dd class="num">−{show(earned.commission_minor)}</dd>
            </div>
            <div>
              <dt>{t("For you")}</dt>
              <dd class="num strong">{show(earned.net_minor)}</dd>
            </div>
          </dl>
        )}
        {earned && <p>{reasonOf(earned.reason, t)}</p>}
        <a class="link" href="/expert/earnings">
          {t("See my earnings")}
        </a>
      </div>
    </div>
  );
}

/** The pane without a conversation: the one place that says how to begin. */
export function Nothing(): JSX.Element {
  const { model, t } = useTools();
  const keys = model.keep.wants("keys");
  return (
    <section class="chat none" aria-label={t("Conversation")}>
      <div class="empty">
        <Icon name="messages-square" />
        <p class="title">{t("Choose a conversation")}</p>
        <p>{t("Questions arrive on the left with what they pay and the time to decide.")}</p>
        {keys && (
          <p class="keys">
            <kbd class="kbd">A</kbd> {t("takes the first question")}, <kbd class="kbd">J</kbd> <kbd class="kbd">K</kbd> {t("move")},{" "}
            <kbd class="kbd">?</kbd> {t("shows all keys")}
          </p>
        )}
      </div>
    </section>
  );
}

export function Chat(props: ChatProps): JSX.Element {
  const { model, t } = useTools();
  const { thread, active } = props;
  return (
    <section class={`chat ${active ? "active" : ""}`} data-thread={thread.id} onFocusCapture={() => model.panes.focus(thread.id)} aria-label={t("Conversation with {name}", { name: thread.shopper.name || t("Shopper") })}>
      <Head {...props} />
      <Log thread={thread} key={thread.id} />
      {thread.state === "closed" ? (
        <Ended thread={thread} />
      ) : (
        <div class="foot">
          <TransferBar thread={thread} />
          {thread.state === "snoozed" && thread.snoozed_until && (
            <p class="bar notice">
              <Icon name="alarm-clock" s />
              <span class="grow">{t("Comes back {time}, or when the shopper writes.", { time: dayAndTime(thread.snoozed_until, t) })}</span>
            </p>
          )}
          <Composer thread={thread} active={active} key={thread.id} />
        </div>
      )}
    </section>
  );
}
