import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime } from "../lib/format";
import type { Picture } from "../lib/wire";
import { Icon, useTools } from "./parts";
import type { Shot } from "./pictures";

/** A picture of the thread, small; a click shows it whole. */
export function Shown({ picture, class: shape }: { picture: Picture; class: string }): JSX.Element {
  const { model, t } = useTools();
  const [whole, setWhole] = useState(false);
  const [, drawn] = useState(0);
  const small = model.pictures.address(picture.thumb_url);
  const scale = Math.min(1, 240 / Math.max(picture.width, picture.height));
  const label = picture.name ? t("Picture: {name}", { name: picture.name }) : t("Picture");
  return (
    <>
      <button type="button" class={`pic ${shape}`} aria-label={label} onClick={() => setWhole(true)}>
        <img
          {...(small ? { src: small } : {})}
          alt=""
          width={Math.round(picture.width * scale)}
          height={Math.round(picture.height * scale)}
          onLoad={() => drawn((n) => n + 1)}
        />
      </button>
      {whole && <Whole url={picture.url} label={label} leave={() => setWhole(false)} />}
    </>
  );
}

function Whole({ url, label, leave }: { url: string; label: string; leave: () => void }): JSX.Element {
  const { model, t } = useTools();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  const large = model.pictures.address(url);
  return (
    <dialog class="whole" ref={box} aria-label={label} onClose={leave} onKeyDown={(event) => event.stopPropagation()}>
      <button type="button" class="ib" aria-label={t("Close")} onClick={() => box.current?.close()}>
        <Icon name="x" />
      </button>
      {large ? <img src={large} alt={label} /> : <p role="status">{t("Loading…")}</p>}
    </dialog>
  );
}

/** A picture on its way: how much of it has left, or why it cannot. */
export function OnItsWay({ shot }: { shot: Shot }): JSX.Element {
  const { model, t } = useTools();
  const part = Math.round(shot.progress * 100);
  const why =
    shot.refused?.code === "not_a_picture"
      ? t("This is not a picture that can be shown. Choose a JPEG, PNG, WebP or GIF file.")
      : shot.refused?.code === "picture_too_large"
        ? t("This picture is too large. Choose one of at most 8 MB.")
        : shot.refused?.message || t("Not sent.");
  return (
    <>
      <span class="m me last wait pic">
        {shot.refused?.code === "not_a_picture" ? shot.name : <img src={shot.preview} alt={t("Picture: {name}", { name: shot.name })} width="120" />}
      </span>
      {shot.refused ? (
        <p class="t me">
          <span class="error">{why}</span>{" "}
          {shot.refused.code !== "not_a_picture" && shot.refused.code !== "picture_too_large" && (
            <button class="link" onClick={() => void model.pictures.retry(shot)}>
              {t("Try again")}
            </button>
          )}{" "}
          <button class="link" onClick={() => model.pictures.discard(shot)}>
            {t("Discard")}
          </button>
        </p>
      ) : (
        <p class="t me">
          {shot.busy ? (
            <progress class="up" max={100} value={part} aria-label={t("Sending the picture")} />
          ) : (
            [clockTime(shot.at, t.locale), t("Waiting for the network")].join(" · ")
          )}
        </p>
      )}
    </>
  );
}
