/** The page: shows the messages of a run as they come, or those of a saved one, and does what is clicked. */
import type { Action } from '../action.ts';
import type { Introduction, Message, SavedRun } from '../messages.ts';
import { MOST_BYTES, MOST_MESSAGES, sizeOf } from '../recording.ts';
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
let bytes = 0;
const metrics = new Map<string, unknown>();
let isLive = true;

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
  if (!file) return;
  try {
    open(JSON.parse(await file.text()) as SavedRun, file.name);
  } catch {
    connection.textContent = `${file.name} is no run that this page can read`;
  }
});

function open(run: SavedRun, name: string): void {
  if (run.version !== 1) throw new Error('Another version.');
  isLive = false;
  messages = [];
  bytes = 0;
  metrics.clear();
  processes.clear();
  for (const id of ['answer', 'metrics']) element(id).textContent = '';
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
    bytes += sizeOf(message);
    const { environment } = message;
    if (message.kind === 'timeline') {
      environments.change(environment, message.entry);
      invocations.add(environment, message.entry);
    }
    if (message.kind === 'processes') processes.show(environment, message.processes, nameOf, isLive);
    if (message.kind === 'metrics') {
      metrics.set(nameOf(environment), message.metrics);
      element('metrics').textContent = JSON.stringify(Object.fromEntries(metrics), undefined, 2);
    }
    if (message.kind === 'action' && message.answer !== undefined) answer.textContent = message.answer;
  }
  while (messages.length > MOST_MESSAGES || bytes > MOST_BYTES) {
    for (const forgotten of messages.splice(0, Math.ceil(messages.length / 10))) bytes -= sizeOf(forgotten);
  }
  stream.add(batch.flatMap((message) => rowOf(message) ?? []));
}

function nameOf(environment: number): string {
  return introduction.environments[environment]?.name ?? String(environment);
}

async function act(environment: number, action: Action): Promise<void> {
  if (!isLive) {
    answer.textContent = 'This is a saved run. Load the page again to do something.';
    return;
  }
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
