/** The line for records that no process of the host will get. */
export function explainLoss({ reason, records }: { readonly reason: string; readonly records: number }): string {
  const what = `Lost ${records} telemetry records`;
  switch (reason) {
    case 'full':
      return `${what}, because the store of deliveries was full. Raise EXTENSIONS_TELEMETRY_STORE_BYTES, or send less.`;
    case 'harmful':
      return `${what}, because two processes of the host ended while they read them.`;
    default:
      return `${what}: ${reason}.`;
  }
}
