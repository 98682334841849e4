import { localFileSettings } from '../aws-call/local-file.ts';
import { valueSettings } from '../aws-call/value-settings.ts';
import type { Wanted } from '../aws-call/wanted.ts';
import { readSettings } from '../foundation/settings.ts';
import { isEmulator } from '../lambda-api/environment.ts';

/** For how many seconds the extension keeps such values: 0 where its cache is off or a file stands in for AWS. It reads the same variables. */
export function extensionTtlSeconds(kind: Wanted['kind']): number {
  known ??= readTtls();
  return kind === 'secret' ? known.secretSeconds : known.parameterSeconds;
}

export function forgetExtensionTtls(): void {
  known = undefined;
}

function readTtls(): Ttls {
  const { values } = readSettings({ ...valueSettings, ...localFileSettings }, process.env);
  // Somebody edits the file, and wants to see the change at the next read.
  const isLocal = values.localFile !== undefined && (values.isLocalFileForced || isEmulator(process.env));
  const isKept = values.isCacheEnabled && values.cacheItems > 0 && !isLocal;
  return {
    secretSeconds: isKept ? values.secretTtlSeconds : 0,
    parameterSeconds: isKept ? values.parameterTtlSeconds : 0,
  };
}

interface Ttls {
  readonly secretSeconds: number;
  readonly parameterSeconds: number;
}

/** A read from memory takes a microsecond, and so does a look at the environment. */
let known: Ttls | undefined;
