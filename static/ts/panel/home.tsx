import type { JSX } from "preact";
import { duration } from "../lib/format";
import { Composer } from "./composer";
import { Reduce } from "./header";
import { Face, Icon, Photo, useTools } from "./parts";
import { Network } from "./thread";

function Promise(): JSX.Element {
  const { model, t } = useTools();
  const { state, promise_seconds: seconds, experts = 0 } = model.config.availability;
  if (state !== "live") return <p>{t("Nobody is free right now. Leave your question: the answer comes by e-mail.")}</p>;
  const there = experts && t.plural("{n} enthusiast is here.", "{n} enthusiasts are here.", experts);
  const wait = seconds && t("Usually answered within {time}.", { time: duration(seconds, t.locale) });
  return <p>{[there, wait].filter(Boolean).join(" ") || t("An enthusiast can answer now.")}</p>;
}

function AboutProduct(): JSX.Element | null {
  const { model, t } = useTools();
  if (!model.product?.title) return null;
  return (
    <div class="seen">
      {model.product.image_url && <Photo url={model.product.image_url} size={44} />}
      <p>
        <b>{model.product.title}</b>
        {model.aboutProduct ? t("Your question is about this product.") : t("Your question is about something else.")}{" "}
        <button class="link" onClick={() => model.aboutPage(!model.aboutProduct)}>
          {model.aboutProduct ? t("Something else") : t("This product")}
        </button>
      </p>
    </div>
  );
}

/** Consent stands beside the button that gives it, before the first message leaves. */
function Consent(): JSX.Element {
  const { model, t } = useTools();
  const { brand, privacy_url: privacy, retention_months: months } = model.config;
  return (
    <>
      {months
        ? t.plural(
            "By sending, you agree that {brand} and the expert read your messages, kept for {n} month.",
            "By sending, you agree that {brand} and the expert read your messages, kept for {n} months.",
            months,
            { brand: brand.name },
          )
        : t("By sending, you agree that {brand} and the expert read your messages.", { brand: brand.name })}{" "}
      {privacy && (
        <a href={privacy} target="_blank" rel="noopener">
          {t("Details")}
        </a>
      )}
    </>
  );
}

export function Home(): JSX.Element {
  const { model, t } = useTools();
  const { brand } = model.config;
  return (
    <>
      <header class="hero">
        <div class="top">
          <Face name={brand.name} url={brand.logo_url} class="logo" />
          <Reduce />
        </div>
        <h1>{model.config.welcome ?? t("Ask somebody who uses it.")}</h1>
        <Promise />
      </header>
      <Network />
      <main class="body">
        <AboutProduct />
        <ul class="how">
          <li>
            <Icon name="user-check" />
            <span>{t("The answer comes from an independent enthusiast, paid by {brand}.", { brand: brand.name })}</span>
          </li>
          <li>
            <Icon name="eye" />
            <span>{t("They see your question and this page, nothing else.")}</span>
          </li>
          {brand.help_url && (
            <li>
              <Icon name="package" />
              <span>
                {t("About an order or a return?")}{" "}
                <a href={brand.help_url} target="_blank" rel="noopener">
                  {t("Contact {brand}", { brand: brand.name })}
                </a>
              </span>
            </li>
          )}
        </ul>
      </main>
      <Composer label={t("Your question")} legal={<Consent />} />
    </>
  );
}
