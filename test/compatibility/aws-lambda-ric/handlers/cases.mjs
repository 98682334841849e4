/** Handlers of one behaviour each, for AWS's runtime client and ours. */
const circular = { a: 1 };
circular.self = circular;
class Größe extends Error {
  name = 'Größe';
}
const named = (name, message = 'm') => Object.assign(new Error(message), { name });
const cases = {
  undefined: () => undefined,
  null: () => null,
  text: () => 'größe 𝄞',
  bigint: () => 1n,
  circular: () => circular,
  date: () => new Date(0),
  symbol: () => Symbol('x'),
  fn: () => () => 1,
  nested: async () => ({ a: [undefined, () => 1], b: undefined }),
  toJSON: () => ({
    toJSON() {
      throw new Error('in toJSON');
    },
  }),
  nan: () => NaN,
  map: () => new Map([[1, 2]]),
  promise: () => Promise.resolve(7),
  thenable: () => ({
    then(resolve) {
      resolve(8);
    },
  }),
  throwError: () => {
    throw new TypeError('wrong');
  },
  throwName: () => {
    throw new Größe('ä');
  },
  throwNameLines: () => {
    throw named('a\nb', 'c\nd');
  },
  throwDel: () => {
    throw named('a\x7fb', 'c\x7fd');
  },
  throwText: () => {
    throw 'text';
  },
  throwUndefined: () => {
    throw undefined;
  },
  throwNull: () => {
    throw null;
  },
  throwNumber: () => {
    throw 5;
  },
  throwObject: () => {
    throw { a: 1 };
  },
  throwCircular: () => {
    throw Object.assign(new Error('c'), { circular });
  },
  throwBig: () => {
    throw Object.assign(new Error('c'), { big: 1n });
  },
  throwNoName: () => {
    throw named(undefined);
  },
  throwNoStack: () => {
    throw Object.assign(new Error('s'), { stack: undefined });
  },
  throwNumberName: () => {
    throw named(5);
  },
  throwNothingToString: () => {
    throw {
      toString() {
        throw new Error('x');
      },
    };
  },
  throwProto: () => {
    throw Object.create(null);
  },
  throwSymbol: () => {
    throw Symbol('s');
  },
  throwCause: () => {
    throw new Error('outer', { cause: new Error('inner') });
  },
  throwCode: () => {
    throw Object.assign(new Error('m'), { code: 'ECODE' });
  },
  throwAggregate: () => {
    throw new AggregateError([new Error('a')], 'agg');
  },
  rejects: () => Promise.reject(new RangeError('r')),
  context: (_e, c) =>
    Object.fromEntries(
      Object.entries(c)
        .filter(([k]) => !['awsRequestId', 'logStreamName', 'xRayTraceId'].includes(k))
        .map(([k, v]) => [k, typeof v === 'function' ? 'fn' : v]),
    ),
  contextKeys: (_e, c) => Object.keys(c),
  xray: (_e, c) => [typeof c.xRayTraceId, c.xRayTraceId === process.env._X_AMZN_TRACE_ID],
  store: () => [
    typeof awslambda.InvokeStore,
    awslambda.InvokeStore?.getRequestId?.()?.length,
    typeof awslambda.InvokeStore?.getXRayTraceId?.(),
    awslambda.InvokeStore?.hasContext?.(),
  ],
  storeSet: async () => {
    awslambda.InvokeStore.set('mine', 5);
    await null;
    return [awslambda.InvokeStore.get('mine'), Object.keys(awslambda.InvokeStore.getContext())];
  },
  storeProtected: () => awslambda.InvokeStore.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 1),
  storeRun: async () => awslambda.InvokeStore.run({ x: 1 }, () => awslambda.InvokeStore.get('x')),
  globals: () => Object.keys(awslambda).sort(),
  executionEnv: () => process.env.AWS_EXECUTION_ENV,
  console: () => {
    console.log('a %s', 'b', { c: 1 });
    console.log();
    console.log(undefined);
    console.log('%j', { a: 1 });
    console.error(new Error('logged'));
    console.warn('two\nlines');
    console.debug('d');
    console.trace('t');
    console.info(1, 2n);
    console.fatal?.('f');
    console.log({ deep: { a: { b: { c: 1 } } } });
    console.log(new Error('x'), 'y');
    console.log('z', new TypeError('q'));
    console.table([{ a: 1 }]);
    console.dir({ a: 1 });
    console.log(null);
    console.log(circular);
    return 1;
  },
  stdout: () => {
    process.stdout.write('raw line\n');
    return 1;
  },
  remaining: (_e, c) => c.getRemainingTimeInMillis() > 0,
  mutate: (_e, c) => {
    c.callbackWaitsForEmptyEventLoop = false;
    return c.callbackWaitsForEmptyEventLoop;
  },
  args: function () {
    return arguments.length;
  },
  thisValue: function () {
    return this === undefined ? 'undefined' : typeof this;
  },
  envKeys: () =>
    Object.keys(process.env)
      .filter(
        (k) =>
          /^_|AWS_LAMBDA_RUNTIME_API|LAMBDA_/.test(k) &&
          !/^_(LAMBDA_EMULATOR)/.test(k) &&
          k !== 'LAMBDA_EMULATOR_ID' &&
          k !== '_',
      )
      .sort(),
};
export const HANDLERS = Object.keys(cases);
export const handler = (event, context) => cases[event.case](event, context);
const { streamifyResponse, HttpResponseStream } = globalThis.awslambda ?? {};
const stream = (fn, options) => streamifyResponse?.(fn, options);
const streams = {
  simple: async (_e, s) => {
    s.write('a');
    s.write('b');
    s.end();
  },
  object: async (_e, s) => {
    s.write({ a: 1 });
    s.end();
  },
  number: async (_e, s) => {
    s.write(5);
    s.end();
  },
  nothing: async (_e, s) => {
    s.end();
  },
  endText: async (_e, s) => {
    s.end('all');
  },
  notEnded: async (_e, s) => {
    s.write('a');
    setTimeout(() => s.end('late'), 50);
  },
  from: async (_e, s) => {
    const r = HttpResponseStream.from(s, { statusCode: 201 });
    r.write('body');
    r.end();
  },
  fromEmpty: async (_e, s) => {
    const r = HttpResponseStream.from(s, { statusCode: 204 });
    r.end();
  },
  fromEnd: async (_e, s) => {
    const r = HttpResponseStream.from(s, { statusCode: 200 });
    r.end('only end');
  },
  type: async (_e, s) => {
    s.setContentType('text/html');
    s.write('x');
    s.end();
  },
  lateType: async (_e, s) => {
    s.write('x');
    s.setContentType('text/html');
    s.end();
  },
  fromLate: async (_e, s) => {
    s.write('x');
    HttpResponseStream.from(s, {});
    s.end();
  },
  throwFirst: async () => {
    throw new Error('first');
  },
  throwLater: async (_e, s) => {
    s.write('x');
    throw new TypeError('later');
  },
  throwText: async (_e, s) => {
    s.write('x');
    throw 'text';
  },
  returns: async (_e, s) => {
    s.write('x');
    s.end();
    return 5;
  },
  writeAfterEnd: async (_e, s) => {
    s.end('x');
    s.write('y');
  },
  keys: async (_e, s) => {
    s.end(JSON.stringify(Object.keys(s).sort()));
  },
  buffer: async (_e, s) => {
    s.write(new Uint8Array([65, 66]));
    s.end();
  },
  destroy: async (_e, s) => {
    s.write('x');
    s.destroy();
  },
  array: async (_e, s) => {
    s.write([1, 2]);
    s.end();
  },
  nullWrite: async (_e, s) => {
    s.write(null);
    s.end();
  },
  bigint: async (_e, s) => {
    s.write(1n);
    s.end();
  },
  throwName: async (_e, s) => {
    s.write('x');
    throw new Größe('ä');
  },
};
export const STREAMED = Object.keys(streams);
export const streamed = stream((event, s, c) => streams[event.case](event, s, c));
