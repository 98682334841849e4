import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeProblem, type Environment, readSettings } from '../../foundation/settings.ts';
import { defineExtension, list, port, text, truth } from '../sdk/index.ts';
import { candidates } from './candidates.ts';
import { manifestOf } from './manifest.ts';
import { planOf } from './plan.ts';
import { hostSettings } from './settings.ts';

/** The same table runs through the supervisor's planner, in supervisor/src/plan_tests.rs. */
const [manifest = '', ...cases] = readFileSync(new URL('../../supervisor/plan-vectors.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .trim()
  .split('\n\n');

const vectors = cases.map((block) => {
  const facts = block.split('\n').map((line) => /^(\w+) (.*)$/.exec(line) ?? []);
  const all = (word: string) => facts.filter(([, first]) => first === word).map(([, , rest = '']) => rest);
  const [title = '', name = '', plan = ''] = ['case', 'name', 'plan'].map((word) => all(word)[0]);
  const environment: Environment = Object.fromEntries(
    all('set').map((fact) => /^(.*?)=(.*)$/.exec(fact)?.slice(1) ?? []),
  );
  return { title, name, environment, plan, problems: all('problem') };
});

const setting = (variable: string) => text(variable, undefined, '');
const init = () => ({});
const definitions = [
  defineExtension({
    name: 'secrets',
    settings: {},
    listens: { secrets: port('SECRETS_PORT', 2773, '') },
    startsWhen: [setting('SECRETS_PREFETCH')],
    init,
  }),
  defineExtension({
    name: 'telemetry',
    settings: {},
    listens: { otlp: port('OTLP_PORT', 4318, '') },
    listensWhen: truth('OTLP_SERVED', true, ''),
    enabledWhen: [setting('OTLP'), setting('LOKI')],
    startsWhen: [setting('OTLP'), setting('LOKI')],
    subscribesTo: ['platform', 'function'],
    subscribesToSetting: list('TYPES', [], ''),
    telemetryDelay: { setting: setting('FLUSH'), byWord: { periodic: 500, continuous: 700 }, otherwise: 25 },
    redacts: true,
    init,
  }),
  defineExtension({
    name: 'insights',
    settings: {},
    enabledWhen: [setting('INSIGHTS')],
    startsWhen: 'always',
    subscribesTo: ['platform'],
    init,
  }),
  defineExtension({
    name: 'my audit',
    settings: {},
    enabledWhen: [setting('AUDIT')],
    subscribesTo: ['extension'],
    init,
  }),
];

/** The plan, and the problems that the supervisor, too, reports: those of all settings that both read. */
function planned(name: string, environment: Environment) {
  const { enabled, start, logLevel, telemetryPort, telemetryStoreBytes, redactionPort } = hostSettings;
  const shared = { enabled, start, logLevel, telemetryPort, telemetryStoreBytes, redactionPort };
  const { values: settings, problems } = readSettings(shared, environment);
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const mayRun = candidates(name, settings.enabled, [...byName.keys()]);
  const made = planOf({ candidates: mayRun, definitions: byName, settings, environment });
  return { plan: made.plan, problems: [...problems, ...made.problems].map(describeProblem) };
}

describe('planOf', () => {
  it('is tested with the declarations of which the supervisor reads the manifest', () => {
    expect(manifestOf(definitions).split('\n').slice(1).join('\n').trim()).toBe(manifest);
  });

  it.each(vectors)('plans as the supervisor does: $title', ({ name, environment, plan, problems }) => {
    const made = planned(name, environment);

    expect(made.plan).toEqual(JSON.parse(plan));
    expect(made.problems.toSorted()).toEqual(problems.toSorted());
  });
});
