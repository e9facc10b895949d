import { Refusal } from "./error.js";

/** How often and how long to try again. Times are in milliseconds. */
export interface Retry {
  /** Tries in all, at least one. */
  attempts: number;
  /** Limit of the first wait; each further one is twice as long. */
  base: number;
  /** Limit of any wait that the seller did not ask for. */
  longest: number;
  /** Limit of a wait that the seller asked for: rather than try too early, a call gives up. */
  longestAsked: number;
}

/** Six tries over some seconds, and up to a minute where the seller asks for it. */
export const defaultRetry: Retry = { attempts: 6, base: 100, longest: 5_000, longestAsked: 60_000 };

/** How long to wait after the try with the given number, from 1, failed; undefined: not to try again. */
export function pause(retry: Retry, attempt: number, failure: unknown): number | undefined {
  const asked = failure instanceof Refusal ? failure.retryAfter : 0;
  // A TypeError is how fetch tells of a broken connection.
  const transient = failure instanceof Refusal ? failure.transient : failure instanceof TypeError;
  if (!transient || attempt >= retry.attempts || asked > retry.longestAsked) return undefined;
  return asked + Math.random() * Math.min(retry.base * 2 ** Math.min(attempt - 1, 30), retry.longest);
}

/** Waits, or ends with the signal. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const ended = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", ended);
      resolve();
    }, ms);
    signal?.addEventListener("abort", ended, { once: true });
  });
}
