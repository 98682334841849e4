import type { Turn } from './events-and-effects.ts';
import type { Extension } from './state.ts';

/** What to do about mistakes of extensions that Lambda answers with a bare refusal, or with a time-out. Each names the extension. */

/** A name that is no file makes an internal extension, and init waits for the file; a refusal leaves that as it is. */
export function hintAtWrongName(turn: Turn, name: string) {
  const missing = turn.state.extensions.filter(({ kind, state }) => kind === 'external' && state === 'Started');
  if (missing.length === 0) return;
  hint(
    turn,
    `"${name}" called register, but no file in the extensions directory has that name, so Lambda takes it for an internal ` +
      `extension and waits for ${namesOf(missing)} until init times out. Set Lambda-Extension-Name to the full file name.`,
  );
}

export function hintAtNoIdentifier(turn: Turn, header: string) {
  hint(
    turn,
    `${callers(turn)} called the Extensions API without ${header}. It is a header of register's response, not part of its body.`,
  );
}

export function hintAtForeignIdentifier(turn: Turn, header: string, value: string) {
  hint(
    turn,
    `${callers(turn)} sent ${header} "${value.slice(0, 60)}", which register did not give out. It is a header of register's response; ` +
      'read it after each start, since every environment has its own.',
  );
}

export function hintAtSecondRegistration(turn: Turn, name: string) {
  hint(turn, `"${name}" called register twice. Register once a process, and keep the identifier of the response.`);
}

export function hintAtUnknownEvent(turn: Turn, name: string, known: readonly string[]) {
  hint(turn, `"${name}" asked for an event that it cannot have. It can ask for ${known.join(' and ') || 'none'}.`);
}

export function hintAtLateRegistration(turn: Turn, name: string) {
  hint(
    turn,
    `"${name}" registered too late. An internal extension registers before the runtime asks for its first event.`,
  );
}

export function hintAtLateSubscription(turn: Turn, { name }: Extension) {
  hint(turn, `"${name}" subscribed to telemetry too late. Subscribe after register and before the first /event/next.`);
}

export function hintAtRefusedSubscription(turn: Turn, { name }: Extension, problems: string) {
  hint(
    turn,
    `"${name}" gets no telemetry, because its subscription is refused: ${problems}. A destination is ` +
      '{"protocol":"HTTP","URI":"http://sandbox.localdomain:<port>"}.',
  );
}

/** At the end of a process that was not killed: why Lambda resets the environment. */
export function hintAtExit(turn: Turn, { name, state, parked }: Extension, code: number | undefined) {
  if (code === undefined || state === 'InitError' || state === 'ExitError') return;
  const ended = `"${name}" ended with exit code ${code}`;
  if (state === 'Started') {
    hint(turn, `${ended} before it called register. An extension registers, and then asks for events until SHUTDOWN.`);
  } else if (parked) {
    hint(
      turn,
      `${ended} while it waited in /event/next. Remove the time-out of its HTTP client there: the environment may be frozen for hours.`,
    );
  } else
    hint(
      turn,
      `${ended}. Lambda resets the environment then, whatever the code: an extension runs until its SHUTDOWN.`,
    );
}

/** At an invocation's time-out, if the runtime was done. */
export function hintAtMissingNext(turn: Turn) {
  const late = turn.state.extensions.filter(({ events, state }) => events.includes('INVOKE') && state === 'Running');
  if (late.length === 0) return;
  hint(
    turn,
    `The function had answered, but the invocation lasts until ${namesOf(late)} calls /event/next again. Call it as soon as the work of an INVOKE is done.`,
  );
}

/** Calls without an identifier come from one that has not asked for an event yet, if there is one. */
function callers({ state }: Turn): string {
  const suspects = state.extensions.filter((extension) => ['Started', 'Registered'].includes(extension.state));
  return namesOf(suspects) || 'An extension';
}

function namesOf(extensions: readonly Extension[]): string {
  return extensions.map(({ name }) => `"${name}"`).join(', ');
}

function hint({ effects }: Turn, text: string) {
  effects.push({ do: 'hint', text });
}
