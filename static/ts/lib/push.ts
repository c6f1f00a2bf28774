/** Lets this browser be called by the platform: asks the person, subscribes, and tells the server. */
export type Called = "on" | "refused" | "absent" | "failed";

/** A key of the server as browsers want it. */
function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function canBeCalled(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** Whether this browser is called already. */
export async function isCalled(): Promise<boolean> {
  if (!canBeCalled() || Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.getRegistration("/expert/");
  return !!(await registration?.pushManager.getSubscription());
}

export async function beCalled(worker: string): Promise<Called> {
  if (!canBeCalled()) return "absent";
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  try {
    const registration = await navigator.serviceWorker.register(worker);
    const { key } = (await (await fetch("/push/key")).json()) as { key: string };
    const made =
      (await registration.pushManager.getSubscription()) ??
      (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const answer = await fetch("/push/devices", { method: "POST", headers, body: JSON.stringify(made) });
    return answer.ok ? "on" : "failed";
  } catch {
    return "failed";
  }
}
