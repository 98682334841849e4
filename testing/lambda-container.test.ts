import { expect, it } from 'vitest';
import { LambdaContainer } from './index.ts';

it('refuses a folder that does not exist, which Docker would create and give to root', () => {
  const container = new LambdaContainer('image');

  expect(() => container.withFunction('no-such-folder')).toThrow(
    /^The function's folder is \/.*\/no-such-folder: there is no such directory\.$/,
  );
});
