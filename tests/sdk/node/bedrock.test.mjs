// The AWS SDK for JavaScript, with its HTTP/1.1 handler, against the simulated Bedrock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys, marker, png, require, url } from './clients.mjs';

const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } = require(
  '@aws-sdk/client-bedrock-runtime');
const { NodeHttpHandler } = require('@smithy/node-http-handler');

const client = new BedrockRuntimeClient({
  endpoint: url, region: 'us-east-1', maxAttempts: 1, requestHandler: new NodeHttpHandler(),
  credentials: { accessKeyId: keys.aws[0].access_key_id,
                 secretAccessKey: keys.aws[0].secret_access_key },
});
const modelId = 'us.anthropic.claude-sonnet-4-6';
const user = (...content) => ({ role: 'user', content });
const tools = [{ toolSpec: { name: 'weather', inputSchema: { json: {
  type: 'object', properties: { city: { type: 'string' } } } } } }];

test('plain', async () => {
  const answer = await client.send(new ConverseCommand({ modelId, messages: [user({ text: 'hi' })] }));
  assert.equal(answer.output.message.content[0].text, 'Hello from the simulated provider.');
  assert.equal(answer.usage.outputTokens, 9);
  assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
});

test('colon in the model id', async () => {
  const answer = await client.send(new ConverseCommand({
    modelId: 'amazon.nova-pro-v1:0', messages: [user({ text: 'hi' })] }));
  assert.equal(answer.stopReason, 'end_turn');
});

test('stream', async () => {
  const answer = await client.send(new ConverseStreamCommand({
    modelId, messages: [user({ text: marker({ scenario: 'long', tokens: 300 }) })] }));
  let text = '', usage;
  for await (const event of answer.stream) {
    text += event.contentBlockDelta?.delta.text ?? '';
    usage = event.metadata?.usage ?? usage;
  }
  assert.equal(text.length, 1200);
  assert.equal(usage.outputTokens, 300);
});

test('parallel tools in a stream', async () => {
  const said = user({ text: marker({ scenario: 'tools', tools: [
    { name: 'weather', input: { city: 'Tokyo' } }, { name: 'weather', input: {} }] }) });
  const answer = await client.send(new ConverseStreamCommand({
    modelId, messages: [said], toolConfig: { tools } }));
  const calls = [];
  let stop;
  for await (const event of answer.stream) {
    if (event.contentBlockStart) calls.push({ ...event.contentBlockStart.start.toolUse, json: '' });
    if (event.contentBlockDelta) calls.at(-1).json += event.contentBlockDelta.delta.toolUse.input;
    stop = event.messageStop?.stopReason ?? stop;
  }
  assert.equal(stop, 'tool_use');
  assert.deepEqual(calls.map((call) => JSON.parse(call.json || '{}')), [{ city: 'Tokyo' }, {}]);
});

test('image', async () => {
  const answer = await client.send(new ConverseCommand({ modelId, messages: [user({ text: 'what' },
    { image: { format: 'png', source: { bytes: Buffer.from(png, 'base64') } } })] }));
  assert.ok(answer.usage.inputTokens > 5);
});

test('errors before and in the stream', async () => {
  const fault = (f) => [user({ text: marker({ fault: f }) })];
  await assert.rejects(
    client.send(new ConverseCommand({ modelId, messages: fault({ kind: 'status', status: 429 }) })),
    { name: 'ThrottlingException' });
  await assert.rejects(
    client.send(new ConverseCommand({ modelId, messages: [user({ text: ' ' })] })),
    { name: 'ValidationException', message: /non-empty/ });
  const answer = await client.send(new ConverseStreamCommand({
    modelId, messages: fault({ kind: 'exception', type: 'throttlingException' }) }));
  await assert.rejects(async () => { for await (const event of answer.stream) void event; },
                       { name: 'ThrottlingException' });
});
