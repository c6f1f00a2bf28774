/**
 * The panel inside the frame. The server's page gives it `panel` (PanelConfig) and `texts` (Texts) as JSON;
 * the shop's page gives it a port, the shop's storage and the page being read (see `port.ts`).
 */
import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readable } from "../lib/contrast";
import { translator, type Texts, type Translator } from "../lib/i18n";
import { readJson, type PanelConfig } from "./config";
import { Ended } from "./ended";
import { Home } from "./home";
import { Model } from "./model";
import { ToolsContext } from "./parts";
import { awaitHost, Host, type HostMessage } from "./port";
import type { View } from "./states";
import { Conversation } from "./thread";
import { Expired, Later, Looking, Redirected } from "./waiting";

const VIEWS: Record<View, () => JSX.Element> = {
  home: Home,
  looking: Looking,
  later: Later,
  redirected: Redirected,
  conversation: Conversation,
  ended: Ended,
  expired: Expired,
};

function App({ model, t }: { model: Model; t: Translator }): JSX.Element {
  const [, redraw] = useState(0);
  useEffect(() => {
    model.changed = () => redraw((n) => n + 1);
    model.changed();
  }, []);
  const View = VIEWS[model.view];
  return (
    <ToolsContext.Provider value={{ model, t }}>
      <View />
    </ToolsContext.Provider>
  );
}

/** The brand's colour, and the same colour made readable as text on the light and on the dark surface. */
function dress(config: PanelConfig): void {
  const style = document.documentElement.style;
  style.setProperty("--a", config.accent);
  style.setProperty("--on-a", config.on_accent);
  style.setProperty("--a-light", readable(config.accent, "#ffffff"));
  style.setProperty("--a-dark", readable(config.accent, "#22302d"));
}

/** Whether somebody can answer now, told to the launcher too. */
async function recheck(config: PanelConfig, host: Host, model: Model): Promise<void> {
  try {
    const init: RequestInit = { headers: { Accept: "application/json" }, credentials: "omit" };
    const answer = await fetch(`/w/now?key=${encodeURIComponent(config.key)}`, init);
    if (!answer.ok) return;
    config.availability = (await answer.json()) as PanelConfig["availability"];
  } catch {
    return; // the next minute asks again
  }
  host.tell({ t: "availability", availability: config.availability });
  model.changed();
}

function start(): void {
  const config = readJson<PanelConfig>("panel");
  const t = translator(readJson<Texts>("texts"), config.locale);
  const root = document.getElementById("root")!;
  dress(config);
  awaitHost(config.origins, (port) => {
    let model: Model | undefined;
    const host: Host = new Host(port, (message: HostMessage) => {
      if (model) return model.hear(message);
      if (message.t !== "init") return;
      model = new Model(config, host, message);
      host.tell({ t: "availability", availability: config.availability });
      document.addEventListener("visibilitychange", () => model?.seen());
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) model?.close();
      });
      render(<App model={model} t={t} />, root);
      setInterval(() => document.hidden || void recheck(config, host, model!), 60_000);
    });
  });
}

start();
