export { Client, type Answer, type CallOptions, type ClientOptions, type Input } from "./client.js";
export { Refusal } from "./error.js";
export { follow, fromTheBeginning, type Event, type FollowOptions } from "./follow.js";
export { linear, negotiate, type Move, type Outcome, type Position, type Round, type Strategy } from "./negotiate.js";
export { defaultRetry, type Retry } from "./retry.js";
export { NoDelivery, verify } from "./webhook.js";
export type * from "./schema.js";
