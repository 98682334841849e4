/** Names that extensions of users may not have, since they would take what is another's. */

/** Ours, as `catalog.ts` has them. */
export const BUILT_IN: ReadonlySet<string> = new Set(['secrets', 'appconfig', 'telemetry', 'insights']);
/** Who else of ours logs, redacts and counts. */
const OURS: ReadonlySet<string> = new Set(['host', 'client', 'preload', 'supervisor', 'lambda-node-extended']);
const WORDS: ReadonlySet<string> = new Set(['auto', 'none']);
const SOCKETS: ReadonlySet<string> = new Set([...BUILT_IN, 'otlp', 'lambda-node-extended']);

/** Why a user's extension may not be called so, for the log; undefined where it may. */
export function whyNotNamed(name: string): string | undefined {
  if (BUILT_IN.has(name)) return `the extension ${name} is built in`;
  if (OURS.has(name)) return `${name} is the name of a part of lambda-node-extended`;
  if (WORDS.has(name)) return `EXTENSIONS_ENABLED has another meaning for ${name}`;
  if (/^[A-Za-z0-9][\w.-]{0,127}$/.test(name)) return undefined;
  return 'a name has letters, digits, dots, dashes and underscores, up to 128 of them, and begins with a letter or digit';
}

/** The same for the name of a socket in `listens`. */
export function whyNotSocket(name: string): string | undefined {
  return SOCKETS.has(name)
    ? `the socket ${name} is one of the extensions that are built in. Choose another name`
    : undefined;
}

/** Throws where an extension provides numbers or texts under a name that another one has. */
export function checkProvider(extension: string, name: string): void {
  if (extension === name || (!BUILT_IN.has(name) && !OURS.has(name))) return;
  throw new TypeError(
    `provide(${JSON.stringify(name)}) takes a name of ours. Pass the extension's own, ${JSON.stringify(extension)}`,
  );
}
