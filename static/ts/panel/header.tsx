import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Face, Icon, useTools } from "./parts";

function Menu(): JSX.Element {
  const { model, t } = useTools();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const leave = (): void => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("button")?.focus();
  };
  return (
    <div
      class="menu"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        leave();
      }}
    >
      <button class="ib" aria-label={t("Options")} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="ellipsis" />
      </button>
      {open && (
        <div role="menu" class="pop">
          <button
            role="menuitem"
            onClick={() => {
              leave();
              void model.end();
            }}
          >
            {t("End the conversation")}
          </button>
        </div>
      )}
    </div>
  );
}

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
      {view === "conversation" && <Menu />}
      <Reduce />
    </header>
  );
}
