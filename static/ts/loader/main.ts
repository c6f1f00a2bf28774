/**
 * The one script a shop carries. Draws the launcher; makes the panel's frame on first intent.
 *
 * The server answers `GET /w/v1/KEY.js` with this bundle (an IIFE without exports) inside one closure
 * that binds the configuration, so that nothing but `window.comptoir` becomes global:
 *
 *     (function (__comptoir_config) { <this bundle> })({...LoaderConfig as JSON...});
 */
import type { Json, LoaderConfig } from "./config";
import { pageFacts } from "./facts";
import { drawLauncher, type Launcher } from "./launcher";
import { hostStore } from "./store";

declare const __comptoir_config: LoaderConfig;

type Call = (name: string, ...values: unknown[]) => void;
type Listener = (data: unknown) => void;
interface Queue extends Call {
  q?: ArrayLike<unknown>[];
  v?: number;
}

interface Options {
  locale?: string;
  user_jwt?: string;
  custom?: unknown;
  product?: Json;
  url?: string;
}

const config = __comptoir_config;
const page = window as unknown as { comptoir?: Queue };
const tag = document.currentScript as HTMLScriptElement | null;
const attributes: DOMStringMap = tag?.dataset ?? {};
const store = hostStore(config.key);
const listeners = new Map<string, Set<Listener>>();

let launcher: Launcher | undefined;
let frame: HTMLIFrameElement | undefined;
let port: MessagePort | undefined;
let waiting: Json[] = [];
let identity: string | undefined;
let custom: unknown;
let product: Json | undefined;
let pageUrl: string | undefined;
let locale = attributes.locale ?? document.documentElement.lang;
let hidden = attributes.launcher === "off";
let consented = attributes.consent !== "required";
let isOpen = false;
let unread = 0;
let seenUrl = location.href;
let overflow = "";
/** An `open` that came before there was anything to open. */
let wanted: { draft?: string } | undefined;

const isPhone = (): boolean => matchMedia("(max-width:480px)").matches;

function text(source: string, values: Record<string, string> = {}): string {
  const texts = config.locale_texts[locale.slice(0, 2).toLowerCase()] ?? {};
  return (texts[source] ?? source).replace(/\{(\w+)\}/g, (_hole, name: string) => values[name] ?? "");
}

function tell(event: string, data?: unknown): void {
  for (const listener of listeners.get(event) ?? []) {
    try {
      listener(data);
    } catch (error) {
      console.error(error);
    }
  }
}

function post(message: Json): void {
  if (port) port.postMessage(message);
  else waiting.push(message);
}

const facts = (): Json => ({ t: "page", jwt: identity, custom, locale, ...pageFacts(product, pageUrl) });

function paint(): void {
  if (!launcher) return;
  const { state, wait } = config.availability;
  const going = store.get("open") !== null;
  if (going) launcher.label(text("Your conversation"), text("Pick up where you left off"));
  else if (state === "later") launcher.label(text("A question?"), text("An enthusiast answers by e-mail"));
  else if (wait) launcher.label(text("A question?"), text("Usually answered within {time}", { time: wait }));
  else launcher.label(text("A question?"), text("An enthusiast can answer now"));
  launcher.unread(unread, text("Unread messages: {n}", { n: String(unread) }));
  launcher.host.hidden = !isOpen && (hidden || !consented || (state === "closed" && !going));
}

/** The panel's frame, hidden until opened, and the port that all later traffic uses. */
function ensureFrame(): void {
  if (frame || !launcher) return;
  const url = new URL(config.panel_url, config.origin);
  url.searchParams.set("locale", locale);
  frame = document.createElement("iframe");
  frame.title = text("Questions to {brand}", { brand: config.brand.name });
  frame.src = url.href;
  frame.onload = () => {
    const channel = new MessageChannel();
    port?.close();
    port = channel.port1;
    port.onmessage = ({ data }) => heard(data as Json);
    frame?.contentWindow?.postMessage({ t: "comptoir:hello", v: 1 }, config.origin, [channel.port2]);
    post({ ...facts(), t: "init", v: 1, store: store.all(), open: isOpen });
    for (const message of waiting) post(message);
    waiting = [];
  };
  launcher.frame.append(frame);
}

