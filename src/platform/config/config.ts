import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Load } from 'config/lib/util.js';
import { z } from 'zod';
import { ConfigurationError } from '#src/platform/errors.ts';

const switchable = z
  .union([z.boolean(), z.enum(['on', 'off', 'true', 'false', '1', '0', 'yes', 'no'])])
  .transform(isOn);
const whole = z.number().int().min(0);
const positive = z.number().int().min(1);

const settings = z.strictObject({
  issuer: z.string(),
  http: z.strictObject({
    host: z.string().min(1),
    port: whole.max(65535),
    trustedProxies: whole.max(10),
    requestTimeoutSeconds: positive,
    headersTimeoutSeconds: positive,
    keepAliveSeconds: positive,
    shutdownSeconds: positive,
  }),
  storage: z.strictObject({
    databaseUrl: z.string(),
    redisUrl: z.string(),
    dataDir: z.string().min(1),
    poolSize: positive,
    statementTimeoutMs: positive,
    lockTimeoutMs: positive,
    migrate: switchable,
  }),
  messaging: z.strictObject({
    smtpUrl: z.string(),
    smsUrl: z.string(),
    emailFrom: z.string().min(3),
    smsFrom: z.string().min(1).max(11),
    pollMs: positive,
    letterUrl: z.string(),
    attempts: positive,
  }),
  registry: z.strictObject({ url: z.string(), simulatorInProduction: switchable }),
  verification: z.strictObject({
    checkDays: positive.max(90),
    checksPerDay: positive.max(100),
    letterDays: positive.max(90),
    letterPauseHours: positive,
    letterTries: positive.max(10),
    letterTryMinutes: positive,
    esignAuthorities: z.string(),
    contactHoldHours: positive,
    deletionDays: positive,
  }),
  esign: z.strictObject({
    cardAuthorities: z.string(),
    countsAsTwoFactors: switchable,
    certificateHeader: z.string().regex(/^[a-z0-9-]*$/, 'a header name in lower case'),
    certificateProxies: z.string(),
  }),
  sandbox: switchable,
  service: z.strictObject({
    name: z.string().min(1),
    hotline: z.string(),
    supportEmail: z.string(),
    termsVersion: z.string().min(1),
    privacyVersion: z.string().min(1),
    defaultLanguage: z.enum(['ru', 'en', 'hy', 'kk', 'ky', 'tg', 'uz']),
  }),
  support: z.strictObject({ ticketsPerAddressPerHour: positive, ticketsPerContactPerDay: positive }),
  sessions: z.strictObject({ idleMinutes: positive, absoluteHours: positive }),
  codes: z.strictObject({
    smsSeconds: positive.max(600),
    smsTries: positive.max(10),
    resendSeconds: whole,
    emailLinkMinutes: positive.max(60),
    failuresPerDay: positive.max(100),
    sendsPerTenMinutes: positive,
    sendsPerDay: positive,
    sendsPerAddress: positive,
    smsCountries: z.array(z.string().length(2)).min(1),
  }),
  smsGuard: z.strictObject({
    rangeDigits: positive.max(4),
    sendsPerRange: positive,
    unansweredPerRange: positive,
    unansweredHours: positive.max(72),
    sendsPerCountryPerHour: z.record(z.string().length(2), positive),
    sendsPerOtherCountryPerHour: positive,
    sendsPerHour: positive,
    sendsPerDay: positive,
    prices: z.record(z.string().regex(/^\+\d+$/), positive),
    otherPrice: positive,
    moneyPerHour: positive,
    moneyPerDay: positive,
  }),
  passwords: z.strictObject({
    policy: z.enum(['composition', 'length-first']),
    argon2MemoryKiB: z.number().int().min(1024),
    argon2Passes: z.number().int().min(1),
    concurrency: whole,
    queueLength: positive,
    queueWaitMs: positive,
    guessesPerAccount: positive.max(100),
    guessWindowMinutes: positive,
    guessesPerAccountPerDay: positive.max(100),
    guessesPerDevice: positive.max(100),
    guessesPerAddressPerMinute: positive,
    guessesPerNetworkPerMinute: positive,
    stuffingFailures: positive,
    stuffingWindowMinutes: positive,
    stuffingAlarmMinutes: positive,
    stuffingPuzzleBits: z.int().min(0).max(20),
  }),
  protection: z.strictObject({
    pendingSignInMinutes: positive.max(60),
    rememberedDeviceDays: positive.max(90),
    freshSignInMinutes: positive.max(60),
    disownHours: positive.max(7 * 24),
    factorFailuresPerDay: positive.max(100),
    noticesPerDay: positive,
    changesPerDay: positive,
  }),
  operators: z.strictObject({
    strongFactors: z.array(z.enum(['hwk', 'swk', 'sc', 'otp', 'sms'])).min(1),
    idleMinutes: positive.max(60),
    absoluteHours: positive.max(24),
    freshSignInMinutes: positive.max(60),
    looksPerHour: positive,
    searchesPerHour: positive,
    visitMinutes: positive,
    approvalHours: positive.max(72),
  }),
  recovery: z.strictObject({
    lookUpsPerBrowser: positive,
    lookUpsPerAddress: positive,
    startsPerAddress: positive,
    answersPerDay: positive.max(20),
    holdHours: positive,
    activationHours: positive.max(24),
  }),
  tokens: z.strictObject({
    codeSeconds: positive.max(600),
    accessTokenSeconds: positive.max(3600),
    idTokenSeconds: positive,
    refreshTokenDays: positive,
    grantDays: positive,
    pushedRequestSeconds: positive.max(600),
    interactionMinutes: positive,
    signingKeyDays: positive,
    keyPublishHours: whole,
    keysMaxAgeSeconds: positive,
  }),
  esia: z.strictObject({
    issuer: z.string().min(1),
    timestampWindowSeconds: positive.max(3600),
    accessTokenSeconds: positive.max(86_400),
    idTokenSeconds: positive,
    requestLogHours: positive.max(24 * 7),
  }),
  jobs: z.strictObject({ inProcess: switchable }),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) }),
  metrics: z.strictObject({ open: switchable }),
  resourceServers: z.array(
    z.strictObject({
      identifier: z.string().refine((value) => URL.canParse(value), 'must be an absolute URI'),
      scopes: z.array(z.string().regex(/^[\w.:/-]+$/)).min(1),
      format: z.enum(['jwt', 'opaque']),
    }),
  ),
});

