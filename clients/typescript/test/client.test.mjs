// Trades with a real server. PARLEY_URL names it, PARLEY_KEY is an agency's, and PARLEY_PRODUCT is for sale as PD.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";

import { Client, NoDelivery, Refusal, follow, fromTheBeginning, linear, negotiate, verify } from "parley-client";

const url = process.env.PARLEY_URL;
const product_id = process.env.PARLEY_PRODUCT;
const options = { key: process.env.PARLEY_KEY };
const client = new Client(url, options);
const asked = { product_id, deal_type: "PD", impressions: 100_000 };

test("a quote is made once, and booked", async () => {
  const idempotencyKey = crypto.randomUUID();
  const quote = await client.call("createQuote", { body: asked }, { idempotencyKey });
  const again = await client.call("createQuote", { body: asked }, { idempotencyKey });
  assert.equal(again.quote_id, quote.quote_id);
  const deal = await client.call("bookDeal", { body: { quote_id: quote.quote_id } });
  assert.equal((await client.call("getDeal", { path: { deal_id: deal.deal_id } })).deal_id, deal.deal_id);
  const listed = await client.call("listDeals", { query: { limit: 5 } });
  assert.ok(listed.deals.some((d) => d.deal_id === deal.deal_id));
});

test("deals are exported, and say how they run", async () => {
  const quote = await client.call("createQuote", { body: asked });
  const { deal_id } = await client.call("bookDeal", { body: { quote_id: quote.quote_id } });
  const sheet = await client.call("exportDeals", { query: { format: "csv" } });
  assert.ok(sheet.startsWith("deal_id,") && sheet.includes(`\n${deal_id},`), sheet);
  const file = await client.call("exportDeals", { query: { format: "openrtb" } });
  assert.ok(file.deals.some((deal) => deal.id === deal_id && deal.at === 3));
  const { source, total } = await client.call("getDealDelivery", { path: { deal_id } });
  assert.deepEqual([source, total.impressions], [null, null]); // nothing is known of it yet
  assert.deepEqual(await client.call("getDealActivation", { path: { deal_id } }), { deal_id, activations: [] });
});

test("a key says whose it is, and which clock it trades by", async () => {
  const own = await client.call("getKey", { path: { key_id: "self" } });
  assert.equal(own.role, "buyer");
  assert.ok(options.key.endsWith(own.hint));
  assert.ok(!Number.isNaN(Date.parse((await client.call("getTestClock")).now)));
});

test("a refusal says what is wrong", async () => {
  await assert.rejects(client.call("createQuote", { body: { ...asked, product_id: "none" } }), (refused) => {
    assert.ok(refused instanceof Refusal);
    assert.equal(refused.status, 404);
    assert.equal(refused.code, "not_found");
    assert.notEqual(refused.requestId, "");
    return true;
  });
  await assert.rejects(client.call("createQuote", { body: { ...asked, impressions: -1 } }), (refused) => refused.fields[0].path === "impressions");
  await assert.rejects(new Client(url, { key: "ask_live_none" }).call("listDeals"), { status: 401 });
});

test("what may pass is tried again, under one key", async () => {
  const keys = [];
  const flaky = new Client(url, {
    ...options, retry: { base: 1 },
    fetch: (input, init) => {
      keys.push(init.headers["Idempotency-Key"]);
      if (keys.length === 1) throw new TypeError("the connection broke");
      if (keys.length === 2) return Promise.resolve(new Response("busy", { status: 503, headers: { "Retry-After": "0" } }));
      return fetch(input, init);
    },
  });
  const quote = await flaky.call("createQuote", { body: asked });
  assert.ok(quote.quote_id);
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
  let tries = 0;
  const down = new Client(url, { retry: { attempts: 3, base: 1 }, fetch: () => (tries++, Promise.reject(new TypeError("down"))) });
  await assert.rejects(down.call("listDeals"), TypeError);
  assert.equal(tries, 3);
});

