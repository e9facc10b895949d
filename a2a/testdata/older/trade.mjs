// Trades with a server as the protocol's public client of version 0.3 does.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { A2AClient } from '@a2a-js/sdk/client';

const product = process.env.PARLEY_PRODUCT;
let lost = 0; // how many of the next answers do not arrive
const withKey = async (at, init = {}) => {
  const answer = await fetch(at, { ...init, headers: { ...init.headers, Authorization: `Bearer ${process.env.PARLEY_BUYER_KEY}` } });
  if (lost === 0) return answer;
  lost--;
  await answer.arrayBuffer();
  throw new TypeError('the answer is lost');
};
const connect = (node) => A2AClient.fromCardUrl(`${node}/.well-known/agent-card.json`, { fetchImpl: withKey });
const client = await connect(process.env.PARLEY_URL);

// The desk is at the other end of this program's standard streams: it does what it is told in a line, and answers one.
const answers = createInterface({ input: process.stdin });
const desk = async (what) => {
  const done = new Promise((resolve) => { answers.once('line', resolve); });
  console.log(what);
  await done;
};
const say = (skill, input, more = {}) => ({
  message: { kind: 'message', messageId: randomUUID(), role: 'user', parts: [{ kind: 'data', data: { skill, input } }], ...more },
  configuration: { blocking: true },
});

const quote = (await client.sendMessage(say('request_quote', { product_id: product, deal_type: 'PD' }))).result;
assert.equal(quote.status.state, 'input-required');
const on = { taskId: quote.id };
assert.equal((await client.sendMessage(say('negotiate', { action: 'counter', price: 30 }, on))).result.history.length, 2);
const booking = say('book_deal', {}, on);
lost = 1;
await assert.rejects(client.sendMessage(booking), 'the answer to a booking is lost');
assert.equal((await client.sendMessage(booking)).result.status.state, 'completed');
assert.deepEqual((await client.getTask({ id: quote.id })).result.artifacts.map((a) => a.name), ['quote', 'deal']);
const kinds = [];
for await (const event of client.sendMessageStream(say('request_quote', { product_id: product, deal_type: 'PD' }))) kinds.push(event.kind);
assert.deepEqual(kinds, ['task']);
assert.equal((await client.getTask({ id: 'qt-nope' })).error.code, -32001);

// A gate: the buyer books at one node and follows at another, until the desk has decided.
await desk('gate');
const there = await connect(process.env.PARLEY_OTHER_URL);
const held = (await client.sendMessage(say('request_quote', { product_id: product, deal_type: 'PD' }))).result;
const waiting = say('book_deal', {}, { taskId: held.id });
waiting.configuration.blocking = false;
assert.equal((await client.sendMessage(waiting)).result.status.state, 'working');
let state;
for await (const event of there.resubscribeTask({ id: held.id })) {
  if (state === undefined) await desk('decide');
  state = event.status?.state ?? state; // artifacts have none
}
assert.equal(state, 'completed');
assert.equal((await there.sendMessage(waiting)).result.status.state, 'completed', 'a repetition at the other node');
answers.close();
process.stdin.destroy();
console.log('2 passed, 0 failed');
