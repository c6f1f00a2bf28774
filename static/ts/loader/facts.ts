import type { Json, PageFacts } from "./config";

function productNode(node: unknown): Json | undefined {
  if (Array.isArray(node)) {
    for (const each of node) {
      const found = productNode(each);
      if (found) return found;
    }
  } else if (node && typeof node === "object") {
    const json = node as Json;
    return ([] as unknown[]).concat(json["@type"]).includes("Product")
      ? json
      : productNode(json["@graph"] ?? json.mainEntity);
  }
  return undefined;
}

/** The schema.org Product described on the page, as it stands; the panel reads its fields. */
function jsonLd(): Json | undefined {
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      const node = productNode(JSON.parse(script.textContent!));
      if (node) return node;
    } catch {
      continue;
    }
  }
  return undefined;
}

export function pageFacts(given: Json | undefined, url: string | undefined): PageFacts {
  return {
    url: url ?? location.href.split("#")[0]!,
    title: document.title,
    canonical: document.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href,
    given,
    ld: jsonLd(),
  };
}
