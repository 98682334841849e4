#!/usr/bin/env -S -u NODE_OPTIONS EMULATOR_NODE_OPTIONS=${NODE_OPTIONS} node --
/**
 * The command `lambda-node-extended`. Node.js takes `--env-file` for itself, even after a script's name, unless `--` comes before.
 * NODE_OPTIONS is the function's, and must not configure the emulator.
 * Below npx, which is such a script, only `--env` gets here if the file does not exist.
 */
import { cac } from 'cac';
import { VERSION } from '../foundation/version.ts';
import { type BuildFlags, buildText, USUAL_MODULE } from './build-command.ts';
import type { DevFlags } from './command-line.ts';
import { dev } from './dev-command.ts';
import { USUAL, withFunctionFlags, withServerFlags } from './function-flags.ts';
import { type InvokeFlags, invokeOnce } from './invoke-command.ts';
import { type MeasureFlags, measure } from './measure/command.ts';
import { newText } from './new-command.ts';
import { type PolicyFlags, policyText } from './policy-command.ts';
import { sampleNames } from './samples/samples.ts';
import { settingsText } from './settings-command.ts';

const EXIT = { failed: 1, usage: 2 } as const;

const cli = cac('lambda-node-extended');
withServerFlags(withFunctionFlags(cli.command('dev', 'Run a function on a local Lambda, with its extensions')))
  .example('  lambda-node-extended dev --function-dir dist --handler app.handler')
  .example('  lambda-node-extended dev --opt-dir dist/opt --env .env --watch')
  .example('  lambda-node-extended dev --function-dir dist --http 3000')
  .example('  lambda-node-extended dev --config emulator.json')
  .example('  lambda-node-extended dev --extension src/extension.ts --function-dir function')
  .example(`  curl -d '{"key":"value"}' http://127.0.0.1:8080/2015-03-31/functions/function/invocations`)
  .action((flags: DevFlags) => dev(flags, shell()));
withFunctionFlags(
  cli.command('invoke', 'Invoke a function once: of an emulator that runs, or of one that starts for it'),
)
  .option('--event <file>', 'The file with the event, or - for standard input (default: {})')
  .option('--sample <source>', `An event as that source sends it: ${sampleNames.join(', ')}`)
  .option('--tail', 'Also print the end of the log, to standard error')
  .option('--url <url>', `The emulator that runs (default: http://127.0.0.1:${USUAL.port}, if one answers there)`)
  .option('--qualifier <name>', 'The alias or version in the ARN of the function')
  .option('--tenant-id <id>', 'The tenant, of a function with tenant isolation')
  .option('--durable-execution-name <name>', 'The name of the execution, of a durable function')
  .option('--print-event', 'Print the event, and invoke nothing')
  .example('  lambda-node-extended invoke --sample sqs --tail')
  .example(`  echo '{"key":"value"}' | lambda-node-extended invoke --event - --function-dir dist`)
  .action(async (flags: InvokeFlags) => {
    process.exitCode = await invokeOnce(flags, process.argv, shell());
  });
cli
  .command('new <kind> <name>', 'Make a project for an extension or a function, in a folder of its name')
  .example('  lambda-node-extended new extension my-extension')
  .example('  lambda-node-extended new function my-function')
  .action((kind: string, name: unknown) => console.log(newText(kind, String(name), process.cwd())));
cli
  .command('build [...modules]', `Build extensions in each form that Lambda takes (default: ${USUAL_MODULE})`)
  .option('--out-dir <dir>', 'The folder to write to', { default: 'dist' })
  .option('--opt-dir <dir>', 'The /opt to add them to (default: the extensions of this package)')
  .example('  lambda-node-extended build src/extension.ts')
  .action(async (modules: string[], flags: BuildFlags) => {
    const { text, problems } = await buildText(modules, flags, process.cwd());
    console.log(text);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = EXIT.failed;
  });
