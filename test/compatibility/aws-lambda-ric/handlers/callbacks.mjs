/** What the runtime client 3 has and its successor has not: a callback, and the functions of the context. */
const cases = {
  callback: (_event, _context, callback) => callback(null, { a: 1 }),
  callbackNothing: (_event, _context, callback) => callback(),
  callbackLater: (_event, _context, callback) => void setTimeout(callback, 20, null, 'later'),
  callbackTwice: (_event, _context, callback) => {
    callback(null, 'first');
    callback(null, 'second');
  },
  callbackError: (_event, _context, callback) => callback(new TypeError('wrong')),
  callbackText: (_event, _context, callback) => callback('text'),
  callbackCircular: (_event, _context, callback) => {
    const circular = {};
    circular.self = circular;
    callback(null, circular);
  },
  /** With an open timer the answer would wait for it. */
  waitsForNothing: (_event, context, callback) => {
    context.callbackWaitsForEmptyEventLoop = false;
    setTimeout(() => {}, 600_000).unref();
    callback(null, context.callbackWaitsForEmptyEventLoop);
  },
  waitsForTimer: (_event, _context, callback) => {
    let isDone = false;
    setTimeout(() => {
      isDone = true;
    }, 20);
    callback(null, { toJSON: () => isDone });
  },
  succeed: (_event, context) => context.succeed('succeeded'),
  fail: (_event, context) => context.fail(new RangeError('failed')),
  failNothing: (_event, context) => context.fail(),
  done: (_event, context) => context.done(null, 'done'),
  doneError: (_event, context) => context.done(new Error('not done')),
  /** Without a callback the answer is null when nothing is left to do. */
  nothing: () => 'ignored',
  contextKeys: (_event, context, callback) => callback(null, Object.keys(context)),
  arguments: function (...all) {
    return Promise.resolve(all.length);
  },
  executionEnvironment: async () => [process.env.AWS_EXECUTION_ENV, process.version.split('.')[0]],
  gc: async () => typeof gc,
};
export const CALLBACKS = Object.keys(cases);
export const handler = (event, context, callback) => cases[event.case](event, context, callback);
export const throwsLate = (_event, _context, _callback) => {
  setImmediate(() => {
    throw new RangeError('late');
  });
};
export const exitsAfterAnswer = (_event, context) => {
  context.succeed('answered');
  process.exit(4);
};
export const neverAsync = async () => new Promise(() => {});
export const neverSync = () => new Promise(() => {});
