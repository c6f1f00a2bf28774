import type { JSX } from "preact";
import { money } from "../lib/format";
import type { Shown } from "./desk";
import { Icon, languageName, Mark, useTick, useTools } from "./parts";

/** Length of the ring's circle: 2 * pi * 7. */
const RING = 44;
const URGENT_S = 15;

/** Seconds as "0:22"; an offer for later may live for minutes. */
function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The time left; never announced second by second. */
function Countdown({ offer }: { offer: Shown }): JSX.Element {
  const { t } = useTools();
  useTick(500);
  const left = Math.max(0, offer.until - Date.now());
  const seconds = Math.ceil(left / 1000);
  return (
    <span class={`left ${seconds <= URGENT_S ? "soon" : ""}`} role="timer" aria-live="off">
      <svg class="ring" viewBox="0 0 18 18" aria-hidden="true">
        <circle cx="9" cy="9" r="7" />
        <circle cx="9" cy="9" r="7" stroke-dasharray={RING} stroke-dashoffset={RING * (1 - Math.min(1, left / offer.span))} />
      </svg>
      <span class="num">{minutes(seconds)}</span>
      <span class="sr"> {t("left to answer")}</span>
    </span>
  );
}

function Gone({ offer }: { offer: Shown }): JSX.Element {
  const { t } = useTools();
  const words = {
    taken: t("Taken by a colleague"),
    lapsed: t("Time is up: a colleague is asked now"),
    withdrawn: t("The shopper withdrew the question"),
  };
  return (
    <article class="offer gone" aria-label={words[offer.gone!]}>
      <Icon name={offer.gone === "taken" ? "user-check" : offer.gone === "lapsed" ? "timer" : "undo-2"} s />
      <p>
        <b>{offer.refusal ?? words[offer.gone!]}</b>
        <span class="clip">{offer.question.text}</span>
      </p>
    </article>
  );
}

export function OfferCard({ offer, first }: { offer: Shown; first: boolean }): JSX.Element {
  const { model, t } = useTools();
  if (offer.gone) return <Gone offer={offer} />;
  const { question, product, brand, pays } = offer;
  const facts = [question.category, languageName(question.language, t.locale), product ? t("from the product page") : undefined];
  return (
    <article class={`offer ${first ? "first" : ""}`} aria-labelledby={`q-${offer.offer_id}`}>
      <span class="meta">
        <Mark brand={brand} />
        <span class="clip">{[brand.name, product?.title].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="pay num" title={pays.why}>
        <span class="sr">{t("Pays")} </span>
        {money(pays.minor, pays.currency, t.locale)}
      </span>
      <h3 class="q" id={`q-${offer.offer_id}`} lang={question.language}>
        {t("“{text}”", { text: question.text })}
      </h3>
      <p class="why">{facts.filter(Boolean).join(" · ")}</p>
      {offer.why && <p class="why">{offer.why}</p>}
      <div class="act">
        <button type="button" class="btn sm accent" aria-busy={offer.busy} onClick={() => void model.accept(offer.offer_id)}>
          {t("Take it")}
        </button>
        <button type="button" class="btn sm ghost" disabled={!!offer.busy} onClick={() => void model.decline(offer.offer_id)}>
          {t("Pass")}
          <span class="sr"> {t("on this question")}</span>
        </button>
        <Countdown offer={offer} />
      </div>
    </article>
  );
}
