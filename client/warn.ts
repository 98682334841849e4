/** A warning of the process, which Node.js logs. */
export function warn(message: string): void {
  process.emitWarning(message, { code: 'LAMBDA_NODE_EXTENDED' });
}

/** Once for each of some hundred subjects: callers may make up the rest. */
export function warnOnce(subject: string, message: string): void {
  if (warned.has(subject) || warned.size >= MAX_WARNINGS) return;
  warned.add(subject);
  warn(message);
}

const warned = new Set<string>();
const MAX_WARNINGS = 100;
