import { describe, expect, it } from 'vitest';
import { alarmClock, SLEEPS, setStage, until } from './stage.ts';
import { startListener, subscribe, toPort } from './telemetry-listener.ts';

describe('faults', () => {
  it('delay deliveries', async () => {
    await using listener = await startListener();
    const clock = alarmClock(7_777);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false, clock });
    stage.emulator.faults.telemetryDelayMs = 7_777;
    void stage.emulator.init();
    await subscribe(stage, await stage.register('mine'), toPort(listener.port));
    await until(() => clock.sleepsMs.includes(7_777));
    expect(listener.posts).toEqual([]);

    clock.ring(7_777);

    expect((await listener.receives('platform.initStart')).record).toMatchObject({ phase: 'init' });
  });

  it('hold the reply to register back', async () => {
    const clock = alarmClock(5_555);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, clock });
    stage.emulator.faults.registerDelayMs.mine = 5_555;
    void stage.emulator.init();
    const registration = stage.register('mine');
    await until(() => clock.sleepsMs.includes(5_555));
    expect(stage.emulator.timeline.map(({ name }) => name)).not.toContain('register');

    clock.ring(5_555);

    expect(await registration).toMatch(/^[0-9a-f-]{36}$/);
  });
});
