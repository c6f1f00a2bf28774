/** `data-copy="id"`: copies the text of that element; the button says so in its own `data-done` words. */
export function enhanceCopy(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const source = button && document.getElementById(button.dataset["copy"] ?? "");
    if (button && source) void copy(source, button);
  });
}

async function copy(source: HTMLElement, button: HTMLElement): Promise<void> {
  const status = button.querySelector<HTMLElement>("[role=status]");
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    if (status) status.textContent = button.dataset["done"] ?? "";
    button.classList.add("done");
    setTimeout(() => {
      button.classList.remove("done");
      if (status) status.textContent = "";
    }, 2000);
  } catch {
    getSelection()?.selectAllChildren(source);
  }
}
