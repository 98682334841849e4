import type { SecretsInUse } from '../../sdk/index.ts';

export function secretsInUse(): SecretsInUse {
  const providers = new Map<string, () => Iterable<string>>();
  return {
    provide: (extension, texts) => void providers.set(extension, texts),
    all: () => new Set([...providers.values()].flatMap((texts) => [...texts()])),
  };
}
