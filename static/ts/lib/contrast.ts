/** Contrast by WCAG 2.2 (relative luminance of sRGB); colours are `#rrggbb`. */
type Rgb = [number, number, number];

function parse(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((c) => (c <= 10 ? c / 3294 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `accent` moved towards black or white until text in it reads at 5:1 on `background`. */
export function readable(accent: string, background: string): string {
  const target = luminance(parse(background)) > 0.18 ? 0 : 255;
  for (let step = 0; step <= 20; step++) {
    const mixed = parse(accent).map((c) => Math.round(c + ((target - c) * step) / 20));
    const hex = "#" + mixed.map((c) => c.toString(16).padStart(2, "0")).join("");
    if (contrast(hex, background) >= 5) return hex;
  }
  return target ? "#ffffff" : "#000000";
}
