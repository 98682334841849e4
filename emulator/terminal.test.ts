import { expect, it } from 'vitest';
import { createTerminal } from './terminal.ts';

function printed(options: { isJson: boolean; hasColours: boolean }) {
  const lines: string[] = [];
  const terminal = createTerminal({ ...options, write: (line) => lines.push(line) });
  terminal.listening('http://127.0.0.1:1/x', '127.0.0.1:2', { isForAllAddresses: false });
  terminal.timeline({ atMs: 1, kind: 'phase', name: 'init' });
  terminal.line({ source: 'platform', text: 'START' });
  terminal.line({ source: 'function', text: 'mine' });
  terminal.line({ source: 'extension', extension: 'ext', text: 'its' });
  terminal.line({ source: 'hint', text: 'do that' });
  terminal.timeline({ atMs: 2, kind: 'effect', name: 'freeze' });
  return lines;
}

it('prints plain lines, the URL first', () => {
  expect(printed({ isJson: false, hasColours: false })).toEqual([
    'http://127.0.0.1:1/x',
    "curl -d '{}' http://127.0.0.1:1/x",
    '-- init --',
    'START',
    'mine',
    '[ext] its',
    'hint: do that',
    '-- freeze --',
  ]);
});

it('shows by colour who wrote a line', () => {
  const lines = printed({ isJson: false, hasColours: true });

  expect(lines[3]).toBe('\u001b[36mSTART\u001b[39m');
  expect(lines[4]).toBe('mine');
  expect(lines[5]).toBe('\u001b[35m[ext]\u001b[39m its');
});

it('prints one line of JSON for each event that a program can use', () => {
  expect(printed({ isJson: true, hasColours: true }).map((line) => JSON.parse(line))).toEqual([
    { type: 'listening', invokeUrl: 'http://127.0.0.1:1/x', runtimeApi: '127.0.0.1:2' },
    { type: 'phase', name: 'init', atMs: 1 },
    { type: 'line', source: 'platform', text: 'START' },
    { type: 'line', source: 'function', text: 'mine' },
    { type: 'line', source: 'extension', extension: 'ext', text: 'its' },
    { type: 'line', source: 'hint', text: 'do that' },
  ]);
});

it('says where it listens for all machines that a container may have the port under another number', () => {
  const lines: string[] = [];
  const terminal = createTerminal({ isJson: false, hasColours: false, write: (text) => void lines.push(text) });

  terminal.listening('http://127.0.0.1:8080/x', '127.0.0.1:9001', { isForAllAddresses: true });

  expect(lines.at(-1)).toContain('"docker run -p" maps');
});

it('begins each line with its source in one column, on a terminal', () => {
  const lines: string[] = [];
  const terminal = createTerminal({
    isJson: false,
    hasColours: false,
    hasColumn: true,
    write: (text) => lines.push(text),
  });

  terminal.timeline({ atMs: 1, kind: 'phase', name: 'init' });
  terminal.line({ source: 'platform', text: 'START' });
  terminal.line({ source: 'function', text: 'mine' });
  terminal.line({ source: 'extension', extension: 'a-long-name', text: 'its' });
  terminal.line({ source: 'hint', text: 'do that' });
  terminal.line({ source: 'function', text: 'of the cart' }, 'cart#2');

  expect(lines).toEqual([
    'emulator | -- init --',
    'platform | START',
    'function | mine',
    'a-long-name | its',
    'hint        | do that',
    'cart#2 function | of the cart',
  ]);
});

it('is quiet about the platform, the extensions and the state', () => {
  const lines: string[] = [];
  const terminal = createTerminal({
    isJson: false,
    hasColours: false,
    isQuiet: true,
    write: (text) => lines.push(text),
  });

  terminal.timeline({ atMs: 1, kind: 'phase', name: 'init' });
  terminal.line({ source: 'platform', text: 'START' });
  terminal.line({ source: 'function', text: 'mine' });
  terminal.line({ source: 'extension', extension: 'ext', text: 'its' });
  terminal.line({ source: 'hint', text: 'do that' });

  expect(lines).toEqual(['mine', 'hint: do that']);
});
