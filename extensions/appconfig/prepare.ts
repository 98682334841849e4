import { isTurnOver, nextTurn } from '../../foundation/turns.ts';
import { withinTime } from '../../foundation/within-time.ts';
import type { HostServices, Log } from '../sdk/index.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { Configuration } from './configuration.ts';
import { etagOf } from './etag.ts';
import { UnusableConfigurationError } from './explain-failure.ts';
import { evaluation } from './flags/evaluation.ts';
import type { Flags } from './flags/flag.ts';
import { jsonFlags } from './flags/json-flags.ts';
import type { Fetched } from './sources/source.ts';

/**
 * Makes a configuration of what came, or rejects with the reason why it cannot be served.
 * @param schema in JSON Schema, which the content must satisfy.
 */
export async function prepare(fetched: Fetched, options: PrepareOptions): Promise<Configuration> {
  const { schema, announceWork } = options;
  const { content, contentType } = fetched;
  const variants = ION.test(contentType) ? await parseVariants(content.toString(), options) : undefined;
  if (schema !== undefined) {
    if (isTurnOver()) await nextTurn();
    announceWork(LONGEST_CHECK_MS);
    await check(variants === undefined ? content.toString() : textOf(variants), schema);
  }

  let flags = variants;
  let isParsed = variants !== undefined;
  return {
    ...fetched,
    etag: etagOf(content, contentType),
    hasVariants: variants !== undefined,
    flags() {
      if (!isParsed) {
        if (content.length > SHORT_BYTES) announceWork(content.length / BYTES_OF_JSON_A_MS);
        flags = jsonFlags(content.toString());
      }
      isParsed = true;
      return flags;
    },
    answers: new AnswerMemory(),
  };
}

export interface PrepareOptions {
  /** For the log. */
  key: string;
  schema: object | undefined;
  log: Log;
  announceWork: HostServices['announceWork'];
}

/** In slices of time. A single variant may be nearly all of the document, and is announced. */
async function parseVariants(text: string, { key, log, announceWork }: PrepareOptions): Promise<Flags> {
  const { parseFlagDocument } = await import('./flags/ion-document.ts');
  const announce = () => {
    if (text.length > SHORT_BYTES) announceWork(text.length / BYTES_OF_ION_A_MS);
  };
  try {
    announce();
    return await parseFlagDocument(text, {
      onProblem: (problem) => log.error(`${key}: ${problem}`),
      onStep: () => (isTurnOver() ? nextTurn().then(announce) : undefined),
    });
  } catch {
    // The parser's own message quotes words of the text.
    throw new UnusableConfigurationError('it is not Amazon Ion');
  }
}

/** What a reader without a context would get. */
function textOf(flags: Flags): string {
  const one = evaluation();
  return `{${[...flags].map(([name, flag]) => `${JSON.stringify(name)}:${flag.evaluate(new Map(), one)}`).join()}}`;
}

async function check(text: string, schema: object): Promise<void> {
  const { problemsOf } = await import('./validate/json-schema.ts');
  // A schema can have regular expressions that go back in their text.
  const problems = withinTime(() => problemsOf(text, schema), LONGEST_CHECK_MS)?.value;
  if (problems === undefined)
    throw new UnusableConfigurationError(`to check its schema takes more than ${LONGEST_CHECK_MS} ms`);
  if (problems.length > 0)
    throw new UnusableConfigurationError(`it does not satisfy its schema: ${problems.join('; ')}`);
}

const ION = /^(application|text)\/ion(;|$)/i;
const LONGEST_CHECK_MS = 5_000;
const SHORT_BYTES = 262_144;
/** A megabyte takes 0.3 to 0.5 s. */
const BYTES_OF_ION_A_MS = 1_000;
const BYTES_OF_JSON_A_MS = 10_000;