export type Config = Readonly<z.infer<typeof settings>> & {
  readonly production: boolean;
  /** Without a trailing slash. */
  readonly issuer: string;
};

export type SettingOverrides = { [K in keyof z.input<typeof settings>]?: Partial<z.input<typeof settings>[K]> };

/**
 * Reads config/*.yaml and the environment into one frozen object.
 * @throws ConfigurationError naming everything that is wrong, each with what to write instead.
 */
export function loadConfig(
  environment: string = process.env.NODE_ENV ?? 'development',
  overrides?: SettingOverrides,
): Config {
  const configDir = process.env.CONFIG_DIR ?? fileURLToPath(new URL('../../../config', import.meta.url));
  const loader = new Load({ configDir, nodeEnv: [environment], skipConfigSources: true });
  const raw = loader.scan(overrides ? [{ name: 'overrides', config: overrides }] : undefined);
  if (overrides) loader.addConfig('overrides', overrides);
  const parsed = settings.safeParse(JSON.parse(JSON.stringify(loader.config ?? raw)));
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(sayIssue));

  const production = environment === 'production';
  const issuer = (parsed.data.issuer || `http://localhost:${parsed.data.http.port}`).replace(/\/+$/, '');
  const config: Config = { ...parsed.data, production, issuer };
  const problems = [
    ...checkIssuer(config),
    ...checkStorage(config),
    ...checkGateways(config),
    ...checkCertificateProxies(config),
    ...checkProduction(config),
    ...(environment === 'test' ? [] : checkPasswords(config)),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return deepFreeze(config);
}

