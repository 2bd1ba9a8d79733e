import { check } from './ai.mjs';
import { key, load, model, url } from './setup.mjs';

const { createAmazonBedrock } = await load('@ai-sdk/amazon-bedrock');
check(createAmazonBedrock({ baseURL: url, apiKey: key, region: 'us-east-1' })(model),
      model.includes('claude') && { providerOptions: { bedrock: {
        reasoningConfig: { type: 'enabled', budgetTokens: 1024 } } } });
