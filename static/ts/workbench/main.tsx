/**
 * The expert's workbench. The server's page gives it `boot` (Boot) and `texts` (Texts) as JSON, and draws the menu
 * around it; everything that moves is drawn here.
 */
import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { translator, type Texts, type Translator } from "../lib/i18n";
import { BlockDialog, CategoryDialog, ConsultDialog, NoteDialog } from "./asides";
import { Chat, Nothing, type Sheet } from "./chat";
import { CloseDialog } from "./close";
import { Context } from "./context";
import type { Thread } from "./desk";
import { Help } from "./help";
import { listenToKeys } from "./keys";
import { SnoozeDialog } from "./later";
import { Inbox } from "./list";
import { Model } from "./model";
import { Icon, ToolsContext, useTools } from "./parts";
import { TransferDialog } from "./transfer";
import type { Boot } from "./types";

function Toasts(): JSX.Element {
  const { model, t } = useTools();
  const icons = { success: "hand-coins", error: "circle-alert", info: "info" };
  return (
    <div class="desk-toasts" role="status">
      {model.toasts.map((toast) => (
        <div class={`toast ${toast.look}`} key={toast.id}>
          <Icon name={icons[toast.look]} />
          <span class="grow">
            {toast.text}
            {toast.detail && <small>{toast.detail}</small>}
          </span>
          <button type="button" class="btn ghost icon-only" aria-label={t("Dismiss")} onClick={() => model.untoast(toast.id)}>
            <Icon name="x" s />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Tells the page around: which of its two views a phone shows, and how many things wait. */
function dress(model: Model, title: string): void {
  document.getElementById("desk")!.dataset["view"] = model.thread ? "chat" : "list";
  const count = model.desk.urgent;
  for (const badge of document.querySelectorAll<HTMLElement>("[data-urgent]")) {
    badge.hidden = !count;
    badge.firstChild!.textContent = String(count);
  }
  model.alerts.count(count, title);
}

/** The open conversations: one, or several side by side where there is room. */
function Panes({ model, show }: { model: Model; show: (sheet: Sheet) => void }): JSX.Element {
  const one = (id: string | undefined, at: number): JSX.Element => {
    const thread = id ? model.desk.threads.get(id) : undefined;
    return thread ? <Chat key={id} thread={thread} active={at === model.panes.active} show={show} /> : <Nothing key={`none${at}`} />;
  };
  if (model.panes.layout === 1) return one(model.panes.open[0], 0);
  return <div class={`panes of${model.panes.layout}`}>{model.panes.open.map(one)}</div>;
}

function ThreadSheet({ sheet, ...given }: { sheet: Sheet | undefined; thread: Thread; onClose: () => void }): JSX.Element | null {
  switch (sheet) {
    case "end":
      return <CloseDialog {...given} />;
    case "transfer":
      return <TransferDialog {...given} />;
    case "snooze":
      return <SnoozeDialog {...given} />;
    case "note":
      return <NoteDialog {...given} />;
    case "consult":
      return <ConsultDialog {...given} />;
    case "category":
      return <CategoryDialog {...given} />;
    case "block":
      return <BlockDialog {...given} />;
    default:
      return null;
  }
}

function App({ model, t }: { model: Model; t: Translator }): JSX.Element {
  const [, redraw] = useState(0);
  const [sheet, setSheet] = useState<Sheet | undefined>(undefined);
  useEffect(() => {
    model.changed = () => redraw((n) => n + 1);
    const follow = (): void => model.open(location.hash.slice(1) || undefined);
    addEventListener("popstate", follow);
    if (location.hash) follow();
    const help = document.getElementById("help");
    help?.addEventListener("click", () => setSheet("help"));
    return () => removeEventListener("popstate", follow);
  }, []);
  useEffect(
    () =>
      listenToKeys(model, {
        help: () => setSheet("help"),
        show: setSheet,
        shut: () => (sheet ? (setSheet(undefined), true) : false),
      }),
    [sheet],
  );
  useEffect(() => dress(model, t("Conversations")));
  const thread = model.thread;
  const shut = (): void => setSheet(undefined);
  return (
    <ToolsContext.Provider value={{ model, t }}>
      <main class="two" id="main" tabIndex={-1}>
        <h1 class="sr">{t("Conversations")}</h1>
        <Inbox />
        <Panes model={model} show={setSheet} />
      </main>
      <Context thread={thread} open={sheet === "context"} onClose={shut} />
      {sheet === "help" && <Help onClose={shut} />}
      {thread && thread.state !== "closed" && <ThreadSheet sheet={sheet} thread={thread} onClose={shut} />}
      <p class="sr" role="alert">
        {model.alert}
      </p>
      <Toasts />
    </ToolsContext.Provider>
  );
}

function readJson<T>(id: string): T {
  return JSON.parse(document.getElementById(id)!.textContent!) as T;
}

const boot = readJson<Boot>("boot");
const t = translator(readJson<Texts>("texts"), boot.locale);
render(<App model={new Model(boot, t)} t={t} />, document.getElementById("root")!);
