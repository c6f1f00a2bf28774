/** `<time data-look="relative">`: “5 min ago”, kept right; the exact moment stays in the title. */
const STEPS: [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [90, "second", 1],
  [5_400, "minute", 60],
  [129_600, "hour", 3_600],
  [2_592_000, "day", 86_400],
  [Infinity, "month", 2_592_000],
];

export function relative(seconds: number, format: Intl.RelativeTimeFormat): string {
  const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return step ? format.format(Math.round(seconds / step[2]), step[1]) : "";
}

export function enhanceTimes(root: ParentNode): void {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[data-look="relative"]')) {
    if (!element.title) element.title = element.textContent ?? "";
    element.textContent = relative((Date.parse(element.dateTime) - Date.now()) / 1000, format);
  }
}

setInterval(() => enhanceTimes(document), 30_000);
