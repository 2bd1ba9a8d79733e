// The Vercel AI SDK checks every answer against strict schemas: what it takes, most agents take.
// One list of tests for the providers of all dialects; a test file gives the model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, marker } from './setup.mjs';

const { generateText, jsonSchema, stepCountIs, streamText, tool } = await load('ai');
// Its own table says of some models that they can more than they can.
const limits = { maxRetries: 0, maxOutputTokens: 4000 };
const cities = [{ city: '東京' }, { city: 'Osaka "x"' }];
const weather = (asked) => tool({
  inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } },
                            required: ['city'] }),
  execute: (input) => { asked.push(input); return 'sunny'; },
});

async function streamed(request) {
  const parts = [], result = streamText({ ...request, ...limits, onError: () => {} });
  try {
    for await (const part of result.fullStream) parts.push(part);
  } catch (error) {  // the connection of a broken stream is cut behind its error event
    parts.push({ type: 'error', error });
  }
  const text = (type) => parts.filter((part) => part.type === type).map((part) => part.text).join('');
  return { parts, text: text('text-delta'), reasoning: text('reasoning-delta'),
           usage: parts.find((part) => part.type === 'finish')?.totalUsage,
           error: parts.find((part) => part.type === 'error')?.error };
}

// `thinking` are the options that turn it on; none: the dialect shows no thoughts.
export function check(model, thinking) {
  test('generateText', async () => {
    const { text, usage, finishReason } = await generateText({ model, prompt: 'hi', ...limits });
    assert.equal(text, 'Hello from the simulated provider.');
    assert.equal(finishReason, 'stop');
    assert.equal(usage.outputTokens, 9);
    assert.ok(usage.inputTokens > 0);
  });

  test('streamText', async () => {
    const { text, usage, error } = await streamed({
      model, prompt: marker({ scenario: 'long', tokens: 200 }) });
    assert.equal(error, undefined);
    assert.equal(text.length, 800);
    assert.equal(usage.outputTokens, 200);
    assert.ok(usage.inputTokens > 0);
  });

  for (const [name, ask] of [['a stream', streamed], ['whole answers', generateText]]) {
    test(`parallel tools and their results in ${name}`, async () => {
      const asked = [];
      const { text, error } = await ask({
        model, tools: { weather: weather(asked) }, stopWhen: stepCountIs(3), ...limits,
        prompt: marker({ scenario: 'tools',
                         tools: cities.map((input) => ({ name: 'weather', input })) }) });
      assert.equal(error, undefined);
      assert.deepEqual(asked, cities);
      assert.match(text, /Results:\nsunny\nsunny$/);
    });
  }

  test('thinking in a stream', { skip: !thinking }, async () => {
    const { text, reasoning, error } = await streamed({
      model, ...thinking, prompt: marker({ reasoning: 'step one, step two' }) });
    assert.equal(error, undefined);
    assert.equal(reasoning, 'step one, step two');
    assert.equal(text, 'Hello from the simulated provider.');
  });

  test('errors before and in the stream', async () => {
    const fault = (f) => marker({ fault: f });
    await assert.rejects(generateText({ model, ...limits,
      prompt: fault({ kind: 'status', status: 400, message: 'no such thing' }) }),
      (error) => error.statusCode === 400 && /no such thing/.test(error.message));
    const { error } = await streamed({
      model, prompt: fault({ kind: 'exception', message: 'half way' }) });
    assert.match(JSON.stringify(error) + error?.message, /request req_/);
  });
}
