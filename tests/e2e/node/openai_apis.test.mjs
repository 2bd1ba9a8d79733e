// The OpenAI SDK for JavaScript through the gateway: embeddings, older completions, Azure's class.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, key, load, model, url } from './setup.mjs';

const { default: OpenAI, AzureOpenAI } = await load('openai');
const client = new OpenAI({ apiKey: key, baseURL: url + '/v1', maxRetries: 0 });
const azure = new AzureOpenAI({ apiKey: key, endpoint: url, apiVersion: '2026-10-01',
                                maxRetries: 0 });
const small = 'text-embedding-3-small';

test('embeddings', async () => {
  const answer = await client.embeddings.create({ model: small, input: ['one', 'two'] });
  assert.equal(answer.data[1].embedding.length, 1536);
  assert.equal(answer.usage.total_tokens, 2);
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
  const answer = await azure.chat.completions.create({ model, messages: ask('hi') });
  assert.equal(answer.choices[0].message.content, 'Hello from the simulated provider.');
  const { data } = await azure.embeddings.create({ model: small, input: 'a' });
  assert.equal(data[0].embedding.length, 1536);
  await assert.rejects(azure.chat.completions.create({ model: 'nope', messages: ask('hi') }),
                       { status: 404 });
});
