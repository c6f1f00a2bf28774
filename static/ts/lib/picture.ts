import type { Ack, Picture, Refusal } from "./wire";

/** What the server reads; a telephone turns its own format into the first of them when asked for these only. */
export const PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/gif";
/** Bytes; the server refuses more. */
export const MOST_BYTES = 8 * 1024 * 1024;
/** Pixels of the longest side that the server keeps: more would travel for nothing. */
const LONGEST_SIDE = 2048;
const WORTH_SHRINKING = 400_000;

export const isPicture = (file: File): boolean => PICTURE_TYPES.split(",").includes(file.type);

/** The pictures among what was pasted, dropped or chosen. */
export function picturesIn(files: FileList | null | undefined): File[] {
  return Array.from(files ?? []).filter((file) => file.type.startsWith("image/"));
}

/** A large photograph as small as the server would make it; the file itself where the browser cannot. */
export async function shrunk(file: File): Promise<Blob> {
  if (file.size < WORTH_SHRINKING || file.type === "image/gif") return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const type = file.type === "image/png" ? "image/webp" : "image/jpeg";
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, 0.88));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}

export interface Upload {
  url: string;
  headers: Record<string, string>;
  conversation_id: string;
  client_id: string;
  name: string;
  blob: Blob;
  /** Told the part that has left, from 0 to 1. */
  progress: (part: number) => void;
}

/** Brings a picture by HTTP; rejects when nobody answered. The same `client_id` again is harmless. */
export function upload({ url, headers, conversation_id, client_id, name, blob, progress }: Upload): Promise<Ack<{ picture: Picture }>> {
  const form = new FormData();
  form.append("conversation_id", conversation_id);
  form.append("client_id", client_id);
  form.append("picture", blob, name);
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value);
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onerror = request.ontimeout = () => fail(new Error("no answer"));
    request.onload = () => {
      if (request.status >= 500) return fail(new Error(`server answered ${request.status}`));
      const json = parsed(request.responseText);
      if (request.status === 201) return done({ ok: true, picture: json.picture as Picture });
      const error: Refusal = { code: String(json.code ?? request.status), message: String(json.detail ?? "") };
      if (typeof json.retry_after === "number") error.retry_after = json.retry_after;
      done({ ok: false, error });
    };
    request.send(form);
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
