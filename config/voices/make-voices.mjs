// Makes <language>.wav from espeak-ng (Debian: apt-get install espeak-ng): `node config/voices/make-voices.mjs`.
// Ten digits from nought to nine in ten equal slots, 8 kHz, 8 bit: an ordinary sound file that anybody can listen to.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const words = {
  ru: 'ноль один два три четыре пять шесть семь восемь девять',
  en: 'zero one two three four five six seven eight nine',
  hy: 'զրո մեկ երկու երեք չորս հինգ վեց յոթ ութ ինը',
  kk: 'нөл бір екі үш төрт бес алты жеті сегіз тоғыз',
  ky: 'нөл бир эки үч төрт беш алты жети сегиз тогуз',
  uz: 'nol bir ikki uch to‘rt besh olti yetti sakkiz to‘qqiz',
};
const RATE = 8000;

for (const [language, text] of Object.entries(words)) {
  const clips = text.split(' ').map((word) => trim(slowDown(spoken(language, word))));
  const slot = Math.max(...clips.map(({ length }) => length));
  const loud = clips.map(loudness);
  const samples = Buffer.alloc(slot * 10, 128);
  clips.forEach((clip, digit) =>
    clip.forEach(
      (sample, i) =>
        (samples[digit * slot + i] = Math.max(0, Math.min(255, 128 + Math.round((sample / loud[digit]) * 110)))),
    ),
  );
  writeFileSync(new URL(`${language}.wav`, import.meta.url), Buffer.concat([header(samples.length), samples]));
}

function spoken(language, word) {
  const wav = execFileSync('espeak-ng', ['-v', language, '-s', '140', '-a', '180', '--stdout', word]);
  const data = wav.indexOf('data') + 8;
  const rate = wav.readUInt32LE(24);
  const samples = Array.from({ length: (wav.length - data) >> 1 }, (_, i) => wav.readInt16LE(data + i * 2));
  return { samples, rate };
}

/** Every new sample is the mean of the old ones it stands for, which also takes away what 8 kHz cannot carry. */
function slowDown({ samples, rate }) {
  const step = rate / RATE;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const part = samples.slice(Math.floor(i * step), Math.floor((i + 1) * step));
    return part.reduce((sum, sample) => sum + sample, 0) / part.length;
  });
}

/** What one sample in fifty is louder than, so that a click does not make its word quiet. */
function loudness(clip) {
  return clip.map(Math.abs).sort((a, b) => b - a)[Math.floor(clip.length / 50)];
}

function trim(samples) {
  const isHeard = (sample) => Math.abs(sample) > 300;
  return samples.slice(Math.max(0, samples.findIndex(isHeard) - 80), samples.findLastIndex(isHeard) + 80);
}

function header(bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}
