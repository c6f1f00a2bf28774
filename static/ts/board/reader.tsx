import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime } from "../lib/format";
import type { ConversationEvent } from "../lib/wire";
import type { Watched } from "./model";
import { Icon, useTools } from "./parts";
import type { Note } from "./types";

type Line = { at: string; key: string; event?: ConversationEvent; note?: Note };

function Words({ line, shopper }: { line: Line; shopper: string }): JSX.Element {
  const { t } = useTools();
  const time = clockTime(line.at, t.locale);
  if (line.note) {
    return (
      <li class="note whisper">
        <span>
          <b>{t("Whispered by {name}", { name: line.note.author.name ?? "…" })}</b> {line.note.text} · {time}
        </span>
      </li>
    );
  }
  const event = line.event!;
  const name = event.author?.name ?? "";
  if (event.kind !== "message") {
    const said: Record<string, string> = {
      joined: t("{name} took the question", { name }),
      transferred: t("{name} takes over", { name }),
      snoozed: t("Put aside"),
      woken: t("Taken up again"),
      closed: t("Ended"),
      rated: t("Rated"),
    };
    return (
      <li class="note">
        <span>
          {said[event.kind] ?? event.kind} · {time}
        </span>
      </li>
    );
  }
  const theirs = event.author?.kind === "shopper";
  return (
    <li class={theirs ? "" : "own"}>
      <p class="by">
        <b>{theirs ? shopper : name}</b>
        {time}
      </p>
      <div class="bubble">{event.text ?? event.product?.title ?? t("A picture")}</div>
    </li>
  );
}

/** Words to the expert alone; or to the shopper, once one serves her. They stay until the server has them. */
function Composer({ mine }: { mine: boolean }): JSX.Element {
  const { model, t } = useTools();
  const [text, setText] = useState("");
  const [sending, setSending] = useState(false);
  const label = mine ? t("Write to the shopper") : t("Whisper to the expert");
  const send = async (): Promise<void> => {
    if (!text.trim() || sending) return;
    setSending(true);
    const done = mine ? await model.say(text) : await model.act("whisper", { text });
    setSending(false);
    if (done) setText("");
  };
  return (
    <form
      class="board-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label for="board-text">{label}</label>
      <textarea id="board-text" rows={2} maxLength={2000} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      <p class="hint">{mine ? t("The shopper reads it at once.") : t("Only the expert and your team see it, never the shopper.")}</p>
      <button type="submit" class="btn" disabled={!text.trim() || sending || !model.live}>
        <Icon name={mine ? "send-horizontal" : "megaphone"} />
        {mine ? t("Send") : t("Whisper")}
      </button>
    </form>
  );
}

function Ending({ onDone }: { onDone: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [rule, setRule] = useState("");
  const [why, setWhy] = useState("");
  const says = model.boot.rules.find((one) => one.key === rule)?.says;
  const end = async (): Promise<void> => {
    if (await model.act("force_close", { rule: rule || null, why })) onDone();
  };
  return (
    <form
      class="board-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void end();
      }}
    >
      <h3>{t("End this conversation")}</h3>
      <label for="board-rule">{t("Was a rule of conduct broken?")}</label>
      <select id="board-rule" value={rule} onChange={(e) => setRule(e.currentTarget.value)}>
        <option value="">{t("No: the expert keeps the pay")}</option>
        {model.boot.rules.map((one) => (
          <option key={one.key} value={one.key}>
            {one.name}
          </option>
        ))}
      </select>
      {says && <p class="hint">{says}</p>}
      <label for="board-why">{rule ? t("What happened") : t("A word for the expert (optional)")}</label>
      <textarea id="board-why" rows={2} maxLength={2000} value={why} onInput={(e) => setWhy(e.currentTarget.value)} />
      <p class="hint">
        {rule
          ? t("The expert is not paid for this conversation, reads your reason and may dispute it.")
          : t("The shopper is told that your team ended it. Its rating will not count.")}
      </p>
      <span class="btns">
        <button type="submit" class="btn danger" disabled={!model.live}>
          {t("End it now")}
        </button>
        <button type="button" class="btn ghost" onClick={onDone}>
          {t("Keep it running")}
        </button>
      </span>
    </form>
  );
}

export function Reader({ watched }: { watched: Watched }): JSX.Element {
  const { model, t } = useTools();
  const box = useRef<HTMLDialogElement>(null);
  const end = useRef<HTMLLIElement>(null);
  const [ending, setEnding] = useState(false);
  const { talk, log } = watched;
  const mine = talk.server?.id === model.boot.me;
  const shopper = talk.shopper || t("Shopper");
  const lines: Line[] = [
    ...log.events.map((event) => ({ at: event.at, key: `e${event.seq}`, event })),
    ...watched.notes.map((note) => ({ at: note.at, key: note.id, note })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  useEffect(() => {
    const before = document.activeElement;
    box.current!.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [lines.length]);
  return (
    <dialog class="drawer" ref={box} aria-labelledby="reader-title" onClose={() => model.leave()}>
      <header>
        <h2 id="reader-title">{t("{shopper} and {name}", { shopper, name: mine ? t("you") : (talk.server?.name ?? "…") })}</h2>
        <button type="button" class="btn ghost icon-only" onClick={() => box.current!.close()}>
          <Icon name="x" />
          <span class="sr">{t("Close this window")}</span>
        </button>
      </header>
      <div class="body board-reader">
        <ol class="thread" tabIndex={0} aria-label={t("What was said")} lang={talk.language}>
          {lines.map((line) => (
            <Words key={line.key} line={line} shopper={shopper} />
          ))}
          <li class="note" ref={end} />
        </ol>
        {model.problem && (
          <p class="notice hot" role="alert">
            {model.problem}
          </p>
        )}
        {log.closed ? (
          <p class="muted">{t("This conversation has ended.")}</p>
        ) : ending ? (
          <Ending onDone={() => setEnding(false)} />
        ) : (
          <>
            {model.boot.may.steer && <Composer mine={mine} />}
            <span class="btns">
              {model.boot.may.steer && !mine && (
                <button type="button" class="btn sec" disabled={!model.live} onClick={() => void model.act("take_over")}>
                  <Icon name="hand" />
                  {t("Take over")}
                </button>
              )}
              {model.boot.may.close && (
                <button type="button" class="btn ghost" onClick={() => setEnding(true)}>
                  {t("End…")}
                </button>
              )}
              <a class="btn ghost" href={`/brand/questions/${talk.question_id}`}>
                {t("Path of the question")}
              </a>
            </span>
          </>
        )}
      </div>
    </dialog>
  );
}
