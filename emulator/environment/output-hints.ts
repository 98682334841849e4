/** What to do about an error that an extension or the function printed, if we know it. */
export function hintAtOutput(line: string, who: string, unboundOptDir: string | undefined): string | undefined {
  const [inOpt] = unboundOptDir === undefined ? [] : (/(?<![\w.-])\/opt\/[\w@./-]+/.exec(line) ?? []);
  if (inOpt !== undefined) {
    return (
      `${who} names ${inOpt}, but the layers are in ${unboundOptDir} here. To have them in /opt, run the emulator on Linux as root, ` +
      'or as a user who may create user namespaces.'
    );
  }
  if (/EADDRINUSE|address already in use/i.test(line)) {
    return `${who} cannot listen on its port, because another process does. Stop that process, or set another port.`;
  }
  if (/(ENOTFOUND|no such host|not known|EAI_AGAIN)/i.test(line) && /sandbox(\.localdomain)?/.test(line)) {
    return (
      `${who} looks up sandbox.localdomain, a name that only Lambda resolves. Add the line "127.0.0.1 sandbox sandbox.localdomain" ` +
      'to /etc/hosts, or run the emulator on Linux as root: the processes then have an /etc/hosts of their own.'
    );
  }
  return undefined;
}
