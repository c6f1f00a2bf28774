import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, useTools } from "./parts";

const EMOJI = "😀 😄 😉 😊 😍 😂 🤔 😕 😢 😮 😅 🙏 👍 👎 👌 👏 🙌 💪 👋 ❤️ ⭐ 🎉 🔥 ✅ ❌ ❓ 💡 📦 👟 🏃 🚴 🏕️ 🎁 💶 ☀️ 🌧️".split(" ");
const ACROSS = 9;

/** A small grid of what is used most; the keyboard of the system has the rest. Arrows move in it, Escape leaves. */
export function Emoji({ pick }: { pick: (emoji: string) => void }): JSX.Element {
  const { t } = useTools();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const buttons = (): HTMLElement[] => [...(root.current?.querySelectorAll<HTMLElement>(".emoji button") ?? [])];
  useEffect(() => {
    if (!open) return;
    buttons()[0]?.focus();
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const steer = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ACROSS, ArrowUp: -ACROSS }[event.key];
    if (event.key === "Escape") {
      setOpen(false);
      root.current?.querySelector<HTMLElement>(".tool")?.focus();
    } else if (step) {
      const all = buttons();
      all[Math.max(0, Math.min(all.length - 1, all.indexOf(event.target as HTMLElement) + step))]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="picker" ref={root}>
      <button type="button" class="tool" aria-label={t("Emoji")} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="smile" />
      </button>
      {open && (
        <div class="emoji" role="group" aria-label={t("Emoji")} onKeyDown={steer}>
          {EMOJI.map((each, i) => (
            <button
              key={each}
              type="button"
              tabIndex={i ? -1 : 0}
              onClick={() => {
                setOpen(false);
                pick(each);
              }}
            >
              {each}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
