/** What to do about a line that an extension or the function printed, where we know it. */
export function hintAtOutput(line: string, who: string): string | undefined {
  if (/EADDRINUSE|address already in use/i.test(line)) {
    return `${who} wants a port that something on this machine holds. Stop that, or set another port for the extension.`;
  }
  if (/(ENOTFOUND|no such host|not known|EAI_AGAIN)/i.test(line) && /sandbox(\.localdomain)?/.test(line)) {
    return (
      `${who} looks up sandbox.localdomain, which only Lambda knows. Add the line "127.0.0.1 sandbox sandbox.localdomain" ` +
      'to /etc/hosts, or run the emulator as root, where it can do so for the extensions alone.'
    );
  }
  return undefined;
}
