import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Thread } from "./desk";
import { Icon, useTools } from "./parts";
import { PictureButton, usePictures } from "./pictures";
import { Products } from "./products";
import { Replies } from "./replies";

const MAX_LENGTH = 4000;
const DRAFT_MS = 400;
const TALLEST = 180;

/** A pause in writing after which the server keeps the draft too. */
const KEEP_MS = 1500;

/** Owns its text, so that a keystroke renders nothing else. Drafts are kept on this device and on the server. */
export function Composer({ thread, active }: { thread: Thread; active: boolean }): JSX.Element {
  const { model, t } = useTools();
  const key = "draft:" + thread.id;
  const [text, setText] = useState(model.keep.get(key) ?? thread.draft ?? "");
  const [picking, setPicking] = useState(false);
  const [ready, setReady] = useState<string | undefined>(undefined);
  const box = useRef<HTMLTextAreaElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sync = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(text);
  const { bring, part } = usePictures(thread);

  const write = (value: string): void => {
    setText(value);
    latest.current = value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => model.keep.set(key, value || null), DRAFT_MS);
    clearTimeout(sync.current);
    sync.current = setTimeout(() => model.acts.draft(thread, value), KEEP_MS);
  };
  const insert = (words: string): void => {
    setReady(undefined);
    write([latest.current.trimEnd(), words].filter(Boolean).join(" "));
    box.current?.focus();
  };
  const send = (): void => {
    if (!text.trim()) return;
    model.say(thread, { text: text.trim() });
    write("");
    model.keep.set(key, null);
    box.current?.focus();
  };
  useEffect(() => {
    const area = box.current!;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
  }, [text]);
  useEffect(() => {
    if (active && matchMedia("(min-width:801px) and (pointer:fine)").matches) box.current?.focus();
    return () => {
      clearTimeout(timer.current);
      clearTimeout(sync.current);
      const ended = model.desk.threads.get(thread.id)?.state === "closed";
      model.keep.set(key, ended ? null : latest.current || null);
      if (!ended && latest.current !== (thread.draft ?? "")) model.acts.draft(thread, latest.current);
    };
  }, []);

  const label = thread.shopper.name ? t("Write to {name}", { name: thread.shopper.name }) : t("Write to the shopper");
  return (
    <div class="comp">
      {ready !== undefined && (
        <Replies thread={thread} start={ready} onChosen={insert} onDone={() => (setReady(undefined), box.current?.focus())} />
      )}
      {picking && <Products thread={thread} onDone={() => (setPicking(false), box.current?.focus())} />}
      <form
        class="box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={box}
          id={active ? "reply" : undefined}
          rows={1}
          maxLength={MAX_LENGTH}
          aria-label={label}
          placeholder={label}
          lang={thread.language}
          value={text}
          onInput={(event) => {
            // A slash at the start asks for a ready reply.
            if (!text && event.currentTarget.value === "/") {
              event.currentTarget.value = "";
              return setReady("");
            }
            write(event.currentTarget.value);
            model.type(thread);
          }}
          onPaste={(event) => {
            if (bring(event.clipboardData?.files)) event.preventDefault();
          }}
          onDrop={(event) => {
            if (bring(event.dataTransfer?.files)) event.preventDefault();
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <div class="bar">
          <button type="button" class="btn ghost" id={active ? "pick" : undefined} aria-expanded={picking} onClick={() => setPicking(!picking)}>
            <Icon name="package" />
            <span>{t("Product")}</span>
          </button>
          <button type="button" class="btn ghost" id={active ? "ready" : undefined} aria-expanded={ready !== undefined} onClick={() => setReady(ready === undefined ? "" : undefined)}>
            <Icon name="zap" />
            <span>{t("Replies")}</span>
          </button>
          <PictureButton bring={bring} part={part} />
          <span class="grow" />
          {thread.by_mail && (
            <span class="hint">
              <Icon name="mail" s />
              {t("Also sent by e-mail")}
            </span>
          )}
          <button type="submit" class="btn sm" aria-disabled={!text.trim()}>
            {t("Send")}
            <Icon name="corner-down-left" s />
          </button>
        </div>
      </form>
    </div>
  );
}
