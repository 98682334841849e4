import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { policyFor } from '../policy/index.ts';

export interface PolicyFlags {
  readonly envFile?: string;
  readonly region?: string;
  readonly account?: unknown;
}

/**
 * What `policy` prints: the document for IAM, and a comment for each permission.
 * @throws Error with what to do if no file is named, or it cannot be read.
 */
export function policyText({ envFile, region, account }: PolicyFlags): { document: string; comments: string } {
  if (envFile === undefined) throw new Error('Name the file with the settings of the function: policy --env .env');
  const variables = variablesIn(String(envFile));
  const accountId = account === undefined ? undefined : String(account).padStart(12, '0');
  const { document, reasons } = policyFor(variables, { region, accountId });
  const found = reasons.length > 0 ? reasons : ['These settings need no permission.'];
  const hint = 'Secrets, parameters and configurations that only the code of the function names are not in it.';
  return {
    document: JSON.stringify(document, undefined, 2),
    comments: [...found, hint].map((line) => `# ${line}`).join('\n'),
  };
}

function variablesIn(envFile: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(envFile, 'utf8'));
  } catch (error) {
    throw new Error(`--env-file is "${envFile}": ${(error as Error).message}.`);
  }
}
