import type { JSX } from "preact";
import { dayAndTime, duration } from "../lib/format";
import { Column, Face, Icon, Since, useTools } from "./parts";
import type { Expert, Talk, Waiting } from "./types";

function Kept({ waiting }: { waiting: Waiting }): JSX.Element | null {
  const { model, t } = useTools();
  const { kind, seconds, by } = waiting.promise;
  if (kind === "later" && by) {
    const late = new Date(by).getTime() < model.now;
    return <span class={`badge ${late ? "hot" : ""}`}>{t("promised by {time}", { time: dayAndTime(by, t) })}</span>;
  }
  if (kind === "live" && seconds) {
    const late = (model.now - new Date(waiting.asked_at).getTime()) / 1000 > seconds;
    return <span class={`badge ${late ? "hot" : ""}`}>{t("promised within {time}", { time: duration(seconds, t.locale) })}</span>;
  }
  return null;
}

export function WaitingList(): JSX.Element {
  const { model, t } = useTools();
  const states: Record<string, string> = { triaged: t("understood"), waiting: t("nobody free yet"), offered: t("offered") };
  return (
    <Column title={t("Waiting")} count={model.board.waiting.length} empty={t("Nobody waits.")}>
      {model.board.waiting.map((one) => (
        <li key={one.id}>
          <p class="row between">
            <b>
              <Since iso={one.asked_at} />
            </b>
            <span class="badge accent">{states[one.state] ?? one.state}</span>
          </p>
          <p lang={one.language}>{one.text}</p>
          <p class="row tight muted">
            {one.category ?? t("Any category")} <Kept waiting={one} />
          </p>
          <a class="link" href={`/brand/questions/${one.id}`}>
            {t("Why it waits")}
          </a>
        </li>
      ))}
    </Column>
  );
}

function TalkRow({ talk }: { talk: Talk }): JSX.Element {
  const { model, t } = useTools();
  return (
    <li>
      <p class="row between">
        <b>{talk.shopper || t("Shopper")}</b>
        {talk.snoozed_until ? (
          <span class="badge">{t("until {time}", { time: dayAndTime(talk.snoozed_until, t) })}</span>
        ) : talk.unanswered ? (
          <span class="badge hot">
            {t("waits for")} <Since iso={talk.last_at} />
          </span>
        ) : (
          <span class="badge ok">{t("answered")}</span>
        )}
      </p>
      <p lang={talk.language}>{talk.text}</p>
      {talk.asked && (
        <p class="board-asked">
          <b>{t("{name} asks your team to take over.", { name: talk.asked.by })}</b> {talk.asked.comment}
        </p>
      )}
      <p class="row between">
        <span class="row tight">
          {talk.server && <Face name={talk.server.name} url={talk.server.avatar_url} />}
          <span class="muted">
            {talk.server?.id === model.boot.me ? t("You") : (talk.server?.name ?? t("Nobody"))}
            {talk.by_mail && ` · ${t("by e-mail")}`}
          </span>
        </span>
        <button type="button" class="btn sec sm" onClick={() => void model.watch(talk)}>
          <Icon name="eye" />
          {t("Read along")}
          <span class="sr">: {talk.text}</span>
        </button>
      </p>
    </li>
  );
}

export function Talks({ state }: { state: Talk["state"] }): JSX.Element {
  const { model, t } = useTools();
  const found = model.board.conversations.filter((talk) => talk.state === state);
  const rows = [...found.filter((talk) => talk.asked), ...found.filter((talk) => !talk.asked)];
  const running = state === "open";
  return (
    <Column
      title={running ? t("Running") : t("Put aside")}
      count={rows.length}
      empty={running ? t("No conversation runs.") : t("Nothing is put aside.")}
    >
      {rows.map((talk) => (
        <TalkRow key={talk.id} talk={talk} />
      ))}
    </Column>
  );
}

export function Experts(): JSX.Element {
  const { model, t } = useTools();
  const words: Record<Expert["status"], [string, string]> = {
    free: [t("free"), "ok"],
    busy: [t("busy"), "accent"],
    absent: [t("not present"), ""],
    off_hours: [t("off hours"), ""],
    paused: [t("paused"), "hot"],
    off: [t("switched off"), ""],
  };
  const order: Expert["status"][] = ["free", "busy", "paused", "absent", "off_hours", "off"];
  const rows = [...model.board.experts].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return (
    <Column title={t("Experts")} count={rows.length} empty={t("No expert is active.")}>
      {rows.map((one) => (
        <li key={one.id} class="row between">
          <span class="row tight">
            <Face name={one.name} url={one.avatar_url} />
            <span>
              <b>{one.name}</b>
              <br />
              <small class="muted">
                {t("{live} of {capacity} places", { live: one.live, capacity: one.capacity })}
                {one.here > 0 && ` · ${t("{n} here", { n: one.here })}`}
              </small>
            </span>
          </span>
          <span class={`badge ${words[one.status][1]}`}>{words[one.status][0]}</span>
        </li>
      ))}
    </Column>
  );
}
