import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clockTime } from "../lib/format";
import type { Thread } from "./desk";
import { Dialog, Icon, Mark, useTools } from "./parts";
import type { Consultation, Named, NoteRow } from "./types";

interface TextProps {
  title: string;
  hint: string;
  label: string;
  go: string;
  danger?: boolean;
  done: (text: string) => Promise<boolean>;
  onClose: () => void;
}

/** One text and one button. */
function TextDialog({ title, hint, label, go, danger, done, onClose }: TextProps): JSX.Element {
  const { t } = useTools();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const well = await done(text.trim());
    setBusy(false);
    if (well) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => (event.preventDefault(), void submit())}>
        <p>{hint}</p>
        <label class="field">
          <span>{label}</span>
          <textarea rows={4} maxLength={1000} required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <div class="actions">
          <button type="submit" class={`btn ${danger ? "danger" : ""}`} disabled={!text.trim()} aria-busy={busy}>
            {go}
          </button>
          <button type="button" class="btn ghost" onClick={onClose}>
            {t("Cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function NoteDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  return (
    <TextDialog
      title={t("Private note")}
      hint={t("You, whoever takes over from you and {brand} read it. The shopper never does.", { brand: thread.brand.name })}
      label={t("Note")}
      go={t("Keep the note")}
      done={(text) => model.acts.note(thread, text)}
      onClose={onClose}
    />
  );
}

export function ConsultDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  return (
    <TextDialog
      title={t("Ask colleagues")}
      hint={t("The experts of this mission read your question, not the conversation. Their answers appear here as notes.")}
      label={t("Your question")}
      go={t("Ask colleagues")}
      done={(text) => model.acts.consult(thread, text)}
      onClose={onClose}
    />
  );
}

export function BlockDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  return (
    <TextDialog
      title={t("Block this shopper")}
      hint={t("The conversation ends, and this person cannot ask {brand} again until its team has looked at it.", { brand: thread.brand.name })}
      label={t("What happened?")}
      go={t("End and block")}
      danger
      done={(text) => model.acts.block(thread, text)}
      onClose={onClose}
    />
  );
}

/** What the question is really about: one click, from which the brand's model learns. */
export function CategoryDialog({ thread, onClose }: { thread: Thread; onClose: () => void }): JSX.Element {
  const { model, t } = useTools();
  const [all, setAll] = useState<Named[] | undefined>(undefined);
  const [query, setQuery] = useState("");
  useEffect(() => void model.acts.categories(thread).then(setAll), []);
  const found = all?.filter((each) => each.name.toLowerCase().includes(query.trim().toLowerCase()));
  return (
    <Dialog title={t("What is it about?")} onClose={onClose}>
      <p>{t("Choose the right category: the next question like this one finds the right person.")}</p>
      <label class="input">
        <Icon name="search" s />
        <span class="sr">{t("Search a category")}</span>
        <input type="search" placeholder={t("Search a category")} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </label>
      <ul class="options tall">
        {found?.map((each) => (
          <li key={each.id}>
            <button
              type="button"
              class="btn ghost wide"
              aria-pressed={each.name === thread.category}
              onClick={() => void model.acts.recategorise(thread, each.id).then((done) => done && onClose())}
            >
              <Icon name={each.name === thread.category ? "check" : "tag"} s />
              {each.name}
            </button>
          </li>
        ))}
      </ul>
      {found?.length === 0 && <p>{t("No category with these words.")}</p>}
    </Dialog>
  );
}

/** A private note among the messages. */
export function NoteLine({ note }: { note: NoteRow }): JSX.Element {
  const { model, t } = useTools();
  const who = note.author.id === model.boot.me.id ? t("You") : (note.author.name ?? t("The brand"));
  const kinds = {
    note: note.author.id === model.boot.me.id ? t("Your note") : t("Note of {name}", { name: who }),
    transfer: t("{name}, handing over", { name: who }),
    whisper: t("{name} of the brand, to you alone", { name: who }),
    question: t("{name} to colleagues", { name: who }),
    answer: t("{name} answers", { name: who }),
  };
  return (
    <div class={`note ${note.kind}`} role="note">
      <p class="by">
        <Icon name={note.kind === "question" || note.kind === "answer" ? "users" : "eye-off"} s />
        {kinds[note.kind]} · {clockTime(note.at, t.locale)}
      </p>
      <p>{note.text}</p>
    </div>
  );
}

/** A colleague's question, answered in a line. */
export function ConsultationCard({ asked }: { asked: Consultation }): JSX.Element {
  const { model, t } = useTools();
  const [text, setText] = useState("");
  return (
    <article class="offer consultation" aria-labelledby={`c-${asked.note_id}`}>
      <span class="meta">
        <Mark brand={asked.brand} />
        <span class="clip">{[t("{name} asks colleagues", { name: asked.by }), asked.about].filter(Boolean).join(" · ")}</span>
      </span>
      <button type="button" class="btn ghost icon-only" aria-label={t("Not for me")} onClick={() => model.acts.ignore(asked.note_id)}>
        <Icon name="x" s />
      </button>
      <h3 class="q" id={`c-${asked.note_id}`} lang={asked.language}>
        {asked.text}
      </h3>
      <form class="act" onSubmit={(event) => (event.preventDefault(), text.trim() && void model.acts.advise(asked.note_id, text.trim()))}>
        <span class="input">
          <input aria-label={t("Your answer")} placeholder={t("Your answer")} maxLength={1000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </span>
        <button type="submit" class="btn sm sec" disabled={!text.trim()}>
          {t("Answer")}
        </button>
      </form>
    </article>
  );
}
