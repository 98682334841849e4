import { describe, expect, it } from 'vitest';
import { destinationCatalog } from './catalog.ts';

describe.each([...destinationCatalog])('%s', (name, load) => {
  it('is a destination of that name, whose settings are declared', async () => {
    const destination = await load();

    const declared = Object.keys(destination.settings);
    expect(destination.name).toBe(name);
    expect(declared).toEqual(expect.arrayContaining([...destination.required, ...destination.sensitive]));
  });

  it('says for each variable what it does, in a sentence', async () => {
    const { settings } = await load();

    for (const { purpose, variable } of Object.values(settings)) {
      expect(variable).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(purpose).toMatch(/^[A-Z`].*\.$/);
    }
  });
});
