/** An error as the Runtime API takes it. */
export interface ErrorDescription {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** Describes anything that a handler may throw, as AWS's client does, also what is no proper error. */
export function describeError(thrown: unknown): ErrorDescription {
  try {
    if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
    const { name, message, stack } = thrown;
    return {
      errorType: withoutDelete(name),
      errorMessage: withoutDelete(message),
      trace: stack ? withoutDelete(stack).split('\n') : [],
    };
  } catch {
    const errorMessage =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage, trace: [] };
  }
}

/** Throws if there is a value that is no text. */
function withoutDelete(text: string): string {
  return text?.replaceAll('\x7f', '%7F');
}

/** An error of the runtime itself; its name is what Lambda calls the type. JSON logs show the class, so that is AWS's, too. */
export function runtimeError(name: string, message: string, stack?: string): Error {
  const word = name.slice(name.indexOf('.') + 1);
  const className = /Error$|Streaming/.test(word) ? word : `${word}Error`;
  const error = new (Object.defineProperty(class extends Error {}, 'name', { value: className }))(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
