import { describe, expect, it } from 'vitest';
import { healthy, PARAMETER_PATH, SECRET_PATH, startSecrets } from '../support/lambda/secrets-extension.ts';
import { type AwsCall, answerJson, aParameter, aSecret } from '../support/servers/aws-server.ts';
import { answerRaw, BAD_BODIES, spoilt } from '../support/servers/bad-answers.ts';
import { startHttpServer } from '../support/servers/http-server.ts';

const secret = aSecret();
const parameter = aParameter().Parameter as Record<string, unknown>;
const { SecretString: _text, ...withoutValue } = secret;
const badSecrets = [
  ...spoilt(secret, ['ARN', 'Name', 'SecretString']),
  ...[5, true, [5], ['hunter2', 5]].map((VersionStages) => JSON.stringify({ ...secret, VersionStages })),
  ...['hunter2', 1e20].map((CreatedDate) => JSON.stringify({ ...secret, CreatedDate })),
  ...['', '%%', 5, {}].map((SecretBinary) => JSON.stringify({ ...withoutValue, SecretBinary })),
];
const badParameters = [
  ...spoilt(parameter, ['Name', 'Value']),
  ...[5, true, ['hunter2'], { hunter2: 1 }].map((Type) => JSON.stringify({ ...parameter, Type })),
];

const apis = [
  {
    api: 'GetSecretValue',
    path: (id: number) => `/secretsmanager/get?secretId=${id}`,
    good: JSON.stringify(secret),
    bad: badSecrets,
  },
  {
    api: 'GetParameter',
    path: (id: number) => `/systemsmanager/parameters/get?name=${id}`,
    good: JSON.stringify(aParameter()),
    bad: [...spoilt({}, ['Parameter']), ...badParameters.map((one) => `{"Parameter":${one}}`)],
  },
  {
    api: 'GetParametersByPath',
    path: (id: number) => `/systemsmanager/parameters/path?path=/${id}`,
    good: JSON.stringify({ Parameters: [parameter] }),
    bad: [
      // The SDK leaves null out of a list.
      ...spoilt({}, ['Parameters']).filter((one) => one !== '{"Parameters":[]}'),
      ...badParameters.map((one) => `{"Parameters":[${JSON.stringify(parameter)},${one}]}`),
    ],
  },
];

describe.each(apis)('an answer of $api without what it promises', ({ path, good, bad }) => {
  const bodies = [...BAD_BODIES, ...bad];

  it('is a 502 to a reader, and names and quotes nothing of it', async () => {
    await using lambda = await startSecrets({
      answer: ({ input }, response) => answerRaw(response, bodies[idOf(input)] ?? good),
    });

    const answers = await oneByOne(bodies, (id) => lambda.read(`${path(id)}&refreshNow=true`));

    const outcomes = answers.map(({ status, headers }, id) => [bodies[id], status, headers.get('x-extension-error')]);
    expect(outcomes).toEqual(bodies.map((body) => [body, 502, 'UnreadableAnswer']));
    expect(answers.map(({ body }) => body).join() + lambda.host.output).not.toMatch(/hunter2|12345678|Deserialization/);
  });

  it('does not replace the value in memory, which is served on', async () => {
    const seen = new Set<number>();
    await using lambda = await startSecrets({
      answer: ({ input }, response) => {
        const id = idOf(input);
        answerRaw(response, seen.has(id) ? (bodies[id] ?? good) : good);
        seen.add(id);
      },
    });
    const before = await oneByOne(bodies, (id) => lambda.read(path(id)));

    await oneByOne(bodies, (id) => lambda.read(`${path(id)}&refreshNow=true`));
    const after = await oneByOne(bodies, (id) => lambda.read(path(id)));

    expect(after.map(({ status, body }) => [status, body])).toEqual(before.map(({ body }) => [200, body]));
  });

  it('lets the old value stand in after its time to live', async () => {
    let isBad = false;
    await using lambda = await startSecrets({
      answer: (_call, response) => answerRaw(response, isBad ? '{}' : good),
      environment: { SECRETS_MANAGER_TTL: '1', SSM_PARAMETER_STORE_TTL: '1' },
    });
    const before = await lambda.read(path(0));
    isBad = true;

    let after = await lambda.read(path(0));
    while (!lambda.host.output.includes('serving a stale value')) after = await lambda.read(path(0));

    expect(after).toMatchObject({ status: 200, body: before.body });
  });
});

/** Reads of parameters that come together would share a batch. */
async function oneByOne<T>(bodies: readonly string[], read: (id: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const id of bodies.keys()) answers.push(await read(id));
  return answers;
}

/** The number in whatever names the value. */
function idOf({ SecretId, Name, Path }: AwsCall['input']): number {
  return Number(/\d+/.exec(String(SecretId ?? Name ?? Path))?.[0]);
}

