// Where the SDKs were installed and where the gateway listens: given by test_sdks.py.
import { createRequire } from 'node:module';

const require = createRequire(process.env.SEKISHO_NODE_MODULES + '/');
export const load = (name) => import(require.resolve(name));
export const { GATEWAY_URL: url, GATEWAY_KEY: key, GATEWAY_MODEL: model } = process.env;
export const marker = (scenario) => `[[sim:${JSON.stringify(scenario)}]]`;
export const ask = (content) => [{ role: 'user', content }];
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
