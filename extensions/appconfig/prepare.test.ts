import { expect, it } from 'vitest';
import { prepare } from './prepare.ts';

const say = () => undefined;
const log = { debug: say, info: say, warn: say, error: say };

it.each(['{hunter2', '{null: hunter2}', 'null.hunter2', '2024-01-01T00:00hunter2', "'hunter2"])(
  'quotes nothing of what is not Amazon Ion: %s',
  async (text) => {
    const fetched = { content: Buffer.from(text), contentType: 'application/ion', version: undefined };

    await expect(
      prepare(fetched, { key: 'a:b:c', schema: undefined, announceWork: () => undefined, log }),
    ).rejects.toThrow(/^it is not Amazon Ion$/);
  },
);
