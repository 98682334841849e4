import { styleText } from 'node:util';
import type { LogLine, TimelineEntry } from './environment/environment.ts';

export interface Terminal {
  /** Printed first, so that people can copy it and scripts can read it. */
  listening(invokeUrl: string, runtimeApi: string, options: { isForAllAddresses: boolean }): void;
  line(line: LogLine): void;
  timeline(entry: TimelineEntry): void;
  notice(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** Prints events in colours on a terminal, as plain text when piped, or as lines of JSON. */
export function createTerminal({
  isJson,
  hasColours,
  write = (text) => void process.stdout.write(`${text}\n`),
}: {
  isJson: boolean;
  hasColours: boolean;
  write?: (text: string) => void;
}): Terminal {
  if (isJson) return jsonTerminal(write);
  const styled = (style: Style, text: string) =>
    hasColours ? styleText(style, text, { validateStream: false }) : text;
  return {
    listening(invokeUrl, _runtimeApi, { isForAllAddresses }) {
      write(invokeUrl);
      write(styled('dim', `curl -d '{}' ${invokeUrl}`));
      if (isForAllAddresses) write(styled('dim', mapped(new URL(invokeUrl).port)));
    },
    line({ source, extension, text }) {
      if (source === 'platform') write(styled('cyan', text));
      else if (source === 'hint') write(styled('yellow', `hint: ${text}`));
      else if (source === 'extension') write(`${styled('magenta', `[${extension}]`)} ${text}`);
      else write(text);
    },
    timeline({ kind, name }) {
      if (kind === 'effect' && (name === 'freeze' || name === 'thaw')) write(styled('dim', `-- ${name} --`));
      if (kind === 'phase' && (name === 'init' || name === 'shutdown')) write(styled('dim', `-- ${name} --`));
    },
    notice: (text) => write(styled('dim', text)),
  };
}

function mapped(port: string): string {
  return `From outside of a container, use the port that "docker run -p" maps to ${port}. It is not known in here.`;
}

function jsonTerminal(write: (text: string) => void): Terminal {
  const print = (value: object) => write(JSON.stringify(value));
  return {
    listening: (invokeUrl, runtimeApi) => print({ type: 'listening', invokeUrl, runtimeApi }),
    line: (line) => print({ type: 'line', ...line }),
    timeline(entry) {
      if (entry.kind === 'phase') print({ type: 'phase', name: entry.name, atMs: entry.atMs });
    },
    notice: (text) => print({ type: 'notice', text }),
  };
}
