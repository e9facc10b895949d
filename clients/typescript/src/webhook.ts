import type { Event } from "./follow.js";

/** What a request fails with that is no delivery of the webhook, or not one of now. */
export class NoDelivery extends Error {
  override name = "NoDelivery";
}

/** How far the seller's clock and this one may be apart, in milliseconds. */
const skew = 5 * 60_000;

/**
 * Reads the event that a request to a webhook's address delivers. It holds the request to the signing key and to the time, as Standard
 * Webhooks 1.0 has it; while a key is rotated, give both. body is the request's, to the byte. Answer 2xx once the event is kept: it may
 * come again under the same event_id.
 */
export async function verify(
  headers: Headers | Record<string, string | string[] | undefined>, body: string | Uint8Array, signingKeys: string | readonly string[], now: number = Date.now(),
): Promise<Event> {
  const header = (name: string): string => {
    if (headers instanceof Headers) return headers.get(name) ?? "";
    const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    return (Array.isArray(value) ? value[0] : value) ?? "";
  };
  const sent = header("webhook-timestamp");
  if (!/^\d+$/.test(sent) || Math.abs(now - Number(sent) * 1000) > skew) throw new NoDelivery("The request is not of now.");
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = concat(new TextEncoder().encode(`${header("webhook-id")}.${sent}.`), raw);
  const given = header("webhook-signature").split(" ").filter((s) => s.startsWith("v1,")).map((s) => s.slice(3));
  for (const key of typeof signingKeys === "string" ? [signingKeys] : signingKeys) {
    const hmac = await crypto.subtle.importKey("raw", bytes(key.replace(/^whsec_/, "")), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of given) {
      let mac: Uint8Array<ArrayBuffer>;
      try {
        mac = bytes(signature);
      } catch {
        continue; // it is not base64
      }
      if (await crypto.subtle.verify("HMAC", hmac, mac, signed)) return JSON.parse(new TextDecoder().decode(raw)) as Event;
    }
  }
  throw new NoDelivery("The request is not signed with the webhook's key.");
}

const bytes = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
