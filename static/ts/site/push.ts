import { beCalled } from "../lib/push";

/** `data-push="WORKER"`: its button lets this browser be called; the line beside it says what came of it. */
export function enhancePush(): void {
  const box = document.querySelector<HTMLElement>("[data-push]");
  const [button, line] = [box?.querySelector("button"), box?.querySelector<HTMLElement>("[role=status]")];
  if (!box || !button || !line) return;
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    void beCalled(box.dataset["push"]!).then((called) => {
      button.removeAttribute("aria-busy");
      line.textContent = line.dataset[called] ?? "";
      if (called === "on") setTimeout(() => location.reload(), 800);
    });
  });
}
