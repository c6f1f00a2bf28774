/**
 * A thin Socket.IO v5 client over Engine.IO 4: one namespace, JSON events with acknowledgements,
 * WebSocket raced with long polling after two seconds, reconnection with jitter, ping watchdog.
 * https://socket.io/docs/v4/socket-io-protocol/ and https://socket.io/docs/v4/engine-io-protocol/
 */
export type Status = "connecting" | "up" | "down" | "refused";

export interface Options {
  /** Origin of the server, such as `https://chat.example`. */
  origin: string;
  /** Namespace with its slash. */
  namespace: string;
  /** Asked on every connection, so that a token learnt meanwhile is used. */
  auth: () => Record<string, unknown>;
  path?: string;
  status?: (status: Status, reason?: string) => void;
  /** Told at each ping of the server: unlike timers, browsers do not slow it down in hidden pages. */
  ping?: () => void;
  /** Asked when the server refuses the connection; true once there is reason to try again at once. */
  refusal?: (body: string) => Promise<boolean>;
}

interface Pipe {
  send(packet: string): void;
  close(): void;
}

interface PipeEvents {
  packet(packet: string): void;
  gone(): void;
}

const RACE_MS = 2000;
const ACK_MS = 10_000;
/** Names of refusals that no later attempt can change. */
const FINAL = /unknown_key|wrong_origin|forbidden|_identity|identity_/;
const BACKOFF_MS = [500, 15_000] as const;

function websocketPipe(url: string, events: PipeEvents): Pipe {
  const socket = new WebSocket(url.replace(/^http/, "ws") + "&transport=websocket");
  socket.onmessage = (message) => events.packet(String(message.data));
  socket.onclose = () => events.gone();
  return { send: (packet) => socket.send(packet), close: () => socket.close() };
}

function pollingPipe(url: string, events: PipeEvents): Pipe {
  const abort = new AbortController();
  const base = url + "&transport=polling";
  let sid = "";
  let queue: string[] = [];
  let posting = false;
  const target = (): string => `${base}${sid && "&sid=" + sid}&t=${Date.now().toString(36)}`;
  const fail = (): void => {
    if (!abort.signal.aborted) {
      abort.abort();
      events.gone();
    }
  };
  const post = async (): Promise<void> => {
    if (posting || !sid) return;
    posting = true;
    while (queue.length) {
      const body = queue.join("\x1e");
      queue = [];
      const answer = await fetch(target(), { method: "POST", body, signal: abort.signal });
      if (!answer.ok) throw new Error("polling refused");
    }
    posting = false;
  };
  const poll = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      const answer = await fetch(target(), { signal: abort.signal, cache: "no-store" });
      if (!answer.ok) throw new Error("polling refused");
      for (const packet of (await answer.text()).split("\x1e")) {
        if (packet.startsWith("0")) sid = (JSON.parse(packet.slice(1)) as { sid: string }).sid;
        events.packet(packet);
      }
    }
  };
  poll().catch(fail);
  return {
    send(packet) {
      queue.push(packet);
      post().catch(fail);
    },
    close() {
      if (sid && !abort.signal.aborted) void fetch(target(), { method: "POST", body: "1", keepalive: true }).catch(() => undefined);
      abort.abort();
    },
  };
}

export class Sio {
  private pipe: Pipe | undefined;
  private racing: Pipe[] = [];
  private handlers = new Map<string, (data: never) => void>();
  private acks = new Map<number, { done: (value: never) => void; fail: (e: Error) => void }>();
  private nextAck = 0;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private patience = 45_000;
  private stopped = true;
  private polled = false;
  /** Events that overtook the answer to CONNECT: heard once the connection stands, as the protocol's own client does. */
  private early: string[] = [];
  status: Status = "down";

  constructor(private options: Options) {}

