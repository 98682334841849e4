import { lambdaVariables } from '../../lambda-api/environment.ts';
import { snapStartHooks } from '../../lambda-api/snapstart-hooks.ts';
import { hostPorts } from './host-port.ts';
import type { Part } from './part.ts';
import { drainUuids } from './snapstart/drain-uuids.ts';
import { placeholderLogNames, uniqueLogStream } from './snapstart/log-names.ts';
import { passSnapshot } from './snapstart/pass-snapshot.ts';
import { renewMathRandom } from './snapstart/renew-math-random.ts';
import { say } from './snapstart/say.ts';

/** Coordinates SnapStart, which AWS's Node.js images leave to the image: hooks, the wait for the restore, and fresh entropy. */
export const snapStart: Part = {
  name: 'snapstart',
  switchedOnBy: { variable: lambdaVariables.initializationType, words: ['snap-start'] },
  start({ hooks, environment }) {
    // Loaded into the snapshot, so that no restore waits for it.
    const { randomUUID } = process.getBuiltinModule('node:crypto');
    const logNames = placeholderLogNames(environment);
    Object.assign(environment, logNames);
    const renew = () => {
      drainUuids(randomUUID);
      renewMathRandom();
      if (logNames.AWS_LAMBDA_LOG_STREAM_NAME !== undefined)
        environment.AWS_LAMBDA_LOG_STREAM_NAME = uniqueLogStream(environment);
    };

    let isPassed = false;
    hooks.beforeNext(async () => {
      if (isPassed) return;
      isPassed = true;
      // Loads node:http, which the other parts do without.
      const [{ restoreCalls }, { tellHosts }] = await Promise.all([
        import('./snapstart/restore-calls.ts'),
        import('./snapstart/tell-hosts.ts'),
      ]);
      await passSnapshot({
        hooks: snapStartHooks(),
        calls: restoreCalls(environment[lambdaVariables.runtimeApi] ?? ''),
        renew,
        tellHosts: tellHosts(hostPorts(environment)),
        onFirstInvocation: (work) => hooks.afterNext(once(work)),
        say,
        exit: process.exit,
      });
    });
  },
};

function once(work: () => unknown): () => unknown {
  let isDone = false;
  return () => {
    if (isDone) return undefined;
    isDone = true;
    return work();
  };
}
