import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { OutgoingMessage } from '#src/platform/messaging/sender.ts';

type Printed = Pick<OutgoingMessage, 'id' | 'to' | 'subject' | 'text' | 'letter'>;
type Page = PDFKit.PDFDocument;
type FontName = 'inter' | 'armenian';

const MM = 72 / 25.4;
const LEFT = 25 * MM;
const WIDTH = 160 * MM;
/** What a window of an envelope for a third of A4 shows: 85 × 45 mm, 20 mm from the left, 45 mm from above (DIN 5008 B). */
const WINDOW = { top: 50 * MM, width: 78 * MM };
/** More letters than this are printed smaller, so that they stay inside of it. */
const LONG_ADDRESS = 180;
const BODY_TOP = 103 * MM;
const SIZES = { sender: 7.5, address: 10.5, longAddress: 7.5, heading: 15, body: 11, code: 24 };

/** A letter as A4: address where the window is, the code large. The library and the fonts are loaded with the first one. */
export async function letterPdf({ id, to, subject = '', text, letter }: Printed): Promise<Buffer> {
  const { default: PDFDocument } = await import('pdfkit');
  const { language = 'ru', addressee = '', sender = '' } = letter ?? {};
  const page = new PDFDocument({
    size: 'A4',
    margins: { left: LEFT, right: 25 * MM, top: 20 * MM, bottom: 20 * MM },
    lang: language,
    displayTitle: true,
    info: { Title: subject, CreationDate: writtenAt(id) },
  });
  const pdf = buffer(page);
  const fonts: FontName[] = language === 'hy' ? ['armenian', 'inter'] : ['inter', 'armenian'];
  for (const name of fonts) page.registerFont(name, fontFiles[name]());
  const write = writer(page, fonts);
  const addressSize = to.length + addressee.length > LONG_ADDRESS ? SIZES.longAddress : SIZES.address;
  write(sender, LEFT, WINDOW.top, { size: SIZES.sender, width: WINDOW.width });
  for (const line of [addressee, to]) write(line, LEFT, page.y + 4, { size: addressSize, width: WINDOW.width });
  write(subject, LEFT, BODY_TOP, { size: SIZES.heading, width: WIDTH });
  for (const paragraph of text.split(/\n\s*\n/)) {
    const isCode = /^\d{4}(-\d{4})+$/.test(paragraph);
    write(paragraph, LEFT, page.y + 11, { size: isCode ? SIZES.code : SIZES.body, width: WIDTH });
  }
  page.end();
  return pdf;
}

/** In the first font that has every letter; else word by word, so that lines break between words only. */
function writer(page: Page, fonts: readonly FontName[]) {
  return (text: string, x: number, y: number, { size, width }: { size: number; width: number }): void => {
    page.fontSize(size);
    const runs: { font: FontName; text: string }[] = [];
    const fontOf = (part: string) => fonts.find((name) => hasAll(page.font(name), part));
    for (const word of fontOf(text) ? [text] : text.split(/(?<=\s)/)) {
      const font = fontOf(word) ?? fonts[0]!;
      if (runs.at(-1)?.font === font) runs.at(-1)!.text += word;
      else runs.push({ font, text: word });
    }
    page.x = x;
    page.y = y;
    runs.forEach((run, i) =>
      page.font(run.font).text(run.text, { width, lineGap: 0.3 * size, continued: i < runs.length - 1 }),
    );
  };
}

/** Through the font that was set last. */
function hasAll(page: Page, word: string): boolean {
  const { font } = (page as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } })._font;
  return [...word].every((letter) => /\s/.test(letter) || font.hasGlyphForCodePoint(letter.codePointAt(0)!));
}

const fontFiles: Record<FontName, () => Buffer> = {
  inter: once(() => readFont('inter.ttf')),
  armenian: once(() => readFont('noto-sans-armenian.ttf')),
};

function readFont(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../../config/fonts/${name}`, import.meta.url)));
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The id begins with the moment it was made, so the same letter is the same bytes at every try. */
function writtenAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}
