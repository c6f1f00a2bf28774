/** Sends the CSRF token with every htmx request, and moves the focus to what a refused form says. */
export function prepareHtmx(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    const headers = (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers;
    if (token) headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element) event.target.querySelector<HTMLElement>("[data-summary]")?.focus();
  });
}
