import { isPicture, MOST_BYTES, shrunk, upload } from "../lib/picture";
import { uuid7 } from "../lib/uuid7";
import type { Picture, Refusal } from "../lib/wire";

/** A picture on its way, which a message will show once the server has it. */
export interface Shot {
  client_id: string;
  conversation_id: string;
  name: string;
  /** A blob address of this page. */
  preview: string;
  blob: Blob;
  /** From 0 to 1. */
  progress: number;
  at: string;
  busy: boolean;
  refused?: Refusal;
}

/** Pictures brought by this page, and those of the thread, which only the visitor's token opens. */
export class Pictures {
  shots: Shot[] = [];
  private shown = new Map<string, string>();

  constructor(
    private token: () => string | null,
    private kept: (shot: Shot, picture: Picture) => void,
    private changed: () => void,
  ) {}

  /** Starts to bring a file; a refusal stays beside it until it is discarded or tried again. */
  async add(conversation_id: string, file: File): Promise<void> {
    const blob = isPicture(file) ? await shrunk(file) : file;
    const shot: Shot = {
      client_id: uuid7(), conversation_id, name: file.name, preview: URL.createObjectURL(blob), blob, progress: 0,
      at: new Date().toISOString(), busy: false,
    };
    this.shots.push(shot);
    if (!isPicture(file)) shot.refused = { code: "not_a_picture", message: "" };
    else if (blob.size > MOST_BYTES) shot.refused = { code: "picture_too_large", message: "" };
    else await this.bring(shot);
    this.changed();
  }

  async retry(shot: Shot): Promise<void> {
    delete shot.refused;
    await this.bring(shot);
  }

  discard(shot: Shot): void {
    this.shots = this.shots.filter((each) => each !== shot);
    URL.revokeObjectURL(shot.preview);
    this.changed();
  }

  /** Tries again what got no answer. */
  flush(): void {
    for (const shot of this.shots) if (!shot.busy && !shot.refused) void this.bring(shot);
  }

  clear(): void {
    for (const shot of this.shots) this.discard(shot);
  }

  /** Where an `<img>` finds a picture of the thread; undefined until it is here. */
  address(url: string): string | undefined {
    const known = this.shown.get(url);
    if (known === undefined) {
      this.shown.set(url, "");
      void this.load(url);
    }
    return known || undefined;
  }

  private async load(url: string): Promise<void> {
    try {
      const answer = await fetch(url, { headers: { Authorization: `Bearer ${this.token() ?? ""}` }, credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.shown.set(url, URL.createObjectURL(await answer.blob()));
    } catch {
      this.shown.delete(url); // asked for again when it is drawn again
      return;
    }
    this.changed();
  }

  private async bring(shot: Shot): Promise<void> {
    shot.busy = true;
    this.changed();
    const { conversation_id, client_id, name, blob } = shot;
    const progress = (part: number): void => {
      shot.progress = part;
      this.changed();
    };
    try {
      const headers = { Authorization: `Bearer ${this.token() ?? ""}` };
      const ack = await upload({ url: "/w/v1/pictures", headers, conversation_id, client_id, name, blob, progress });
      if (ack.ok) {
        this.shown.set(ack.picture.thumb_url, shot.preview);
        this.shots = this.shots.filter((each) => each !== shot);
        this.kept(shot, ack.picture);
      } else {
        shot.refused = ack.error;
      }
    } catch {
      shot.progress = 0; // sent again with the next connection
    }
    shot.busy = false;
    this.changed();
  }
}
