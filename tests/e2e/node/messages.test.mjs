// The Anthropic SDK for JavaScript through the gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, key, load, marker, model, png, url } from './setup.mjs';

const { default: Anthropic } = await load('@anthropic-ai/sdk');
const client = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });
const tools = [{ name: 'weather', input_schema: {
  type: 'object', properties: { city: { type: 'string' } } } }];

test('plain', async () => {
  const answer = await client.messages.create({ model, max_tokens: 50, messages: ask('hi') });
  assert.equal(answer.content[0].text, 'Hello from the simulated provider.');
  assert.match(answer._request_id, /^req_/);
});

const thinks = !model.includes('nova');

test('stream with thinking', { skip: !thinks && 'does not think' }, async () => {
  const message = await client.messages.stream({ model, max_tokens: 2000,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: ask(marker({ scenario: 'long', tokens: 200, reasoning: 'step one' })) }).finalMessage();
  assert.equal(message.content[0].thinking, 'step one');
  assert.ok(message.content[0].signature);
  assert.equal(message.content[1].text.length, 800);
});

test('parallel tools in a stream', async () => {
  const message = await client.messages.stream({ model, max_tokens: 500, tools,
    messages: ask(marker({ scenario: 'tools', tools: [
      { name: 'weather', input: { city: 'Tokyo' } }, { name: 'weather', input: {} }] })),
  }).finalMessage();
  assert.equal(message.stop_reason, 'tool_use');
  assert.deepEqual(message.content.map((block) => block.input), [{ city: 'Tokyo' }, {}]);
});

test('image and count', async () => {
  const messages = ask([{ type: 'text', text: 'what' }, { type: 'image', source: {
    type: 'base64', media_type: 'image/png', data: png } }]);
  const answer = await client.messages.create({ model, max_tokens: 5, messages });
  if (model.includes('nova')) {
    await assert.rejects(client.messages.countTokens({ model, messages }), { status: 501 });
  } else {
    const { input_tokens: counted } = await client.messages.countTokens({ model, messages });
    assert.equal(answer.usage.input_tokens, counted);
  }
});

test('errors before and in the stream', async () => {
  const fault = (f) => ask(marker({ fault: f }));
  await assert.rejects(client.messages.create({ model, max_tokens: 5,
    messages: fault({ kind: 'status', status: 529, retry_after: 60 }) }), (error) => error.status >= 429);
  await assert.rejects(client.messages.create({ model: 'nope', max_tokens: 5, messages: ask('hi') }),
                       { status: 404 });
  await assert.rejects(client.messages.stream({ model, max_tokens: 50,
    messages: fault({ kind: 'exception', message: 'half way' }) }).finalMessage(), /request req_/);
});
