/**
 * `globalThis.gc`, which AWS's bootstrap gives by the flag --expose-gc. The flag makes V8 refuse the code cache of Node's own
 * modules: 30 ms of CPU at each cold start (measured on Node 24), so it is set only when somebody asks.
 */
export function exposeGc(): void {
  Object.defineProperty(globalThis, 'gc', {
    configurable: true,
    get() {
      process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
      return process.getBuiltinModule('node:vm').runInNewContext('gc');
    },
  });
}
