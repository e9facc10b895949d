// Trades with a server as the protocol's public clients do. A document that does not fit the schema that its tool shows is an
// exception in these clients, and so is a refusal that is not a result.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const url = process.env.PARLEY_URL;
const keys = { buyer: process.env.PARLEY_BUYER_KEY, operator: process.env.PARLEY_OPERATOR_KEY };
const product = process.env.PARLEY_PRODUCT;
const gated = process.env.PARLEY_GATED_PRODUCT; // whose deals wait for the desk
const other = new URL('/mcp', process.env.PARLEY_OTHER_URL).href; // another node

const clients = {
  'sdk 1, 2025-11-25': (path, key) => connect(new OldClient({ name: 'test', version: '1' }), OldTransport, path, key),
  'client 2': (path, key) => connect(new Client({ name: 'test', version: '1' }), StreamableHTTPClientTransport, path, key),
  'client 2, newest revision': (path, key) =>
    connect(new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } }), StreamableHTTPClientTransport, path, key),
};

async function connect(client, Transport, path, key) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  await client.connect(new Transport(new URL(path, url), { requestInit: { headers } }));
  return client;
}

let passed = 0;
for (const [name, open] of Object.entries(clients)) {
  for (const path of ['/mcp', '/mcp/']) {
    const buyer = await open(path, keys.buyer);
    const call = async (tool, args) => {
      const result = await buyer.callTool({ name: tool, arguments: args });
      assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, tool);
      return result;
    };
    const must = async (tool, args) => {
      const result = await call(tool, args);
      assert.ok(!result.isError, `${name}: ${tool}: ${result.content[0].text}`);
      return result.structuredContent;
    };
    const refused = async (code, tool, args) => {
      const result = await call(tool, args);
      assert.equal(result.isError, true, `${name}: ${tool} is not refused`);
      assert.equal(result.structuredContent.detail.error, code, `${name}: ${tool}: ${result.content[0].text}`);
    };
    const { tools } = await buyer.listTools();
    assert.ok(tools.length > 20, `${tools.length} tools`);
    assert.ok((await must('list_products', {})).count > 0);
    const ask = { product_id: product, deal_type: 'PD', impressions: 100000, idempotency_key: randomUUID() };
    const quote = await must('request_quote', ask);
    assert.equal((await must('request_quote', ask)).quote_id, quote.quote_id);
    await refused('idempotency_conflict', 'request_quote', { ...ask, impressions: 200000 });
    await refused('ceiling_exceeded', 'book_deal', { quote_id: quote.quote_id, max_cpm: 0.01, idempotency_key: randomUUID() });
    const turn = await must('negotiate', { quote_id: quote.quote_id, action: 'counter', price: quote.pricing.final_cpm, idempotency_key: randomUUID() });
    assert.ok(turn.negotiation_id);
    const deal = await must('book_deal', { quote_id: quote.quote_id, idempotency_key: randomUUID() });
    assert.ok(['booked', 'proposed'].includes(deal.status));
    await refused('contention', 'book_deal', { quote_id: quote.quote_id, idempotency_key: randomUUID() });
    await refused('not_found', 'get_deal', { deal_id: 'PRLY-00000-00000' });
    await refused('validation', 'get_pricing', { product_id: product, volume: -1 });
    await refused('unsupported_capability', 'request_quote', { ...ask, linear_tv: {}, media_type: 'linear_tv', idempotency_key: randomUUID() });
    await must('wait_for_change', { deal_id: deal.deal_id, after: '0', seconds: 1 });

    // A gate: the buyer waits at one node, and hears that nothing has come yet, until the desk has decided at another.
    const waiting = await must('request_quote', { ...ask, product_id: gated, idempotency_key: randomUUID() });
    const proposed = await must('book_deal', { quote_id: waiting.quote_id, idempotency_key: randomUUID() });
    assert.equal(proposed.status, 'proposed');
    assert.equal(proposed.next.tool, 'wait_for_change');
    const desk = await open(other, keys.operator);
    let notes = 0;
    const decided = async () => {
      const queue = await desk.callTool({ name: 'list_pending_approvals', arguments: {} });
      const decision = { approval_id: queue.structuredContent.approvals[0].approval_id, decision: 'approve', idempotency_key: randomUUID() };
      return desk.callTool({ name: 'approve_or_reject', arguments: decision });
    };
    let deciding;
    const heard = { onprogress: () => { notes++; deciding ??= decided(); } };
    const question = { name: 'wait_for_change', arguments: { ...proposed.next.arguments, types: ['deal.booked'] } };
    const booked = await (name.startsWith('sdk 1') ? buyer.callTool(question, undefined, heard) : buyer.callTool(question, heard));
    assert.ok(notes > 0, `${name}: no notes of progress`);
    assert.ok(!(await deciding).isError);
    assert.equal(booked.structuredContent.events[0].event_type, 'deal.booked', booked.content[0].text);
    const there = await open(other, keys.buyer);
    assert.equal((await there.callTool({ name: 'get_deal', arguments: { deal_id: proposed.deal_id } })).structuredContent.status, 'booked');
    await there.close();
    await desk.close();
    await buyer.close();

    const operator = await open(path, keys.operator);
    const forbidden = await operator.callTool({ name: 'book_deal', arguments: { quote_id: quote.quote_id, idempotency_key: randomUUID() } });
    assert.equal(forbidden.structuredContent.detail.error, 'forbidden');
    assert.ok(!(await operator.callTool({ name: 'get_inbound_queue', arguments: {} })).isError);
    await operator.close();

    const nobody = await open(path, '');
    const anonymous = await nobody.callTool({ name: 'list_deals', arguments: {} });
    assert.equal(anonymous.structuredContent.detail.error, 'unauthorized');
    assert.equal((await nobody.listPrompts()).prompts.length, 3);
    assert.equal((await nobody.listResources()).resources.length, 2);
    await nobody.close();
    await assert.rejects(open(path, 'ask_live_guess'));
    passed++;
  }
}
console.log(`${passed} passed, 0 failed`);
