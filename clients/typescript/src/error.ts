/** The seller's refusal of a call. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    /** HTTP's. */
    readonly status: number,
    /** One of the API's closed list, such as quote_expired; empty when the answer is not the seller's own. */
    readonly code: string,
    message: string,
    /** Which fields of the request are wrong, and why. */
    readonly fields: ReadonlyArray<{ path: string; message: string }>,
    /** Further members of the answer, such as available_impressions. */
    readonly facts: Readonly<Record<string, unknown>>,
    /** To name when asking the publisher. */
    readonly requestId: string,
    /** How long the seller asks to wait, in milliseconds; 0: it did not say. */
    readonly retryAfter: number,
  ) {
    super(message);
  }

  /** Whether the same call may fare better later. What the seller decided stays decided. */
  get transient(): boolean {
    return [429, 500, 502, 503, 504].includes(this.status);
  }
}

/** Reads an answer that is no success. */
export async function refusalOf(response: Response, now: number): Promise<Refusal> {
  const text = await response.text();
  let detail: Record<string, unknown> = {};
  try {
    const read: unknown = JSON.parse(text);
    if (read && typeof read === "object" && "detail" in read && read.detail && typeof read.detail === "object") {
      detail = read.detail as Record<string, unknown>;
    }
  } catch {
    // Something between the seller and us has answered: the status says what matters.
  }
  const { error, message, fields, request_id: requestId, ...facts } = detail;
  return new Refusal(
    response.status,
    typeof error === "string" ? error : "",
    typeof message === "string" ? message : `The answer is not the seller's own: ${text.slice(0, 200)}`,
    Array.isArray(fields) ? fields : [],
    facts,
    typeof requestId === "string" ? requestId : (response.headers.get("x-request-id") ?? ""),
    waitAsked(response.headers.get("retry-after"), now),
  );
}

/** Reads Retry-After, seconds or a date, as milliseconds; 0 when it says nothing that can be waited for. */
function waitAsked(header: string | null, now: number): number {
  if (!header) return 0;
  const longest = 24 * 3_600_000;
  if (/^\d+$/.test(header)) return Math.min(Number(header) * 1000, longest);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.min(Math.max(at - now, 0), longest);
}
