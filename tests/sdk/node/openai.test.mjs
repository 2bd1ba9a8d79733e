// The OpenAI SDK for JavaScript against the simulated chat completions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys, load, marker, png, url } from './clients.mjs';

const { default: OpenAI } = await load('openai');
const client = new OpenAI({ apiKey: keys.openai[0], baseURL: url + '/v1', maxRetries: 0 });
const model = 'gpt-4.1-mini';
const ask = (content) => [{ role: 'user', content }];
const tools = [{ type: 'function', function: { name: 'weather', parameters: {
  type: 'object', properties: { city: { type: 'string' } } } } }];

test('plain', async () => {
  const answer = await client.chat.completions.create({ model, messages: ask('hi') });
  assert.equal(answer.choices[0].message.content, 'Hello from the simulated provider.');
  assert.equal(answer.usage.completion_tokens, 9);
});

test('stream with usage', async () => {
  const stream = await client.chat.completions.create({
    model, messages: ask(marker({ scenario: 'long', tokens: 200 })), stream: true,
    stream_options: { include_usage: true } });
  let text = '', last;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    last = chunk;
  }
  assert.equal(text.length, 800);
  assert.deepEqual(last.choices, []);
  assert.equal(last.usage.completion_tokens, 200);
});

test('parallel tools in a stream', async () => {
  const stream = client.chat.completions.stream({
    model, tools, messages: ask(marker({ scenario: 'tools', tools: [
      { name: 'weather', input: { city: 'Tokyo' } }, { name: 'weather', input: {} }] })) });
  const { message } = (await stream.finalChatCompletion()).choices[0];
  assert.deepEqual(message.tool_calls.map((call) => JSON.parse(call.function.arguments)),
                   [{ city: 'Tokyo' }, {}]);
});

test('image', async () => {
  const answer = await client.chat.completions.create({ model, messages: ask([
    { type: 'text', text: 'what' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,' + png } }]) });
  assert.ok(answer.usage.prompt_tokens > 5);
});

test('errors before and in the stream', async () => {
  const fault = (f) => ask(marker({ fault: f }));
  await assert.rejects(client.chat.completions.create({
    model, messages: fault({ kind: 'status', status: 429 }) }), { status: 429 });
  await assert.rejects(client.chat.completions.create({ model: 'nope', messages: ask('hi') }),
                       { status: 404, code: 'model_not_found' });
  const stream = await client.chat.completions.create({
    model, stream: true, messages: fault({ kind: 'exception', message: 'half way' }) });
  await assert.rejects(async () => { for await (const chunk of stream) void chunk; }, /half way/);
});
