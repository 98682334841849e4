import { describe, expect, it } from 'vitest';
import { deliveriesSeen } from './deliveries-seen.ts';

describe('deliveriesSeen', () => {
  it('recognises a delivery by its bytes', () => {
    const isSeen = deliveriesSeen();

    const answers = ['[1]', '[2]', '[1]'].map((body) => isSeen(Buffer.from(body), undefined));

    expect(answers).toEqual([false, false, true]);
  });

  it('takes two ids of Lambda for two deliveries', () => {
    const isSeen = deliveriesSeen();

    const answers = ['a', 'b', 'a'].map((id) => isSeen(Buffer.from('[]'), id));

    expect(answers).toEqual([false, false, true]);
  });

  it('takes other bytes for another delivery, even with the same id', () => {
    const isSeen = deliveriesSeen();

    const answers = ['[1]', '[2]'].map((body) => isSeen(Buffer.from(body), '1'));

    expect(answers).toEqual([false, false]);
  });

  it('forgets the oldest of many', () => {
    const isSeen = deliveriesSeen();
    for (let delivery = 0; delivery < 101; delivery++) isSeen(Buffer.from(`[${delivery}]`), undefined);

    expect(isSeen(Buffer.from('[100]'), undefined)).toBe(true);
    expect(isSeen(Buffer.from('[0]'), undefined)).toBe(false);
  });
});
