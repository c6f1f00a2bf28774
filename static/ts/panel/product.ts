import type { Json, PageFacts } from "../loader/config";
import type { Product } from "../lib/wire";

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

function text(value: unknown): string | undefined {
  const one = first(value);
  return typeof one === "string" || typeof one === "number" ? String(one).trim().slice(0, 1000) || undefined : undefined;
}

/** A decimal price in minor units of its currency; undefined when either is unreadable. */
export function minorUnits(price: unknown, currency: string | undefined): number | undefined {
  const amount = Number(text(price));
  if (!currency || !Number.isFinite(amount) || text(price) === undefined) return undefined;
  try {
    const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    return Math.round(amount * 10 ** (maximumFractionDigits ?? 2));
  } catch {
    return undefined;
  }
}

function fromFields(fields: Json, price: unknown): Product | undefined {
  const found: Json = {};
  for (const [name, value] of Object.entries(fields)) {
    const readable = text(value);
    if (readable) found[name] = readable;
  }
  const minor = minorUnits(price, found.currency as string | undefined);
  if (minor !== undefined) found.price_minor = minor;
  return Object.keys(found).length ? (found as Product) : undefined;
}

function fromJsonLd(node: Json): Product | undefined {
  const offer = (first(node.offers) ?? {}) as Json;
  const image = first(node.image);
  const fields = {
    id: node.sku ?? node.productID,
    gtin: node.gtin13 ?? node.gtin ?? node.gtin14 ?? node.gtin12 ?? node.gtin8,
    title: node.name,
    url: node.url,
    image_url: image && typeof image === "object" ? (image as Json).url : image,
    currency: offer.priceCurrency,
    category: node.category,
  };
  return fromFields(fields, offer.price ?? offer.lowPrice);
}

/** The product of a page: the shop's own word, else JSON-LD, else the canonical address, which the catalogue may know. */
export function productOf(page: PageFacts): Product | undefined {
  if (page.given) {
    const { id, gtin, url, title, price, currency, category, image } = page.given;
    const given = fromFields({ id, gtin, url, title, currency, category, image_url: image }, price);
    if (given) return given;
  }
  return (page.ld && fromJsonLd(page.ld)) ?? (page.canonical ? { url: page.canonical } : undefined);
}
