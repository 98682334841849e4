export const HANDLERS: readonly string[];
export const STREAMED: readonly string[];