describe('a batch without what it promises', () => {
  const batches = [...BAD_BODIES, ...badSecrets.map((one) => `{"SecretValues":[${one}]}`)];

  it.each(['single reads that work', 'single reads that do not'])('of secrets falls back to %s', async (which) => {
    const isWorking = which === 'single reads that work';
    let next = 0;
    await using lambda = await startSecrets({
      answer: ({ operation, input }, response) => {
        if (operation === 'BatchGetSecretValue') answerRaw(response, batches[next++ % batches.length] ?? '');
        else answerJson(response, 200, isWorking ? aSecret({ Name: input.SecretId }) : {});
      },
    });

    for (const index of batches.keys()) {
      const { body } = await lambda.read(`/secretsmanager/batch?secretId=a${index}&secretId=b${index}`);

      const { SecretValues, Errors } = JSON.parse(body);
      const found = SecretValues.map(({ Name }: { Name: string }) => Name);
      const codes = Errors.map(({ ErrorCode }: { ErrorCode: string }) => ErrorCode);
      expect([batches[index], found, codes]).toEqual([
        batches[index],
        isWorking ? [`a${index}`, `b${index}`] : [],
        isWorking ? [] : ['UnreadableAnswer', 'UnreadableAnswer'],
      ]);
    }
    expect(lambda.host.output).not.toContain('hunter2');
  });

  it('of parameters costs the others nothing', async () => {
    const named = (name: unknown) => ({ ...parameter, Name: name });
    const bad = badParameters.filter((one) => JSON.parse(one).Name === parameter.Name);
    let next = 0;
    await using lambda = await startSecrets({
      answer: ({ operation, input }, response) => {
        const [first, second] = (input.Names ?? []) as string[];
        const spoiltOne = { ...JSON.parse(bad[next % bad.length] ?? ''), Name: second };
        if (operation === 'GetParameters') {
          next++;
          answerJson(response, 200, { Parameters: [named(first), spoiltOne] });
        } else answerJson(response, 200, { Parameter: named(input.Name) });
      },
    });

    for (const index of bad.keys()) {
      const paths = ['a', 'b'].map((name) => `/systemsmanager/parameters/get?name=${name}${index}`);
      const bodies = await lambda.readTogether(paths);

      expect(bodies.map((body) => JSON.parse(body).Parameter)).toEqual([
        expect.objectContaining({ Name: `a${index}`, Value: parameter.Value }),
        expect.objectContaining({ Name: `b${index}`, Value: parameter.Value }),
      ]);
    }
    expect(next).toBeGreaterThan(bad.length / 2);
  });
});

describe('credentials without what their API promises', () => {
  const fields = {
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'ZZsecret-hunter2',
    SessionToken: 'hunter2-token',
    Expiration: '2099-01-01T00:00:00Z',
  };
  const xmlOf = (of: Readonly<Record<string, string>>) =>
    `<AssumeRoleResponse><AssumeRoleResult><Credentials>${Object.entries(of)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  const badXml = [
    '',
    'null',
    '{}',
    'hunter2',
    '<AssumeRoleResponse/>',
    '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>',
    '<AssumeRoleResponse><AssumeRoleResult><Credentials/></AssumeRoleResult></AssumeRoleResponse>',
    '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>hunter2',
    ...Object.keys(fields).flatMap((name) => {
      const { [name as keyof typeof fields]: _removed, ...rest } = fields;
      return [xmlOf(rest), xmlOf({ ...fields, [name]: '' })];
    }),
    xmlOf({ ...fields, Expiration: 'hunter2' }),
  ];

  it('of STS are a 502, and quote nothing', async () => {
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (call.operation !== '') return healthy(call, response);
        response.end(badXml[Number(/\d+$/.exec(String(call.input.RoleArn))?.[0])]);
      },
    });

    const answers = await Promise.all(
      badXml.map((_xml, role) => lambda.read(`${SECRET_PATH}&roleArn=arn:aws:iam::123456789012:role/r${role}`)),
    );

    expect(
      answers.map(({ status, headers }, role) => [badXml[role], status, headers.get('x-extension-error')]),
    ).toEqual(badXml.map((xml) => [xml, 502, 'UnreadableAnswer']));
    expect(answers.map(({ body }) => body).join() + lambda.host.output).not.toMatch(/hunter2|Deserialization/);
  });

  it('of the container credentials endpoint are a 502, and quote nothing', async () => {
    const container = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'ZZsecret-hunter2', Token: 'hunter2-token' };
    const bodies = [
      ...BAD_BODIES,
      '{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":ZZsecret-hunter2}',
      ...spoilt(container, ['AccessKeyId', 'SecretAccessKey']),
    ];
    let body = '';
    await using endpoint = await startHttpServer((_request, response) => void response.end(body));
    await using lambda = await startSecrets({
      environment: {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${endpoint.port}/credentials`,
      },
    });

    for (body of bodies) {
      const answer = await lambda.read(`${PARAMETER_PATH}&refreshNow=true`);

      expect([body, answer.status, answer.body]).toEqual([
        body,
        502,
        expect.stringContaining('the container credentials endpoint sent no'),
      ]);
    }
    expect(lambda.host.output).not.toMatch(/hunter2|ZZsec/);
  });
});
