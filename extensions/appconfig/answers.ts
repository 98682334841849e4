import { monotonicMs } from '../../foundation/monotonic-ms.ts';
import { type Answer, refusal } from './answer.ts';
import type { Configuration } from './configuration.ts';
import { etagOf } from './etag.ts';
import { readContext } from './flags/context.ts';
import { type Evaluation, EvaluationTooLongError, evaluation } from './flags/evaluation.ts';
import type { Context, Flag, Flags } from './flags/flag.ts';
import type { ReadRoute } from './routes.ts';

/**
 * The answer of a configuration: as it is, or evaluated where it holds flags with variants or one is asked for by name.
 * @param contextHeader the request's `Context`, all its lines joined by commas.
 * @param onEvaluated told how long an evaluation took; there is none where the answer is in memory.
 */
export function answerFrom(
  configuration: Configuration,
  wish: ReadRoute,
  contextHeader = '',
  onEvaluated: (wish: ReadRoute, ms: number) => void = () => undefined,
): Answer {
  const { flags, flagsKey } = wish;
  const isAsItIs = flags.length === 0 && !configuration.hasVariants;
  const key = isAsItIs ? '' : `${flagsKey}\n${contextHeader}`;
  try {
    return configuration.answers.of(key, () => {
      if (isAsItIs) return asItIs(configuration);
      const startedAtMs = monotonicMs();
      const answer = evaluated(configuration, flags, contextHeader);
      onEvaluated(wish, monotonicMs() - startedAtMs);
      return answer;
    });
  } catch (error) {
    if (!(error instanceof EvaluationTooLongError)) throw error;
    return refusal(500, error.message, {}, error.code);
  }
}

function asItIs({ content, contentType, version, etag }: Configuration): Answer {
  return { status: 200, headers: headersOf(content, contentType, version, etag), body: content };
}

function evaluated(configuration: Configuration, names: readonly string[], contextHeader: string): Answer {
  const context = readContext(contextHeader);
  if (typeof context === 'string') return refusal(400, context);
  const flags = configuration.flags();
  if (flags === undefined) return refusal(400, 'the configuration holds no feature flags: it is not a JSON object');

  const [only, ...others] = names;
  const one = evaluation();
  const body =
    only !== undefined && others.length === 0
      ? flags.get(only)?.evaluate(context, one)
      : allOf(flags, names, context, one);
  if (body === undefined)
    return refusal(404, `there is no flag ${JSON.stringify(names.join())}`, { ResourceType: 'Flag' });
  const contentType = 'application/json';
  return {
    status: 200,
    headers: headersOf(body, contentType, configuration.version, etagOf(body, contentType)),
    body,
  };
}

/** Those of the names that there are, or all; undefined when there is none of the names. */
function allOf(flags: Flags, names: readonly string[], context: Context, one: Evaluation): string | undefined {
  const wanted: [string, Flag][] =
    names.length === 0
      ? [...flags]
      : [...new Set(names)].flatMap((name) => {
          const flag = flags.get(name);
          return flag === undefined ? [] : [[name, flag] as [string, Flag]];
        });
  if (names.length > 0 && wanted.length === 0) return undefined;
  return `{${wanted.map(([name, flag]) => `${JSON.stringify(name)}:${flag.evaluate(context, one)}`).join()}}`;
}

/** The name of the version's header is documented in one spelling and used in another. */
function headersOf(body: string | Buffer, contentType: string, version: string | undefined, etag: string) {
  return {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    ETag: etag,
    ...(version === undefined ? {} : { ConfigurationVersion: version, 'Configuration-Version': version }),
  };
}