function heard(message: Json): void {
  if (message.t === "set") store.set(message.k as string, message.v as string | null);
  else if (message.t === "close") close();
  else if (message.t === "unread") {
    tell("unread", (unread = message.n as number));
    document.title = (unread ? `(${unread}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  }
  else if (message.t === "availability") config.availability = message.availability as LoaderConfig["availability"];
  else if (message.t === "event") tell(message.name as string, message.data);
  paint();
}

function open(options?: { draft?: string }, focus = true): void {
  if (!launcher || !consented) {
    wanted = options ?? {};
    return;
  }
  ensureFrame();
  if (!isOpen) {
    isOpen = true;
    launcher.expand(true);
    launcher.fit();
    const root = document.documentElement.style;
    overflow = root.overflow;
    if (isPhone()) root.overflow = "hidden";
    store.set("ui", "open");
    tell("open");
  }
  post({ t: "shown", open: true, draft: options?.draft, focus });
  if (focus) frame?.focus();
  paint();
}

function close(): void {
  if (!launcher || !isOpen) return;
  isOpen = false;
  launcher.expand(false);
  document.documentElement.style.overflow = overflow;
  store.set("ui", null);
  post({ t: "shown", open: false });
  paint();
  launcher.button.focus();
  tell("close");
}

function boot(): void {
  if (launcher) return;
  launcher = drawLauncher(config, attributes.position ?? config.position, attributes.offsetBottom);
  if (attributes.accent) launcher.button.style.background = attributes.accent;
  launcher.button.onclick = () => open();
  launcher.button.onpointerenter = ensureFrame;
  visualViewport?.addEventListener("resize", () => launcher?.fit());
  visualViewport?.addEventListener("scroll", () => launcher?.fit());
  document.body.append(launcher.host);
  paint();
  resume();
  tell("ready");
}

/** A conversation under way is followed in the background, and shown again where it covers nothing else. */
function resume(): void {
  if (consented && wanted) open(wanted);
  if (!consented || store.get("open") === null) return;
  ensureFrame();
  if (store.get("ui") && !isPhone()) open({}, false);
}

function moved(): void {
  if (location.href === seenUrl) return;
  seenUrl = location.href;
  product = undefined;
  pageUrl = undefined;
  setTimeout(() => port && post(facts()), 300);
  recheck();
}

/**
 * Whether somebody can answer changes while a page stays open. Once there is a panel it tells; before, a page of one
 * line in a hidden frame does, since a strict shop lets nothing else of ours in.
 */
function recheck(): void {
  if (frame || document.hidden || !launcher) return;
  const line = document.createElement("iframe");
  line.hidden = true;
  line.src = `${config.origin}/w/now?key=${config.key}`;
  launcher.frame.append(line);
  setTimeout(() => line.remove(), 9000);
}

const calls: Record<string, (...values: never[]) => void> = {
  boot(options: Options = {}) {
    calls.update!(options as never);
    boot();
  },
  update(options: Options = {}) {
    locale = options.locale ?? locale;
    identity = options.user_jwt ?? identity;
    custom = options.custom ?? custom;
    product = options.product ?? product;
    pageUrl = options.url ?? pageUrl;
    if (port) post(facts());
    paint();
  },
  product(given: Json) {
    calls.update!({ product: given } as never);
  },
  page(given: Options) {
    calls.update!(given as never);
  },
  open,
  close,
  show() {
    hidden = false;
    paint();
  },
  hide() {
    hidden = true;
    paint();
  },
  /** Of interest only when this shopper has asked something; the panel tells each order once. */
  order(order: Json) {
    if (!store.get("token")) return;
    ensureFrame();
    post({ t: "order", order });
  },
  on(event: string, listener: Listener) {
    listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
  },
  off(event: string, listener: Listener) {
    listeners.get(event)?.delete(listener);
  },
  consent(given: boolean) {
    consented = given;
    if (!given) close();
    paint();
    resume();
  },
  shutdown() {
    close();
    post({ t: "shutdown" });
    for (const name of store.keys("")) store.set(name, null);
    launcher?.host.remove();
    port?.close();
    launcher = frame = port = identity = undefined;
    waiting = [];
    unread = 0;
  },
};

/** Unknown calls that were told of: once each. */
const warned: Record<string, number> = Object.create(null) as Record<string, number>;

const call: Queue = (name, ...values) => {
  try {
    if (Object.hasOwn(calls, name)) calls[name]!(...(values as never[]));
    else if (!warned[name]) console.warn(`comptoir: no call named "${name}"`, (warned[name] = 1));
  } catch (error) {
    tell("error", String(error));
  }
};

function begin(): void {
  const queued = page.comptoir?.q ?? [];
  call.v = 1;
  page.comptoir = call;
  for (const values of queued) call(...(Array.from(values) as [string]));
  setInterval(moved, 1000);
  setInterval(recheck, 60000);
  addEventListener("message", ({ data, origin }) => {
    if (origin === config.origin && data?.t === "availability") heard(data as Json);
  });
  store.watch((k, v) => {
    post({ t: "set", k, v });
    paint();
  });
  if (attributes.start === "interaction") {
    for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, boot, { once: true, passive: true });
  } else if (attributes.start !== "manual") {
    boot();
  }
}

/** Safari has no `requestIdleCallback`. */
const idle = (): void => {
  const soon = (window as { requestIdleCallback?: typeof requestIdleCallback }).requestIdleCallback;
  if (soon) soon(begin, { timeout: 2000 });
  else setTimeout(begin);
};
if (!page.comptoir?.v) {
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle);
}
