import type { Promised } from "../lib/wire.gen";

/** What `experts/board.py` answers. Times are ISO 8601, UTC. */
export interface Waiting {
  id: string;
  text: string;
  language: string;
  category: string | null;
  state: string;
  asked_at: string;
  promise: Promised;
}

export interface Server {
  id: string;
  name: string;
  avatar_url: string | null;
  kind: "expert" | "agent";
}

export interface Talk {
  id: string;
  question_id: string;
  text: string;
  language: string;
  category: string | null;
  shopper: string;
  state: "open" | "snoozed";
  opened_at: string;
  by_mail: boolean;
  last_seq: number;
  last_at: string;
  unanswered: boolean;
  snoozed_until: string | null;
  server: Server | null;
  /** The brand's own people are asked to take over. */
  asked: { by: string; comment: string; expires_at: string } | null;
}

export interface Expert {
  id: string;
  name: string;
  avatar_url: string | null;
  status: "off" | "paused" | "off_hours" | "absent" | "busy" | "free";
  live: number;
  capacity: number;
  here: number;
  languages: string[];
}

export interface Board {
  now: string;
  waiting: Waiting[];
  conversations: Talk[];
  experts: Expert[];
}

export interface Rule {
  key: string;
  name: string;
  says: string;
}

/** What the page gives (`experts/routes_board.py`). */
export interface Boot {
  brand: { id: string; name: string; accent: string };
  me: string;
  locale: string;
  socket_path: string;
  state: Board;
  may: { steer: boolean; close: boolean };
  rules: Rule[];
}

/** A private note, as `marketplace/chat/notes.py` sends it. */
export interface Note {
  id: string;
  conversation_id: string;
  kind: string;
  text: string;
  at: string;
  author: { name?: string };
}
