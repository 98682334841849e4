import { describe, expect, it, vi } from 'vitest';
import type { HookedInvocation } from '../../lambda-api/invocation-hooks.ts';
import { createInvocationHooks } from './create-invocation-hooks.ts';

const invocation = (requestId: string): HookedInvocation => ({ requestId, deadlineMs: 1 });

const unexpected = (what: string) => expect.unreachable(what);

describe('createInvocationHooks', () => {
  it('awaits hooks before the client asks, and before it has the answer, in the order of their registration', async () => {
    const hooks = createInvocationHooks(unexpected);
    const events: string[] = [];
    const later = async (event: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      events.push(event);
    };
    hooks.beforeNext((ended) => later(`first before, ended ${ended?.requestId}`));
    hooks.beforeNext((ended) => later(`second before, ended ${ended?.requestId}`));
    hooks.afterNext((begun) => later(`after, begun ${begun.requestId}`));
    const answers = ['a', 'b'];
    const next = hooks.around(
      async () => {
        events.push('asks');
        return invocation(answers.shift() ?? '');
      },
      (answer) => answer,
    );

    for (let count = 1; count <= 2; count++) events.push(`has ${(await next()).requestId}`);

    expect(events).toEqual([
      'first before, ended undefined',
      'second before, ended undefined',
      'asks',
      'after, begun a',
      'has a',
      'first before, ended a',
      'second before, ended a',
      'asks',
      'after, begun b',
      'has b',
    ]);
  });

  it('tells loops apart that ask side by side', async () => {
    const hooks = createInvocationHooks(unexpected);
    const ended: (string | undefined)[] = [];
    hooks.beforeNext((invocation) => ended.push(invocation?.requestId));
    const loop = (requestId: string) =>
      hooks.around(
        async () => invocation(requestId),
        (answer) => answer,
      );
    const [one, other] = [loop('one'), loop('other')];

    for (const next of [one, other, one, other]) await next();

    expect(ended).toEqual([undefined, undefined, 'one', 'other']);
  });

  it('hands the failure of the client on, and says nothing begun', async () => {
    const hooks = createInvocationHooks(unexpected);
    const begun = vi.fn();
    hooks.afterNext(begun);
    const next = hooks.around(() => Promise.reject(new Error('no answer')), invocation);

    await expect(next()).rejects.toThrow('no answer');
    expect(begun).not.toHaveBeenCalled();
  });

  it('complains of a hook that fails, and calls the others', async () => {
    const complaints: unknown[] = [];
    const hooks = createInvocationHooks((...complaint) => complaints.push(complaint));
    const begun: string[] = [];
    hooks.afterNext(() => Promise.reject('as told'));
    hooks.afterNext(({ requestId }) => begun.push(requestId));

    const answer = await hooks.around(
      async () => invocation('a'),
      (given) => given,
    )();

    expect(answer.requestId).toBe('a');
    expect(begun).toEqual(['a']);
    expect(complaints).toEqual([['a hook after the start of an invocation failed', 'as told']]);
  });
});
