/** One number replays a whole run. The suites of `npm test` use the same one each time, so that no run fails by luck. */
export const SEED = Number(process.env.PROOF_SEED ?? 13);

/** Generated inputs for all parsers together. */
export const CASES = Number(process.env.PROOF_CASES ?? 20_000);

/** How often each fault with whole processes is repeated, each time at other moments. */
export const ROUNDS = Number(process.env.PROOF_ROUNDS ?? 1);

const isByHand = process.env.PROOF_CASES !== undefined;

/** CPU time. A run by hand takes as long as its cases need. All parsers of `npm test` together take a minute at the most. */
export const LONGEST_MS_A_PARSER = isByHand ? 3_600_000 : 800;

/** How often one emulator invokes a function. */
export const EMULATOR_INVOCATIONS = Number(process.env.PROOF_INVOCATIONS ?? 1_500);
