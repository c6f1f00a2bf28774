import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Layout } from "./panes";
import { beCalled } from "../lib/push";
import { Dialog, Icon, useTools } from "./parts";

const MOST_AT_ONCE = 10;

/** Keys, sound, notifications and how many conversations at once. */
export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [keys, setKeys] = useState(model.keep.wants("keys"));
  const [sound, setSound] = useState(model.keep.wants("sound"));
  const { availability } = model.desk;
  const list: [string, string][] = [
    ["A", t("Take the first question")],
    ["X", t("Pass on the first question")],
    ["J", t("Next conversation")],
    ["K", t("Previous conversation")],
    ["R", t("Write in the open conversation")],
    ["P", t("Suggest a product")],
    ["I", t("Ready replies")],
    ["S", t("Put it off")],
    ["T", t("Hand over")],
    ["N", t("Private note")],
    ["Q", t("Ask colleagues")],
    ["C", t("Another category")],
    ["B", t("Block this shopper")],
    ["E", t("End the conversation")],
    ["V", t("Available or not")],
    ["1 2 4", t("Conversations side by side")],
    ["W", t("Next one of them")],
    ["/", t("Search a conversation")],
    ["?", t("This sheet")],
    ["Esc", t("Back")],
  ];
  return (
    <Dialog title={t("Keys and settings")} onClose={onClose}>
      <div class="settings">
        <label class="switch">
          <input type="checkbox" role="switch" checked={sound} onChange={({ currentTarget: e }) => (model.keep.choose("sound", e.checked), setSound(e.checked))} />
          <i />
          {t("Sound when somebody needs me")}
        </label>
        <label class="switch">
          <input type="checkbox" role="switch" checked={keys} onChange={({ currentTarget: e }) => (model.keep.choose("keys", e.checked), setKeys(e.checked))} />
          <i />
          {t("Single-key shortcuts")}
        </label>
        <label class="field inline">
          <span>{t("Conversations at once")}</span>
          <select value={availability.capacity} disabled={model.net !== "live"} onChange={(event) => void model.available(availability.on, Number(event.currentTarget.value))}>
            {Array.from({ length: MOST_AT_ONCE }, (_, i) => (
              <option key={i} value={i + 1}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
        <label class="field inline wide-only">
          <span>{t("Conversations side by side")}</span>
          <select value={model.panes.layout} onChange={(event) => model.panes.arrange(Number(event.currentTarget.value) as Layout)}>
            {[1, 2, 4].map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </select>
        </label>
        <p class="hint">
          <a class="link" href="/expert/settings">{t("Devices, notifications and quiet hours")}</a>
        </p>
        <Notifications />
      </div>
      <h3>{t("Keys")}</h3>
      <dl class={`keysheet ${keys ? "" : "off"}`}>
        {list.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd class="kbd">{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Notifications of the system, asked for only by this click. */
function Notifications(): JSX.Element | null {
  const { t } = useTools();
  const [state, setState] = useState("Notification" in window ? Notification.permission : "denied");
  if (state === "granted") {
    return (
      <p class="hint">
        <Icon name="bell" s />
        {t("Notifications are on for this device.")}
      </p>
    );
  }
  if (state === "denied") {
    return (
      <p class="hint">
        <Icon name="bell-off" s />
        {t("This browser refuses notifications; the sound and the title still tell.")}
      </p>
    );
  }
  return (
    <button type="button" class="btn sec sm" onClick={() => void beCalled(document.getElementById("root")!.dataset["worker"]!).then(() => setState(Notification.permission))}>
      <Icon name="bell" s />
      {t("Notify me on this device")}
    </button>
  );
}