test("a negotiation ends at or below the ceiling, and its price is booked", async () => {
  const quote = await client.call("createQuote", { body: asked });
  const standing = Math.round(quote.pricing.final_cpm * 1e6);
  const ceiling = Math.floor(standing * 0.99 / 10_000) * 10_000;
  const outcome = await negotiate(client, quote, linear(Math.floor(standing * 0.8 / 10_000) * 10_000, ceiling, 3));
  assert.ok(["accepted", "rejected"].includes(outcome.status), outcome.status);
  if (outcome.status === "accepted") {
    assert.ok(outcome.agreed <= ceiling);
    const deal = await client.call("bookDeal", { body: { quote_id: quote.quote_id } });
    assert.equal(Math.round(deal.pricing.final_cpm * 1e6), outcome.agreed);
  }
});

test("a strategy never gives more than its ceiling", () => {
  const next = linear(1_000_000, 2_000_000, 3);
  const at = (offers, seller, final = false) => next({ offers, seller, currency: "USD", final });
  assert.deepEqual(at([], 3_000_000), { action: "counter", price: 1_000_000 });
  assert.deepEqual(at([1_000_000], 3_000_000), { action: "counter", price: 1_500_000 });
  assert.deepEqual(at([1_000_000, 1_500_000], 3_000_000), { action: "counter", price: 2_000_000 });
  assert.deepEqual(at([1_000_000], 1_400_000), { action: "accept", price: 1_400_000 });
  assert.deepEqual(at([1_000_000], 1_900_000, true), { action: "accept", price: 1_900_000 });
  assert.equal(at([1_000_000], 2_100_000, true).action, "reject");
});

test("events are followed over broken connections, each once", { timeout: 60_000 }, async () => {
  const stop = new AbortController();
  let connections = 0;
  const breaking = new Client(url, {
    ...options, retry: { base: 1 },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      connections++;
      // Each connection breaks after the first events that it brings.
      return new Response(new ReadableStream({
        async start(controller) {
          for await (const chunk of response.body) {
            controller.enqueue(chunk);
            if (new TextDecoder().decode(chunk).includes("data:")) break;
          }
          setTimeout(() => controller.error(new TypeError("broken")), 5);
        },
      }), { status: response.status });
    },
  });
  const made = new Set();
  for (let i = 0; i < 3; i++) made.add((await client.call("createQuote", { body: asked })).quote_id);
  const heard = [];
  for await (const event of follow(breaking, { after: fromTheBeginning, filter: { event_type: "quote.created" }, signal: stop.signal })) {
    heard.push(event.event_id);
    made.delete(event.quote_id);
    if (made.size === 0) stop.abort();
  }
  assert.equal(new Set(heard).size, heard.length);
  assert.ok(connections > 0);
  await assert.rejects(follow(new Client(url, { key: "ask_live_none" })).next(), { status: 401 });
});

test("a webhook is verified by either key, and nothing else is taken", async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  try {
    const { port } = receiver.address();
    const hook = await client.call("createWebhook", { body: { url: `http://127.0.0.1:${port}/` } });
    const path = { webhook_id: hook.webhook_id };
    const rotated = await client.call("rotateWebhookKey", { path, body: { overlap_hours: 1 } });
    const tried = await client.call("testWebhook", { path, body: {} });
    assert.equal(tried.accepted, true);
    const { headers, body } = received.at(-1);
    const now = Number(headers["webhook-timestamp"]) * 1000;
    for (const keys of [hook.signing_key, rotated.signing_key, ["whsec_AAAA", rotated.signing_key]]) {
      assert.equal((await verify(headers, body, keys, now)).event_id, tried.event_id);
    }
    await assert.rejects(verify(headers, body, "whsec_AAAA", now), NoDelivery);
    await assert.rejects(verify(headers, `${body} `, hook.signing_key, now), NoDelivery);
    await assert.rejects(verify(headers, body, hook.signing_key, now + 6 * 60_000), NoDelivery);
    await client.call("removeWebhook", { path });
  } finally {
    receiver.close();
  }
});

test("the published example of Standard Webhooks is taken", async () => {
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"test": 2432232314}';
  const headers = new Headers({
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "Webhook-Timestamp": "1614265330",
    "Webhook-Signature": "v1,AAAA v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  assert.deepEqual(await verify(headers, body, key, 1614265330_000), { test: 2432232314 });
  const signed = createHmac("sha256", "other").update(body).digest("base64");
  headers.set("Webhook-Signature", `v1,${signed}`);
  await assert.rejects(verify(headers, body, key, 1614265330_000), NoDelivery);
});
