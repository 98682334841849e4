import type { Log } from '../sdk/index.ts';

/**
 * Says once that experiments are not evaluated, as soon as something asks for them: AWS does not publish how the definition of an
 * experiment reaches its agent.
 * @returns to be called with what asks for them, e.g. the name of a variable.
 */
export function experimentsNotice(log: Log): (asking: string) => void {
  let isSaid = false;
  return (asking) => {
    if (isSaid) return;
    isSaid = true;
    log.warn(
      `${asking} has no effect, because experiments and gradual deployments to entities are not evaluated here. Readers get the deployed value, and no assignment is logged. Use AWS’s agent for them (logged once).`,
    );
  };
}
