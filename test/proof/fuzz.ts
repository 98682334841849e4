import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { LONGEST_MS_A_PARSER, SEED } from './options.ts';
import type { Parser } from './parser.ts';
import { startWatchdog } from './watchdog.ts';

export interface FuzzResult {
  readonly cases: number;
  /** CPU time of the slowest case. */
  readonly worstMs: number;
}

/**
 * Feeds generated inputs to a parser. Three oracles: it throws only what it documents, no input takes more CPU time than
 * the budget, and memory neither jumps with one input nor grows with many.
 * @throws with the smallest input that breaks one of them, and the seed.
 */
export async function fuzz<Input>(parser: Parser<Input>, cases: number): Promise<FuzzResult> {
  using watchdog = startWatchdog(parser.name);
  const runner = parser.start();
  const run = (input: Input) => runWithOracles(parser, runner, input);
  let count = 0;
  let worstMs = 0;
  const property = fc.asyncProperty(parser.inputs, async (input) => {
    watchdog.begin(++count);
    worstMs = Math.max(worstMs, await run(input));
  });
  /** In small batches, so that the CPU time can end it: the clock would end it too early on a busy machine. */
  const check = async (wanted: number, seed: number, longestMs: number) => {
    const before = process.threadCpuUsage();
    for (let done = 0; done < wanted; done += BATCH) {
      const numRuns = Math.min(BATCH, wanted - done);
      const details = await fc.check(property, { numRuns, seed: (seed * BATCH_SEEDS + done) | 0 });
      if (details.failed) throw failure(parser.name, details);
      if (usedMs(before) > longestMs) return;
    }
  };

  await check(WARM_UP_CASES, SEED + 1, WARM_UP_MS);
  const heapBefore = liveHeapBytes();
  count = 0;
  worstMs = 0;
  await check(cases, SEED, LONGEST_MS_A_PARSER);
  const grownBytes = liveHeapBytes() - heapBefore;
  if (grownBytes > MOST_GROWTH_BYTES)
    throw new Error(`${parser.name}: ${count} inputs left ${grownBytes} bytes behind, more than ${MOST_GROWTH_BYTES}`);
  return { cases: count, worstMs };
}

/** A counterexample may have 64 KB: the message shows its start, a file has all of it. */
function failure<Input>(name: string, details: fc.RunDetails<[Input]>): Error {
  const { counterexample, seed, counterexamplePath, errorInstance } = details;
  const shown = fc.stringify(counterexample?.[0]);
  const file = join(FAILURES, `${name.replace(/\W+/g, '-')}.txt`);
  mkdirSync(FAILURES, { recursive: true });
  writeFileSync(file, shown);
  const where = `PROOF_SEED=${SEED}, fast-check's seed ${seed}, path ${counterexamplePath}; the whole input is in ${file}`;
  return new Error(`${name}: ${shown.slice(0, MOST_SHOWN)} (${where})`, { cause: errorInstance });
}

/** @returns the CPU time in milliseconds. */
async function runWithOracles<Input>({ refuses }: Parser<Input>, run: (input: Input) => unknown, input: Input) {
  const once = async () => {
    const heapBefore = getHeapStatistics().used_heap_size;
    const before = process.threadCpuUsage();
    try {
      await run(input);
    } catch (error) {
      if (refuses?.(error) !== true) throw error;
    }
    return { cpuMs: usedMs(before), heapBytes: getHeapStatistics().used_heap_size - heapBefore };
  };
  const { cpuMs, heapBytes } = await once();
  if (heapBytes > MOST_BYTES_A_CASE) throw new Error(`it took ${heapBytes} bytes, more than ${MOST_BYTES_A_CASE}`);
  if (cpuMs <= CPU_BUDGET_MS) return cpuMs;
  // The collector and the compiler run on this thread, too, and not in each of three.
  const fastest = Math.min((await once()).cpuMs, (await once()).cpuMs);
  if (fastest > CPU_BUDGET_MS) throw new Error(`it took ${fastest} ms of CPU time, more than ${CPU_BUDGET_MS}`);
  return fastest;
}

function usedMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function liveHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const FAILURES = resolve(import.meta.dirname, '../../dist/proof-failures');
const MOST_SHOWN = 1_000;
const BATCH = 25;
const BATCH_SEEDS = 65_537;
const WARM_UP_CASES = 200;
const WARM_UP_MS = 400;
/** An input has some 64 KB at the most. The host answers Lambda, the function and the supervisor on the same thread. */
const CPU_BUDGET_MS = 250;
const MOST_BYTES_A_CASE = 96 * 1024 * 1024;
/** Bounded caches may fill up, and fast-check keeps something of each run. */
const MOST_GROWTH_BYTES = 24 * 1024 * 1024;
