import type { ServerResponse } from 'node:http';
import type { Environment } from '../environment/environment.ts';
import type { Question } from '../environment/events-and-effects.ts';
import { send } from './http.ts';

/** Asks for a client of the Runtime, Extensions or Telemetry API, and writes the reply. A client that hangs up abandons its call. */
export function ask(environment: Environment, response: ServerResponse, question: Question): void {
  const call = environment.ask(question, (reply) => send(response, reply));
  if (response.writableEnded) return;
  response.once('close', () => environment.abandon(call));
}
