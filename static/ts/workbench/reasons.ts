import type { Translator } from "../lib/i18n";

/** Why a conversation pays or does not, in words; the codes are those of `payouts/pay.py`. */
export function reasonOf(code: string, t: Translator): string {
  const words: Record<string, string> = {
    qualified: t("Qualified: you answered and the shopper wrote afterwards."),
    not_expert: t("Served by the brand’s own team."),
    no_answer: t("Not paid: there was no answer."),
    no_reply: t("Not paid: the shopper did not write after the first answer."),
    misrouted: t("Not paid: the question was not for this mission. It does not count in your ratings either."),
    spam: t("Not paid: the conversation was closed as spam or abuse. It does not count in your ratings either."),
    redirected: t("Not paid: an order or after-sales question, sent to the brand."),
    rule_broken: t("Not paid: the brand named a rule of conduct that was broken. You can dispute it."),
  };
  return words[code] ?? "";
}
