import { check } from './ai.mjs';
import { key, load, model, url } from './setup.mjs';

const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
const provider = createOpenAICompatible({
  name: 'gateway', baseURL: url + '/v1', apiKey: key, includeUsage: true });
check(provider(model), model.includes('claude') && {
  providerOptions: { gateway: { reasoningEffort: 'high' } } });
