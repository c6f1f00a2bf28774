import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { isPicture, MOST_BYTES, PICTURE_TYPES, picturesIn, shrunk, upload } from "../lib/picture";
import { uuid7 } from "../lib/uuid7";
import type { Thread } from "./desk";
import type { Model } from "./model";
import { Icon, useTools } from "./parts";

/** Brings the pictures one after another; each becomes a message. What cannot be brought is said, and the text kept. */
export function usePictures(thread: Thread): { bring: (files: FileList | null | undefined) => boolean; part: number | undefined } {
  const { model } = useTools();
  const [part, setPart] = useState<number | undefined>();
  const bring = (files: FileList | null | undefined): boolean => {
    const found = picturesIn(files);
    void found.reduce((before, file) => before.then(() => send(model, thread, file, setPart)), Promise.resolve());
    return found.length > 0;
  };
  return { bring, part };
}

async function send(model: Model, thread: Thread, file: File, progress: (part: number | undefined) => void): Promise<void> {
  const { t } = model;
  if (!isPicture(file)) return model.toast(t("This is not a picture that can be shown. Choose a JPEG, PNG, WebP or GIF file."), "error");
  const blob = await shrunk(file);
  if (blob.size > MOST_BYTES) return model.toast(t("This picture is too large. Choose one of at most 8 MB."), "error");
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  progress(0);
  try {
    const headers = { "X-CSRFToken": token };
    const ack = await upload({ url: "/pictures", headers, conversation_id: thread.id, client_id: uuid7(), name: file.name, blob, progress });
    if (ack.ok) model.say(thread, { attachment_id: ack.picture.id, picture: ack.picture });
    else model.toast(ack.error.message, "error");
  } catch {
    model.toast(t("No connection. Try again in a moment."), "error");
  }
  progress(undefined);
}

export function PictureButton(props: { bring: (files: FileList | null) => void; part: number | undefined }): JSX.Element {
  const { t } = useTools();
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={file}
        type="file"
        hidden
        multiple
        accept={PICTURE_TYPES}
        aria-label={t("Send a picture")}
        onChange={(event) => {
          props.bring(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class="btn ghost" aria-disabled={props.part !== undefined} onClick={() => file.current?.click()}>
        <Icon name="image" />
        <span>{t("Picture")}</span>
      </button>
      {props.part !== undefined && <progress max={1} value={props.part} aria-label={t("Sending the picture")} />}
    </>
  );
}
