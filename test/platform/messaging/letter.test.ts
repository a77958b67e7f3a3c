import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { languages, Translations, type Language } from '#src/platform/i18n/translator.ts';
import { composeMessage } from '#src/platform/messaging/composition.ts';
import { letterPdf } from '#src/platform/messaging/letter-pdf.ts';
import { HttpLetterSender } from '#src/platform/messaging/letter-sender-http.ts';
import type { OutgoingMessage } from '#src/platform/messaging/sender.ts';
import { textOfPdf } from '#test/support/pdf.ts';

const CODE = '1234-5678-9012-3456';
const ADDRESS = '101000, г. Москва, ул. Тверская-Ямская 2-я, д. 15, корп. 2, стр. 1, кв. 1045';
const names: Record<Language, string> = {
  ru: 'Щёголев Объедков Эдуардович',
  en: 'Anna Petrova',
  hy: 'Անահիտ Հակոբյան',
  kk: 'Әлия Қожағұлқызы Өңірбекова Һұсайн',
  ky: 'Үмүт Өмүрбек уулу Жаңыбаев',
  tg: 'Ғаффор Ҷӯраев Ҳикматӣ Қодирӣ',
  uz: 'Oʻgʻiloy Maʼmurova',
};
const translations = Translations.load(new URL('../../../config/locales', import.meta.url).pathname, { strict: true });

function letterIn(language: Language, name = names[language], to = ADDRESS): OutgoingMessage {
  const args = { name, code: CODE, until: Date.UTC(2026, 11, 22) };
  const content = composeMessage(
    { name: 'confirmation-letter', channel: 'letter', to, language, args },
    { translator: translations.for(language), issuer: 'https://id.example.org', serviceName: 'OpenESIA' },
  );
  return { id: '019a0000-0000-7000-8000-000000000001', channel: 'letter', to, validForSeconds: 60, ...content };
}

/** Lines break where they like. */
const joined = (text: string) => text.replace(/\s+/g, '');

describe('a letter on paper', () => {
  for (const language of languages)
    it(`R13: has every word of its text, address and name as letters, in ${language}`, async () => {
      const letter = letterIn(language);
      const pdf = await letterPdf(letter);
      const words = joined(textOfPdf(pdf));
      for (const part of [letter.subject!, letter.text, ADDRESS, names[language]])
        assert.ok(words.includes(joined(part)), `${words}\n\nlacks\n\n${part}`);
      assert.ok(
        textOfPdf(pdf)
          .split('\n')
          .some((line) => line.trim() === CODE),
        'the code stands by itself',
      );
      assert.ok(pdf.length < 30_000, `${pdf.length} bytes: whole fonts are in it`);
      assert.equal([...pdf.toString('latin1').matchAll(/\/Type \/Page\n/g)].length, 1);
      assert.match(pdf.toString('latin1'), /MediaBox \[0 0 595\.28 841\.89\]/);
    });

  it('R13: a name in another script than the letter is printed too', async () => {
    for (const language of languages)
      for (const name of Object.values(names)) {
        const words = joined(textOfPdf(await letterPdf(letterIn(language, name))));
        assert.ok(words.includes(joined(name)), `${name} in ${language}: ${words.slice(0, 200)}`);
      }
  });

  it('is the same at every try, byte for byte', async () => {
    assert.ok((await letterPdf(letterIn('hy'))).equals(await letterPdf(letterIn('hy'))));
  });

  it('a long address stays above the text', async () => {
    const long = `${ADDRESS}, `.repeat(5);
    const content = textOfPdf(await letterPdf(letterIn('ru', names.ru, long)));
    assert.ok(joined(content).includes(joined(long)));
    assert.ok(content.indexOf(letterIn('ru').subject!) > content.indexOf('кв. 1045'));
  });
});

describe('letters over an HTTP gateway', () => {
  let server: Server;
  let received: { headers: IncomingMessage['headers']; body: Record<string, string> }[];
  let status: number;
  let sender: HttpLetterSender;

  beforeEach(async () => {
    received = [];
    status = 202;
    server = createServer(async (request, response) => {
      received.push({ headers: request.headers, body: (await json(request)) as Record<string, string> });
      response.writeHead(status).end('{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    sender = new HttpLetterSender(`http://esia:p%40ss@127.0.0.1:${port}/letters`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  it('R13: hands over the page, the text and where it goes', async () => {
    const letter = letterIn('hy');
    await sender.send(letter);
    const [{ headers, body }] = received as [(typeof received)[number]];
    const { pdf, ...rest } = body;
    const { id, to, subject, text } = letter;
    assert.deepEqual(rest, { id, to, subject, text, addressee: names.hy, language: 'hy' });
    assert.ok(textOfPdf(Buffer.from(pdf!, 'base64')).includes(CODE));
    assert.equal(headers['idempotency-key'], id);
    assert.equal(Buffer.from(headers.authorization!.slice('Basic '.length), 'base64').toString(), 'esia:p@ss');
  });

  it('a gateway that does not take it is asked again, and the reason holds nothing of the letter', async () => {
    status = 500;
    await assert.rejects(sender.send(letterIn('ru')), { code: 'http_500', permanent: false });
  });
});
