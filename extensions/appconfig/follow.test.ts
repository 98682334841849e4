import { describe, expect, it } from 'vitest';
import { servicePause } from '../../aws-call/service-pause.ts';
import { orAborted } from '../../foundation/or-aborted.ts';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import { AnswerMemory } from './answer-memory.ts';
import { UnusableConfigurationError } from './explain-failure.ts';
import { follow } from './follow.ts';
import { appConfigMetrics } from './metrics.ts';
import type { Fetched, Polled } from './sources/source.ts';

const fetched = (content: string): Fetched => ({
  content: Buffer.from(content),
  contentType: 'text/plain',
  version: undefined,
});
const changed = (content: string, nextPollMs = 45_000): Polled => ({ fetched: fetched(content), nextPollMs });
const unchanged: Polled = { fetched: undefined, nextPollMs: 45_000 };
const unreachable = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const forbidden = Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });

/** A configuration whose source brings these, in turn. */
function setUp(answers: (Polled | Promise<Polled> | Error)[], { backup }: { backup?: string } = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  let polls = 0;
  const configurationOf = async (one: Fetched) => {
    if (one.content.includes('refuse')) throw new UnusableConfigurationError('it is odd');
    const etag = `"${one.content}"`;
    return { ...one, etag, hasVariants: false, flags: () => undefined, answers: new AnswerMemory() };
  };
  const one = follow({
    key: 'a:b:c',
    feed: {
      async poll(signal) {
        polls++;
        const answer = answers.shift() ?? unchanged;
        if (answer instanceof Error) throw answer;
        return orAborted(Promise.resolve(answer), signal);
      },
    },
    prepare: configurationOf,
    restore: async () => (backup === undefined ? undefined : fetched(backup)),
    onChange: () => undefined,
    pollIntervalMs: 45_000,
    pollTimeoutMs: () => 3_000,
    clock,
    log: { debug: () => undefined, info: () => undefined, warn: say, error: say },
    metrics: appConfigMetrics(),
    random: () => 0,
    pause: servicePause({ clock, random: () => 0 }),
  });
  return { one, clock, lines, polls: () => polls, text: async () => String((await one.read()).content) };
}

