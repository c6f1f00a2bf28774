import type { Availability } from "../loader/config";

/** What the server writes into the panel's page, in `<script type="application/json" id="panel">`. */
export interface PanelConfig {
  v: 1;
  key: string;
  locale: string;
  brand: { name: string; logo_url?: string | null; help_url?: string | null };
  accent: string;
  on_accent: string;
  /** The brand's own words of welcome. */
  welcome?: string | null;
  /** Origins of the brand's sites: only a parent of one of these may hand over a port. */
  origins: string[];
  availability: Availability;
  privacy_url?: string | null;
  /** Months that messages are kept, when the brand has said so. */
  retention_months?: number | null;
}

export function readJson<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "{}") as T;
}