cli
  .command('policy', 'Print the least IAM policy for the settings of a function')
  .option('--env, --env-file <file>', "The file with the function's variables, one NAME=value a line")
  .option('--region <region>', 'The Region in the ARNs')
  .option('--account <id>', 'The account in the ARNs')
  .example('  lambda-node-extended policy --env .env --region eu-central-1 --account 123456789012 > policy.json')
  .action((flags: PolicyFlags) => {
    const { document, comments } = policyText(flags);
    console.error(comments);
    console.log(document);
  });
withFunctionFlags(
  cli.command(
    'measure',
    'Say what a function takes and costs: from runs on this machine, or from the reports in its log',
  ),
)
  .option(
    '--with <extensions>',
    'What to run the function with, in turn: none, all, each, or a folder as --opt-dir (default: none,all)',
  )
  .option('--event <file>', 'The file with the event (default: {}). May come several times')
  .option('--rounds <n>', 'The most rounds (default: 50)')
  .option('--warm <n>', 'How many invocations follow the first of each environment (default: 10)')
  .option('--pause <seconds>', 'How long the environment is frozen between invocations (default: 0)')
  .option('--time <seconds>', 'After how long no further round begins (default: 120)')
  .option('--precision <percent>', 'Ends when the first answer is known so well (default: 5)')
  .option(
    '--reports <file>',
    'Measure no run, but read a file of log lines or an export of CloudWatch (JSON, CSV, gzip). May come several times',
  )
  .option('--before <file>', 'The reports to compare with, e.g. those without an extension')
  .option('--fail-if <threshold>', 'End with status 1 if it is exceeded for sure, e.g. "added-first-answer>20ms"')
  .option('--invocations <n>', 'How many invocations a month has (default: 1000000)')
  .option(
    '--cold-share <percent>',
    'How many of them start an environment (default: 1 of a run, as many as there are of reports)',
  )
  .option('--architecture <name>', 'x86_64 or arm64 (default: x86_64)')
  .option('--page <file>', 'Also write a page with plots, which needs no network')
  .option('--json', 'Print JSON')
  .example('  lambda-node-extended measure --function-dir dist --page measured.html')
  .example('  lambda-node-extended measure --reports with.txt --before without.txt --fail-if "added-cold-start>20ms"')
  .action(async (flags: MeasureFlags) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const { text, failures } = await measure(flags, {
      shell: shell(),
      progress: process.stderr,
      signal: interrupted.signal,
    });
    console.log(text);
    for (const failure of failures) console.error(failure);
    if (failures.length > 0) process.exitCode = EXIT.failed;
  });
cli
  .command('settings [file]', 'Print the table of the settings that an extension declares')
  .example('  lambda-node-extended settings src/extension.ts >> README.md')
  .action(async (file: string | undefined) => {
    process.stdout.write(await settingsText(file));
  });
cli.help();
cli.version(VERSION);

try {
  const { options, args } = cli.parse(withDashes(process.argv), { run: false });
  if (cli.matchedCommand) await cli.runMatchedCommand();
  else if (!options.help && !options.version) {
    if (args.length > 0) throw new Error(`There is no command "${args[0]}".`);
    cli.outputHelp();
  }
} catch (error) {
  console.error(`${(error as Error).message}\nTry: lambda-node-extended ${cli.matchedCommandName ?? ''} --help`);
  process.exitCode = EXIT.usage;
}

/** The variables of the shell. The first line of this file hands NODE_OPTIONS over under another name. */
function shell(): Record<string, string | undefined> {
  const { EMULATOR_NODE_OPTIONS: options, ...others } = process.env;
  return options ? { ...others, NODE_OPTIONS: options } : others;
}

/** `cac` takes a lone dash after a flag for another flag. */
function withDashes(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    if (word === '-' && argv[at - 1]?.startsWith('--')) return [];
    return argv[at + 1] === '-' && word.startsWith('--') ? [`${word}=-`] : [word];
  });
}