describe('a configuration', () => {
  it('is fetched once for all who ask for the first time together', async () => {
    const { text, polls } = setUp([changed('one')]);

    expect(await Promise.all([text(), text(), text()])).toEqual(['one', 'one', 'one']);
    expect(polls()).toBe(1);
  });

  it('is answered in the same turn when it is there', async () => {
    const { one, text } = setUp([changed('one')]);
    await text();

    expect(one.read()).not.toBeInstanceOf(Promise);
  });

  it('is due when the interval that the source named has passed, and not before', async () => {
    const { one, clock, text } = setUp([changed('one', 60_000), changed('two')]);
    await text();

    clock.jump(59_999);
    const tooEarly = one.isDue();
    clock.jump(1);
    const due = one.isDue();
    await one.poll();

    expect([tooEarly, due, await text(), one.isDue()]).toEqual([false, true, 'two', false]);
  });

  it('is polled once at a time', async () => {
    const { one, text, polls } = setUp([changed('one')]);
    await text();

    await Promise.all([one.poll(), one.poll()]);

    expect(polls()).toBe(2);
  });

  it('stays when a poll fails, which is tried again later each time', async () => {
    const { one, clock, lines, text } = setUp([changed('one'), unreachable, unreachable, changed('two')]);
    await text();
    const waitsMs = [];

    for (let failure = 1; failure <= 2; failure++) {
      await one.poll();
      let waitedMs = 0;
      for (; !one.isDue(); waitedMs += 500) clock.jump(500);
      waitsMs.push(waitedMs);
    }
    const meanwhile = await text();
    await one.poll();

    expect([meanwhile, await text(), waitsMs]).toEqual(['one', 'two', [1_000, 2_000]]);
    expect(lines).toEqual(
      Array(2).fill('a:b:c could not be fetched: ECONNREFUSED: refused. Serving the last good version.'),
    );
  });

  it('that was never there is polled again only after the pause; until then readers get the same error', async () => {
    const { clock, text, polls } = setUp([unreachable, changed('one')]);

    await expect(text()).rejects.toBe(unreachable);
    await expect(text()).rejects.toBe(unreachable);
    const whileWaiting = polls();
    clock.jump(1_000);

    expect([whileWaiting, await text()]).toEqual([1, 'one']);
  });

  it('that cannot be served is refused once, and the last good one stays', async () => {
    const { one, lines, text } = setUp([changed('one'), changed('refuse me'), unchanged]);
    await text();

    await one.poll();
    await one.poll();

    expect(await text()).toBe('one');
    expect(lines).toEqual(['a:b:c has a new version that cannot be served: it is odd. Serving the last good version.']);
  });

  it('that never could be served tells readers why, without asking again', async () => {
    const { text, polls } = setUp([changed('refuse me')]);

    await expect(text()).rejects.toThrow('it is odd');
    await expect(text()).rejects.toThrow('it is odd');
    expect(polls()).toBe(1);
  });

  it('is taken from the backup when the source cannot be reached, until it can', async () => {
    const { one, text } = setUp([unreachable, changed('one')], { backup: 'kept' });

    const before = await text();
    await one.poll();

    expect([before, await text()]).toEqual(['kept', 'one']);
  });

  it('is not taken from a backup that can no longer be served', async () => {
    const { text, lines } = setUp([unreachable], { backup: 'refuse me' });

    await expect(text()).rejects.toThrow('it is odd');
    expect(lines).toHaveLength(2);
  });

  it('is not taken from the backup when the source refuses it', async () => {
    const { text } = setUp([forbidden], { backup: 'kept' });

    await expect(text()).rejects.toBe(forbidden);
  });

  it('is polled on beyond the end of the invocation for a reader who has nothing else', async () => {
    const answer = Promise.withResolvers<Polled>();
    const { one, text, polls } = setUp([answer.promise, answer.promise]);
    const invocation = new AbortController();
    const polled = one.poll(invocation.signal);
    const read = text();

    invocation.abort();
    answer.resolve(changed('one'));
    await polled;

    expect([await read, polls()]).toEqual(['one', 1]);
  });

  it('is fetched again where the environment was frozen in the middle of the first poll', async () => {
    const { one, clock, text, polls } = setUp([Promise.withResolvers<Polled>().promise, changed('one')]);
    const prefetched = one.poll();

    clock.jump(600_000);
    const reads = await Promise.all([text(), text()]);
    await prefetched;

    expect([reads, polls()]).toEqual([['one', 'one'], 2]);
  });

  it('is fetched again by the invocation after the freeze, also for a reader from before the freeze', async () => {
    const { one, clock, text, polls } = setUp([Promise.withResolvers<Polled>().promise, changed('one')]);
    const waiting = text();

    clock.jump(600_000);
    const isDue = one.isDue();
    await one.poll();

    expect([isDue, await waiting, polls()]).toEqual([true, 'one', 2]);
  });

  it('is fetched again also where all clocks went on in the freeze, so that the time of the first poll is over', async () => {
    const answer = Promise.withResolvers<Polled>();
    const { one, clock, lines, text } = setUp([answer.promise, changed('one')]);
    const prefetched = one.poll();

    clock.pass(600_000);
    answer.reject(new DOMException('late', 'TimeoutError'));
    await prefetched;

    expect([await text(), lines]).toEqual(['one', []]);
  });

  it('is not polled beyond the end of the invocation while nobody waits', async () => {
    const { one, lines } = setUp([Promise.withResolvers<Polled>().promise]);
    const invocation = new AbortController();
    const polled = one.poll(invocation.signal);

    invocation.abort();
    await polled;

    expect(lines).toEqual([expect.stringContaining('there was no answer before the invocation ended')]);
  });

  it('that was forgotten is fetched again for a reader who waits for its change', async () => {
    const { text, one } = setUp([changed('one')]);
    const { one: forgotten } = setUp([changed('two')]);
    await text();

    const next = await forgotten.next(await one.read(), 60_000, new AbortController().signal);

    expect(String(next.content)).toBe('two');
  });

  it('is waited for: its change, or the end of the wait', async () => {
    const { one, clock, text } = setUp([changed('one', 10_000), unchanged, changed('two')]);
    await text();
    const known = await one.read();
    const { signal } = new AbortController();

    const waiting = one.next(known, 60_000, signal);
    for (let tick = 0; tick < 60; tick++) {
      clock.pass(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(String((await waiting).content)).toBe('two');
  });

  it('tells its age', async () => {
    const { one, clock, text } = setUp([changed('one')]);
    await text();

    clock.jump(90_000);

    expect(one.status()).toEqual({
      configuration: 'a:b:c',
      version: null,
      bytes: 3,
      ageSeconds: 90,
      polledSecondsAgo: 90,
      failures: 0,
    });
  });
});

describe('a configuration that was fetched before anybody read it', () => {
  it('is polled before its first reader gets it, if it is due, as after provisioned concurrency', async () => {
    const { one, clock, text, polls } = setUp([changed('old'), changed('new')]);
    await one.prefetch();

    clock.jump(3_600_000);

    expect([await text(), await text()]).toEqual(['new', 'new']);
    expect(polls()).toBe(2);
  });

  it('is served as it is if it is not due, or if the poll fails', async () => {
    const fresh = setUp([changed('old'), changed('new')]);
    const failing = setUp([changed('old'), unreachable]);
    await Promise.all([fresh.one.prefetch(), failing.one.prefetch()]);

    fresh.clock.jump(1_000);
    failing.clock.jump(3_600_000);

    expect([await fresh.text(), await failing.text()]).toEqual(['old', 'old']);
    expect([fresh.polls(), failing.polls()]).toEqual([1, 2]);
  });

  it('does not make later readers wait', async () => {
    const { one, clock, text } = setUp([changed('one')]);
    await one.prefetch();
    await text();

    clock.jump(3_600_000);

    expect(one.read()).not.toBeInstanceOf(Promise);
  });
});

it('is not due while AppConfig throttles another configuration, unless nothing is there', async () => {
  const throttled = Object.assign(new Error('slow down'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 429 },
  });
  const { one, clock, text } = setUp([changed('one'), throttled]);
  const dueBefore = one.isDue();
  await text();
  clock.jump(45_000);
  await one.poll();

  // The pause of the service is as long as the first wait of the configuration.
  clock.jump(999);
  const during = one.isDue();
  clock.jump(1);

  expect([dueBefore, during, one.isDue()]).toEqual([true, false, true]);
});
