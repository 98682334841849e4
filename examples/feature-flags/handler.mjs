/** Asks AppConfig's feature flags by OpenFeature. The rules are evaluated in the environment; no call leaves it for a flag. */
import { OpenFeature } from '@openfeature/server-sdk';
import { AppConfigProvider } from 'lambda-node-extended/openfeature';

// Reads the configuration that APPCONFIG_FLAGS names. Without it each flag has its default.
await OpenFeature.setProviderAndWait(new AppConfigProvider()).catch((error) => console.warn(error.message));
const flags = OpenFeature.getClient();

export async function handler({ userId }) {
  const context = { targetingKey: userId };
  return {
    checkout: await flags.getBooleanValue('checkout', false, context),
    steps: await flags.getNumberValue('checkout.steps', 3, context),
  };
}
