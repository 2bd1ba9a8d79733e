// Where the SDKs were installed, and where the simulator listens: given by test_node.py.
import { createRequire } from 'node:module';

export const require = createRequire(process.env.SEKISHO_NODE_MODULES + '/');
export const load = (name) => import(require.resolve(name));
export const url = process.env.SIM_URL;
export const keys = JSON.parse(process.env.SIM_KEYS);
export const marker = (scenario) => `[[sim:${JSON.stringify(scenario)}]]`;
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
