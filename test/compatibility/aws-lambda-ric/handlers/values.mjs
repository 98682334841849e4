export const handler = 5;
export const callback = (_event, _context, done) => done();
export const nested = { inner: { handler: () => 'nested' } };
export const zero = 0;
