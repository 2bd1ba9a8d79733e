// The AWS SDK for JavaScript, with its HTTP/1.1 handler, through the gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, marker, model as modelId, url } from './setup.mjs';

const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand,
  InvokeModelWithResponseStreamCommand } = await load('@aws-sdk/client-bedrock-runtime');
const { NodeHttpHandler } = await load('@smithy/node-http-handler');

const client = new BedrockRuntimeClient({
  endpoint: url, region: 'us-east-1', maxAttempts: 1, requestHandler: new NodeHttpHandler(),
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID,
                 secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY },
});
const user = (text) => [{ role: 'user', content: [{ text }] }];
const said = (text) => JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 500,
  messages: [{ role: 'user', content: text }] });

test('converse', async () => {
  const answer = await client.send(new ConverseCommand({ modelId, messages: user('hi') }));
  assert.match(answer.output.message.content[0].text, /^Hello/);
  assert.match(answer.$metadata.requestId, /^req_/);
});

test('converse, streamed', async () => {
  const answer = await client.send(new ConverseStreamCommand({
    modelId, messages: user(marker({ scenario: 'long', tokens: 300 })) }));
  let text = '', usage;
  for await (const event of answer.stream) {
    text += event.contentBlockDelta?.delta.text ?? '';
    usage = event.metadata?.usage ?? usage;
  }
  assert.equal(text.length, 1200);
  assert.equal(usage.outputTokens, 300);
});

test('invoke, whole and streamed', async () => {
  const whole = await client.send(new InvokeModelCommand({ modelId, body: said('hi') }));
  assert.equal(JSON.parse(new TextDecoder().decode(whole.body)).stop_reason, 'end_turn');
  const streamed = await client.send(new InvokeModelWithResponseStreamCommand({
    modelId, body: said('hi') }));
  const types = [];
  for await (const event of streamed.body) {
    types.push(JSON.parse(new TextDecoder().decode(event.chunk.bytes)).type);
  }
  assert.equal(types.at(0), 'message_start');
  assert.equal(types.at(-1), 'message_stop');
});

test('an unknown model is named', async () => {
  await assert.rejects(client.send(new ConverseCommand({ modelId: 'nope', messages: user('hi') })),
    (error) => error.name === 'ResourceNotFoundException' && /nope/.test(error.message));
});

test('an exception inside the stream', async () => {
  const answer = await client.send(new ConverseStreamCommand({ modelId, messages: user(marker({
    scenario: 'long', tokens: 100,
    fault: { kind: 'exception', message: 'half way' } })) }));
  await assert.rejects(async () => { for await (const _ of answer.stream); }, /request req_/);
});
