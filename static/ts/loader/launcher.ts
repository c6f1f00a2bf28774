import type { LoaderConfig } from "./config";

const STYLES = `:host{all:initial!important;position:fixed!important;inset:auto 0 0!important;z-index:2147483000!important;font:400 15.5px/1.2 system-ui,sans-serif!important}
:host([hidden]){display:none!important}*{box-sizing:border-box}[hidden]{display:none!important}
button{position:fixed;inset:auto 20px calc(var(--b,20px) + env(safe-area-inset-bottom)) auto;display:flex;align-items:center;gap:12px;min-height:60px;max-width:calc(100vw - 40px);margin:0;padding:8px 22px 8px 8px;border:0;border-radius:30px;background:var(--a);color:var(--o);font:inherit;font-weight:650;text-align:start;cursor:pointer;box-shadow:0 1px 2px #0003,0 10px 28px #0c151440}
button:focus-visible{outline:3px solid var(--a);outline-offset:3px;box-shadow:0 0 0 3px #fff}
.left button,.left .frame{left:20px;right:auto}
canvas,svg{width:44px;height:44px;border-radius:50%;flex:none}svg{padding:10px;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
small{display:block;font-weight:450;font-size:13px;margin-top:2px}
b{position:absolute;top:-4px;inset-inline-end:4px;min-width:22px;padding:0 6px;border-radius:11px;background:#b93a16;color:#fff;font-size:12px;line-height:22px;text-align:center}
i{position:absolute;clip-path:inset(50%)}
.frame{position:fixed;inset:auto 20px 20px auto;width:392px;height:min(680px,calc(100dvh - 40px));border-radius:20px;overflow:hidden;background:Canvas;box-shadow:0 0 0 1px #80808040,0 24px 64px #0c15143d}
iframe{display:block;width:100%;height:100%;border:0;color-scheme:light dark}
@media(max-width:480px){.frame,.left .frame{inset:var(--t,0) 0 auto;width:100%;height:var(--h,100dvh);border-radius:0;box-shadow:none}}
@media(forced-colors:active){button{border:2px solid}}
@media print{:host{display:none!important}}`;

const BUBBLE = "M21 12a8 8 0 0 1-8 8H4l2-3.5A8 8 0 1 1 21 12Z";

export interface Launcher {
  host: HTMLElement;
  button: HTMLButtonElement;
  frame: HTMLElement;
  label(title: string, detail: string): void;
  /** `spoken` is for screen readers. */
  unread(count: number, spoken: string): void;
  expand(open: boolean): void;
  /** On phones the keyboard shrinks only the visual viewport; the frame follows it. */
  fit(): void;
}

/** Bytes to a canvas rather than an <img>, which a strict shop's `img-src` would block even for `data:`. */
function picture(button: HTMLElement, photo: string | null | undefined): void {
  const draw = (name: string): Element => document.createElementNS("http://www.w3.org/2000/svg", name);
  const svg = draw("svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.appendChild(draw("path")).setAttribute("d", BUBBLE);
  button.prepend(svg);
  if (!photo) return;
  const bytes = Uint8Array.from(atob(photo), (c) => c.charCodeAt(0));
  createImageBitmap(new Blob([bytes])).then(
    (bitmap) => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 88;
      canvas.getContext("2d")!.drawImage(bitmap, 0, 0, 88, 88);
      svg.replaceWith(canvas);
    },
    () => undefined,
  );
}

/** What the shop's page shows of us: a button and, once wanted, a frame, in a shadow root of their own. */
export function drawLauncher(config: LoaderConfig, position: string, offset: string | undefined): Launcher {
  const add = (name: string, parent: Node): HTMLElement => parent.appendChild(document.createElement(name));
  const host = document.createElement("comptoir-widget");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  const box = add("div", root);
  const variable = (name: string, value: string): void => box.style.setProperty("--" + name, value);
  box.className = position;
  variable("a", config.accent);
  variable("o", config.on_accent);
  if (offset) variable("b", `${parseInt(offset)}px`);
  const button = add("button", box) as HTMLButtonElement;
  button.type = "button";
  button.ariaHasPopup = "dialog";
  const words = add("span", button);
  const [title, detail] = [add("span", words), add("small", words)];
  const [badge, spoken] = [add("b", button), add("i", button)];
  badge.ariaHidden = "true";
  picture(button, config.photo_webp_base64);
  const frame = add("div", box);
  frame.className = "frame";
  const expand = (open: boolean): void => {
    frame.hidden = !open;
    button.hidden = open;
    button.ariaExpanded = String(open);
  };
  expand(false);
  return {
    host,
    button,
    frame,
    expand,
    label(first, second) {
      title.textContent = first;
      detail.textContent = second;
    },
    unread(count, words) {
      badge.hidden = spoken.hidden = !count;
      badge.textContent = String(count);
      spoken.textContent = words;
    },
    fit() {
      const view = visualViewport;
      if (view) {
        variable("h", `${view.height}px`);
        variable("t", `${view.offsetTop}px`);
      }
    },
  };
}
