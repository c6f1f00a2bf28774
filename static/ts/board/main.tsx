/**
 * The brand's live board. The server's page gives it `boot` (Boot) and `texts` (Texts) as JSON; the menu around it is
 * the console's. While the connection is lost, everything is greyed and says how old it is.
 */
import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clockTime, duration } from "../lib/format";
import { translator, type Texts, type Translator } from "../lib/i18n";
import { Experts, Talks, WaitingList } from "./columns";
import { Model } from "./model";
import { Icon, ToolsContext, useTick } from "./parts";
import { Reader } from "./reader";
import type { Boot } from "./types";

function Net({ model, t }: { model: Model; t: Translator }): JSX.Element {
  const at = clockTime(new Date(model.readAt).toISOString(), t.locale);
  const age = duration((Date.now() - model.readAt) / 1000, t.locale);
  return (
    <p class={`notice ${model.live ? "ok" : "hot"}`} role="status">
      <Icon name={model.live ? "activity" : "wifi-off"} />
      <span>
        {model.live ? t("Live.") : t("The connection is lost. What you see is of {time}, {age} old; it comes back by itself.", { time: at, age })}
      </span>
    </p>
  );
}

function App({ model, t }: { model: Model; t: Translator }): JSX.Element {
  const [, redraw] = useState(0);
  useEffect(() => {
    model.changed = () => redraw((n) => n + 1);
  }, []);
  useTick(1000);
  return (
    <ToolsContext.Provider value={{ model, t }}>
      <Net model={model} t={t} />
      <div class="board" data-stale={model.live ? undefined : ""}>
        <WaitingList />
        <Talks state="open" />
        <Talks state="snoozed" />
        <Experts />
      </div>
      {model.watched && <Reader key={model.watched.id} watched={model.watched} />}
    </ToolsContext.Provider>
  );
}

function readJson<T>(id: string): T {
  return JSON.parse(document.getElementById(id)!.textContent!) as T;
}

const boot = readJson<Boot>("boot");
const t = translator(readJson<Texts>("texts"), boot.locale);
render(<App model={new Model(boot, t)} t={t} />, document.getElementById("root")!);
