import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deliveryUrl } from '../../support/lambda/delivery-url.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';

const PUPPET = fileURLToPath(new URL('../../fixtures/hosts/puppet-host.cjs', import.meta.url));

/** The supervisor with a host that prints what it hears, and says what it is told. */
async function startIntake(environment: Record<string, string> = {}) {
  const lambda = await startSupervised({
    modules: [],
    prepare: (folder) => copyFileSync(PUPPET, join(folder, 'lambda-node-extended/host.cjs')),
    environment: {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: 'http://127.0.0.1:9',
      PUPPET_SAYS: 'ready;takes at-once',
      ...environment,
    },
  });
  await lambda.supervisor.line(/^1: is ready$/);
  const url = deliveryUrl(lambda.api);
  const heard = () => lambda.supervisor.output.split('\n').flatMap((line) => /^(\d+: .*)$/.exec(line)?.[1] ?? []);
  return {
    ...lambda,
    heard,
    async post(body: string, headers: Record<string, string> = {}): Promise<number> {
      return (await fetch(url, { method: 'POST', body, headers })).status;
    },
    /** Sends bytes on a connection of its own, and returns the statuses of the answers. */
    async exchange(bytes: string, count: number): Promise<number[]> {
      const { port, hostname } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.write(bytes, 'latin1');
      let answers = '';
      const statuses = () => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
      while (statuses().length < count) answers += String((await once(socket, 'data'))[0]);
      socket.destroy();
      return statuses();
    },
    say: (line: string) => lambda.ask(`/${encodeURIComponent(line)}`),
    hears: (text: string) => lambda.supervisor.line(new RegExp(`^${text.replace(/[[\]{}().+*?|\\]/g, '\\$&')}$`)),
    async die() {
      const pid = Number((await lambda.ask('/pid')).body);
      const before = lambda.supervisor.output.split('The host was terminated').length;
      process.kill(pid, 'SIGKILL');
      while (lambda.supervisor.output.split('The host was terminated').length === before)
        await new Promise(setImmediate);
    },
    async [Symbol.asyncDispose]() {
      await lambda[Symbol.asyncDispose]();
    },
  };
}

const record = (text: string) => `[{"type":"function","record":"${text}"}]`;

