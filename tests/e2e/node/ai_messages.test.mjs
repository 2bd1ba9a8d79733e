import { check } from './ai.mjs';
import { key, load, model, url } from './setup.mjs';

const { createAnthropic } = await load('@ai-sdk/anthropic');
check(createAnthropic({ baseURL: url + '/v1', apiKey: key })(model), model.includes('claude') && {
  providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } } });
