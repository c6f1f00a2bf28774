import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Header } from "./header";
import type { Verdict } from "./states";
import { Icon, useTools } from "./parts";
import { Messages } from "./thread";

const COMMENT_MS = 1000;
const STARS = [1, 2, 3, 4, 5];

function Stars({ value, rate }: { value: number; rate: (stars: number) => void }): JSX.Element {
  const { t } = useTools();
  return (
    <div class="rate" role="group" aria-label={t("Rating out of 5")}>
      {STARS.map((n) => (
        <button
          key={n}
          class={n <= value ? "on" : ""}
          aria-pressed={n === value}
          aria-label={t("{n} out of 5", { n })}
          onClick={() => rate(n)}
        >
          <Icon name="star" />
        </button>
      ))}
    </div>
  );
}

/** Each click is saved at once; the comment a second after the last key, and on leaving the field. */
function Rating(): JSX.Element {
  const { model, t } = useTools();
  const [comment, setComment] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const name = model.expert?.name ?? "";
  const { verdict } = model;
  const rate = (more: Partial<Verdict>): void => {
    clearTimeout(timer.current);
    const words = comment.trim();
    const stars = model.verdict?.stars ?? 0;
    void model.rate({ stars, ...model.verdict, ...(words ? { comment: words } : {}), ...more });
  };
  const write = (words: string): void => {
    setComment(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => rate({ comment: words.trim() }), COMMENT_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <section class="verdict" aria-labelledby="verdict">
      <h2 id="verdict">{name ? t("Was {name}’s advice useful?", { name }) : t("Was the advice useful?")}</h2>
      <Stars value={verdict?.stars ?? 0} rate={(stars) => rate({ stars })} />
      <p class="saved" role="status">
        {model.verdictSaved && (
          <>
            <Icon name="check" /> {t("Rating saved")}
          </>
        )}
        {model.refusal && <span class="error">{model.refusal.message || t("Not saved. Try again in a moment.")}</span>}
      </p>
      {verdict && (
        <>
          <p class="label" id="solved">
            {t("Is your question settled?")}
          </p>
          <div class="chips" role="group" aria-labelledby="solved">
            {[true, false].map((solved) => (
              <button class="chip" key={String(solved)} aria-pressed={verdict.solved === solved} onClick={() => rate({ solved })}>
                {solved ? t("Yes") : t("Not yet")}
              </button>
            ))}
          </div>
          <div class="field">
            <label for="comment">{name ? t("A word for {name} (optional)", { name }) : t("A word (optional)")}</label>
            <textarea
              id="comment"
              rows={2}
              maxLength={1000}
              placeholder={t("What helped you")}
              value={comment}
              onInput={(event) => write(event.currentTarget.value)}
            />
          </div>
        </>
      )}
    </section>
  );
}

export function Ended(): JSX.Element {
  const { model, t } = useTools();
  return (
    <>
      <Header status={t("Conversation ended")} />
      <Messages />
      <Rating />
      <footer class="foot">
        <button class="cta alt" onClick={() => model.reset()}>
          {t("Ask another question")}
        </button>
      </footer>
    </>
  );
}
