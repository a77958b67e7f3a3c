import { runCli } from '#src/cli/run-cli.ts';

/** The operator's command line: `npm run esia -- help`. */
process.exitCode = await runCli(process.argv.slice(2));
