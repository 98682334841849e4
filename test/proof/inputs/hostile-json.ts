import fc from 'fast-check';
import { hostileText } from './hostile-text.ts';
import { mutatedText } from './mutate.ts';

const small = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom<unknown>(null, true, false, -0, 0, 1e308, 2 ** 53, [], {}),
);
const leaf = fc.oneof({ weight: 1, arbitrary: hostileText }, { weight: 2, arbitrary: small });

/** Any JSON value. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(hostileText, fc.string({ maxLength: 6 })), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.tuple(fc.integer({ min: 1, max: 2_000 }), leaf).map(([depth, bottom]) => nested(depth, bottom)),
    fc.tuple(fc.integer({ min: 1, max: 2_000 }), small).map(([length, one]) => Array.from({ length }, () => one)),
  ),
})).value;

/** Documents of which up to three values were replaced, removed or repeated, whatever their place. */
export function changedJson(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const changes = fc.array(
    fc.record({ at: fc.nat(60), kind: fc.constantFrom('replace', 'remove', 'wrap'), other: hostileJson }),
    {
      maxLength: 3,
    },
  );
  return fc.tuple(fc.constantFrom(...samples), changes).map(([sample, list]) =>
    list.reduce<unknown>((document, { at, kind, other }) => {
      let place = 0;
      return replaceEach(document, (value) => {
        if (place++ !== at) return value;
        return kind === 'replace' ? other : kind === 'wrap' ? [value, value] : undefined;
      });
    }, sample),
  );
}

/** JSON texts: changed documents, any value, and texts that are JSON no more. */
export function hostileJsonText(samples: readonly unknown[]): fc.Arbitrary<string> {
  const texts = samples.map((sample) => JSON.stringify(sample));
  return fc.oneof(
    { weight: 4, arbitrary: changedJson(samples).map(textOf) },
    { weight: 2, arbitrary: mutatedText(texts) },
    { weight: 1, arbitrary: hostileJson.map(textOf) },
    { weight: 1, arbitrary: hostileText },
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function replaceEach(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced !== value || typeof value !== 'object' || value === null) return replaced;
  if (Array.isArray(value)) return value.map((one) => replaceEach(one, replace) ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaceEach(one, replace)]));
}

function nested(depth: number, bottom: unknown): unknown {
  let value = bottom;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
