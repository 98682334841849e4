import { createRequire } from 'node:module';

type Testcontainers = Pick<typeof import('testcontainers'), 'AbstractStartedContainer' | 'GenericContainer' | 'Wait'>;

class Missing {
  constructor() {
    throw new Error(
      'LambdaContainer needs testcontainers, which is not installed: npm install --save-dev testcontainers',
    );
  }
}

/** The optional package. Without it the other parts of the testing kit work, and a container says what is missing. */
export const testcontainers: Testcontainers = load();

function load(): Testcontainers {
  try {
    return createRequire(import.meta.url)('testcontainers');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return {
      AbstractStartedContainer: Missing,
      GenericContainer: Missing,
      Wait: undefined,
    } as unknown as Testcontainers;
  }
}
