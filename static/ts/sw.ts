/**
 * The workbench's service worker: shows notifications, also when the page sleeps on a phone, and brings the workbench
 * back on a tap. It keeps no pages and no data. A push carries `Call` as JSON.
 */
interface Call {
  title: string;
  body?: string;
  /** Where a tap leads; within this site. */
  url?: string;
  /** A later call with the same tag takes the place of the earlier one. */
  tag?: string;
  /** Sent back, it proves that the call arrived. */
  word?: string;
}

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Pushed extends Extendable {
  data: { json(): Call } | null;
}
interface Tapped extends Extendable {
  notification: Notification;
}
interface Worker {
  registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<{ url: string; visibilityState: string; focus(): Promise<unknown> }[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener<E extends Event>(type: string, handler: (event: E) => void): void;
}

const worker = globalThis as unknown as Worker;
const HOME = "/expert/";

/** The workbench's own window when one is open, else a new one. */
async function bring(url: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const desk = windows.find((each) => new URL(each.url).pathname === HOME);
  await (desk ? desk.focus() : worker.clients.openWindow(url));
}

/** Nobody is called who looks at the workbench already. */
async function call({ title, body, url, tag, word }: Call): Promise<void> {
  const told = word ? fetch("/push/reached", { method: "POST", body: word }).catch(() => undefined) : undefined;
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const looks = windows.some((each) => new URL(each.url).pathname === HOME && each.visibilityState === "visible");
  const options = { tag: tag ?? "desk", data: { url: url || HOME }, ...(body ? { body } : {}) };
  if (!looks) await worker.registration.showNotification(title, options);
  await told;
}

worker.addEventListener<Extendable>("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener<Extendable>("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener<Pushed>("push", (event) => {
  event.waitUntil(call(event.data?.json() ?? { title: "Comptoir" }));
});
worker.addEventListener<Tapped>("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL((event.notification.data as { url?: string } | null)?.url ?? HOME, location.origin);
  event.waitUntil(bring(wanted.origin === location.origin ? wanted.href : HOME));
});

export {};
