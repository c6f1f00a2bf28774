import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Target } from "./acts";
import type { Thread } from "./desk";
import { Dialog, Icon, Mark, useTick, useTools } from "./parts";
import type { Choices, TransferAsk } from "./types";

function left(iso: string): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Hands the conversation to a colleague, to those who know a category, or to the brand's own people. */
export function TransferDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [choices, setChoices] = useState<Choices | undefined>(undefined);
  const [target, setTarget] = useState<Target | undefined>(undefined);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => void model.acts.colleagues(thread).then(setChoices), []);
  const submit = async (): Promise<void> => {
    if (!target) return;
    setBusy(true);
    const done = await model.acts.transfer(thread, target, comment);
    setBusy(false);
    if (done) onClose();
  };
  const option = (key: string, value: Target, label: string, hint: string, off = false): JSX.Element => (
    <label class="check" key={key}>
      <input type="radio" name="target" disabled={off} onChange={() => setTarget(value)} />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  );
  const freeOf = (n: number): string => t.plural("{n} is free now", "{n} are free now", n);
  return (
    <Dialog title={t("Hand over")} onClose={onClose}>
      <form onSubmit={(event) => (event.preventDefault(), void submit())}>
        <p>{t("You go on until somebody accepts. The shopper is told who takes over; everything said goes along.")}</p>
        <fieldset class="field">
          <legend>{t("To whom?")}</legend>
          {!choices && <p class="hint">{t("Looking who is there…")}</p>}
          <div class="options tall">
            {choices?.groups.map((group) =>
              option(group.id, { target: "group", category_id: group.id }, t("Whoever knows {category}", { category: group.name }), freeOf(group.free)),
            )}
            {choices?.experts.map((each) =>
              option(each.id, { target: "expert", person_id: each.id }, each.name, each.free ? t("free now") : t("not free now"), !each.free),
            )}
            {!!choices?.agents && option("agents", { target: "agents" }, t("The team of {brand}", { brand: thread.brand.name }), t("You are paid for your part all the same."))}
          </div>
          {choices && !choices.experts.length && !choices.agents && <p class="hint">{t("Nobody else answers for this brand at the moment.")}</p>}
        </fieldset>
        <label class="field">
          <span>
            {t("What should that person know?")} <span class="optional">{t("(optional)")}</span>
          </span>
          <textarea rows={3} maxLength={2000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          <small class="hint">{t("The shopper does not read this.")}</small>
        </label>
        <div class="actions">
          <button type="submit" class="btn" disabled={!target} aria-busy={busy}>
            {t("Hand over")}
          </button>
          <button type="button" class="btn ghost" onClick={onClose}>
            {t("Keep it")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A conversation that a colleague would hand over. */
export function TransferCard({ ask }: { ask: TransferAsk }): JSX.Element {
  const { model, t } = useTools();
  useTick(1000);
  return (
    <article class="offer transfer" aria-labelledby={`t-${ask.transfer_id}`}>
      <span class="meta">
        <Mark brand={ask.brand} />
        <span class="clip">{[ask.brand.name, ask.product?.title ?? ask.category].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="left">
        <Icon name="timer" s />
        <span class="num">{left(ask.expires_at)}</span>
      </span>
      <p class="why with">
        <Icon name="arrow-right-left" s /> {t("{name} would hand over to you", { name: ask.by })}
      </p>
      <h3 class="q" id={`t-${ask.transfer_id}`} lang={ask.language}>
        {t("“{text}”", { text: ask.question })}
      </h3>
      {ask.comment && <p class="why">{ask.comment}</p>}
      <div class="act">
        <button type="button" class="btn sm accent" onClick={() => void model.acts.take(ask.transfer_id)}>
          {t("Take over")}
        </button>
        <button type="button" class="btn sm ghost" onClick={() => void model.acts.pass(ask.transfer_id)}>
          {t("Pass")}
          <span class="sr"> {t("on this conversation")}</span>
        </button>
      </div>
    </article>
  );
}

/** Says that somebody was asked, and how that stands. */
export function TransferBar({ thread }: { thread: Thread }): JSX.Element | null {
  const { model, t } = useTools();
  useTick(1000);
  const { transfer } = thread;
  if (!transfer || thread.state === "closed" || transfer.state === "withdrawn" || transfer.state === "accepted") return null;
  if (transfer.state !== "asked") {
    return (
      <p class="bar notice hot" role="status">
        <Icon name="undo-2" s />
        <span class="grow">{transfer.state === "declined" ? t("Nobody takes over: the conversation stays with you.") : t("Nobody answered in time: the conversation stays with you.")}</span>
        <button type="button" class="btn sm ghost" onClick={() => (model.desk.transferred(thread.id, null), model.changed())}>
          {t("Understood")}
        </button>
      </p>
    );
  }
  return (
    <p class="bar notice" role="status">
      <Icon name="arrow-right-left" s />
      <span class="grow">
        {t("Somebody is asked to take over. You go on until then.")} <span class="num" aria-hidden="true">{left(transfer.expires_at)}</span>
      </span>
      <button type="button" class="btn sm ghost" onClick={() => void model.acts.keep(thread)}>
        {t("Keep it")}
      </button>
    </p>
  );
}
