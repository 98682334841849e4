import { describe, expect, it } from 'vitest';
import { deliveriesSeen } from './deliveries-seen.ts';

describe('deliveriesSeen', () => {
  it('knows a delivery again by its bytes', () => {
    const isSeen = deliveriesSeen();

    const answers = ['[1]', '[2]', '[1]'].map((body) => isSeen(Buffer.from(body), undefined));

    expect(answers).toEqual([false, false, true]);
  });

  it('goes also by what Lambda says of the bytes, where it says it', () => {
    const isSeen = deliveriesSeen();

    const answers = ['a', 'b', 'a'].map((id) => isSeen(Buffer.from('[]'), id));

    expect(answers).toEqual([false, false, true]);
  });

  it('does not take other bytes for seen, whatever Lambda says of them', () => {
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
