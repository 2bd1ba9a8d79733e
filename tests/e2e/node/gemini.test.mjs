// Google's SDK for JavaScript through the gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { key, load, marker, model, png, url } from './setup.mjs';

const { GoogleGenAI } = await load('@google/genai');
const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
const tools = [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: {
  type: 'object', properties: { city: { type: 'string' } } } }] }];
const ask = (contents, config) => client.models.generateContent({ model, contents, config });
const stream = async (contents, config) => {
  const chunks = [];
  for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
    chunks.push(chunk);
  }
  return chunks;
};

test('plain and image', async () => {
  const answer = await ask(['hi', { inlineData: { mimeType: 'image/png', data: png } }]);
  assert.equal(answer.text, 'Hello from the simulated provider.');
  assert.ok(answer.usageMetadata.promptTokenCount > 5);
});

test('stream', async () => {
  const chunks = await stream(marker({ scenario: 'long', tokens: 200 }));
  assert.equal(chunks.map((chunk) => chunk.text ?? '').join('').length, 800);
  assert.equal(chunks.at(-1).candidates[0].finishReason, 'STOP');
  assert.equal(chunks.at(-1).usageMetadata.candidatesTokenCount, 200);
});

test('a chat with tools', async () => {
  const chat = client.chats.create({ model, config: { tools } });
  const first = await chat.sendMessage({ message: marker({ scenario: 'tools', tools: [
    { name: 'weather', input: { city: 'Tokyo' } }, { name: 'weather', input: {} }] }) });
  const calls = first.functionCalls;
  assert.deepEqual(calls.map((call) => call.args), [{ city: 'Tokyo' }, {}]);
  const answer = await chat.sendMessage({ message: calls.map((call) => ({ functionResponse: {
    id: call.id, name: call.name, response: { output: 'sunny' } } })) });
  assert.equal(answer.text, 'Results:\nsunny\nsunny');
});

test('models', async () => {
  const names = [];
  for await (const one of await client.models.list()) names.push(one.name);
  assert.ok(names.includes('models/' + model));
});

test('errors before and in the stream', async () => {
  await assert.rejects(ask(marker({ fault: { kind: 'status', status: 400 } })), { status: 400 });
  await assert.rejects(client.models.generateContent({ model: 'nope', contents: 'hi' }),
                       { status: 404 });
  // This SDK reads no error out of a stream that has begun; that it was cut it does tell.
  await assert.rejects(stream(marker({ fault: { kind: 'exception', message: 'half way' } })));
});
