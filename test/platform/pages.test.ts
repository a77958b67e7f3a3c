import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Translations } from '#src/platform/i18n/translator.ts';
import { Assets } from '#src/platform/pages/assets.ts';
import { PageRenderer, type PageContext } from '#src/platform/pages/page-renderer.ts';
import { pageSamples, type PageSample } from './page-samples.ts';

const assets = Assets.load();
const renderer = new PageRenderer({
  translations: Translations.load(fileURLToPath(new URL('../../config/locales', import.meta.url))),
  assets,
  cache: true,
  service: { name: 'ESIA', hotline: '8 800 100 70 10', supportEmail: 'help@example.org' },
});

describe('pages', () => {
  for (const sample of pageSamples) {
    for (const language of ['ru', 'en'] as const) {
      describe(`${sample.view} in ${language}`, () => {
        const html = render(sample, { language });

        it('has the ids it promises, each once', () => {
          for (const id of ['op-page', 'language', ...sample.ids]) {
            assert.equal(html.split(` id="${id}"`).length - 1, 1, `${id} once`);
          }
        });

        it('has one heading, repeated by the title', () => {
          const headings = [...html.matchAll(/<h1>(.*?)<\/h1>/g)].map((match) => match[1]);
          assert.equal(headings.length, 1);
          assert.equal(/<title>(.*?) – ESIA<\/title>/.exec(html)?.[1], headings[0]);
        });

        it('has no style and no script inside', () => {
          assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+="|javascript:/);
          for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
            assert.match(attributes!, / src="\/assets\//);
            assert.equal(body, '');
          }
        });

        it('guards every form against forgery', () => {
          for (const [form] of html.matchAll(/<form[^]*?<\/form>/g)) {
            assert.match(form, /method="post"/);
            assert.match(form, /name="csrf" value="token"/);
          }
        });

        it('gives every input a label, an autocomplete word and a place for its error', () => assertFields(html));

        it('weighs at most 30 kB with its sheet and scripts', () => {
          const addresses = [...html.matchAll(/(?:src|href)="(\/assets\/[^"?]+)\?v=/g)].map((match) => match[1]!);
          const parts = [...new Set(addresses)].map((address) => assets.get(address)!.body.length);
          const weight = parts.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(html));
          assert.ok(weight <= 30_000, `${weight} bytes`);
        });
      });
    }
  }

  for (const sample of pageSamples.filter(({ errors }) => errors)) {
    it(`${sample.view} says what is wrong, at the top and beside the field`, () => {
      const html = render({ ...sample, data: { ...sample.data, errors: sample.errors } }, {});
      assert.match(html, /id="error-summary"/);
      for (const [field, text] of Object.entries(sample.errors!)) {
        assert.ok(html.includes(text));
        if (field === 'form') continue;
        assert.match(html, new RegExp(`<a href="#${field}">`));
        assert.match(html, new RegExp(`<input[^>]* id="${field}"[^>]* aria-invalid="true"`));
      }
    });
  }

  it('shows the seven languages before anything else on a first visit', () => {
    const html = render(pageSamples[1]!, { chooseLanguage: true });
    assert.ok(html.indexOf('id="language"') > html.indexOf('id="op-page"'));
    assert.ok(html.indexOf('id="language"') < html.indexOf('<h1>'));
    assert.equal([...html.matchAll(/<button name="language" value="(\w\w)"/g)].length, 7);
  });

  it('escapes what people typed', () => {
    const html = render({ ...pageSamples[1]!, data: { ...pageSamples[1]!.data, values: { login: '"><script>' } } }, {});
    assert.ok(!html.includes('"><script>'));
  });

  it('keeps a suggested password visible and in both fields', () => {
    const sample = pageSamples.find(({ view }) => view === 'registration/create-password')!;
    const html = render({ ...sample, data: { ...sample.data, suggestion: 'Kx7f-mQ2p-Wd9s' } }, {});
    assert.equal([...html.matchAll(/<input[^>]* type="text"[^>]* value="Kx7f-mQ2p-Wd9s"/g)].length, 2);
  });

  it('serves every address it prints, fonts included', () => {
    const css = assets.get('/assets/app.css')!.body.toString();
    const fonts = [...css.matchAll(/url\((\/assets\/[^?)]+)\?v=[\w-]+\)/g)].map((match) => match[1]!);
    assert.equal(fonts.length, 6);
    for (const font of fonts) assert.equal(assets.get(font)?.type, 'font/woff2');
  });
});

function render({ view, data, context }: PageSample, over: Partial<PageContext>): string {
  const visit = { language: 'ru', csrf: 'token', path: '/here', chooseLanguage: false, sandbox: true } as const;
  return renderer.render(view, data, { ...visit, ...context, ...over });
}

function assertFields(html: string): void {
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    if (/type="hidden"|\shidden/.test(input)) continue;
    const id = /\sid="([^"]+)"/.exec(input)?.[1];
    assert.ok(id, input);
    // Radios of a group have one name, which is the first one's id.
    const name = input.includes('type="radio"') ? id.replace(/-\d$/, '') : id;
    assert.match(input, new RegExp(` name="${name}"`));
    assert.match(input, / autocomplete="[a-z0-9-]+"/);
    assert.match(input, new RegExp(` aria-describedby="[^"]*${name}-error`));
    assert.match(html, new RegExp(`<label for="${id}">`));
    assert.match(html, new RegExp(` id="${name}-error"`));
  }
}
