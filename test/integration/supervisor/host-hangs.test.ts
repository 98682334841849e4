import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { handOverLines } from '../../../aws-call/hand-over.ts';
import { SESSION_TOKEN } from '../../support/lambda/host-process.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';
import { freePort } from '../../support/servers/free-port.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('when the host is in an endless loop', () => {
    it('outside an invocation, lets invocations pass, kills it and starts it again', async () => {
      await using lambda = await startSupervised();
      const first = Number((await lambda.ask()).body);

      const cut = lambda.ask('/loop').catch((error: NodeJS.ErrnoException) => error.code);
      lambda.invoke();
      await lambda.api.asksForEvent(2);
      // Ten seconds, which one waits for that gets no CPU, have two digits.
      await lambda.supervisor.line(/The host was killed because it did not answer for \d s/);

      expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(await cut);
      expect(Number((await lambda.ask()).body)).not.toBe(first);
    });

    it('in an invocation, kills it and goes on', async () => {
      await using lambda = await startSupervised({ environment: { PUPPET_INVOKE: 'loop' } });
      const { body: first } = await lambda.ask();
      await lambda.api.asksForEvent(1);

      lambda.invoke();
      await lambda.api.asksForEvent(2);
      await lambda.supervisor.line(/The host was killed because it did not answer for \d s/);

      const { status, body } = await lambda.ask();
      expect(status).toBe(200);
      expect(body).not.toBe(first);
    });
  });

  it('kills a host that does not read its control socket, so that it misses no event', async () => {
    const redactionPort = await freePort();
    const environment = { TELEMETRY_DESTINATIONS: 'http', EXTENSIONS_REDACTION_PORT: String(redactionPort) };
    await using lambda = await startSupervised({ environment });
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    // More than is kept for it.
    const texts = Array.from({ length: 80 }, (_, index) => `${index}`.padStart(60_000));
    await handOver(redactionPort, handOverLines(SESSION_TOKEN, texts));
    lambda.invoke();
    await lambda.supervisor.line(/The host was killed because it does not read its control socket/);
    await lambda.api.asksForEvent(2);

    expect(Number((await lambda.ask()).body)).not.toBe(pid);
  });

  it('asks for the next event when the host never says that it is done', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    lambda.invoke('r-1', Date.now() + 60_000);
    await lambda.api.asksForEvent(2);
    process.kill(pid, 'SIGCONT');

    expect((await lambda.ask()).body).toBe(String(pid));
    expect(lambda.supervisor.output).toBe('');
  });

  it('takes no CPU time while callers wait for a host that accepts none', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');
    const before = cpuMsOf(lambda.supervisor.process.pid);

    const answer = lambda.ask();
    lambda.invoke();
    await lambda.api.asksForEvent(2);

    expect(cpuMsOf(lambda.supervisor.process.pid) - before).toBeLessThan(200);
    process.kill(pid, 'SIGCONT');
    await answer;
  });

  it('asks for the next event before the function’s deadline, whatever the host does', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    const deadlineMs = Date.now() + 500;
    lambda.invoke('r-1', deadlineMs);
    await lambda.api.asksForEvent(2);

    expect(Date.now()).toBeLessThan(deadlineMs + 1_000);
    process.kill(pid, 'SIGCONT');
  });

  it('does not mistake a freeze for a hang, whatever the host is doing', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    const both = [lambda.supervisor.process.pid ?? 0, pid];

    lambda.invoke('r-1', Date.now() + 60_000);
    for (const process_ of both) process.kill(process_, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    for (const process_ of both) process.kill(process_, 'SIGCONT');
    await lambda.api.asksForEvent(2);

    expect((await lambda.ask()).body).toBe(String(pid));
    expect(lambda.supervisor.output).toBe('');
  });
});

function cpuMsOf(pid = 0): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(afterName[11]) + Number(afterName[12])) * 10;
}

/** Resolves when all is taken. */
async function handOver(port: number, lines: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(lines);
  await once(socket, 'data');
  socket.destroy();
}
