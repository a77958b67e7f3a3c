import { parseArgs } from 'node:util';
import { loadOperatorSettings } from '#src/platform/config/operator-settings.ts';
import { ConfigurationError } from '#src/platform/errors.ts';
import { AdminApi, ApiRefusal, Unreachable } from '#src/cli/admin-api.ts';
import { auditCommands } from '#src/cli/audit-commands.ts';
import { clientCommands } from '#src/cli/client-commands.ts';
import { exitCodes, UsageError, type Command, type Values } from '#src/cli/command.ts';
import { doctorCommand } from '#src/cli/doctor.ts';
import { commandHelp, overview } from '#src/cli/help.ts';
import { keyCommands } from '#src/cli/key-commands.ts';
import { operatorCommands } from '#src/cli/operator-commands.ts';
import { registerCommands } from '#src/cli/register-commands.ts';

const commands: Command[] = [
  ...clientCommands,
  ...registerCommands,
  ...keyCommands,
  ...operatorCommands,
  ...auditCommands,
  doctorCommand,
];

/** Runs one command; answers the exit code. What was asked for goes to standard output, what went wrong to standard error. */
export async function runCli(words: string[]): Promise<number> {
  const asJson = words.includes('--json');
  const command = commands.find(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name);
  if (!command) return withoutCommand(words);
  try {
    const { args, values } = read(command, words);
    if (values.help) return say(commandHelp(command));
    const settings = loadOperatorSettings();
    process.chdir(settings.folder);
    const api = new AdminApi(settings);
    const { text, json, failed } = await command.run({ api, args, values });
    say(asJson ? JSON.stringify(json, null, 2) : text);
    return failed ? exitCodes.refused : exitCodes.done;
  } catch (error) {
    return explain(error, command, asJson);
  }
}

function read({ name, takes, options }: Command, words: string[]): { args: string[]; values: Values } {
  const rest = words.slice(name.split(' ').length);
  const known = { ...options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: rest, options: known, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { positionals: args, values } = parsed;
  const missing = takes[args.length];
  if (!values.help && missing) throw new UsageError(`${missing} is missing`);
  if (args.length > takes.length) throw new UsageError(`${args[takes.length]} is one word too many`);
  return { args, values };
}

function withoutCommand(words: string[]): number {
  const asked = words.filter((word) => !word.startsWith('-'));
  if (asked.length === 0 || asked[0] === 'help') return say(overview(commands));
  const family = commands.filter(({ name }) => name.startsWith(`${asked[0]} `));
  complain(family.length > 0 ? overview(family) : `There is no command ${asked.join(' ')}.\n\n${overview(commands)}`);
  return exitCodes.misused;
}

function explain(error: unknown, command: Command, asJson: boolean): number {
  if (error instanceof ApiRefusal) {
    const fields = Object.entries(error.body.fields ?? {}).map(([field, problem]) => `  ${field}: ${problem}`);
    const reference = error.body.reference ? [`  reference ${error.body.reference}`] : [];
    if (asJson) say(JSON.stringify(error.body, null, 2));
    complain([`Refused: ${error.message}`, ...fields, ...reference].join('\n'));
    return exitCodes.refused;
  }
  if (error instanceof Unreachable) {
    complain(error.message);
    return exitCodes.unreachable;
  }
  if (error instanceof UsageError || error instanceof ConfigurationError) {
    const reason = error instanceof ConfigurationError ? error.problems.join('\n') : error.message;
    complain(`${reason}\n\nSee: npm run esia -- ${command.name} --help`);
    return exitCodes.misused;
  }
  throw error;
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return exitCodes.done;
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
