import { defineConfig } from 'vitest/config';

const seconds = 1_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Only a test that hangs may fail by time, also on a busy machine.
          testTimeout: 30 * seconds,
          include: [
            '{lambda-api,foundation,aws-call,extensions,emulator,policy,measure,project,client,testing,scripts}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,compatibility}/**/*.test.ts'],
          globalSetup: ['test/support/build-once.ts'],
          testTimeout: 30 * seconds,
          expect: { poll: { interval: 10, timeout: 20 * seconds } },
        },
      },
      {
        test: {
          name: 'proof',
          include: ['test/proof/**/*.test.ts'],
          globalSetup: ['test/support/build-once.ts'],
          testTimeout: 60 * seconds,
          expect: { poll: { interval: 10, timeout: 20 * seconds } },
        },
      },
      {
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          globalSetup: ['test/support/docker/images.ts'],
          testTimeout: 60 * seconds,
          hookTimeout: 120 * seconds,
          fileParallelism: false,
        },
      },
    ],
  },
});
