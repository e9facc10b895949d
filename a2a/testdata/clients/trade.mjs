// Trades with a server as the protocol's public client of version 1.0 does, by both of its transports.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';

const url = process.env.PARLEY_URL;
const product = process.env.PARLEY_PRODUCT;
let lost = 0; // how many of the next answers do not arrive
const withKey = async (at, init = {}) => {
  const answer = await fetch(at, { ...init, headers: { ...init.headers, Authorization: `Bearer ${process.env.PARLEY_BUYER_KEY}` } });
  if (lost === 0) return answer;
  lost--;
  await answer.arrayBuffer();
  throw new TypeError('the answer is lost');
};

// The desk is at the other end of this program's standard streams: it does what it is told in a line, and answers one.
const answers = createInterface({ input: process.stdin });
const desk = async (what) => {
  const done = new Promise((resolve) => { answers.once('line', resolve); });
  console.log(what);
  await done;
};

const part = (content) => ({ content, metadata: undefined, filename: '', mediaType: '' });
const say = (skill, input, more = {}) => ({
  tenant: '', metadata: undefined,
  message: {
    messageId: randomUUID(), contextId: '', taskId: '', role: 1, parts: [part({ $case: 'data', value: { skill, input } })],
    metadata: undefined, extensions: [], referenceTaskIds: [], ...more,
  },
  configuration: { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately: false },
});
const states = { working: 2, input: 6, completed: 3, canceled: 5 };

const connect = (transport, node) => {
  const factory = new ClientFactory(ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    transports: [new JsonRpcTransportFactory({ fetchImpl: withKey }), new RestTransportFactory({ fetchImpl: withKey })],
    preferredTransports: [transport], cardResolver: new DefaultAgentCardResolver({ fetchImpl: withKey }),
  }));
  return factory.createFromUrl(node);
};

let passed = 0;
const transports = ['JSONRPC', 'HTTP+JSON'];
for (const transport of transports) {
  const client = await connect(transport, url);
  const contextId = randomUUID();
  const quote = await client.sendMessage(say('request_quote', { product_id: product, deal_type: 'PD' }, { contextId }));
  assert.equal(quote.status.state, states.input);
  const on = { taskId: quote.id };
  assert.equal((await client.sendMessage(say('negotiate', { action: 'counter', price: 30 }, on))).history.length, 2);
  assert.equal((await client.sendMessage(say('negotiate', { action: 'accept' }, on))).status.state, states.input);
  const booking = say('book_deal', {}, on);
  lost = 1;
  await assert.rejects(client.sendMessage(booking), 'the answer to a booking is lost');
  assert.equal((await client.sendMessage(booking)).status.state, states.completed);
  assert.equal((await client.sendMessage(booking)).status.state, states.completed, 'a repetition');
  assert.deepEqual((await client.getTask({ tenant: '', id: quote.id })).artifacts.map((a) => a.name), ['quote', 'deal']);
  const list = { tenant: '', contextId, status: 0, pageSize: 10, pageToken: '', includeArtifacts: false };
  assert.deepEqual((await client.listTasks(list)).tasks.map((t) => t.id), [quote.id]);
  const proposal = await client.sendMessage(say('submit_proposal', {
    product_id: product, deal_type: 'PD', price: 25, impressions: 100000, start_date: '2026-08-01', end_date: '2026-08-10',
  }));
  assert.equal((await client.cancelTask({ tenant: '', id: proposal.id, metadata: undefined })).status.state, states.canceled);
  const kinds = [];
  for await (const event of client.sendMessageStream(say('list_products', {}))) kinds.push(event.payload.$case);
  assert.deepEqual(kinds, ['message']);
  const text = { parts: [part({ $case: 'text', value: 'Book everything' })] };
  for (const [refusal, act] of [
    ['TaskNotFound', () => client.getTask({ tenant: '', id: 'qt-nope' })],
    ['RequestMalformed', () => client.sendMessage(say('request_quote', {}))],
    ['UnsupportedOperation', () => client.sendMessage(say('book_deal', {}, { taskId: proposal.id }))],
    ['ContentTypeNotSupported', () => client.sendMessage(say('none', {}, text))],
  ]) await assert.rejects(act, (e) => e.constructor.name.includes(refusal), refusal);
  passed++;
}

// A gate: the buyer books at one node and follows at another, until the desk has decided.
await desk('gate');
for (const transport of transports) {
  const [here, there] = [await connect(transport, url), await connect(transport, process.env.PARLEY_OTHER_URL)];
  const quote = await here.sendMessage(say('request_quote', { product_id: product, deal_type: 'PD' }));
  const booking = say('book_deal', {}, { taskId: quote.id });
  booking.configuration.returnImmediately = true;
  assert.equal((await here.sendMessage(booking)).status.state, states.working);
  let state;
  for await (const event of there.resubscribeTask({ tenant: '', id: quote.id })) {
    if (state === undefined) await desk('decide');
    state = event.payload.value.status?.state ?? state; // artifacts have none
  }
  assert.equal(state, states.completed, transport);
  assert.equal((await there.sendMessage(booking)).status.state, states.completed, 'a repetition at the other node');
  passed++;
}
answers.close();
process.stdin.destroy();
console.log(`${passed} passed, 0 failed`);
