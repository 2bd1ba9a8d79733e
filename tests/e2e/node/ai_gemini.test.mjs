import { check } from './ai.mjs';
import { key, load, model, url } from './setup.mjs';

const { createGoogle } = await load('@ai-sdk/google');
check(createGoogle({ baseURL: url + '/v1beta', apiKey: key })(model));
