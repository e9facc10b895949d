// Trades with a server as the protocol's public client of version 0.3 does.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { A2AClient } from '@a2a-js/sdk/client';

const product = process.env.PARLEY_PRODUCT;
const withKey = (at, init = {}) => fetch(at, { ...init, headers: { ...init.headers, Authorization: `Bearer ${process.env.PARLEY_BUYER_KEY}` } });
const client = await A2AClient.fromCardUrl(`${process.env.PARLEY_URL}/.well-known/agent-card.json`, { fetchImpl: withKey });
const say = (skill, input, more = {}) => ({
  message: { kind: 'message', messageId: randomUUID(), role: 'user', parts: [{ kind: 'data', data: { skill, input } }], ...more },
  configuration: { blocking: true },
});

const quote = (await client.sendMessage(say('request_quote', { product_id: product, deal_type: 'PD' }))).result;
assert.equal(quote.status.state, 'input-required');
const on = { taskId: quote.id };
assert.equal((await client.sendMessage(say('negotiate', { action: 'counter', price: 30 }, on))).result.history.length, 2);
assert.equal((await client.sendMessage(say('book_deal', {}, on))).result.status.state, 'completed');
assert.deepEqual((await client.getTask({ id: quote.id })).result.artifacts.map((a) => a.name), ['quote', 'deal']);
const kinds = [];
for await (const event of client.sendMessageStream(say('request_quote', { product_id: product, deal_type: 'PD' }))) kinds.push(event.kind);
assert.deepEqual(kinds, ['task']);
assert.equal((await client.getTask({ id: 'qt-nope' })).error.code, -32001);
console.log('1 passed, 0 failed');
