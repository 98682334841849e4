import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { type StageOptions, setStage } from './stage.ts';

async function serve(handler: string, options: StageOptions = {}) {
  const stage = await setStage({ handler, http: {}, ...options });
  return { stage, url: stage.emulator.httpUrl ?? '', [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

/** Sends and returns bytes as they are. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const ECHO = 'export const handler = (event) => event';

describe('the HTTP front', () => {
  it('makes the event of a function URL of a request', async () => {
    await using front = await serve(ECHO);

    const response = await fetch(`${front.url}some/p%20ath?a=1&a=2&b=x%20y&c`, {
      headers: { 'X-Mine': 'yes', Cookie: 'one=1; two=2' },
    });

    const { host, port } = new URL(front.url);
    expect(await response.json()).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/some/p%20ath',
      rawQueryString: 'a=1&a=2&b=x%20y&c',
      cookies: ['one=1', 'two=2'],
      headers: expect.objectContaining({
        host,
        'x-mine': 'yes',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': port,
        'x-forwarded-proto': 'http',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      }),
      queryStringParameters: { a: '1,2', b: 'x y', c: '' },
      requestContext: {
        accountId: 'anonymous',
        apiId: 'function',
        domainName: host,
        domainPrefix: 'function',
        http: { method: 'GET', path: '/some/p%20ath', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'node' },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: '$default',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  it.each([
    ['application/json; charset=utf-8', '{"a":"ü"}', '{"a":"ü"}', false],
    ['text/plain', 'plain', 'plain', false],
    ['application/problem+json', '{}', '{}', false],
    ['application/x-www-form-urlencoded', 'a=1', 'YT0x', true],
    ['application/octet-stream', Buffer.from([0, 255]), 'AP8=', true],
    ['text/plain', Buffer.from([255, 254]), '//4=', true],
  ])('passes a body of type %s on', async (type, body, expected, isBase64Encoded) => {
    await using front = await serve(
      'export const handler = ({ body, isBase64Encoded }) => ({ body, isBase64Encoded })',
    );

    const response = await fetch(front.url, { method: 'POST', headers: { 'content-type': type }, body });

    expect(await response.json()).toEqual({ body: expected, isBase64Encoded });
  });

  it('takes paths as they are sent, also in a whole URL', async () => {
    await using front = await serve(
      'export const handler = ({ rawPath, rawQueryString }) => [rawPath, rawQueryString]',
    );
    const { host } = new URL(front.url);
    const targets = [
      `http://${host}/a%2Fb?c=/d`,
      `http://${host}`,
      '//x//y/../z',
      '/%zz%00?%ff=%',
      `/${'l'.repeat(60_000)}`,
      '/?',
    ];

    const bodies = [];
    for (const target of targets) {
      const answer = await raw(front.url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      bodies.push(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))));
    }

    expect(bodies).toEqual([
      ['/a%2Fb', 'c=/d'],
      ['/', ''],
      ['//x//y/../z', ''],
      ['/%zz%00', '%ff=%'],
      [`/${'l'.repeat(60_000)}`, ''],
      ['/', ''],
    ]);
  });

  it.each([
    ['OPTIONS *', 400],
    ['CONNECT localhost:443', 405],
    ['GET http://evil.example/', 403],
    ['GET http://localhost@evil.example/', 403],
    [`GET /${'l'.repeat(90_000)}`, 431],
  ])('answers a request that no function gets, %.20s, with %i', async (line, status) => {
    await using front = await serve(ECHO);

    const answer = await raw(front.url, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('answers a request to change the protocol as any other', async () => {
    await using front = await serve('export const handler = ({ headers }) => headers.upgrade');

    const answer = await raw(
      front.url,
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*websocket$/s);
  });

  it('answers with status, headers, cookies and bytes', async () => {
    await using front = await serve(`export const handler = () => ({
      statusCode: 201,
      headers: { 'Content-Type': 'image/png', 'X-Count': 3, 'X-Name': 'ünï' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: Buffer.from([0, 1, 255]).toString('base64'),
      isBase64Encoded: true,
    })`);

    const response = await fetch(front.url);

    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('x-count')).toBe('3');
    expect(Buffer.from(response.headers.get('x-name') ?? '', 'latin1').toString()).toBe('ünï');
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 255]);
  });

  it.each([
    ['an object', '({ message: "hello" })', '{"message":"hello"}'],
    ['a string', '"hello"', 'hello'],
    ['nothing', 'undefined', 'null'],
    ['an array', '[1, 2]', '[1,2]'],
    ['status and body', '({ statusCode: 200, body: "{}" })', '{}'],
  ])('answers 200 in JSON when the handler returns %s', async (_, result, expected) => {
    await using front = await serve(`export const handler = () => ${result}`);

    const response = await fetch(front.url);

    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      expected,
    ]);
  });

  it.each([
    ['throws', 'throw new Error("no")', undefined],
    [
      'has a body that is no text',
      'return { statusCode: 200, body: { a: 1 } }',
      /body is of type object: expected a string/,
    ],
    ['has a strange status', 'return { statusCode: "fine" }', /statusCode is "fine"/],
    ['has a header with a line break', 'return { statusCode: 200, headers: { a: "1\\r\\nb: 2" } }', /header "a"/],
    ['has cookies that are no list', 'return { statusCode: 200, cookies: "a=1" }', /cookies/],
  ])('answers 502 when the handler %s', async (_, code, hint) => {
    await using front = await serve(`export const handler = () => { ${code} }`);

    const response = await fetch(front.url);

    expect([response.status, await response.text()]).toEqual([502, 'Internal Server Error']);
    if (hint) await front.stage.emulator.untilLine(({ source, text }) => source === 'hint' && hint.test(text));
  });

  it('refuses a body over the limit of Lambda', async () => {
    await using front = await serve(ECHO);

    const response = await fetch(front.url, { method: 'POST', body: Buffer.alloc(6 * 1024 * 1024 + 1) });

    expect(response.status).toBe(413);
  });

  it.each([
    ['an image of a page of the internet', 'image', 'https://evil.example/', 403],
    ['a frame of a page that hides its address', 'iframe', undefined, 403],
    ['an image of a page of this machine', 'image', 'http://localhost:5173/', 200],
    ['a link that the user follows', 'document', 'https://good.example/', 200],
  ])('judges a GET for %s, which has no Origin, by its other headers', async (_what, dest, referer, status) => {
    await using front = await serve(ECHO);

    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest, ...(referer ? { referer } : {}) };
    const { statusCode, body } = await request(front.url, { headers });
    await body.dump();

    expect(statusCode).toBe(status);
  });

  it('serves names of this machine only', async () => {
    await using front = await serve(ECHO);

    const { statusCode } = await request(front.url, { headers: { host: 'evil.example' } });

    expect(statusCode).toBe(403);
  });

  it.each([
    ['http://localhost:5173', 200],
    ['https://evil.example', 403],
  ])('answers a page from %s with %i', async (origin, status) => {
    await using front = await serve(ECHO);

    const { statusCode, body } = await request(front.url, { headers: { origin } });
    await body.dump();

    expect(statusCode).toBe(status);
  });

  it('closes the connection of a client whose request is not HTTP', async () => {
    await using front = await serve(ECHO);

    expect(await raw(front.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a streamed answer of the HTTP front', () => {
  it('has the status, headers and cookies of the prelude, and comes part by part', async () => {
    const go = join(tmpdir(), `go-${randomUUID()}`);
    await using front = await serve(
      `import { existsSync } from 'node:fs';
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const out = awslambda.HttpResponseStream.from(stream, {
          statusCode: 202, headers: { 'content-type': 'text/event-stream', 'x-a': '1' }, cookies: ['c=1'],
        });
        out.write('first ');
        while (!existsSync(process.env.GO)) await new Promise((resolve) => setTimeout(resolve, 5));
        out.end('second');
      })`,
      { environment: { GO: go } },
    );

    const response = await fetch(front.url);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    writeFileSync(go, '');
    const second = await reader?.read();

    expect(response.status).toBe(202);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.getSetCookie()).toEqual(['c=1']);
    expect([first, second].map((part) => Buffer.from(part?.value ?? []).toString())).toEqual(['first ', 'second']);
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  it('without a prelude is a 200 with the type that the function sets', async () => {
    await using front = await serve(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.setContentType('text/csv');
      stream.write('a,b');
      stream.end();
    })`);

    const response = await fetch(front.url);

    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/csv',
      'a,b',
    ]);
  });

  it('breaks off when the function fails within it', async () => {
    const go = join(tmpdir(), `go-${randomUUID()}`);
    await using front = await serve(
      `import { existsSync } from 'node:fs';
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('begun');
        while (!existsSync(process.env.GO)) await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error('no');
      })`,
      { environment: { GO: go } },
    );

    const response = await fetch(front.url);
    writeFileSync(go, '');

    await expect(response.text()).rejects.toThrow();
  });

  it('is 502 when the function fails before it', async () => {
    await using front = await serve(
      'export const handler = awslambda.streamifyResponse(async () => { throw new Error("no") })',
    );

    expect((await fetch(front.url)).status).toBe(502);
  });

  it('passes many megabytes on unchanged', async () => {
    const seed = randomBytes(1_024).toString('base64');
    await using front = await serve(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const part = Buffer.alloc(1_000_000, ${JSON.stringify(seed)}, 'base64');
        for (let n = 0; n < 20; n++) if (!stream.write(part)) await new Promise((resolve) => stream.once('drain', resolve));
        stream.end();
      })`,
      { timeoutMs: 30_000 },
    );

    const body = Buffer.from(await (await fetch(front.url)).arrayBuffer());

    const part = Buffer.alloc(1_000_000, seed, 'base64');
    const expected = createHash('sha256');
    for (let n = 0; n < 20; n++) expected.update(part);
    expect(createHash('sha256').update(body).digest('hex')).toBe(expected.digest('hex'));
  });
});

describe('CORS of the HTTP front', () => {
  const cors = {
    allowOrigins: ['https://shop.example'],
    allowMethods: ['GET', 'PUT'],
    allowHeaders: ['x-mine'],
    maxAge: 60,
  };

  it('answers a preflight without the function', async () => {
    await using front = await serve(ECHO, { http: { cors } });

    const { statusCode, headers } = await request(front.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
    });

    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'x-mine',
      'access-control-max-age': '60',
    });
    expect(front.stage.emulator.phase).toBe('cold');
  });

  it("replaces the function's own headers", async () => {
    await using front = await serve(
      'export const handler = () => ({ statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" } })',
      { http: { cors } },
    );

    const { headers, body } = await request(front.url, { headers: { origin: 'https://shop.example' } });
    await body.dump();

    expect(headers['access-control-allow-origin']).toBe('https://shop.example');
  });

  it('leaves a preflight to the function when nothing is configured', async () => {
    await using front = await serve(
      'export const handler = (event) => ({ statusCode: 204, headers: { "x-by": event.requestContext.http.method } })',
    );

    const { statusCode, headers } = await request(front.url, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'PUT' },
    });

    expect([statusCode, headers['x-by']]).toEqual([204, 'OPTIONS']);
  });
});
