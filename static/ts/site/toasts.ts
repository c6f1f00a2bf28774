/** Flash messages: the cross removes them; those that are not errors leave after a while, unless one is reading them. */
const STAYS_MS = 8_000;

export function enhanceToasts(root: ParentNode): void {
  for (const toast of root.querySelectorAll<HTMLElement>(".toast")) {
    toast.querySelector("[data-dismiss]")?.addEventListener("click", () => toast.remove());
    if (!toast.matches(".error, .warning")) leave(toast);
  }
}

function leave(toast: HTMLElement): void {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), STAYS_MS);
}
