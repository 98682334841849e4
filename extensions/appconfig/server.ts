import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackHost } from '../../foundation/loopback-host.ts';
import { routeMemory } from '../../foundation/route-memory.ts';
import { isTurnOver, nextTurn } from '../../foundation/turns.ts';
import type { Clock, Log, RequestHandler } from '../sdk/index.ts';
import { type Answer, refusal } from './answer.ts';
import { answerFrom } from './answers.ts';
import type { Configuration } from './configuration.ts';
import type { Configurations } from './configurations.ts';
import { hasEtag } from './etag.ts';
import { explainFailure } from './explain-failure.ts';
import { type ReadRoute, route } from './routes.ts';

/** Answers as AWS's agent does. What is in memory is answered in the same turn: a promise would double its cost. */
export function appConfigServer(options: AppConfigServerOptions): RequestHandler {
  const { configurations, clock, log, onTooLong, onExperiment } = options;
  const routeOf = routeMemory(route);

  return (request, response) => {
    const refused = refusalOf(request);
    if (refused !== undefined) return send(response, refused);
    const wish = routeOf(request);
    if (wish.kind === 'refused') return send(response, wish.answer);
    if (wish.flags.length > 0 && request.headers['entity-id'] !== undefined) onExperiment('The header Entity-Id');

    const known = wish.waitMs === 0 ? configurations.read(wish.profile) : onceChanged(wish, request, response);
    if (!(known instanceof Promise)) return answerInTurn(wish, known, request, response);
    return known.then(
      (configuration) => answerInTurn(wish, configuration, request, response),
      (error: unknown) => send(response, failureAnswer(error)),
    );
  };

  /** Many requests may come in one turn of the event loop, and each may be evaluated for some tenths of a second. */
  function answerInTurn(
    wish: ReadRoute,
    configuration: Configuration,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> | void {
    const isEvaluated = configuration.hasVariants || wish.flags.length > 0;
    if (isEvaluated && isTurnOver()) return nextTurn().then(() => answer(wish, configuration, request, response));
    answer(wish, configuration, request, response);
  }

  function answer(
    wish: ReadRoute,
    configuration: Configuration,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const made = answerFrom(configuration, wish, contextOf(request), onEvaluated);
    if (made.status === 500) onTooLong();
    const condition = request.headers['if-none-match'];
    if (made.status === 200 && condition !== undefined && hasEtag(condition, String(made.headers.ETag))) {
      const { 'Content-Length': _length, 'Content-Type': _type, ...headers } = made.headers;
      send(response, { status: 304, headers, body: '' });
    } else send(response, made);
  }

  function onEvaluated({ profile, flags }: ReadRoute, ms: number): void {
    log.debug(`evaluated ${flags.join(', ') || 'all flags'} of ${profile.key} in ${ms.toFixed(1)} ms`);
  }

  /** The configuration as soon as its answer is another than the caller knows, or when the wait is over. */
  async function onceChanged(wish: ReadRoute, request: IncomingMessage, response: ServerResponse) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const untilMs = clock.monotonicMs() + wish.waitMs;
    let configuration = await configurations.read(wish.profile);
    const known = request.headers['if-none-match'] ?? etagOf(configuration);
    while (hasEtag(known, etagOf(configuration))) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0 || gone.signal.aborted) break;
      configuration = await configurations.next(wish.profile, configuration, leftMs, gone.signal);
    }
    return configuration;

    function etagOf(candidate: Configuration): string {
      return String(answerFrom(candidate, wish, contextOf(request)).headers.ETag);
    }
  }
}

export interface AppConfigServerOptions {
  configurations: Pick<Configurations, 'read' | 'next'>;
  clock: Clock;
  log: Pick<Log, 'debug'>;
  /** An evaluation has used up its CPU time. */
  onTooLong: () => void;
  /** A caller may expect that an experiment decides. */
  onExperiment: (asking: string) => void;
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers as Record<string, string>);
  response.end(body);
}

function failureAnswer(error: unknown): Answer {
  const { status, code, text, resourceType } = explainFailure(error);
  return refusal(status, text, resourceType === undefined ? {} : { ResourceType: resourceType }, code);
}

function contextOf({ headers }: IncomingMessage): string | undefined {
  const { context } = headers;
  return Array.isArray(context) ? context.join(', ') : context;
}

function refusalOf({ headers }: IncomingMessage): Answer | undefined {
  if (!isLoopbackHost(headers.host)) return FOREIGN_HOST;
  // It selects versions of a running deployment, or treatments of an experiment, which the data plane does not show.
  const entity = headers['entity-id'];
  return entity === undefined || entity.length <= LONGEST_ENTITY ? undefined : TOO_LONG_ENTITY;
}

const FOREIGN_HOST = refusal(403, 'Host must be a loopback name');
const LONGEST_ENTITY = 2_048;
const TOO_LONG_ENTITY = refusal(400, `Entity-Id takes at most ${LONGEST_ENTITY} bytes`);
