import { describe, expect, it } from 'vitest';
import { releaseTags } from './image-names.ts';

describe('the tags of a release', () => {
  it.each([
    ['extended', '24', '1.2.3', ['1.2.3-24', '1.2-24', '1-24', '24', 'latest']],
    ['extended', '22', '1.2.3', ['1.2.3-22', '1.2-22', '1-22', '22']],
    ['dev', '24', '1.2.3', ['1.2.3-24-dev', '1.2-24-dev', '1-24-dev', '24-dev']],
    ['extended-separate', '24', '0.1.0', ['0.1.0-24-separate', '0.1-24-separate', '0-24-separate', '24-separate']],
    ['extensions', '22', '10.0.1', ['10.0.1-22-extensions', '10.0-22-extensions', '10-22-extensions', '22-extensions']],
  ] as const)('of %s on Node %s in version %s', (target, node, version, expected) => {
    expect(releaseTags(target, node, version)).toEqual(expected);
  });

  it('of a pre-release are the full one alone', () => {
    expect(releaseTags('extended', '24', '1.2.3-rc.1')).toEqual(['1.2.3-rc.1-24']);
  });
});
