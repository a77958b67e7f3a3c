import { readFileSync } from 'node:fs';
import type { Language } from '#src/platform/i18n/translator.ts';

/** There is no free voice that speaks Tajik; its speakers know the Russian digits. */
const voices: Record<Language, string> = { ru: 'ru', en: 'en', hy: 'hy', kk: 'kk', ky: 'ky', tg: 'ru', uz: 'uz' };

const RATE = 8000;
const HEADER_BYTES = 44;
const SILENCE = 128;
const clipsOf = new Map<string, Buffer[]>();

/**
 * A WAV file, 8 kHz and 8 bit: the digits with varied pauses, pitch and loudness over noise and murmur. The same seed
 * gives the same bytes, since players ask for one sound in several parts.
 */
export function speakDigits(digits: string, language: Language, seed: number): Buffer {
  const random = randomFrom(seed);
  const clips = clipsFor(voices[language]);
  const words = [...digits].map((digit) => varied(clips[Number(digit)]!, random));
  const pauses = words.map(() => Math.round(RATE * (0.3 + 0.4 * random())));
  const length = [...words, ...pauses.map((pause) => ({ length: pause }))].reduce(
    (sum, part) => sum + part.length,
    RATE,
  );
  const samples = Float32Array.from({ length }, () => (random() - 0.5) * 14);
  let at = RATE / 2;
  for (const [i, word] of words.entries()) {
    mix(samples, word, at, 1);
    mix(samples, varied(clips[Math.floor(random() * 10)]!, random).reverse(), at + word.length - 800, 0.12);
    at += word.length + pauses[i]!;
  }
  return wav(samples);
}

function clipsFor(voice: string): Buffer[] {
  const known = clipsOf.get(voice);
  if (known) return known;
  const samples = readFileSync(new URL(`../../../config/voices/${voice}.wav`, import.meta.url)).subarray(HEADER_BYTES);
  const slot = samples.length / 10;
  const clips = Array.from({ length: 10 }, (_, digit) =>
    withoutEnd(samples.subarray(digit * slot, (digit + 1) * slot)),
  );
  clipsOf.set(voice, clips);
  return clips;
}

/** The slots are as long as the longest word. */
function withoutEnd(clip: Buffer): Buffer {
  return clip.subarray(0, clip.findLastIndex((sample) => sample !== SILENCE) + 1);
}

/** Higher or lower, faster or slower, louder or quieter. */
function varied(clip: Buffer, random: () => number): Float32Array {
  const step = 0.85 + 0.3 * random();
  const loudness = 0.7 + 0.3 * random();
  return Float32Array.from(
    { length: Math.floor(clip.length / step) },
    (_, i) => (clip[Math.floor(i * step)]! - SILENCE) * loudness,
  );
}

function mix(samples: Float32Array, part: Float32Array, at: number, share: number): void {
  for (let i = 0; i < part.length && at + i < samples.length; i++) samples[at + i]! += part[i]! * share;
}

function wav(samples: Float32Array): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.length);
  file.write('RIFF');
  file.writeUInt32LE(HEADER_BYTES - 8 + samples.length, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples.length, 40);
  samples.forEach((sample, i) => (file[HEADER_BYTES + i] = Math.max(0, Math.min(255, Math.round(SILENCE + sample)))));
  return file;
}

/** Mulberry32: repeatable variety; nothing here is a secret but the digits. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
