import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { CASES, LONGEST_MS_A_PARSER, SEED } from './options.ts';
import { parsers } from './parsers/catalog.ts';

const CASES_A_PARSER = Math.ceil(CASES / parsers.length);

it.for(parsers)(
  `reads or refuses, in bounded time and memory, with seed ${SEED}: $name`,
  // The watchdog ends what hangs.
  { timeout: LONGEST_MS_A_PARSER + 600_000 },
  async (parser, { task }) => {
    const { cases, worstMs } = await fuzz(parser, CASES_A_PARSER);

    expect(cases).toBeGreaterThan(0);
    task.meta.proof = {
      part: 'parser',
      tried: parser.name,
      times: cases,
      held: `no crash, no hang; slowest ${worstMs.toFixed(1)} ms of CPU`,
    };
  },
);
