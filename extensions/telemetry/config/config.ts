import { parseExactJson, withoutBom } from '../../../foundation/exact-json.ts';
import type { Route } from '../routes/route.ts';
import { configShape, definitions } from './config-shapes.ts';
import {
  type ConfiguredDestination,
  type DestinationTypes,
  lacking,
  ownTexts,
  type ReadSettings,
  textsOf,
} from './configured-destination.ts';
import { readRoutes } from './read-routes.ts';
import { isObject, violations } from './shape.ts';

export interface Config {
  readonly destinations: readonly ConfiguredDestination[];
  /** The name of the destination that gets what others did not take at shutdown. */
  readonly failover: string | undefined;
  readonly routes: readonly Route[];
}

export interface ConfigInput {
  /** `TELEMETRY_CONFIG`: JSON, or the path of a file. */
  readonly text: string | undefined;
  /** `TELEMETRY_DESTINATIONS`: types, which are also the names of these destinations. */
  readonly types: readonly string[];
  readonly catalog: DestinationTypes;
  readonly readFile: (path: string) => string;
  /** Reads the variables for settings that the document omits. */
  readonly settings: ReadSettings;
}

/**
 * Reads destinations and routes. Each mistake is ignored and reported as one problem. If the document cannot be read, there is no
 * config at all.
 */
export async function readConfig(input: ConfigInput): Promise<{ config: Config | undefined; problems: string[] }> {
  const document = readDocument(input);
  if (typeof document === 'string') return { config: undefined, problems: [`${document}. Telemetry is off.`] };

  const known = { ...configShape.properties, destinations: {}, routes: { type: 'array' } } as const;
  const problems = violations({ ...configShape, properties: known }, document, '', definitions).map(
    (violation) => `${violation}. This entry is ignored.`,
  );
  const { destinations, names } = await readDestinations(document.destinations, input, problems);
  const routes = readRoutes(Array.isArray(document.routes) ? document.routes : [], names);
  problems.push(...routes.problems);
  return {
    config: { destinations, failover: readFailover(document.failover, names, problems), routes: routes.routes },
    problems,
  };
}

/** The document, empty if none is set, or why it cannot be read. Never quotes it, since it may hold secrets. */
function readDocument({ text, readFile }: ConfigInput): Readonly<Record<string, unknown>> | string {
  if (text === undefined) return {};
  const isInline = text.trimStart().startsWith('{');
  if (!isInline && !text.startsWith('/')) {
    return 'TELEMETRY_CONFIG is neither a JSON object nor the absolute path of a file that holds one';
  }
  const where = isInline ? 'TELEMETRY_CONFIG' : `${text}, which TELEMETRY_CONFIG names,`;
  try {
    const json = withoutBom(isInline ? text : readFile(text));
    const document: unknown = JSON.parse(json);
    if (!isObject(document)) return `${where} is not a JSON object`;
    // Their settings become texts again: of a tag, `1.10` is not `1.1`.
    const { destinations } = parseExactJson(json) as Record<string, unknown>;
    return destinations === undefined ? document : { ...document, destinations };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof SyntaxError)) return `${where} cannot be read: ${code ?? message}`;
    return `${where} is not valid JSON${/ \(line \d+ column \d+\)/.exec(message)?.[0] ?? ''}`;
  }
}

/** Also returns the names of ignored destinations: a route with such a name is no mistake itself. */
async function readDestinations(
  section: unknown,
  { types, catalog, settings }: ConfigInput,
  problems: string[],
): Promise<{ destinations: ConfiguredDestination[]; names: string[] }> {
  if (section !== undefined && !isObject(section))
    problems.push('destinations: expected an object. This entry is ignored.');
  const inDocument = Object.entries(isObject(section) ? section : {});
  const inVariable = [...new Set(types)].filter((type) => !inDocument.some(([name]) => name === type));
  const wanted: [name: string, value: unknown, where: string][] = [
    ...inDocument.map(([name, value]): [string, unknown, string] => [name, value, `destinations.${name}`]),
    ...inVariable.map((type): [string, unknown, string] => [type, { type }, `TELEMETRY_DESTINATIONS: ${type}`]),
  ];
  const read = await Promise.all(
    wanted.map(([name, value, where]) => readDestination(name, value, where, { catalog, settings })),
  );
  problems.push(...read.flatMap((one) => one.problems));
  return {
    destinations: read.flatMap(({ destination }) => destination ?? []),
    names: wanted.map(([name]) => name),
  };
}

async function readDestination(
  name: string,
  value: unknown,
  where: string,
  { catalog, settings }: Pick<ConfigInput, 'catalog' | 'settings'>,
): Promise<{ destination?: ConfiguredDestination; problems: string[] }> {
  const { type: word = undefined, ...own } = isObject(value) ? value : {};
  const load = typeof word === 'string' ? catalog.get(word) : undefined;
  if (load === undefined) {
    const subject = typeof word === 'string' ? `there is no type ${JSON.stringify(word)}` : 'it has no type';
    return {
      problems: [`${where}: ${subject}; expected one of ${[...catalog.keys()].join(', ')}. This entry is ignored.`],
    };
  }
  const type = await load();
  const { texts: given, problems } = ownTexts(type, own, where);
  const texts = textsOf(type, given, settings);
  const missing = lacking(type, texts);
  if (missing !== undefined) return { problems: [...problems, `${where}: needs ${missing}. This entry is ignored.`] };
  return { destination: { name, type, texts, where, given: new Set(Object.keys(given)) }, problems };
}

function readFailover(failover: unknown, names: readonly string[], problems: string[]): string | undefined {
  if (typeof failover !== 'string') return undefined;
  if (names.includes(failover) && names.length > 1) return failover;
  const cause = names.includes(failover)
    ? `${JSON.stringify(failover)} is the only destination`
    : `there is no destination ${JSON.stringify(failover)}; expected one of ${names.join(', ')}`;
  problems.push(`failover: ${cause}. This entry is ignored.`);
  return undefined;
}
