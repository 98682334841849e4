import { expect, it } from 'vitest';
import { describeProblem } from '../../foundation/settings.ts';
import { candidates } from './candidates.ts';

const known = ['secrets', 'appconfig', 'mine'];

it.each([
  ['all of them by default', 'lambda-node-extended', ['auto'], known, true, true],
  ['all of them under a name of the user’s', 'my-extension', ['auto'], known, true, true],
  ['the one whose name the executable has', 'secrets', ['auto'], ['secrets'], true, false],
  ['those that are listed', 'lambda-node-extended', ['mine', 'secrets'], ['secrets', 'mine'], false, true],
  ['none', 'lambda-node-extended', ['none'], [], false, true],
  ['none, when the executable’s own is not listed', 'secrets', ['mine'], [], false, false],
])('chooses %s', (_case, processName, enabled, names, isAutomatic, isCombined) => {
  expect(candidates(processName, enabled, known)).toEqual({
    names,
    isAutomatic,
    isCombined,
    problems: [],
  });
});

it('names what it does not know and goes on with the rest', () => {
  const { names, problems } = candidates('lambda-node-extended', ['secretz', 'mine'], known);

  expect(names).toEqual(['mine']);
  expect(problems.map(describeProblem)).toEqual([
    'EXTENSIONS_ENABLED is "secretz,mine": no extension is called "secretz"; expected auto, none, or some of secrets, appconfig, mine. Ignoring it.',
  ]);
});
