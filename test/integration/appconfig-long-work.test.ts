import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KEY, PATH, startAppConfig, until } from '../support/lambda/appconfig-extension.ts';

const contentType = 'application/ion; type=AWS.AppConfig.FeatureFlags';
const aFlag = (name: string, rule: string, version = 1) =>
  `'${name}'::[ [ ${rule}, '''{"enabled":true,"version":${version}}''' ], '''{"enabled":true,"version":${version}}''' ]\n`;

/** The supervisor kills a host that uses a second of CPU time without a sign of life. */
describe('a healthy host survives', () => {
  it('a hostile context for 2,000 patterns, from 20 callers at once, and answers others', async () => {
    const patterns = Array.from({ length: 2_000 }, (_, index) =>
      aFlag(`f${index}`, `(matches in::$mail pattern::"(?i)^([a-z]+)+@${index}")`),
    );
    const content = [...patterns, aFlag('other', '(eq $id "a")')].join('');
    await using one = await startAppConfig({ deployed: { [KEY]: { contentType, content, version: 'v1' } } });
    await one.read(`${PATH}?flag=other`, { context: 'id=a' });
    const pid = hostOf(one.host.process.pid);

    const hostile = Array.from({ length: 20 }, (_, index) =>
      one.read(PATH, { context: `mail=${'a'.repeat(59_000)}${index}` }),
    );
    const answers = await Promise.all(hostile);
    const other = await one.read(`${PATH}?flag=other`, { context: 'id=a' });

    expect(answers.map(({ status }) => status)).toEqual(hostile.map(() => 500));
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({
      Message: 'the flags take more than 200 ms of CPU time for this context',
    });
    expect(answers[0]?.headers.get('x-extension-error')).toBe('EvaluationTooLong');
    expect(JSON.parse(other.body)).toEqual({ enabled: true, version: 1 });
    expect(hostOf(one.host.process.pid)).toBe(pid);
  });

  it.each<[string, (version: number) => string]>([
    [
      'many flags',
      (version) =>
        Array.from({ length: 14_000 }, (_, index) =>
          aFlag(
            `f${index}`,
            `(and (eq $group "tier-${index}") (matches in::$mail pattern::"^user-${index}@.*$"))`,
            version,
          ),
        ).join(''),
    ],
    [
      'one flag with a long list',
      (version) =>
        aFlag(
          'f0',
          `(in $id [${Array.from({ length: 100_000 }, (_, index) => `"${`user-${index}`.padEnd(27, '-')}"`).join()}])`,
          version,
        ),
    ],
  ])('3 MB of flags at each of four deployments: %s', { timeout: 60_000 }, async (_what, content) => {
    await using one = await startAppConfig({
      deployed: { [KEY]: { contentType, content: content(1), version: 'v1' } },
      environment: { AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '1' },
    });
    const version = async () => JSON.parse((await one.read(`${PATH}?flag=f0`, { context: 'id=nobody' })).body).version;
    expect(await version()).toBe(1);
    const pid = hostOf(one.host.process.pid);

    for (const next of [2, 3, 4]) {
      one.service.deploy(KEY, { contentType, content: content(next), version: `v${next}` });
      await until(
        async () => {
          await one.invoke();
          return version();
        },
        (read) => read === next,
      );
    }

    expect(hostOf(one.host.process.pid)).toBe(pid);
    expect(one.host.output).not.toContain('was killed');
  });

  it('a schema whose pattern never ends, and keeps serving what it has', { timeout: 60_000 }, async () => {
    const schema = { properties: { mail: { pattern: '^([a-z]+)+@$' } } };
    const manifest = JSON.stringify({ [KEY]: { schema } });
    await using one = await startAppConfig({
      deployed: { [KEY]: { content: '{"mail":"a@"}', version: 'v1' } },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: manifest, AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '1' },
    });
    expect((await one.read()).body).toBe('{"mail":"a@"}');
    const pid = hostOf(one.host.process.pid);

    one.service.deploy(KEY, { content: `{"mail":"${'a'.repeat(40)}"}`, version: 'v2' });
    const invocation = until(
      async () => {
        await one.invoke();
        return one.host.output;
      },
      (output) => output.includes('to check its schema takes more than 5000 ms'),
    );
    await invocation;

    expect((await one.read()).body).toBe('{"mail":"a@"}');
    expect(hostOf(one.host.process.pid)).toBe(pid);
  });
});

/** The process id of the supervisor's child. */
function hostOf(supervisor = 0): number | undefined {
  const parentOf = (pid: string) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
    } catch {
      return undefined; // It has ended.
    }
  };
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && parentOf(name) === supervisor);
  return found === undefined ? undefined : Number(found);
}