describe.runIf(isSupervisorBuilt)('the supervisor takes deliveries of telemetry', () => {
  it('and hands each to the host, which reads it from the store', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });

    const statuses = [await lambda.post(record('one')), await lambda.post(record('two'))];
    await lambda.hears(`1: delivery 2 ${record('two')}`);

    expect(statuses).toEqual([200, 200]);
    expect(lambda.heard().slice(0, 4)).toEqual([
      '1: starts because of after-next, 0 lost',
      '1: is ready',
      '1: texts-end',
      `1: delivery 1 ${record('one')}`,
    ]);
  });

  it('and hands over what waits when a record arrives that the host waits for', async () => {
    await using lambda = await startIntake({ PUPPET_SAYS: 'ready;takes at platform.runtimeDone' });
    const bodies = [record('one'), record('two'), '[{"type":"platform.runtimeDone","record":{}}]'];

    for (const body of bodies) await lambda.post(body);
    await lambda.hears(`1: delivery 3 ${bodies[2]}`);

    const deliveries = lambda.heard().filter((line) => line.includes('delivery'));
    expect(deliveries).toEqual(bodies.map((body, index) => `1: delivery ${index + 1} ${body}`));
  });

  it('and keeps what no mark has released for the next host, with the texts, the memo and the marks', async () => {
    await using lambda = await startIntake();
    for (const line of ['mark up 1', 'mark down 1', `text ${btoa('s3cret')}`]) await lambda.say(line);
    for (const number of [1, 2, 3]) {
      await lambda.post(record(`line ${number}`));
      await lambda.say(`taken ${number}`);
    }
    for (const line of [`memo ${btoa('memo')}`, 'mark up 4', 'mark down 2']) await lambda.say(line);

    await lambda.die();
    await lambda.post(record('line 4'));
    await lambda.hears(`2: delivery 4 ${record('line 4')}`);

    expect(lambda.heard().filter((line) => line.startsWith('2: ') && line !== '2: is ready')).toEqual([
      '2: starts because of delivery, 0 lost',
      `2: text ${btoa('s3cret')}`,
      '2: texts-end',
      `2: memo ${btoa('memo')}`,
      '2: mark up 4',
      '2: mark down 2',
      ...[2, 3, 4].map((number) => `2: delivery ${number} ${record(`line ${number}`)}`),
    ]);
  });

  it('and stores one that Lambda repeats once', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });

    const statuses = [];
    for (const id of ['a', 'a', 'b']) statuses.push(await lambda.post(record('same'), { 'sequence-id': id }));
    await lambda.post(record('last'));
    await lambda.hears(`1: delivery 3 ${record('last')}`);

    expect(statuses).toEqual([200, 200, 200]);
    expect(lambda.heard().filter((line) => line.includes('same')).length).toBe(2);
  });

  it('and drops one of which two hosts died, alone, and tells the next one', async () => {
    await using lambda = await startIntake({ PUPPET_DIES_OF: 'poison' });

    await lambda.post(record('good'));
    await lambda.hears(`1: delivery 1 ${record('good')}`);
    await lambda.say('taken 1');
    await lambda.post(record('poison'));
    await lambda.supervisor.line(/was terminated by signal 9/);
    await lambda.post(record('later'));
    await lambda.hears(`2: delivery 2 ${record('poison')}`);
    while (lambda.supervisor.output.split('was terminated by signal 9').length < 3) await new Promise(setImmediate);
    await lambda.post(record('last'));
    await lambda.hears(`3: delivery 4 ${record('last')}`);

    expect(lambda.heard().filter((line) => /^[23]: (delivery|lost)/.test(line))).toEqual([
      `2: delivery 2 ${record('poison')}`,
      '3: lost harmful 1',
      `3: delivery 3 ${record('later')}`,
      `3: delivery 4 ${record('last')}`,
    ]);
  });

  it('and evicts what is in the host’s buffers before what no host has got, and counts what is lost', async () => {
    await using lambda = await startIntake({
      EXTENSIONS_TELEMETRY_STORE_BYTES: '1048576',
      PUPPET_SAYS: 'ready;takes waits;mark down 1',
    });
    const big = (records: number) => `[${Array.from({ length: records }, () => `"x${'-'.repeat(990)}"`).join(',')}]`;
    const post = async (...records: number[]) => {
      for (const count of records) expect(await lambda.post(big(count))).toBe(200);
    };

    await post(200, 201, 202, 203);
    await lambda.hears(`1: delivery 1 ${big(200).length} bytes, 200 records`);
    await lambda.say('taken 1');
    await lambda.hears(`1: delivery 2 ${big(201).length} bytes, 201 records`);
    // The first gives way to these, which costs no record. The third and the fourth do, which loses them.
    await post(204, 205, 206, 207);
    await lambda.say('taken 2');
    await lambda.say('give');
    for (const seq of [5, 6, 7, 8]) {
      await lambda.hears(`1: delivery ${seq} ${big(199 + seq).length} bytes, ${199 + seq} records`);
      await lambda.say(`taken ${seq}`);
    }
    await lambda.hears('1: given');
    await lambda.die();
    await lambda.post(record('more'));
    await lambda.hears('2: starts because of delivery, 200 lost');

    expect(lambda.heard().filter((line) => line.includes('lost'))).toEqual([
      '1: starts because of after-next, 0 lost',
      '1: lost full 405',
      '2: starts because of delivery, 200 lost',
    ]);
    expect(lambda.supervisor.output).toContain('200 telemetry records were lost with it.');
  });

  it('and counts those that are longer than the store', async () => {
    await using lambda = await startIntake({ EXTENSIONS_TELEMETRY_STORE_BYTES: '1048576' });

    const long = await lambda.post(`["${'x,'.repeat(600_000)}",2,[3,4]]`);
    await lambda.post(record('next'));
    await lambda.hears(`1: delivery 1 ${record('next')}`);

    expect(long).toBe(200);
    expect(lambda.heard()).toContain('1: lost full 3');
  });

  it('and starts a host at SHUTDOWN for what no host has confirmed', async () => {
    await using lambda = await startIntake();
    await lambda.post(record('late'));
    await lambda.die();

    lambda.shutDown();
    await lambda.hears(`2: delivery 1 ${record('late')}`);
    await lambda.say('taken 1');
    await lambda.ask('/exit').catch(() => undefined);
    await lambda.supervisor.exit;

    expect(lambda.heard()).toContain('2: starts because of shutdown, 0 lost');
    expect(lambda.heard().find((line) => line.includes('SHUTDOWN'))).toMatch(/^2: /);
    expect(lambda.supervisor.output).not.toContain('Lost');
  });

  it('and starts another one when the host that got SHUTDOWN crashes', async () => {
    await using lambda = await startIntake({ PUPPET_SAYS: 'ready;takes at-once;mark down 1' });
    await lambda.post(record('late'));

    lambda.shutDown();
    await lambda.supervisor.line(/^1: .*SHUTDOWN/);
    process.kill(Number((await lambda.ask('/pid')).body), 'SIGKILL');
    await lambda.supervisor.line(/^2: .*SHUTDOWN/);
    await lambda.hears(`2: delivery 1 ${record('late')}`);
    for (const line of ['taken 1', 'mark down 2']) await lambda.say(line);
    await lambda.ask('/exit').catch(() => undefined);
    await lambda.supervisor.exit;

    expect(lambda.supervisor.output).not.toContain('Lost');
  });

  it('and logs at the end what is still there', async () => {
    await using lambda = await startIntake({ PUPPET_SAYS: 'ready;takes waits' });
    await lambda.post('[1,2,3]');

    lambda.shutDown();
    await lambda.hears('1: delivery 1 [1,2,3]');
    await lambda.ask('/exit').catch(() => undefined);
    await lambda.supervisor.exit;

    expect(lambda.supervisor.output).toContain(
      'Lost 3 telemetry records, because the host ended before it delivered them.',
    );
  });

  it('and stores nothing for a host that wants nothing', async () => {
    await using lambda = await startIntake({ PUPPET_SAYS: 'takes nothing;ready' });

    const statuses = [await lambda.post('[1]'), await lambda.post('[2]')];
    lambda.shutDown();
    await lambda.supervisor.line(/SHUTDOWN/);
    await lambda.ask('/exit').catch(() => undefined);
    await lambda.supervisor.exit;

    expect(statuses).toEqual([200, 200]);
    expect(lambda.supervisor.output).not.toMatch(/Lost|delivery 1/);
  });

  it('in a flood, slice by slice, with every record of it, and gives the memory back', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });
    const lines = 200_000;
    const each = 2_000;
    const line = '-'.repeat(60);
    for (let sent = 0; sent < lines; sent += each)
      await lambda.post(JSON.stringify(Array.from({ length: each }, (_, index) => `x${sent + index} ${line}`)));
    await lambda.post(record('last'));
    await lambda.hears(`1: delivery ${lines / each + 1} ${record('last')}`);

    const records = lambda.heard().map((text) => Number(/, (\d+) records$/.exec(text)?.[1] ?? 0));
    expect(records.reduce((sum, count) => sum + count)).toBe(lines);
    expect(heldKilobytes(lambda.supervisor.process.pid)).toBeLessThan(6_000);
  });

  it('in each form that HTTP has for a body, and refuses what is none', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });
    const { pathname } = new URL(deliveryUrl(lambda.api));
    const head = `POST ${pathname} HTTP/1.1\r\nHost: sandbox:1\r\n`;
    const body = record('a');

    const answers = {
      chunked: await lambda.exchange(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n`, 1),
      twoAtOnce: await lambda.exchange(`${head}Content-Length: 3\r\n\r\n[3]${head}Content-Length: 3\r\n\r\n[4]`, 2),
      expected: await lambda.exchange(
        `${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        2,
      ),
      old: await lambda.exchange(`POST ${pathname} HTTP/1.0\r\nContent-Length: 3\r\n\r\n[5]`, 1),
      noLength: await lambda.exchange(`${head}\r\n[6]`, 1),
      twoLengths: await lambda.exchange(`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n[7]`, 1),
      noChunk: await lambda.exchange(`${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 1),
      tls: await lambda.exchange('\u0016\u0003\u0001\u0002\u0000', 1),
      longHeaders: await lambda.exchange(`${head}X: ${'x'.repeat(70_000)}\r\n\r\n`, 1),
    };
    await lambda.post(record('last'));
    await lambda.hears(`1: delivery 6 ${record('last')}`);

    expect(answers).toEqual({
      chunked: [200],
      twoAtOnce: [200, 200],
      expected: [100, 200],
      old: [200],
      noLength: [411],
      twoLengths: [400],
      noChunk: [400],
      tls: [400],
      longHeaders: [431],
    });
    expect(lambda.heard().filter((line) => line.includes('delivery'))).toEqual(
      ['[1,2]', '[3]', '[4]', body, '[5]', record('last')].map((text, index) => `1: delivery ${index + 1} ${text}`),
    );
    const refusals = lambda.supervisor.output
      .split('\n')
      .filter((line) => line.includes('Refused a telemetry delivery'));
    expect(refusals.map((line) => /because (.*) \(logged once\)/.exec(line)?.[1])).toEqual([
      'nothing says how long its body is',
      'it is not HTTP',
      'its body is not HTTP',
      'its headers exceed 64 KiB',
    ]);
  });

  it('from Lambda also while others keep many connections open and finish nothing, which ends after 10 s', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });
    const { port, hostname, pathname } = new URL(deliveryUrl(lambda.api));
    const others = Array.from({ length: 100 }, () => connect(Number(port), hostname));
    for (const other of others) {
      other.on('error', () => undefined);
      other.write(`POST ${pathname} HTTP/1.1\r\nContent-Length: 9\r\n\r\n[`);
    }
    await Promise.all(others.map((other) => once(other, 'connect')));

    const status = await lambda.post(record('a'));
    const [answer] = await once(others.at(-1) ?? connect(0), 'data');
    for (const other of others) other.destroy();

    expect(status).toBe(200);
    expect(String(answer)).toMatch(/^HTTP\/1.1 408 /);
  }, 30_000);

  it('again after a freeze, in the middle of a request too', async () => {
    await using lambda = await startIntake({ PUPPET_TAKES: '1' });
    const { port, hostname, pathname } = new URL(deliveryUrl(lambda.api));
    const socket = connect(Number(port), hostname);
    const body = record('thawed');
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: sandbox:1\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
    );
    const pids = [lambda.supervisor.process.pid ?? 0, Number((await lambda.ask('/pid')).body)];

    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    socket.write(body.slice(9));
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    const [response] = await once(socket, 'data');
    socket.destroy();
    await lambda.hears(`1: delivery 1 ${body}`);

    expect(String(response)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });
});

/** Memory of the process that is its own. */
function heldKilobytes(pid = 0): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
}
