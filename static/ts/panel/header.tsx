import type { JSX } from "preact";
import { Menu } from "./menu";
import { Face, Icon, useTools } from "./parts";

export function Reduce(): JSX.Element {
  const { model, t } = useTools();
  return (
    <button class="ib" aria-label={t("Minimise")} onClick={() => model.close()}>
      <Icon name="chevron-down" />
    </button>
  );
}

/** Who is on the other side, and what goes on; a person once there is one, the brand before. */
export function Header({ status }: { status: string }): JSX.Element {
  const { model, t } = useTools();
  const view = model.view;
  const person = view === "conversation" || view === "ended" ? model.expert : undefined;
  const { brand } = model.config;
  const lost = model.net === "offline";
  const line = lost ? t("Reconnecting…") : view === "conversation" ? (person?.headline ?? status) : status;
  return (
    <header class="head">
      <span class={`ava ${person && view === "conversation" && !lost && model.online ? "on" : ""}`}>
        {person ? <Face name={person.name} url={person.avatar_url} /> : <Face name={brand.name} url={brand.logo_url} class="logo" />}
      </span>
      <div class="who">
        <h1>
          {person?.name ?? brand.name}
          {person && (
            <span class="real">
              <Icon name="check" />
              {t("a real person")}
            </span>
          )}
        </h1>
        <p>{line}</p>
      </div>
      {(view === "conversation" || view === "ended") && <Menu ended={view === "ended"} />}
      <Reduce />
    </header>
  );
}
