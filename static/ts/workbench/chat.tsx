import type { JSX } from "preact";
import { duration, money } from "../lib/format";
import { Composer } from "./composer";
import type { Thread } from "./desk";
import { Log } from "./log";
import { Icon, Initials, useTick, useTools } from "./parts";
import { reasonOf } from "./reasons";

interface ChatProps {
  onEnd: () => void;
  onContext: () => void;
}

function Head({ thread, onEnd, onContext }: ChatProps & { thread: Thread }): JSX.Element {
  const { model, t } = useTools();
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
      <button type="button" class="btn ghost icon-only more" aria-label={t("Product and page")} onClick={onContext}>
        <Icon name="info" />
      </button>
      {thread.state !== "closed" && (
        <button type="button" class="btn sec sm" id="end" onClick={onEnd}>
          <Icon name="check" s />
          <span>{t("End")}</span>
        </button>
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
        <b>{t("This conversation has ended.")}</b>
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

export function Chat({ thread, ...actions }: ChatProps & { thread: Thread }): JSX.Element {
  const { t } = useTools();
  return (
    <section class="chat" aria-label={t("Conversation with {name}", { name: thread.shopper.name || t("Shopper") })}>
      <Head thread={thread} {...actions} />
      <Log thread={thread} key={thread.id} />
      {thread.state === "closed" ? <Ended thread={thread} /> : <Composer thread={thread} key={thread.id} />}
    </section>
  );
}
