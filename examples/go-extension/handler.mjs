/** Needs nothing of the extension beside it. */
export const handler = async ({ order }) => ({ order });
