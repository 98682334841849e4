/** Answers in each way that there is, to show that the proxy changes none. */
export async function handler({ fails, bytes, echo }) {
  if (fails) throw new RangeError('as asked for');
  return bytes === undefined ? { echo } : 'x'.repeat(bytes);
}

export const streams = awslambda.streamifyResponse(async ({ parts, fails }, stream) => {
  stream.setContentType('text/plain');
  for (const part of parts) {
    stream.write(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (fails) throw new RangeError('in the middle');
  stream.end();
});
