import { styleText } from 'node:util';
import type { LogLine, TimelineEntry } from './environment/watching.ts';

export interface Terminal {
  /** Printed first, so that people can copy it and scripts can read it. */
  listening(
    invokeUrl: string,
    runtimeApi: string,
    options: { isForAllAddresses: boolean; httpUrl?: string | undefined },
  ): void;
  /** @param place The function, and its environment if it has several; only where several run. */
  line(line: LogLine, place?: string): void;
  timeline(entry: TimelineEntry, place?: string): void;
  notice(text: string): void;
}

export interface TerminalOptions {
  readonly isJson: boolean;
  readonly hasColours: boolean;
  /** Whether each line begins with its source. Programs that read the output may expect the lines as they are. */
  readonly hasColumn?: boolean;
  /** Leaves out what the platform and the extensions write, and changes of state. */
  readonly isQuiet?: boolean;
  write?(text: string): void;
}

type Style = Parameters<typeof styleText>[0];
type Source = LogLine['source'] | 'emulator';

const STYLES: Partial<Record<Source, Style>> = {
  platform: 'cyan',
  hint: 'yellow',
  extension: 'magenta',
  emulator: 'dim',
};
/** Lines of others have colours of their own, or none. */
const COLOURED: ReadonlySet<Source> = new Set(['platform', 'hint', 'emulator']);
const LONGEST_SOURCE = 40;

/** Prints events in colours on a terminal, as plain text when piped, or as lines of JSON. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { isJson, hasColours, isQuiet = false } = options;
  const write = options.write ?? ((text: string) => void process.stdout.write(`${text}\n`));
  if (isJson) return jsonTerminal(write, isQuiet);
  const styled = (style: Style | undefined, text: string) =>
    hasColours && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  const print = options.hasColumn ? inColumns(write, styled) : asTheyAre(write, styled);
  return {
    listening(invokeUrl, _runtimeApi, { isForAllAddresses, httpUrl }) {
      write(invokeUrl);
      write(styled('dim', `curl -d '{}' ${invokeUrl}`));
      if (httpUrl !== undefined) write(`HTTP: ${httpUrl}`);
      if (isForAllAddresses) write(styled('dim', mapped(new URL(invokeUrl).port)));
    },
    line({ source, extension, text }, place) {
      if (isQuiet && (source === 'platform' || source === 'extension')) return;
      print(source, source === 'extension' ? extension : undefined, text, place);
    },
    timeline(entry, place) {
      if (!isQuiet && isState(entry)) print('emulator', undefined, `-- ${entry.name} --`, place);
    },
    notice: (text) => write(styled('dim', text)),
  };
}

type Print = (source: Source, extension: string | undefined, text: string, place: string | undefined) => void;

function asTheyAre(write: (text: string) => void, styled: (style: Style | undefined, text: string) => string): Print {
  return (source, extension, text) => {
    if (source === 'extension') write(`${styled(STYLES.extension, `[${extension}]`)} ${text}`);
    else write(styled(STYLES[source], source === 'hint' ? `hint: ${text}` : text));
  };
}

/** A column for the source, as wide as the longest so far. */
function inColumns(write: (text: string) => void, styled: (style: Style | undefined, text: string) => string): Print {
  let width = 'platform'.length;
  return (source, extension, text, place) => {
    const label = [place, extension ?? source].filter(Boolean).join(' ').slice(0, LONGEST_SOURCE);
    width = Math.max(width, label.length);
    write(
      `${styled(STYLES[source], label.padEnd(width))} ${styled('dim', '|')} ${COLOURED.has(source) ? styled(STYLES[source], text) : text}`,
    );
  };
}

/** Freezes, thaws, and the phases that a caller does not notice. */
function isState({ kind, name }: TimelineEntry): boolean {
  if (kind === 'effect') return name === 'freeze' || name === 'thaw';
  return kind === 'phase' && (name === 'init' || name === 'shutdown');
}

function mapped(port: string): string {
  return `From outside of a container, use the port that "docker run -p" maps to ${port}. It is not known in here.`;
}

function jsonTerminal(write: (text: string) => void, isQuiet: boolean): Terminal {
  const print = (value: object, place?: string) =>
    write(JSON.stringify(place === undefined ? value : { ...value, function: place }));
  return {
    listening: (invokeUrl, runtimeApi, { httpUrl }) => print({ type: 'listening', invokeUrl, runtimeApi, httpUrl }),
    line(line, place) {
      if (!isQuiet || line.source === 'function' || line.source === 'hint') print({ type: 'line', ...line }, place);
    },
    timeline({ kind, name, atMs }, place) {
      if (!isQuiet && kind === 'phase') print({ type: 'phase', name, atMs }, place);
    },
    notice: (text) => print({ type: 'notice', text }),
  };
}
