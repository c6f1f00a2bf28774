import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { dayAndTime, duration } from "../lib/format";
import { Header } from "./header";
import { Icon, Note, useTools } from "./parts";
import { Network, Question } from "./thread";

/** Seconds since the question was put; a tick each second moves the bar only. */
function Waited({ since, promised }: { since: string; promised: number }): JSX.Element {
  const { t } = useTools();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const waited = Math.max(0, (now - Date.parse(since)) / 1000);
  return <progress max={promised} value={Math.min(waited, promised)} aria-label={t("Search under way")} />;
}

function Asking(): JSX.Element {
  const { model, t } = useTools();
  const asked = model.thread?.asked;
  const seconds = model.thread?.promise?.seconds;
  if (asked) return <p>{t.plural("{n} enthusiast asked so far.", "{n} enthusiasts asked so far.", asked)}</p>;
  if (seconds) return <p>{t("Usually answered within {time}.", { time: duration(seconds, t.locale) })}</p>;
  return <p>{t("We are asking those who are free now.")}</p>;
}

/** One question back, when the words leave it open; the search goes on meanwhile. */
function About(): JSX.Element | null {
  const { model, t } = useTools();
  const choices = model.thread?.choose ?? [];
  if (!choices.length) return null;
  return (
    <div class="about" role="group" aria-labelledby="about">
      <p id="about" role="status">
        {t("What is it about?")}
      </p>
      <div class="chips">
        {choices.map((each) => (
          <button key={each.category_id} type="button" class="chip" onClick={() => void model.choose(each.category_id)}>
            {each.name}
          </button>
        ))}
        <button type="button" class="chip" onClick={() => void model.choose(null)}>
          {t("Something else")}
        </button>
      </div>
    </div>
  );
}

export function Looking(): JSX.Element {
  const { model, t } = useTools();
  const thread = model.thread!;
  const refused = model.askRefused;
  const seconds = thread.promise?.seconds;
  return (
    <>
      <Header status={t("Looking for somebody")} />
      <Network />
      <main class="body">
        <Question />
        {!refused && (
          <div class="centre" role="status">
            <div class="radar" aria-hidden="true">
              <i />
              <i />
              <i />
            </div>
            <h2>{t("Looking for somebody who knows")}</h2>
            <Asking />
            <p>{t("Go on shopping: we let you know here.")}</p>
            {seconds ? <Waited since={thread.at} promised={seconds} /> : null}
          </div>
        )}
        {!refused && <About />}
      </main>
      <footer class="foot">
        {thread.question_id && (
          <button class="cta alt" onClick={() => model.askForEmail()}>
            <Icon name="mail" />
            {t("Rather get the answer by e-mail")}
          </button>
        )}
      </footer>
    </>
  );
}

/** Why nobody is asked live, and the brand's own words about it. */
function TurnedAway(): JSX.Element | null {
  const { model, t } = useTools();
  const { reason = "", notice } = model.thread!;
  const words: Record<string, string> = {
    closed: t("Nobody answers live at this hour."),
    queue_full: t("Many people are asking right now."),
    budget: t("Live answers are paused for the moment."),
  };
  const why = words[reason];
  if (!why) return null;
  return (
    <>
      <p>{why}</p>
      {notice && <Note icon="mail">{notice}</Note>}
    </>
  );
}

/** Nobody in time: the question is kept, with a dated promise where the server made one. */
export function Later(): JSX.Element {
  const { model, t } = useTools();
  const { promise, email_left: left, expert } = model.thread!;
  const [email, setEmail] = useState("");
  const [busy, setBusy] = useState(false);
  const by = promise?.by && dayAndTime(promise.by, t);
  const name = expert?.name;
  const words = by
    ? name
      ? t("{name} answers by {date}.", { name, date: by })
      : t("Somebody answers by {date}.", { date: by })
    : t("The answer leaves as soon as somebody has written it.");
  return (
    <>
      <Header status={model.wantsEmail ? t("Answer by e-mail") : t("Nobody free right now")} />
      <main class="body">
        <Question />
        <div class="centre">
          <h2>{left ? t("It is noted") : t("Your question is kept")}</h2>
          <TurnedAway />
          <p>
            {words} {t("You may close this page.")}
          </p>
          {left ? (
            <Note icon="check" kind="ok">
              {t("We write to you as soon as there is an answer.")}
            </Note>
          ) : (
            <form
              id="email"
              class="field"
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                setBusy(true);
                void model.leaveEmail(email.trim()).finally(() => setBusy(false));
              }}
            >
              <label for="address">{t("E-mail for the answer")}</label>
              <input
                id="address"
                type="email"
                required
                autocomplete="email"
                placeholder={t("you@example.com")}
                value={email}
                aria-describedby={model.refusal ? "address-error" : undefined}
                aria-invalid={model.refusal ? true : undefined}
                onInput={(event) => setEmail(event.currentTarget.value)}
              />
              {model.refusal && (
                <p class="error" id="address-error" role="alert">
                  {model.refusal.message || t("Not saved. Try again in a moment.")}
                </p>
              )}
            </form>
          )}
        </div>
      </main>
      <footer class="foot">
        {left ? (
          <>
            <button class="cta" onClick={() => model.close()}>
              {t("Back to the shop")}
            </button>
            <button class="cta alt" onClick={() => model.reset()}>
              {t("Ask another question")}
            </button>
          </>
        ) : (
          <>
            <button class="cta" form="email" aria-disabled={busy}>
              {t("Write to me with the answer")}
            </button>
            <p class="legal">{t("Your e-mail serves for this answer only; the expert does not see it.")}</p>
          </>
        )}
      </footer>
    </>
  );
}

/** An order question goes to the brand: no enthusiast is asked, or paid, for it. */
export function Redirected(): JSX.Element {
  const { model, t } = useTools();
  const { brand } = model.config;
  const help = model.thread?.help_url ?? brand.help_url;
  return (
    <>
      <Header status={t("Orders and returns")} />
      <main class="body">
        <Question />
        <div class="centre">
          <h2>{t("{brand} answers this one", { brand: brand.name })}</h2>
          <p>{t("It is about an order: only {brand} can look into it. Enthusiasts do not see your orders.", { brand: brand.name })}</p>
        </div>
      </main>
      <footer class="foot">
        {help && (
          <a class="cta" href={help} target="_blank" rel="noopener">
            {t("Contact {brand}", { brand: brand.name })}
            <Icon name="external-link" />
          </a>
        )}
        <button class="cta alt" onClick={() => model.reset()}>
          {t("Ask another question")}
        </button>
      </footer>
    </>
  );
}

export function Expired(): JSX.Element {
  const { model, t } = useTools();
  const { reason, help_url: help } = model.thread!;
  return (
    <>
      <Header status={t("Question closed")} />
      <main class="body">
        <Question />
        <div class="centre">
          <h2>{t("This question is closed")}</h2>
          {reason ? <TurnedAway /> : <p>{t("Nobody could answer it in time. You may ask again.")}</p>}
        </div>
      </main>
      <footer class="foot">
        {help && (
          <a class="cta" href={help} target="_blank" rel="noopener">
            {t("Contact {brand}", { brand: model.config.brand.name })}
            <Icon name="external-link" />
          </a>
        )}
        <button class={help ? "cta alt" : "cta"} onClick={() => model.reset()}>
          {t("Ask another question")}
        </button>
      </footer>
    </>
  );
}
