import { describe, expect, it } from 'vitest';
import { destinationTypes } from './catalog.ts';

describe.each([...destinationTypes])('%s', (name, load) => {
  it('is a destination of that name, whose settings are declared', async () => {
    const type = await load();

    const declared = Object.keys(type.settings);
    expect(type.name).toBe(name);
    expect(declared).toEqual(expect.arrayContaining([...type.required, ...type.sensitive]));
  });

  it('says for each variable what it does, in a sentence', async () => {
    const { settings } = await load();

    for (const { purpose, variable } of Object.values(settings)) {
      expect(variable).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(purpose).toMatch(/^[A-Z`].*\.$/);
    }
  });
});
