import type { Command } from '#src/cli/command.ts';
import { table } from '#src/cli/texts.ts';

const EVERYWHERE = `  --json   answer for scripts
  --help   what a command takes

Environment:
  ESIA_URL      address of the server (http://localhost:3000)
  ADMIN_TOKEN   its token; ADMIN_TOKEN_FILE names a file that holds it (in the sandbox: sandbox)

Exit codes: 0 done, 1 refused, 2 not understood, 3 not reachable`;

export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, takes, says }) => [`  ${[name, ...takes.map(placeholder)].join(' ')}`, says]);
  return `npm run esia -- <command>\n\n${table(rows)}\n\n${EVERYWHERE}`;
}

export function commandHelp({ name, takes, says, options, optionsSay }: Command): string {
  const rows = Object.entries(optionsSay).map(([option, about]) => [
    `  --${option}${options[option]?.type === 'string' ? ' …' : ''}`,
    about,
  ]);
  const parts = [`npm run esia -- ${[name, ...takes.map(placeholder)].join(' ')}`, says];
  return [...parts, ...(rows.length > 0 ? [table(rows)] : []), EVERYWHERE].join('\n\n');
}

function placeholder(name: string): string {
  return `<${name}>`;
}
