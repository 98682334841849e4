/** The page: shows the messages of a run as they come, or those of a saved one, and does what is clicked. */
import type { Action } from '../action.ts';
import type { Introduction, Message, SavedRun } from '../messages.ts';
import { testCode } from '../test-code.ts';
import { create, element } from './elements.ts';
import { createEnvironments } from './environments.ts';
import { createInvocations } from './invocations.ts';
import { createProcesses } from './processes.ts';
import { rowOf } from './rows.ts';
import { server } from './server.ts';
import { createStream } from './stream.ts';

const stream = createStream();
const invocations = createInvocations();
const environments = createEnvironments((environment, action) => void act(environment, action));
const processes = createProcesses((environment, process) => void act(environment, { do: 'kill', process }));
const [connection, answer] = [element('connection'), element('answer')];
let introduction: Introduction = await server.introduction();
let messages: Message[] = [];
let isLive = true;
const MOST_MESSAGES = 200_000;

environments.show(introduction, isLive);
for (const name of introduction.samples)
  element('sample').append(Object.assign(create('option', '', name), { value: name }));
server.listen(
  (batch) => {
    if (isLive) take(batch);
  },
  (isOpen) => {
    if (isLive) connection.textContent = isOpen ? 'live' : 'the command has ended';
  },
);

element('invoke').addEventListener('submit', (event) => {
  event.preventDefault();
  try {
    void act(0, { do: 'invoke', payload: JSON.parse(element<HTMLTextAreaElement>('event').value) });
  } catch (error) {
    answer.textContent = `The event is not JSON: ${(error as Error).message}`;
  }
});
element('sample').addEventListener('change', async () => {
  const name = element<HTMLSelectElement>('sample').value;
  if (name !== '') element<HTMLTextAreaElement>('event').value = await server.sample(name);
});
element('faults').addEventListener('submit', (event) => {
  event.preventDefault();
  const amount = (id: string) => Number(element<HTMLInputElement>(id).value);
  const extension = element<HTMLInputElement>('late').value.trim();
  for (const environment of introduction.environments.keys()) {
    void act(environment, { do: 'delayTelemetry', ms: amount('delay') });
    void act(environment, { do: 'failTelemetry', deliveries: amount('fail') });
    if (extension !== '') void act(environment, { do: 'delayRegister', extension, ms: amount('lateBy') });
  }
});
for (const id of ['kind', 'search'])
  element(id).addEventListener('input', () =>
    stream.filterBy({
      kind: element<HTMLSelectElement>('kind').value,
      search: element<HTMLInputElement>('search').value,
    }),
  );
element('save').addEventListener('click', () =>
  download('run.json', JSON.stringify({ version: 1, introduction, messages } satisfies SavedRun)),
);
element('copy').addEventListener('click', () => {
  const actions = messages.flatMap((message) =>
    message.kind === 'action' && message.environment === 0 ? [message.action] : [],
  );
  const code = testCode(introduction.options, actions);
  // Also where the browser does not let the page use the clipboard.
  answer.textContent = code;
  void navigator.clipboard.writeText(code).catch(() => undefined);
});
element('open').addEventListener('change', async () => {
  const [file] = element<HTMLInputElement>('open').files ?? [];
  if (file) open(JSON.parse(await file.text()) as SavedRun, file.name);
});

function open(run: SavedRun, name: string): void {
  if (run.version !== 1) {
    connection.textContent = `${name} is no run that this page can read`;
    return;
  }
  isLive = false;
  messages = [];
  introduction = run.introduction;
  stream.clear();
  invocations.clear();
  environments.show(introduction, isLive);
  connection.textContent = `shows ${name}; load the page again for the live one`;
  take(run.messages);
}

function take(batch: readonly Message[]): void {
  for (const message of batch) {
    messages.push(message);
    const { environment } = message;
    if (message.kind === 'timeline') {
      environments.change(environment, message.entry);
      invocations.add(environment, message.entry);
    }
    if (message.kind === 'processes') processes.show(environment, message.processes, nameOf, isLive);
    if (message.kind === 'metrics') element('metrics').textContent = JSON.stringify(message.metrics, undefined, 2);
    if (message.kind === 'action' && message.answer !== undefined) answer.textContent = message.answer;
  }
  if (messages.length > MOST_MESSAGES) messages = messages.slice(-MOST_MESSAGES * 0.9);
  stream.add(batch.flatMap((message) => rowOf(message) ?? []));
}

function nameOf(environment: number): string {
  return introduction.environments[environment]?.name ?? String(environment);
}

async function act(environment: number, action: Action): Promise<void> {
  try {
    await server.act(environment, action);
  } catch (error) {
    answer.textContent = (error as Error).message;
  }
}

function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content]));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