/** Environment variables that hold secrets are read here and nowhere else; `NAME_FILE` names a file that holds the value. */
export function readSecret(name: string): string | undefined {
  const file = process.env[`${name}_FILE`];
  if (!file) return process.env[name] || undefined;
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new ConfigurationError([`${name}_FILE can be read by others; run: chmod 600 ${file}`]);
  }
  return readFileSync(file, 'utf8').trim();
}

/** C1. Tests alone may hash faster: most of them are about something else. */
function checkPasswords({ passwords }: Config): string[] {
  return Object.entries({ argon2MemoryKiB: 19456, argon2Passes: 2 } as const)
    .filter(([name, least]) => passwords[name as 'argon2Passes'] < least)
    .map(([name, least]) => `passwords.${name} is too small to protect passwords; write at least ${least}`);
}

function checkIssuer(config: Config): string[] {
  if (!URL.canParse(config.issuer)) return ['ISSUER is not a URL; write for example https://id.example.org'];
  const url = new URL(config.issuer);
  if (!['http:', 'https:'].includes(url.protocol) || url.search || url.hash || url.pathname !== '/') {
    return ['ISSUER must be scheme and host alone; write for example https://id.example.org'];
  }
  return [];
}

function checkStorage({ storage }: Config): string[] {
  const problems: string[] = [];
  if (storage.databaseUrl && !/^postgres(ql)?:\/\//.test(storage.databaseUrl))
    problems.push(
      'DATABASE_URL must start with postgres://; write for example postgres://user:password@host:5432/esia',
    );
  if (storage.redisUrl && !/^rediss?:\/\/[^/]/.test(storage.redisUrl))
    problems.push('REDIS_URL must start with redis:// or rediss://; write for example redis://host:6379');
  return problems;
}

function checkGateways({ messaging, registry }: Config): string[] {
  const addresses = { LETTER_URL: messaging.letterUrl, REGISTRY_URL: registry.url };
  return Object.entries(addresses)
    .filter(([, url]) => url !== '' && !/^https?:\/\/[^/]/.test(url))
    .map(([name]) => `${name} must be an http address; write for example https://gateway.example.org`);
}

function checkCertificateProxies({ esign }: Config): string[] {
  if (esign.certificateHeader === '') return [];
  const named = esign.certificateProxies.split(',').map((one) => one.trim());
  return named.every((one) => isIP(one) !== 0)
    ? []
    : ['CLIENT_CERT_PROXIES must name the proxies that set CLIENT_CERT_HEADER; write for example 10.0.0.5,10.0.0.6'];
}

function checkProduction(config: Config): string[] {
  if (!config.production) return [];
  const problems: string[] = [];
  if (config.sandbox) problems.push('the sandbox cannot run in production; remove SANDBOX or write SANDBOX=off');
  if (!config.issuer.startsWith('https://'))
    problems.push('ISSUER must be https in production; write for example https://id.example.org');
  if (!config.storage.databaseUrl)
    problems.push(
      'DATABASE_URL is missing; production needs PostgreSQL 15 or newer: postgres://user:password@host:5432/esia',
    );
  if (!config.messaging.smtpUrl)
    problems.push('SMTP_URL is missing; write for example smtp://user:password@mail.example.org:587');
  if (!config.messaging.smsUrl)
    problems.push('SMS_URL is missing; write for example smpp://id:password@gateway.example.org:2775');
  if (config.operators.strongFactors.some((factor) => factor === 'otp' || factor === 'sms'))
    problems.push('operators.strongFactors may name hwk, swk and sc only: a code can be told to a stranger');
  if (!config.registry.url && !config.registry.simulatorInProduction)
    problems.push(
      'REGISTRY_URL is missing; write the address of the registry (docs/registry.md), or REGISTRY_SIMULATOR=on to let the built-in simulator pass everybody',
    );
  return problems;
}

function sayIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return `unknown setting ${[where, issue.keys.join(', ')].filter(Boolean).join('.')}; remove it or see config/default.yaml for the right name`;
  return `${where}: ${issue.message}; see config/default.yaml`;
}

function isOn(value: boolean | string): boolean {
  return typeof value === 'boolean' ? value : ['on', 'true', '1', 'yes'].includes(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
