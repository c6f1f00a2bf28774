import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Thread } from "./desk";
import { Dialog, useTools } from "./parts";
import type { CloseReason, Topic } from "./types";

/** Ends a conversation: how it went, and what it was about. */
export function CloseDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [reason, setReason] = useState<CloseReason>("solved");
  const [topic, setTopic] = useState("");
  const [page, setPage] = useState("");
  const [next, setNext] = useState("");
  const [busy, setBusy] = useState(false);
  const reasons: [CloseReason, string, string][] = [
    ["solved", t("The question is answered"), t("The shopper is asked for a rating.")],
    ["silent", t("The shopper went silent"), t("It can still be rated.")],
    ["misrouted", t("Not a question for me"), t("An order, another subject, another language. It does not count against you.")],
    ["abusive", t("Insults or threats"), t("The brand looks at it. It does not count against you.")],
    ["spam", t("Advertising or nonsense"), t("Nobody asks anything here. It does not count against you.")],
  ];
  const topics: Record<string, string> = {
    choice: t("Choosing"),
    size: t("Size or fit"),
    compatibility: t("Compatibility"),
    use: t("Using it"),
    care: t("Care and upkeep"),
    other: t("Something else"),
  };
  const named = (each: Topic): { key: string; label: string } =>
    typeof each === "string" ? { key: each, label: topics[each] ?? each } : each;
  const chips = (name: string, legend: string, choices: Record<string, string>, value: string, choose: (key: string) => void): JSX.Element => (
    <fieldset class="field">
      <legend>
        {legend} <span class="optional">{t("(optional)")}</span>
      </legend>
      <div class="chips sm">
        {Object.entries(choices).map(([key, label]) => (
          <label key={key}>
            <input type="radio" name={name} checked={value === key} onChange={() => choose(key)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
  const submit = async (): Promise<void> => {
    setBusy(true);
    const done = await model.close(thread, reason, topic, { ...(page ? { page } : {}), ...(next ? { next } : {}) });
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title={t("End the conversation")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <fieldset class="field">
          <legend>{t("How did it end?")}</legend>
          <div class="options">
            {reasons.map(([key, label, hint]) => (
              <label class="check" key={key}>
                <input type="radio" name="reason" checked={reason === key} onChange={() => setReason(key)} />
                <span>
                  {label}
                  <small>{hint}</small>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        {(reason === "solved" || reason === "silent") && (
          <fieldset class="field">
            <legend>
              {t("What was it about?")} <span class="optional">{t("(optional)")}</span>
            </legend>
            <div class="chips sm">
              {model.desk.topics.map(named).map(({ key, label }) => (
                <label key={key}>
                  <input type="radio" name="topic" checked={topic === key} onChange={() => setTopic(key)} />
                  <span>{label}</span>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        {(reason === "solved" || reason === "silent") && (
          <>
            {chips("page", t("Did the product page say it?"), { yes: t("Yes"), partly: t("In part"), no: t("No") }, page, setPage)}
            {chips("next", t("What will the shopper do?"), { buys: t("Buys"), hesitates: t("Hesitates"), leaves: t("Does not buy") }, next, setNext)}
          </>
        )}
        <div class="actions">
          <button type="submit" class="btn" aria-busy={busy}>
            {t("End the conversation")}
          </button>
          <button type="button" class="btn ghost" onClick={onClose}>
            {t("Go on talking")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
