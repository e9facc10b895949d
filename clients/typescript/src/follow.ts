import type { Answer, Client } from "./client.js";
import { Refusal } from "./error.js";
import { pause, sleep } from "./retry.js";

/** One thing that happened to this buyer's quotes, proposals, negotiations, deals and orders. */
export type Event = Answer<"getEvent">;

/** The position before all events. */
export const fromTheBeginning = "0";

export interface FollowOptions {
  /** The id of the last event that is known, fromTheBeginning, or nothing for what is yet to come. */
  after?: string;
  /** Narrows the events, such as { event_type: "deal.booked" }. */
  filter?: Record<string, string>;
  signal?: AbortSignal;
}

/** How long a connection may say nothing before it counts as broken, in milliseconds; sellers send a comment now and then. */
const silence = 60_000;

/**
 * Hands over this buyer's events as they happen: none is missed and none comes twice, over broken connections and the seller's
 * restarts. It ends with the signal, or throws a refusal that coming back would not mend.
 */
export async function* follow(client: Client, options: FollowOptions = {}): AsyncGenerator<Event, void, void> {
  let position = options.after;
  for (let failures = 1; ; failures++) {
    const connection = new AbortController();
    const end = () => connection.abort();
    options.signal?.addEventListener("abort", end, { once: true });
    let failure: unknown = new TypeError("the stream ended");
    try {
      for await (const block of blocks(client, position, options.filter, connection)) {
        failures = 1;
        if (block.data) {
          const event = JSON.parse(block.data) as Event;
          position = block.id ?? position;
          yield event;
        } else if (block.id) {
          position = block.id; // where the stream stands before its first event
        }
      }
    } catch (thrown) {
      failure = thrown instanceof Refusal ? thrown : new TypeError("the stream broke", { cause: thrown });
    } finally {
      connection.abort();
      options.signal?.removeEventListener("abort", end);
    }
    if (options.signal?.aborted) return;
    const wait = pause({ ...client.retry, attempts: failures + 1 }, failures, failure);
    if (wait === undefined) throw failure;
    try {
      await sleep(wait, options.signal);
    } catch {
      return;
    }
  }
}

interface Block {
  id: string | undefined;
  data: string;
}

/** Reads one connection: fields of a block are on lines of their own, and an empty line ends it. */
async function* blocks(
  client: Client, position: string | undefined, filter: Record<string, string> | undefined, connection: AbortController,
): AsyncGenerator<Block> {
  let alive = setTimeout(() => connection.abort(), silence);
  try {
    const response = await client.send("GET", "/events/stream", filter, {
      Accept: "text/event-stream", ...(position === undefined ? {} : { "Last-Event-ID": position }),
    }, undefined, connection.signal, 0);
    const decoder = new TextDecoder();
    let rest = "";
    let block: Block = { id: undefined, data: "" };
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(alive);
      alive = setTimeout(() => connection.abort(), silence);
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, name, value] = /^(\w*):? ?(.*?)\r?$/.exec(line) ?? [];
        if (line === "" || line === "\r") {
          if (block.id !== undefined || block.data !== "") yield block;
          block = { id: undefined, data: "" };
        } else if (name === "id") {
          block.id = value;
        } else if (name === "data") {
          block.data += (block.data === "" ? "" : "\n") + value;
        }
      }
    }
  } finally {
    clearTimeout(alive);
  }
}
