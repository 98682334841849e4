const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const rejects = async () => {
  Promise.reject(new TypeError('unhandled'));
  await wait(600_000);
};
export const rejectsText = async () => {
  Promise.reject('text');
  await wait(600_000);
};
export const throws = async () => {
  setImmediate(() => {
    throw new RangeError('late');
  });
  await wait(600_000);
};
export const exits = async () => process.exit(3);
export const exitsWithout = async () => process.exit(0);
export const never = () => new Promise(() => {});
