import { deploymentLimits } from '../lambda-api/limits.ts';

/** Lambda's words where the function's variables are too large; undefined where they are not. The values are not shown. */
export function problemOfSize(variables: Readonly<Record<string, string>>): string | undefined {
  const own = Object.fromEntries(Object.entries(variables).filter(([name]) => !RESERVED.test(name)));
  const bytes = Buffer.byteLength(JSON.stringify(own));
  if (bytes <= deploymentLimits.environmentBytes) return undefined;
  return (
    'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded ' +
    `the 4KB limit. As JSON they have ${bytes} bytes.`
  );
}

/** Lambda sets these itself. */
const RESERVED = /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION|DEFAULT_REGION)$/;
