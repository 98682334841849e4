import type { Traffic } from './figures/cost.ts';
import { type Measurement, measureReports } from './measurement.ts';
import type { Report } from './reports/report.ts';
import { median } from './statistics/quantile.ts';

/** All lives of the environments of one subject, such as the function with one extension. */
export interface Subject {
  readonly name: string;
  readonly reports: readonly Report[];
  readonly processes: readonly ProcessReading[];
  /** The phases of one life, of the last that ended well. */
  readonly phases: readonly Phase[];
  /** What went wrong, each sentence once. */
  readonly failures: readonly string[];
}

/** What one process took in one life of the environment. */
export interface ProcessReading {
  readonly process: string;
  readonly round: number;
  /** Until the first invocation was over. */
  readonly firstCpuMs: number;
  /** Of each later invocation, in the mean. */
  readonly cpuMs: number | undefined;
  readonly residentMB: number;
  readonly proportionalMB: number;
  readonly privateMB: number;
}

/** A part of the life of an environment. */
export interface Phase {
  readonly of: string;
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ProcessSummary extends Omit<ProcessReading, 'round'> {
  readonly lives: number;
}

export interface SubjectMeasurement extends Omit<Subject, 'processes'> {
  /** Undefined if no invocation ended. */
  readonly measurement: Measurement | undefined;
  /** Medians of the lives. */
  readonly processes: readonly ProcessSummary[];
}

/** Who set the bounds, so that a reader knows what the figures hold for. */
export interface Conditions {
  /** What ran the environments, e.g. `the emulator, Node.js 24.21.0`. */
  readonly by: string;
  readonly machine: string;
  readonly memoryMB: number;
  /** e.g. `nobody: the processes had all cores of this machine`. */
  readonly cpuLimitedBy: string;
  readonly memoryLimitedBy: string;
  readonly rounds: number;
  readonly warmInvocations: number;
  readonly endedBecause: string;
}

export interface Comparison {
  readonly conditions: Conditions;
  /** The first is what the others are compared with. */
  readonly subjects: readonly SubjectMeasurement[];
}

export function compare(subjects: readonly Subject[], conditions: Conditions, traffic: Traffic): Comparison {
  const before = subjects[0]?.reports ?? [];
  return {
    conditions,
    subjects: subjects.map((subject, at) => ({
      ...subject,
      measurement:
        subject.reports.length === 0
          ? undefined
          : measureReports(subject.reports, at === 0 || before.length === 0 ? undefined : before, traffic),
      processes: summarizeProcesses(subject.processes),
    })),
  };
}

function summarizeProcesses(readings: readonly ProcessReading[]): ProcessSummary[] {
  const names = [...new Set(readings.map(({ process }) => process))];
  return names.map((process) => {
    const lives = readings.filter((reading) => reading.process === process);
    const middle = (of: (reading: ProcessReading) => number | undefined) =>
      median(lives.map(of).filter((value) => value !== undefined));
    const cpuMs = middle((reading) => reading.cpuMs);
    return {
      process,
      lives: lives.length,
      firstCpuMs: middle((reading) => reading.firstCpuMs),
      cpuMs: Number.isNaN(cpuMs) ? undefined : cpuMs,
      residentMB: middle((reading) => reading.residentMB),
      proportionalMB: middle((reading) => reading.proportionalMB),
      privateMB: middle((reading) => reading.privateMB),
    };
  });
}
