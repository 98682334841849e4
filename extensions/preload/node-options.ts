/** Leaves NODE_OPTIONS as it was before the entry point or the user put the preload into it: child processes get none of it. */
export function takeOutPreload(environment: NodeJS.ProcessEnv): void {
  const options = environment.NODE_OPTIONS;
  if (options === undefined) return;
  const others = withoutPreload(options);
  if (others === undefined) delete environment.NODE_OPTIONS;
  else if (others !== options) environment.NODE_OPTIONS = others;
}

/** `undefined` where there was nothing else, not even an empty text. */
export function withoutPreload(options: string): string | undefined {
  const others = options.replace(OUR_OPTION, '');
  if (others === options) return options;
  // What ended with our option has lost the blank before it, too.
  if (OUR_OPTION_AT_THE_END.test(options)) return others.replace(/ $/, '') || undefined;
  return others;
}

/** As the entry point writes it, or as a user may. */
const OPTION = String.raw`(?<![^ ])(?:--require|-r)(?: +|=)(?:"(?:[^"\\]|\\.)*/lambda-node-extended/preload\.cjs"|[^ "]*/lambda-node-extended/preload\.cjs)`;
const OUR_OPTION = new RegExp(`${OPTION}(?: |$)`, 'g');
const OUR_OPTION_AT_THE_END = new RegExp(`${OPTION}$`);
