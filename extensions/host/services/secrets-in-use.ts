import type { SecretsInUse } from '../../sdk/index.ts';

/** @param onAnnounced gets texts before the function does. */
export function secretsInUse(onAnnounced: (texts: Iterable<string>) => void = () => undefined): SecretsInUse {
  const providers = new Map<string, () => Iterable<string>>();
  return {
    provide: (extension, texts) => void providers.set(extension, texts),
    announce: onAnnounced,
    all: () => new Set([...providers.values()].flatMap((texts) => [...texts()])),
  };
}
