import type { Clock } from '../../../foundation/clock.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import type { RunningExtension } from '../handlers.ts';
import { markName } from './mark-name.ts';
import type { Marks } from './marks.ts';
import { wantedRecords } from './wanted-records.ts';

export interface HandRecordsOptions {
  readonly extensions: readonly RunningExtension[];
  /** Never rejects. */
  readonly call: (
    extension: RunningExtension,
    records: readonly TelemetryRecord[],
    delivery: number | undefined,
    last: number | undefined,
  ) => Promise<void>;
  /** Undefined where no supervisor keeps deliveries. */
  readonly marks: Marks | undefined;
  readonly clock: Clock;
}

/**
 * Gives records to the extensions that asked for their types, all at once. The returned promise resolves when each has dealt with
 * them. It does not wait longer for one that hangs.
 */
export function handRecords(options: HandRecordsOptions) {
  const receivers = options.extensions.filter(({ handlers }) => handlers.telemetry !== undefined);
  const hands = receivers.map((extension) => handToOne(extension, options));
  /** @param last the records are of all deliveries from `delivery` to this one. */
  return async (records: readonly TelemetryRecord[], delivery?: number, last = delivery): Promise<void> => {
    await Promise.all(hands.map((hand) => hand(records, delivery, last)));
  };
}

function handToOne(extension: RunningExtension, { call, marks, clock }: HandRecordsOptions) {
  const { definition, handlers, telemetry } = extension;
  const keepers = handlers.keepers?.map((keeper) => markName(definition.name, keeper));
  const own = markName(definition.name);
  const names = keepers ?? [own];
  const unsettled = new Set<number>();
  let next = 1;
  let isBegun = false;
  let isHanging = false;

  return async (records: readonly TelemetryRecord[], delivery?: number, last = delivery): Promise<void> => {
    if (delivery === undefined || last === undefined || marks === undefined) return deal(records, delivery, last);
    if (!isBegun) marks.tell(names.map((name) => [name, marks.earlier(name)]));
    isBegun = true;
    if (names.every((name) => delivery < marks.earlier(name))) return;
    unsettled.add(delivery);
    next = last + 1;
    const settled = deal(records, delivery, last).then(() => {
      unsettled.delete(delivery);
      // An extension with keepers confirms by itself.
      if (keepers === undefined) marks.tell([[own, Math.min(next, ...unsettled)]]);
      if (unsettled.size === 0) isHanging = false;
    });
    if (isHanging) return;
    await settledOrOverdue(settled);
    isHanging = unsettled.size > 0;
  };

  async function deal(
    records: readonly TelemetryRecord[],
    delivery: number | undefined,
    last: number | undefined,
  ): Promise<void> {
    const wanted = wantedRecords(records, telemetry);
    // An extension that confirms by itself must see the numbers of all deliveries.
    if (wanted.length > 0 || keepers !== undefined) await call(extension, wanted, delivery, last);
  }

  function settledOrOverdue(settled: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(LONGEST_MS, resolve);
      void settled.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

const LONGEST_MS = 2_000;
