/** Forms: one submission at a time, `data-confirm` asked first, `data-autosubmit` sent on change, focus on refusals. */
export function enhanceForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    const question = (event.submitter as HTMLElement | null)?.dataset["confirm"] ?? form.dataset["confirm"];
    if ((form.dataset["busy"] && !form.hasAttribute("hx-post")) || (question && !confirm(question))) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset["busy"] = "1";
      event.submitter?.setAttribute("aria-busy", "true");
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => event.target instanceof Element && release(event.target));
  addEventListener("pageshow", (event) => event.persisted && release(document.documentElement));
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      if (field.form?.hasAttribute("data-autosubmit")) field.form.requestSubmit();
    }
  });
  document.querySelector<HTMLElement>("[data-summary]")?.focus();
}

/** A form that is shown again may be sent again. */
function release(root: Element): void {
  for (const form of [root, ...root.querySelectorAll("form[data-busy]")]) form.removeAttribute("data-busy");
  for (const button of root.querySelectorAll("button[aria-busy=true]")) button.removeAttribute("aria-busy");
}
