import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, useTools } from "./parts";

type Sheet = "copy" | "erase" | undefined;

/** What one may do with the conversation beside writing: a copy, its erasure, the sound, its end. */
export function Menu({ ended }: { ended: boolean }): JSX.Element {
  const { model, t } = useTools();
  const [open, setOpen] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();
  const root = useRef<HTMLDivElement>(null);
  const sound = model.host.get("sound") !== "off";
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
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
  const steer = (event: KeyboardEvent): void => {
    if (!open) return;
    const all = [...root.current!.querySelectorAll<HTMLElement>("[role^=menuitem]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") leave();
    else if (step) all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const choose = (act: () => void): void => {
    leave();
    act();
  };
  return (
    <div class="menu" ref={root} onKeyDown={steer}>
      <button class="ib" aria-label={t("Options")} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="ellipsis" />
      </button>
      {open && (
        <div role="menu" class="pop">
          <button role="menuitem" onClick={() => choose(() => setSheet("copy"))}>
            {t("Send me a copy by e-mail")}
          </button>
          <button role="menuitemcheckbox" aria-checked={sound} onClick={() => choose(() => model.host.set("sound", sound ? "off" : null))}>
            {sound ? t("Turn the sound off") : t("Turn the sound on")}
          </button>
          {!ended && (
            <button role="menuitem" onClick={() => choose(() => void model.end())}>
              {t("End the conversation")}
            </button>
          )}
          <button role="menuitem" class="bad" onClick={() => choose(() => setSheet("erase"))}>
            {t("Erase this conversation")}
          </button>
        </div>
      )}
      {sheet === "copy" && <Copy leave={() => setSheet(undefined)} />}
      {sheet === "erase" && <Erase leave={() => setSheet(undefined)} />}
    </div>
  );
}

function Dialog(props: { label: string; leave: () => void; children: JSX.Element | (JSX.Element | false)[] }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog class="sheet" ref={box} aria-label={props.label} onClose={props.leave} onKeyDown={(event) => event.stopPropagation()}>
      <h2>{props.label}</h2>
      {props.children}
    </dialog>
  );
}

function Copy({ leave }: { leave: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  return (
    <Dialog label={t("Send me a copy by e-mail")} leave={leave}>
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void model.about("transcript", email.trim() ? { email: email.trim() } : {}).then(setSent);
        }}
      >
        <label for="copy">{t("Your e-mail address")}</label>
        <input
          id="copy"
          type="email"
          autocomplete="email"
          value={email}
          aria-describedby="copy-status"
          aria-invalid={model.refusal ? true : undefined}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <p id="copy-status" role="status" class={sent ? "saved" : "error"}>
          {sent ? t("It is on its way.") : model.refusal ? model.refusal.message || t("Not saved. Try again in a moment.") : ""}
        </p>
        <button class="cta">{t("Send")}</button>
        <button type="button" class="cta alt" onClick={leave}>
          {t("Close")}
        </button>
      </form>
    </Dialog>
  );
}

function Erase({ leave }: { leave: () => void }): JSX.Element {
  const { model, t } = useTools();
  return (
    <Dialog label={t("Erase this conversation?")} leave={leave}>
      <p>{t("What you and the expert wrote, your pictures and your address are deleted for good, for everybody.")}</p>
      {model.refusal !== undefined && <p class="error">{model.refusal.message || t("Not saved. Try again in a moment.")}</p>}
      <button class="cta danger" onClick={() => void model.about("erase", {}).then((done) => done && model.reset())}>
        {t("Erase it")}
      </button>
      <button class="cta alt" onClick={leave}>
        {t("Keep it")}
      </button>
    </Dialog>
  );
}
