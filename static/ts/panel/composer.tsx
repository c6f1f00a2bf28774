import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { picturesIn, PICTURE_TYPES } from "../lib/picture";
import { Emoji } from "./emoji";
import { Icon, useTools } from "./parts";

const MAX_LENGTH = 4000;
const DRAFT_MS = 400;

/** Owns its text, so that a keystroke renders nothing else. The draft survives a reload. */
export function Composer(props: { label: string; legal: JSX.Element | string; pictures?: boolean }): JSX.Element {
  const { model, t } = useTools();
  const [text, setText] = useState(model.host.get("draft") ?? "");
  const box = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const write = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => model.host.set("draft", value || null), DRAFT_MS);
  };
  const send = (): void => {
    if (!text.trim()) return;
    model.say(text.trim());
    write("");
    box.current?.focus();
  };
  const bring = (files: FileList | null | undefined): boolean => {
    const found = props.pictures ? picturesIn(files) : [];
    for (const each of found) model.show(each);
    return found.length > 0;
  };
  const insert = (words: string): void => {
    const area = box.current!;
    area.focus();
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    write(area.value);
  };
  useEffect(() => {
    if (!props.pictures) return;
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      bring(event.dataTransfer?.files);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", drop);
    };
  }, [props.pictures]);
  useEffect(() => {
    if (model.draft) write(model.draft);
    model.draft = undefined;
  }, [model.draft]);
  useEffect(() => {
    const area = box.current!;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 132)}px`;
  }, [text]);
  useEffect(() => {
    const asked = model.wantsFocus || document.hasFocus();
    model.wantsFocus = false;
    if (asked && model.shown && matchMedia("(min-width:481px),(pointer:fine)").matches) box.current?.focus();
  }, [model.wantsFocus, model.shown]);

  return (
    <footer class="foot">
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {props.pictures && (
          <>
            <input
              ref={file}
              type="file"
              hidden
              multiple
              accept={PICTURE_TYPES}
              aria-label={t("Send a picture")}
              onChange={(event) => {
                bring(event.currentTarget.files);
                event.currentTarget.value = "";
              }}
            />
            <button type="button" class="tool" aria-label={t("Send a picture")} onClick={() => file.current?.click()}>
              <Icon name="image" />
            </button>
          </>
        )}
        <textarea
          ref={box}
          rows={1}
          maxLength={MAX_LENGTH}
          aria-label={props.label}
          placeholder={props.label}
          enterkeyhint="send"
          value={text}
          onInput={(event) => {
            write(event.currentTarget.value);
            model.warm();
            model.type();
          }}
          onPaste={(event) => {
            if (bring(event.clipboardData?.files)) event.preventDefault();
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <Emoji pick={insert} />
        <button class="send" type="submit" aria-label={t("Send")} aria-disabled={!text.trim()}>
          <Icon name="send-horizontal" />
        </button>
      </form>
      <p class="legal">{props.legal}</p>
    </footer>
  );
}
