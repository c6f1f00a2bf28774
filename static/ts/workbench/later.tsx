import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { dayAndTime } from "../lib/format";
import type { Thread } from "./desk";
import { Dialog, Icon, useTools } from "./parts";

const HOUR_MS = 3_600_000;
const DAYS = 14;

/** A moment as a field of this device's own time wants it. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Puts a conversation off for three hours, a day, or until a time of one's own. */
export function SnoozeDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  const now = Date.now();
  const [own, setOwn] = useState(local(new Date(now + 2 * HOUR_MS)));
  const [busy, setBusy] = useState(false);
  const put = async (until: Date): Promise<void> => {
    if (Number.isNaN(until.getTime())) return;
    setBusy(true);
    const done = await model.acts.snooze(thread, until);
    setBusy(false);
    if (done) onClose();
  };
  const choice = (hours: number, label: string): JSX.Element => {
    const until = new Date(now + hours * HOUR_MS);
    return (
      <button type="button" class="btn sec wide" aria-busy={busy} onClick={() => void put(until)}>
        <Icon name="alarm-clock" s />
        <span class="grow">{label}</span>
        <span class="num">{dayAndTime(until.toISOString(), t)}</span>
      </button>
    );
  };
  return (
    <Dialog title={t("Put it off")} onClose={onClose}>
      <p>{t("It comes back by itself, or as soon as the shopper writes. It keeps its place among your conversations.")}</p>
      <div class="choices">
        {choice(3, t("In three hours"))}
        {choice(24, t("In a day"))}
      </div>
      <form onSubmit={(event) => (event.preventDefault(), void put(new Date(own)))}>
        <label class="field">
          <span>{t("Or at a time of your own")}</span>
          <input
            type="datetime-local"
            required
            value={own}
            min={local(new Date(now + 60_000))}
            max={local(new Date(now + DAYS * 24 * HOUR_MS))}
            onInput={(event) => setOwn(event.currentTarget.value)}
          />
        </label>
        <div class="actions">
          <button type="submit" class="btn" aria-busy={busy}>
            {t("Put it off")}
          </button>
          <button type="button" class="btn ghost" onClick={onClose}>
            {t("Cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
