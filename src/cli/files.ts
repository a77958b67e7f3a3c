import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { UsageError } from '#src/cli/command.ts';

/** DER is what certificate authorities send; the server takes its base64. */
export function readCertificate(path: string): string {
  const bytes = readBytes(path);
  return bytes[0] === 0x30 ? bytes.toString('base64') : bytes.toString('utf8');
}

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

export function readYaml(path: string): unknown {
  try {
    return load(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not YAML: ${(error as Error).message}`);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
