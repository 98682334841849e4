/**
 * Where the preload and hooks around the runtime client's `next` meet. A function's bundle and ours each have a copy of this
 * file, so they meet under a symbol that all copies share.
 */
const INVOCATION_HOOKS = Symbol.for('lambda-node-extended.invocation-hooks');

/** What is known of an invocation. `deadlineMs` is Lambda's, in epoch time. */
export interface HookedInvocation {
  readonly requestId: string;
  readonly deadlineMs: number;
}

export interface InvocationHooks {
  /**
   * Called when the client is about to ask for work: with the invocation that has ended, and after INIT with nothing. The
   * client asks when the hook has settled.
   */
  beforeNext(hook: (ended: HookedInvocation | undefined) => unknown): void;
  /** Called with each invocation. The handler sees it when the hook has settled. */
  afterNext(hook: (begun: HookedInvocation) => unknown): void;
  /** For a runtime client: its `next` with all hooks around it. To be called once for each loop that asks. */
  around<Args extends unknown[], Answer>(
    next: (...args: Args) => Promise<Answer>,
    invocationOf: (answer: Answer) => HookedInvocation,
  ): (...args: Args) => Promise<Answer>;
}

/** The hooks of this process, where the preload runs. */
export function invocationHooks(): InvocationHooks | undefined {
  return (globalThis as Meeting)[INVOCATION_HOOKS];
}

export function installInvocationHooks(hooks: InvocationHooks): void {
  Object.defineProperty(globalThis, INVOCATION_HOOKS, { value: hooks });
}

type Meeting = { readonly [INVOCATION_HOOKS]?: InvocationHooks };
