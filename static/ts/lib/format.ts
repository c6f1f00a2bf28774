import type { Translator } from "./i18n";

/** `Intl` parts numbers from units by a narrow space, which many system fonts draw too tight. */
const wide = (text: string): string => text.replace(/\u202f/g, "\u00a0");

/** The hour and minute in the reader's zone, on 24 hours. */
export function clockTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
}

/** A moment to come or gone as people say it: "today 14:00", "tomorrow 10:00", "23 November 10:00". */
export function dayAndTime(iso: string, t: Translator, now: Date = new Date()): string {
  const then = new Date(iso);
  const midnight = (d: Date): number => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(then) - midnight(now)) / 86_400_000);
  const day =
    Math.abs(days) <= 1
      ? new Intl.RelativeTimeFormat(t.locale, { numeric: "auto" }).format(days, "day")
      : new Intl.DateTimeFormat(t.locale, { weekday: "long", day: "numeric", month: "long" }).format(then);
  return t("{day} at {time}", { day, time: clockTime(iso, t.locale) });
}

/** A wait, rounded up to what a person would say: "40 s", "3 min", "2 h". */
export function duration(seconds: number, locale: string): string {
  const [value, unit] =
    seconds < 60
      ? [Math.max(5, Math.ceil(seconds / 5) * 5), "second"]
      : seconds < 3600
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" });
  return format.format(value).replace(/\s/g, "\u00a0");
}

/** `minor` units of an ISO 4217 currency, with as many decimals as that currency has. */
export function money(minor: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return wide(format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)));
}

export function decimal(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(value);
}
