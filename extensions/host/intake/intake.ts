import type { Log } from '../../../foundation/log.ts';
import type { SupervisorLines } from '../event-sources/event-source.ts';
import type { RunningExtension } from '../handlers.ts';
import type { HandedTexts } from '../services/handed-texts.ts';
import { decodeText, hostLines, type IntakeLine } from './control-lines.ts';
import { type DeliveriesOptions, deliveries } from './deliveries.ts';
import { explainLoss } from './explain-loss.ts';
import { marks } from './marks.ts';
import { wakes } from './wakes.ts';

export interface IntakeOptions {
  /** The supervisor's store. */
  readonly fd: number;
  readonly supervisor: SupervisorLines;
  /** What the supervisor knows already. */
  readonly texts: Pick<HandedTexts, 'has'>;
  readonly announceWork: (cpuMs: number) => void;
  readonly log: Log;
}

export type Intake = ReturnType<typeof intake>;

/** Takes over Lambda's deliveries from the supervisor, with what the process before this one left behind. */
export function intake({ fd, supervisor, texts: inherited, announceWork, log }: IntakeOptions) {
  const { say, saySoon } = supervisor;
  const told = new Set<string>();
  const askers: (() => void)[] = [];
  let memo: string | undefined;
  let onRecords: DeliveriesOptions['onRecords'] = async () => undefined;

  /** A memo first: it says how to understand the deliveries that the marks leave. */
  const confirmed = marks((...all) => {
    const memos = newMemo === undefined ? [] : [hostLines.memo(Buffer.from(newMemo).toString('base64'))];
    newMemo = undefined;
    saySoon(...memos, ...all.map(([name, seq]) => hostLines.mark(name, seq)));
  });
  let newMemo: string | undefined;
  const wanted = wakes((mode) => say(hostLines.takes(mode)));
  const stored = deliveries({
    fd,
    onRecords: (...batch) => onRecords(...batch),
    onReads: (seq) => say(hostLines.reads(seq)),
    onTaken: (seq) => saySoon(hostLines.taken(seq)),
    isPartlyConfirmed: (seq) => seq < confirmed.highestEarlier(),
    announceWork,
    log,
  });

  supervisor.listen(take);

  function take(line: IntakeLine): void {
    switch (line.kind) {
      case 'memo':
        memo = decodeText(line.base64);
        break;
      case 'mark':
        confirmed.remember(line.name, line.seq);
        break;
      case 'delivery':
        stored.take(line);
        break;
      case 'given':
        void stored.idle().then(askers.shift());
        break;
      case 'lost':
        log.error(explainLoss(line));
        say(hostLines.reported(line.reason, line.records));
        break;
      default:
        line satisfies never;
    }
  }

  return {
    /** Tells the supervisor which texts are to be redacted, for the processes after this one. */
    redacts(texts: Iterable<string>): void {
      const unknown = [...new Set(texts)].filter((text) => text !== '' && !told.has(text) && !inherited.has(text));
      for (const text of unknown) told.add(text);
      if (unknown.length > 0) say(...unknown.map((text) => hostLines.text(encodeWithin(text, LONGEST_TEXT_BYTES))));
    },
    /** What the process before this one left. Known when the first delivery or event comes. */
    memo: () => memo,
    /** Replaces what the process after this one is told, with the next mark. At most 4 KiB. */
    leave(text: string): void {
      newMemo = text;
    },
    marks: confirmed,
    wakeFor: wanted.wakeFor,
    /** Resolves when everything that is stored now has been dealt with. */
    catchUp(): Promise<void> {
      return new Promise((resolve) => {
        askers.push(resolve);
        say(hostLines.give());
      });
    },
    /** Reads no further delivery until this resolves. */
    holdBack: stored.holdBack,
    /** Deliveries come from now on. */
    begin(extensions: readonly RunningExtension[], take: typeof onRecords): void {
      onRecords = take;
      // A process that dies before it reads did not die of a delivery.
      saySoon(hostLines.reads(0));
      wanted.begin(extensions);
    },
  };
}

function encodeWithin(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return all.toString('base64');
  // The cut may go through a character.
  const cut = all
    .subarray(0, bytes)
    .toString()
    .replace(/\ufffd$/, '');
  return Buffer.from(cut).toString('base64');
}

const LONGEST_TEXT_BYTES = 64 * 1024;
