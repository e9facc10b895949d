import type { Answer, Client } from "./client.js";
import { Refusal } from "./error.js";

/** A run of rounds over the price of a quote or a proposal. */
export type Round = Answer<"sendNegotiationMessage">;

/** Where a negotiation stands when it is the buyer's turn. Prices are in micros: millionths of the currency's unit, for a thousand impressions. */
export interface Position {
  /** The buyer's own prices so far, the oldest first. */
  offers: readonly number[];
  /** The seller's price that stands. */
  seller: number;
  currency: string;
  /** The seller has said that it goes no lower. */
  final: boolean;
}

/** What a buyer does in its turn. price is in micros: with counter the offer, with accept the seller's price. */
export type Move = { action: "counter" | "accept"; price: number; rationale?: string } | { action: "reject"; rationale?: string };

/** Decides a buyer's moves. */
export type Strategy = (position: Position) => Move;

/** How a negotiation ended. */
export interface Outcome {
  negotiationId: string;
  /** pending_approval: the publisher's people have the word now. */
  status: string;
  /** In micros; undefined: no agreement, or not yet. */
  agreed: number | undefined;
  rounds: Round[];
}

/** The most turns of a negotiation with a seller that never ends it. */
const maxTurns = 100;

/**
 * Raises the offer by equal steps from opening to ceiling, which offer number rounds reaches, and takes the seller's price when it is no
 * higher than the next offer, or final and within the ceiling. Prices are in micros, in whole hundredths of the currency's unit.
 */
export function linear(opening: number, ceiling: number, rounds: number): Strategy {
  return ({ offers, seller, final }) => {
    const steps = Math.max(rounds - 1, 1);
    const step = rounds < 2 ? steps : Math.min(offers.length, steps);
    const way = opening + Math.floor(((ceiling - opening) * step) / steps / 10_000) * 10_000;
    const offer = Math.min(Math.max(step === steps ? ceiling : way, ...offers), ceiling);
    if (seller <= offer || (final && seller <= ceiling)) return { action: "accept", price: seller };
    if (final) return { action: "reject", rationale: "Your final price is more than we pay." };
    return { action: "counter", price: offer };
  };
}

/**
 * Negotiates the price that booking a quote strikes: asks the strategy for each move, sends it, and goes on until there is an agreement, a
 * refusal, or a decision that the publisher's people have to make.
 */
export async function negotiate(client: Client, quote: Answer<"createQuote">, strategy: Strategy, signal?: AbortSignal): Promise<Outcome> {
  const { final_cpm: price, currency } = quote.pricing as { final_cpm: number; currency: string };
  const position = { offers: [] as number[], seller: micros(price), currency, final: false };
  const outcome: Outcome = { negotiationId: "", status: "active", agreed: undefined, rounds: [] };
  const options = signal ? { signal } : {};
  for (let turn = 1; outcome.status === "active"; turn++) {
    if (turn > maxTurns) throw new RangeError("parley: the negotiation does not end");
    const move = strategy(position);
    let round: Round;
    try {
      round = await client.call("sendNegotiationMessage", {
        body: {
          ...(outcome.negotiationId ? { negotiation_id: outcome.negotiationId } : { quote_id: quote.quote_id }),
          action: move.action, round_number: turn,
          ...(move.action === "reject" ? {} : { buyer_price: { amount_micros: move.price, currency } }),
          ...(move.rationale ? { rationale: move.rationale } : {}),
        } as never,
      }, options);
    } catch (failure) {
      if (failure instanceof Refusal && failure.facts["status"] === "pending_approval") return { ...outcome, status: "pending_approval" };
      throw failure;
    }
    outcome.rounds.push(round);
    outcome.negotiationId = round.negotiation_id;
    outcome.status = round.approval_id && round.status === "active" ? "pending_approval" : round.status;
    if (move.action === "counter") position.offers.push(move.price);
    if (typeof round.seller_price === "number") position.seller = micros(round.seller_price);
    position.final = round.action === "final_offer";
    if (round.status === "accepted" && move.action !== "reject") {
      outcome.agreed = micros((round.seller_price ?? round.buyer_price) as number);
      // The seller says what was agreed; the buyer knows what it offered, and owes no more.
      if (outcome.agreed > move.price) throw new RangeError(`parley: the seller says that ${outcome.agreed} was agreed, the last offer was ${move.price}`);
    }
  }
  return outcome;
}

/** A price in units of its currency as micros. */
const micros = (price: number): number => Math.round(price * 1_000_000);
