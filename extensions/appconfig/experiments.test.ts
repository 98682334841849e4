import { expect, it } from 'vitest';
import { experimentsNotice } from './experiments.ts';

it('says once that experiments are not evaluated, however often something asks for them', () => {
  const lines: string[] = [];
  const ignore = () => undefined;
  const notice = experimentsNotice({ debug: ignore, info: ignore, error: ignore, warn: (line) => lines.push(line) });

  notice('The header Entity-Id');
  notice('AWS_APPCONFIG_EXTENSION_EXPERIMENT_ASSIGNMENT_LOG_DESTINATION');

  expect(lines).toEqual([expect.stringMatching(/^The header Entity-Id has no effect, because experiments/)]);
});
