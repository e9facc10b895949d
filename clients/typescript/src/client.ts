import { refusalOf } from "./error.js";
import { defaultRetry, pause, sleep, type Retry } from "./retry.js";
import { operations, type Operations } from "./schema.js";

/** What an operation takes, beside its idempotency key. */
export type Input<Id extends keyof Operations> = Omit<Operations[Id], "answer">;

/** What an operation answers. */
export type Answer<Id extends keyof Operations> = Operations[Id]["answer"];

/** The arguments of a call: an operation that needs nothing can be called with its name alone. */
type Arguments<Id extends keyof Operations> = {} extends Input<Id> ? [input?: Input<Id>, options?: CallOptions] : [input: Input<Id>, options?: CallOptions];

export interface CallOptions {
  /** Has the call happen once, however often it is made under the key; minted for the call when absent. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface ClientOptions {
  /** The buyer's API key; without one only what is open to everybody is answered. */
  key?: string;
  retry?: Partial<Retry>;
  /** How long one try may take, in milliseconds; 60,000 when absent. */
  timeout?: number;
  /** In the place of the global fetch. */
  fetch?: typeof globalThis.fetch;
}

/** A buyer at a seller agent. */
export class Client {
  readonly retry: Retry;
  readonly #base: string;
  readonly #key: string | undefined;
  readonly #timeout: number;
  readonly #fetch: typeof globalThis.fetch;
  // Tells a caller without a key from others, so that its calls are answered once, too.
  readonly #session = crypto.randomUUID().replaceAll("-", "");

  constructor(url: string, options: ClientOptions = {}) {
    this.#base = url.replace(/\/+$/, "");
    this.#key = options.key;
    this.#timeout = options.timeout ?? 60_000;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.retry = { ...defaultRetry, ...options.retry };
  }

  /**
   * Calls an operation by its id in the API's description, and tries again what may pass: nothing happens twice, since each try carries
   * the same idempotency key. A refusal is thrown as a Refusal.
   */
  async call<Id extends keyof Operations>(id: Id, ...[input, options]: Arguments<Id>): Promise<Answer<Id>> {
    const { method, path, keyed, text } = operations[id];
    const given = (input ?? {}) as { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };
    const headers: Record<string, string> = {};
    if (given.body !== undefined) headers["Content-Type"] = "application/json";
    if (keyed) headers["Idempotency-Key"] = options?.idempotencyKey ?? keyIn(given.body) ?? crypto.randomUUID();
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = given.path?.[name];
      if (!value) throw new RangeError(`parley: ${String(id)} needs ${name}`);
      return encodeURIComponent(value);
    });
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.send(method, target, given.query, headers, given.body, options?.signal, this.#timeout);
        const isText = text && response.headers.get("Content-Type")?.startsWith("text/");
        return (response.status === 204 ? undefined : await (isText ? response.text() : response.json())) as Answer<Id>;
      } catch (failure) {
        options?.signal?.throwIfAborted();
        const wait = pause(this.retry, attempt, failure);
        if (wait === undefined) throw failure;
        await sleep(wait, options?.signal);
      }
    }
  }

  /** Sends one request, for what is not an operation of JSON; anything but a success is thrown as a Refusal. @internal */
  async send(
    method: string, path: string, query: Record<string, unknown> | undefined, headers: Record<string, string>, body: unknown,
    signal: AbortSignal | undefined, timeout: number,
  ): Promise<Response> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const signals = [...(signal ? [signal] : []), ...(timeout > 0 ? [AbortSignal.timeout(timeout)] : [])];
    const response = await this.#fetch(url, {
      method,
      headers: {
        Accept: "application/json", "User-Agent": "parley-typescript", ...headers,
        ...(this.#key ? { Authorization: `Bearer ${this.#key}` } : { "Parley-Session": this.#session }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error",
      ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
    }).catch((failure: unknown) => {
      // A try that took too long is like a connection that broke.
      if (failure instanceof DOMException && failure.name === "TimeoutError") throw new TypeError(failure.message, { cause: failure });
      throw failure;
    });
    if (!response.ok) throw await refusalOf(response, Date.now());
    return response;
  }
}

/** The idempotency key that a body brings. */
function keyIn(body: unknown): string | undefined {
  const key = body && typeof body === "object" && "idempotency_key" in body ? body.idempotency_key : undefined;
  return typeof key === "string" && key !== "" ? key : undefined;
}
