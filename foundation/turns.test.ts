import { describe, expect, it } from 'vitest';
import { inSlices, isTurnOver, nextTurn } from './turns.ts';

describe('a turn of the event loop', () => {
  it('is over after a slice of time, and begins again afterwards', async () => {
    await nextTurn();
    const atFirst = isTurnOver();
    burn(30);
    const after = isTurnOver();
    await nextTurn();

    expect([atFirst, after, isTurnOver()]).toEqual([false, true, false]);
  });

  it('is shared by all that work in it', async () => {
    await nextTurn();
    const slices = Array.from({ length: 10 }, () => inSlices(steps(3)));

    expect(slices.filter((slice) => slice === undefined).length).toBeLessThan(6);
    await Promise.all(slices);
  });

  it('continues one of those that wait, so that others get their turn between them', async () => {
    const order: string[] = [];
    const waits = ['a', 'b'].map((name) => nextTurn().then(() => order.push(name)));
    setImmediate(() => order.push('other'));
    await Promise.all(waits);

    expect(order).toEqual(['a', 'other', 'b']);
  });
});

describe('work in slices', () => {
  it('is done at once where it is short', async () => {
    await nextTurn();

    expect(inSlices([1, 2, 3].values())).toBeUndefined();
  });

  it('lets the event loop go on where it is long', async () => {
    await nextTurn();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);

    await inSlices(steps(50));
    clearInterval(timer);

    expect(turns).toBeGreaterThan(3);
  });

  it('fails as its step fails', async () => {
    const failing = function* () {
      burn(30);
      yield;
      throw new Error('no');
    };

    await expect((async () => inSlices(failing()))()).rejects.toThrow('no');
  });
});

function* steps(count: number) {
  for (let step = 0; step < count; step++) {
    burn(3);
    yield;
  }
}

function burn(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
