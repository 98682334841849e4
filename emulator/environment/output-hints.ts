/** What to do about an error that an extension or the function printed, if we know it. */
export function hintAtOutput(line: string, who: string): string | undefined {
  if (/EADDRINUSE|address already in use/i.test(line)) {
    return `${who} cannot listen on its port, because another process does. Stop that process, or set another port.`;
  }
  if (/(ENOTFOUND|no such host|not known|EAI_AGAIN)/i.test(line) && /sandbox(\.localdomain)?/.test(line)) {
    return (
      `${who} looks up sandbox.localdomain, a name that only Lambda resolves. Add the line "127.0.0.1 sandbox sandbox.localdomain" ` +
      'to /etc/hosts, or run the emulator as root: it then adds the line for the extensions alone.'
    );
  }
  return undefined;
}
