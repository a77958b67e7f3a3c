import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Asset {
  body: Buffer;
  type: string;
  /** Quoted, as the header wants it. */
  etag: string;
}

/**
 * Static files, read once at start. `app.css` is every sheet of views/assets/css joined in the order of their names;
 * the rest of views/assets keeps its path, `fonts/` comes from the font packages, `webauthn-<version>/` from the browser's
 * half of the passkey library and `zxcvbn-<version>/` from the one that judges how strong a password is.
 */
export class Assets {
  readonly #assets = new Map<string, Asset>();

  static load(): Assets {
    const assets = new Assets();
    for (const specifier of fontFiles) {
      assets.#add(`fonts/${basename(specifier)}`, readFileSync(fileURLToPath(import.meta.resolve(specifier))));
    }
    for (const { folder: from, name, type } of libraries)
      for (const file of filesOf(from, type)) assets.#add(`${name}/${file}`, readModule(new URL(file, from)));
    assets.#add(`${zxcvbn.name}/${levenshtein}.js`, readFileSync(levenshteinFile));
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
    for (const name of names) {
      if (extname(name) === '.css' && !isSheet(name)) assets.#add(name, assets.#tighten(readAsset(name).toString()));
      else if (extname(name) && !isSheet(name)) assets.#add(name, readAsset(name));
    }
    const sheets = names.filter(isSheet).sort();
    assets.#add('app.css', assets.#tighten(sheets.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('')));
    return assets;
  }

  /** The address of a file, changing with its content, so that browsers may keep it for ever. */
  url(name: string): string {
    const asset = this.#assets.get(name);
    if (!asset) throw new Error(`no asset ${name}`);
    return `/assets/${name}?v=${asset.etag.slice(1, -1)}`;
  }

  /** `path` as in the address, without the query: `/assets/app.css`. */
  get(path: string): Asset | undefined {
    return path.startsWith('/assets/') ? this.#assets.get(path.slice('/assets/'.length)) : undefined;
  }

  #add(name: string, body: Buffer): void {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 12)}"`;
    this.#assets.set(name, { body, type: types[extname(name)] ?? 'application/octet-stream', etag });
  }

  /** Comments and indentation go, and fonts get their fingerprint. */
  #tighten(css: string): Buffer {
    const tight = css
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .replaceAll(/\s*\n\s*/g, '')
      .replaceAll(/ \{/g, '{')
      .replaceAll(/;\}/g, '}')
      .replaceAll(/([:,]) /g, '$1')
      .replaceAll(/\/assets\/(fonts\/[\w.-]+)/g, (_, name: string) => this.url(name));
    return Buffer.from(tight);
  }
}

const folder = new URL('../../../views/assets/', import.meta.url);

const webauthn = library('webauthn', '@simplewebauthn/browser', '.js');
const zxcvbn = library('zxcvbn', '@zxcvbn-ts/core', '.mjs');
const libraries = [webauthn, zxcvbn];
/** The only package that a module of theirs asks for by its bare name, which a browser does not know. */
const levenshtein = 'fastest-levenshtein';
const levenshteinFile = new URL('esm/mod.js', pathToFileURL(createRequire(zxcvbn.folder).resolve(levenshtein)));

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const fontFiles = [
  ...['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext'].map(
    (subset) => `@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`,
  ),
  ...[400, 600].map(
    (weight) => `@fontsource/noto-sans-armenian/files/noto-sans-armenian-armenian-${weight}-normal.woff2`,
  ),
];

/** Scripts lose comments and indentation on the way, and name a library's folder without its version. */
function readAsset(name: string): Buffer {
  const body = readFileSync(new URL(name, folder));
  if (extname(name) !== '.js') return body;
  const script = body
    .toString()
    .replaceAll(/^\s*\/\*[\s\S]*?\*\/\n/gm, '')
    .replaceAll(/^\s*\/\/.*\n/gm, '')
    .replaceAll(/^ +/gm, '');
  const named = libraries.reduce((text, { plain, name: versioned }) => {
    return text.replaceAll(`'/assets/${plain}/`, `'/assets/${versioned}/`);
  }, script);
  return Buffer.from(named);
}

/** Its modules import each other by plain names, so the version stands in their folder's. */
function library(plain: string, specifier: string, type: string) {
  const folder = new URL('./', import.meta.resolve(specifier));
  const { version } = JSON.parse(readFileSync(new URL('../package.json', folder), 'utf8')) as { version: string };
  return { plain, name: `${plain}-${version}`, folder, type };
}

function filesOf(directory: URL, type: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return names.filter((name) => extname(name) === type);
}

function readModule(file: URL): Buffer {
  const text = readFileSync(file, 'utf8');
  return Buffer.from(text.replace(`from '${levenshtein}'`, `from '/assets/${zxcvbn.name}/${levenshtein}.js'`));
}

function isSheet(name: string): boolean {
  return name.startsWith('css/') && name.endsWith('.css');
}
