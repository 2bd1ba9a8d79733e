// The OpenAI SDK for JavaScript against the simulated chat completions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys, load, marker, png, url } from './clients.mjs';

const { default: OpenAI, AzureOpenAI } = await load('openai');
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

test('embeddings', async () => {
  const answer = await client.embeddings.create({ model: 'text-embedding-3-small',
                                                  input: ['one', 'two', 'one'] });
  assert.equal(answer.data[0].embedding.length, 1536);
  assert.deepEqual(answer.data[0].embedding, answer.data[2].embedding);
  assert.notDeepEqual(answer.data[0].embedding, answer.data[1].embedding);
  assert.equal(answer.usage.total_tokens, 3);
});

test('older completions, streamed and not', async () => {
  const asked = { model: 'gpt-3.5-turbo-instruct', prompt: 'hello' };
  const answer = await client.completions.create(asked);
  assert.equal(answer.choices[0].text, 'Hello from the simulated provider.');
  let text = '';
  for await (const chunk of await client.completions.create({ ...asked, stream: true })) {
    text += chunk.choices[0].text;
  }
  assert.equal(text, answer.choices[0].text);
});

test('azure', async () => {
  const azure = new AzureOpenAI({ apiKey: keys.openai[0], endpoint: url, maxRetries: 0,
                                  apiVersion: '2026-10-01' });
  const answer = await azure.chat.completions.create({ model, messages: ask('hi') });
  assert.equal(answer.choices[0].message.content, 'Hello from the simulated provider.');
  const { data } = await azure.embeddings.create({ model: 'text-embedding-3-small', input: 'a' });
  assert.equal(data[0].embedding.length, 1536);
});
