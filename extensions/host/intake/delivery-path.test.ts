import { expect, it } from 'vitest';
import { deliveryPath, randomPath } from './delivery-path.ts';

it('is another one each time', () => {
  const paths = new Set(Array.from({ length: 100 }, randomPath));

  expect(paths.size).toBe(100);
  for (const path of paths) expect(path).toMatch(/^\/[0-9a-f]{32}$/);
});

it('is the only one that counts', () => {
  const isOurs = deliveryPath('/secret', { mayBeDropped: false });

  expect(['/secret', '/', '/secret/', '/other', undefined].map(isOurs)).toEqual([true, false, false, false, false]);
});

it('may be dropped on managed instances, until a delivery has shown that it arrives', () => {
  const isOurs = deliveryPath('/secret', { mayBeDropped: true });

  expect(['/', '/other', '/', '/secret', '/', '/secret'].map(isOurs)).toEqual([true, false, true, true, false, true]);
});

it('counts as it is where there is no secret part', () => {
  const isOurs = deliveryPath('/', { mayBeDropped: false });

  expect(['/', '/other', '/'].map(isOurs)).toEqual([true, false, true]);
});
