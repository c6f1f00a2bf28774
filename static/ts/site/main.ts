/** Small behaviours of ordinary pages. Everything works without them; they only make it quicker. */
import { enhanceCopy } from "./copy.ts";
import { enhanceDialogs, enhanceMenus } from "./overlays.ts";
import { enhanceForms } from "./forms.ts";
import { enhancePush } from "./push.ts";
import { enhanceTimes } from "./times.ts";
import { enhanceToasts } from "./toasts.ts";
import { prepareHtmx } from "./htmx.ts";

prepareHtmx();
enhanceDialogs();
enhanceMenus();
enhanceCopy();
enhanceForms();
enhancePush();
enhanceToasts(document);
enhanceTimes(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) {
    enhanceTimes(event.target);
    enhanceToasts(event.target);
  }
});
