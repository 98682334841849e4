/** A warning of the process, which Node.js logs. */
export function warn(message: string): void {
  process.emitWarning(message, { code: 'LAMBDA_NODE_EXTENDED' });
}
