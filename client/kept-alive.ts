/** Waits for the work. Meanwhile the process does not end, which nothing else of the client prevents. */
export async function keptAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, A_DAY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

const A_DAY_MS = 86_400_000;