  on<T>(event: string, handler: (data: T) => void): void {
    this.handlers.set(event, handler as (data: never) => void);
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    addEventListener("online", this.renew);
    addEventListener("offline", this.lose);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.renew);
    removeEventListener("offline", this.lose);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.retry);
    this.drop();
    this.tell("down");
  }

  /** Sends an event and resolves with its acknowledgement; rejects when not connected or after ten seconds. */
  emit<T>(event: string, data: unknown): Promise<T> {
    return new Promise((done, fail) => {
      if (this.status !== "up" || !this.pipe) return fail(new Error("not connected"));
      const id = this.nextAck++;
      const timer = setTimeout(() => this.settle(id)?.fail(new Error("no answer")), ACK_MS);
      this.acks.set(id, {
        done: (value) => (clearTimeout(timer), done(value)),
        fail: (error) => (clearTimeout(timer), fail(error)),
      });
      this.pipe.send(`42${this.options.namespace},${id}${JSON.stringify([event, data])}`);
    });
  }

  private settle(id: number): { done: (value: never) => void; fail: (e: Error) => void } | undefined {
    const ack = this.acks.get(id);
    this.acks.delete(id);
    return ack;
  }

  private lose = (): void => this.fallen();

  /** A connection that outlived a change of network may be dead without knowing: always a fresh one. */
  private renew = (): void => {
    this.attempt = 0;
    this.connect();
  };

  private hurry = (): void => {
    if (this.status === "down" && !document.hidden) this.renew();
  };

  private connect(): void {
    if (this.stopped) return;
    this.drop();
    this.tell("connecting");
    const first = this.open(websocketPipe);
    this.retry = setTimeout(() => {
      if (this.racing.includes(first)) this.openPolling();
      this.retry = setTimeout(() => this.fallen(), 3 * RACE_MS);
    }, RACE_MS);
  }

  private open(make: (url: string, events: PipeEvents) => Pipe): Pipe {
    const url = `${this.options.origin}${this.options.path ?? "/socket.io"}/?EIO=4`;
    const pipe: Pipe = make(url, {
      packet: (packet) => this.receive(pipe, packet),
      gone: () => this.gone(pipe),
    });
    this.racing.push(pipe);
    return pipe;
  }

  private openPolling(): void {
    if (this.polled) return;
    this.polled = true;
    this.open(pollingPipe);
  }

  private gone(pipe: Pipe): void {
    if (this.pipe === pipe) return this.fallen();
    if (!this.racing.includes(pipe)) return;
    this.racing = this.racing.filter((p) => p !== pipe);
    if (this.pipe || this.stopped) return;
    this.openPolling();
    if (!this.racing.length) this.fallen();
  }

  private receive(pipe: Pipe, packet: string): void {
    if (this.pipe && pipe !== this.pipe) return pipe.close();
    this.watch();
    const type = packet[0];
    if (type === "0") this.opened(pipe, packet.slice(1));
    else if (type === "2") (pipe.send("3"), this.options.ping?.());
    else if (type === "1") this.gone(pipe);
    else if (type === "4") this.message(packet.slice(1));
  }

  private opened(pipe: Pipe, json: string): void {
    const { pingInterval, pingTimeout } = JSON.parse(json) as { pingInterval: number; pingTimeout: number };
    this.patience = pingInterval + pingTimeout;
    clearTimeout(this.retry);
    this.pipe = pipe;
    for (const other of this.racing) if (other !== pipe) other.close();
    this.racing = [];
    pipe.send(`40${this.options.namespace},${JSON.stringify(this.options.auth())}`);
  }

  private message(packet: string): void {
    const [, kind, body = ""] = /^(\d)(?:\/[^,]*,)?(.*)$/s.exec(packet) ?? [];
    if (kind === "0") {
      this.attempt = 0;
      this.tell("up");
      for (const event of this.early.splice(0)) this.message(event);
    } else if (kind === "2" && this.status !== "up") {
      this.early.push(packet);
    } else if (kind === "1") {
      this.fallen();
    } else if (kind === "4") {
      this.refuse(body);
    } else if (kind === "2" || kind === "3") {
      const [, id, json = "[]"] = /^(\d*)(.*)$/s.exec(body) ?? [];
      const values = JSON.parse(json) as unknown[];
      if (kind === "3") this.settle(Number(id))?.done(values[0] as never);
      else this.handlers.get(String(values[0]))?.(values[1] as never);
    }
  }

  /** A page or a key that may not enter is told so once; any other refusal passes, so it is tried again. */
  private refuse(body: string): void {
    if (!FINAL.test(body)) {
      void this.options.refusal?.(body).then((again) => again && !this.stopped && this.renew());
      return this.fallen();
    }
    this.stop();
    this.tell("refused", body);
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.fallen(), this.patience);
  }

  private fallen(): void {
    this.drop();
    if (this.stopped) return;
    this.tell("down");
    const [floor, ceiling] = BACKOFF_MS;
    const wait = Math.min(ceiling, floor * 2 ** this.attempt++) * (0.5 + Math.random());
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private drop(): void {
    clearTimeout(this.watchdog);
    clearTimeout(this.retry);
    const pipes = this.pipe ? [this.pipe, ...this.racing] : this.racing;
    this.pipe = undefined;
    this.racing = [];
    this.early = [];
    this.polled = false;
    for (const pipe of pipes) pipe.close();
    for (const id of [...this.acks.keys()]) this.settle(id)?.fail(new Error("connection lost"));
  }

  private tell(status: Status, reason?: string): void {
    this.status = status;
    this.options.status?.(status, reason);
  }
}
