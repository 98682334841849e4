import { execa } from 'execa';
import { startExtension } from './extension-process.ts';
import { cpuMs } from './proc.ts';
import type { Command } from './process.ts';

export interface FunctionStart {
  /** From exec of the function to the end of its modules, e.g. of a read in INIT. */
  readonly ms: number;
  /** Of the function, and of the extension from the function's exec on. */
  readonly cpuMs: number;
  /** Private memory of the function, in megabytes, that no file backs. */
  readonly anonymousMb: number;
}

/** Starts a function while an extension waits for its first event, as in Lambda. */
export async function startFunctionBeside(
  extension: Command,
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionStart> {
  await using beside = await startExtension(extension);
  const extensionCpuMs = cpuMs(beside.pid);
  const startedAtMs = performance.now();
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', SCRIPT, file], {
    env: environment,
    extendEnv: false,
  });
  const { endedAtMs, ownCpuMs, anonymousKb } = JSON.parse(stdout);
  return {
    ms: endedAtMs - performance.timeOrigin - startedAtMs,
    cpuMs: ownCpuMs + cpuMs(beside.pid) - extensionCpuMs,
    anonymousMb: (anonymousKb * 1_024) / 1e6,
  };
}

const SCRIPT = `await import(process.argv[1]);
  const endedAtMs = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage();
  const { readFileSync } = await import('node:fs');
  const anonymousKb = Number(/^Anonymous: +(\\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))[1]);
  console.log(JSON.stringify({ endedAtMs, ownCpuMs: (user + system) / 1_000, anonymousKb }));
  process.exit();`;
