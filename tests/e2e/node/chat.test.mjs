// The OpenAI SDK for JavaScript through the gateway, to a model of whatever provider.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, key, load, marker, model, png, url } from './setup.mjs';

const { default: OpenAI } = await load('openai');
const client = new OpenAI({ apiKey: key, baseURL: url + '/v1', maxRetries: 0 });
const tools = [{ type: 'function', function: { name: 'weather', parameters: {
  type: 'object', properties: { city: { type: 'string' } } } } }];
const calls = marker({ scenario: 'tools', tools: [
  { name: 'weather', input: { city: 'Tokyo' } }, { name: 'weather', input: {} }] });

test('plain', async () => {
  const answer = await client.chat.completions.create({ model, messages: ask('hi') });
  assert.equal(answer.choices[0].message.content, 'Hello from the simulated provider.');
  assert.equal(answer.usage.completion_tokens, 9);
});

test('stream with and without usage', async () => {
  for (const asked of [true, false]) {
    const stream = await client.chat.completions.create({
      model, messages: ask(marker({ scenario: 'long', tokens: 200 })), stream: true,
      ...(asked ? { stream_options: { include_usage: true } } : {}) });
    let text = '', last;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      last = chunk;
      assert.ok(asked || chunk.choices.length === 1);
    }
    assert.equal(text.length, 800);
    if (asked) assert.equal(last.usage.completion_tokens, 200);
  }
});

test('parallel tools in a stream, and their results', async () => {
  const said = ask(calls);
  const stream = client.chat.completions.stream({ model, tools, messages: said });
  const { message } = (await stream.finalChatCompletion()).choices[0];
  assert.deepEqual(message.tool_calls.map((call) => JSON.parse(call.function.arguments)),
                   [{ city: 'Tokyo' }, {}]);
  const answer = await client.chat.completions.create({ model, tools, messages: [
    ...said, { role: 'assistant', content: null, tool_calls: message.tool_calls.map(
      ({ id, function: { name, arguments: given } }) =>
        ({ id, type: 'function', function: { name, arguments: given } })) },
    ...message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }))] });
  assert.equal(answer.choices[0].message.content, 'Results:\nsunny\nsunny');
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
    model, messages: fault({ kind: 'status', status: 429, retry_after: 60 }) }), { status: 429 });
  await assert.rejects(client.chat.completions.create({ model: 'nope', messages: ask('hi') }),
                       { status: 404 });
  await assert.rejects(client.withOptions({ apiKey: 'sk-wrong' }).chat.completions.create(
    { model, messages: ask('hi') }), { status: 401 });
  const stream = await client.chat.completions.create({
    model, stream: true, messages: fault({ kind: 'exception', message: 'half way' }) });
  await assert.rejects(async () => { for await (const chunk of stream) void chunk; }, /request req_/);
});

test('models', async () => {
  const names = [];
  for await (const each of await client.models.list()) names.push(each.id);
  assert.ok(names.includes(model));
});
