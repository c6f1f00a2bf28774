/** Texts keyed by their English source; a plural is keyed by its singular and holds both forms. */
export type Texts = Record<string, string | [string, string]>;
export type Values = Record<string, string | number>;

export interface Translator {
  (source: string, values?: Values): string;
  locale: string;
  /** The form for `n`, which also fills `{n}`. French counts 0 as one; `Intl.PluralRules` knows. */
  plural(one: string, many: string, n: number, values?: Values): string;
}

export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** A translator that falls back to the English source for a missing text. */
export function translator(texts: Texts, locale: string): Translator {
  const t = ((source: string, values?: Values): string => {
    const found = texts[source];
    return fill(typeof found === "string" ? found : source, values);
  }) as Translator;
  t.locale = locale;
  const rules = new Intl.PluralRules(locale);
  t.plural = (one, many, n, values) => {
    const found = texts[one];
    const [first, second] = Array.isArray(found) ? found : [one, many];
    const shown = new Intl.NumberFormat(locale).format(n);
    return fill(rules.select(n) === "one" ? first : second, { n: shown, ...values });
  };
  return t;
}
