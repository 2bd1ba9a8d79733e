import { check } from './ai.mjs';
import { key, load, model, url } from './setup.mjs';

const { createOpenAI } = await load('@ai-sdk/openai');
check(createOpenAI({ baseURL: url + '/v1', apiKey: key }).responses(model));
