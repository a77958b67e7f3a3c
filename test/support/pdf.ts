import { inflateSync } from 'node:zlib';

/** The words on a PDF's pages, in the order they were drawn; a line of the page is a line here. Reads what pdfkit writes. */
export function textOfPdf(pdf: Buffer): string {
  const objects = new Map(
    [...pdf.toString('latin1').matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => [id!, body!]),
  );
  const fonts = new Map<string, Map<string, string>>();
  for (const body of objects.values())
    for (const [, name, id] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const letters = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id!) ?? '');
      if (letters) fonts.set(name!, lettersOf(streamOf(objects.get(letters[1]!)!)));
    }
  const pages = [...objects.values()].filter(
    (body) => body.includes('stream') && !/\/(Length1|Type|CIDInit)/.test(body),
  );
  return pages
    .map(streamOf)
    .filter((content) => content.includes(' Tf'))
    .map((content) => linesOf(content, fonts))
    .join('\n');
}

function linesOf(content: string, fonts: Map<string, Map<string, string>>): string {
  const lines: { y: string; text: string }[] = [];
  for (const [, y, font, shown] of content.matchAll(
    /1 0 0 1 [\d.-]+ ([\d.-]+) Tm[\s\S]*?\/(F\d+) [\d.]+ Tf[\s\S]*?\[([^\]]*)\] TJ/g,
  )) {
    const glyphs = [...shown!.matchAll(/<([0-9a-f]+)>/gi)].flatMap(([, hex]) => hex!.match(/.{4}/g)!);
    const text = glyphs.map((glyph) => fonts.get(font!)!.get(glyph.toLowerCase()) ?? '?').join('');
    if (lines.at(-1)?.y === y) lines.at(-1)!.text += text;
    else lines.push({ y: y!, text });
  }
  return lines.map(({ text }) => text).join('\n');
}

function lettersOf(map: string): Map<string, string> {
  const letters = new Map<string, string>();
  for (const [, first, list] of map.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi))
    [...list!.matchAll(/<([^>]*)>/g)].forEach(([, code], i) => {
      const glyph = (Number.parseInt(first!, 16) + i).toString(16).padStart(4, '0');
      letters.set(
        glyph,
        String.fromCharCode(
          ...code!
            .replaceAll(' ', '')
            .match(/.{4}/g)!
            .map((unit) => Number.parseInt(unit, 16)),
        ),
      );
    });
  return letters;
}

function streamOf(body: string): string {
  const bytes = Buffer.from(/stream\n([\s\S]*)\nendstream/.exec(body)![1]!, 'latin1');
  try {
    return inflateSync(bytes).toString('latin1');
  } catch {
    return bytes.toString('latin1');
  }
}
